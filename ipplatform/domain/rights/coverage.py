"""What an asset's grants leave free, territory by territory and act by act: the map and the table people see. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ipplatform.domain.rights import acts, fields, territory
from ipplatform.domain.rights.ranges import Ranges
from ipplatform.domain.rights.rules import BARRING, Standing, term_ranges

FREE, SHARED, PART, TAKEN = "free", "shared", "part", "taken"
STATES = (FREE, SHARED, PART, TAKEN)
_WORST = {state: place for place, state in enumerate(STATES)}
TILES = ("CN", "US", "EP", "JP", "KR", "IN", "SG", "GB", "CA", "AU", "BR", "EA", "ARIPO", "OAPI")


@dataclass(frozen=True)
class Cell:
    """One act in one territory from a day on.

    ``free``: no grant at all. ``shared``: ordinary grants only, more can be given. ``part``: exclusive or sole grants
    for ``taken_fields`` only. ``taken``: for every field. ``until`` is the last day of the longest such grant.
    """

    state: str
    taken_fields: frozenset[str] = frozenset()
    until: date | None = None


@dataclass(frozen=True)
class Row:
    """Territories that are alike in every act; ``cells`` follow the order of the kind's acts."""

    territories: frozenset[str]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Tile:
    """One place on the map: the worst state over its countries and acts, and in how many countries all is free."""

    code: str
    state: str
    free: int
    countries: int


def table(standings: Sequence[Standing], kind: str, on: date) -> list[Row]:
    """Rows of alike territories, those with grants first, the untouched rest of the world last."""
    heads = _in_force(standings, on)
    alike: dict[tuple[Cell, ...], set[str]] = {}
    for country in sorted(territory.COUNTRIES):
        near = [standing for standing in heads if country in standing.terms.territories]
        cells = tuple(_cell(near, act) for act in acts.acts_of(kind))
        alike.setdefault(cells, set()).add(country)
    rows = [Row(frozenset(countries), cells) for cells, countries in alike.items()]
    return sorted(rows, key=lambda row: (-_weight(row), len(row.territories), min(row.territories)))


def tiles(rows: Sequence[Row], on: date) -> list[Tile]:
    """The map's places in a fixed order, from the rows of ``table``."""
    state_of = {country: _worst(row) for row in rows for country in row.territories}
    found = []
    for code in TILES:
        countries = territory.expand([code], at=on)
        states = [state_of[country] for country in countries]
        worst = max(states, key=_WORST.__getitem__)
        found.append(Tile(code, worst, states.count(FREE), len(countries)))
    return found


def _in_force(standings: Sequence[Standing], on: date) -> list[Standing]:
    ahead = term_ranges(on, None)
    return [standing for standing in standings if standing.head_id is None and standing.terms.region["term"] & ahead]


def _cell(near: Sequence[Standing], act: str) -> Cell:
    covering = [standing for standing in near if act in standing.terms.acts]
    barring = [standing.terms for standing in covering if standing.terms.exclusivity in BARRING]
    if not barring:
        return Cell(SHARED if covering else FREE)
    taken = Ranges()
    for terms in barring:
        taken |= terms.region["fields"]
    ends = [terms.end for terms in barring]
    last = None if None in ends else max(end for end in ends if end is not None)
    names = fields.codes(taken)
    return Cell(TAKEN if names == {fields.EVERYTHING} else PART, names, last)


def _worst(row: Row) -> str:
    return max((cell.state for cell in row.cells), key=_WORST.__getitem__)


def _weight(row: Row) -> int:
    return _WORST[_worst(row)]

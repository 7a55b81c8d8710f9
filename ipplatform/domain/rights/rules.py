"""When two grants on one asset conflict, and what remains free. No input or output; DOMAIN section 3 is the source.

A grant is a block in four dimensions: acts, territories, fields of use and days. Each is a set of integers
(``Ranges``), so that overlap is intersection and what remains is difference, here as in PostgreSQL's constraint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

from ipplatform.domain.rights import acts, fields, territory
from ipplatform.domain.rights.ranges import Ranges

EXCLUSIVE, SOLE, ORDINARY, OPEN = "exclusive", "sole", "ordinary", "open"
EXCLUSIVITIES = (EXCLUSIVE, SOLE, ORDINARY, OPEN)
"""``open`` is a licence of right to anybody: like an ordinary one, but no later grant can be made subject to it."""
BARRING = frozenset({EXCLUSIVE, SOLE})
_STRENGTH = {OPEN: 0, ORDINARY: 0, SOLE: 1, EXCLUSIVE: 2}
FOREVER = date.max.toordinal() + 1

Axis = Literal["acts", "territories", "fields", "term"]
AXES: tuple[Axis, ...] = ("acts", "territories", "fields", "term")
Period = tuple[date, date | None]


@dataclass(frozen=True)
class GrantTerms:
    """What a grant gives. ``territories`` are countries after expansion, ``end`` is the last day or None for no end.

    ``subject_to`` names earlier ordinary grants that survive this exclusive or sole one. ``sublicensing`` is the
    number of levels below: 0 forbids sublicences.
    """

    exclusivity: str
    acts: frozenset[str]
    territories: frozenset[str]
    fields: frozenset[str]
    start: date
    end: date | None = None
    subject_to: frozenset[int] = frozenset()
    sublicensing: int = 0

    @cached_property
    def region(self) -> dict[Axis, Ranges]:
        return {
            "acts": acts.ranges(self.acts),
            "territories": territory.ranges(self.territories),
            "fields": fields.ranges(self.fields),
            "term": term_ranges(self.start, self.end),
        }


@dataclass(frozen=True)
class Standing:
    """A grant as it stands in the ledger; ``head_id`` is the licence it was granted under, None for the owner's own.

    ``number`` is what people call it. A grant that ended early has its real last day in ``terms.end``.
    """

    id: int
    number: str
    terms: GrantTerms
    head_id: int | None = None
    licensee_organisation_id: int | None = None


@dataclass(frozen=True)
class Overlap:
    """Exactly what two grants share on each axis."""

    acts: frozenset[str]
    territories: frozenset[str]
    fields: frozenset[str]
    start: date
    end: date | None
    size: int


@dataclass(frozen=True)
class Clash:
    """A standing grant that bars the wanted one, and where."""

    standing: Standing
    overlap: Overlap


@dataclass(frozen=True)
class Remaining:
    """For each axis, what the wanted terms could be narrowed to on that axis alone to be free; empty when nothing.

    ``subject_to`` names the ordinary grants that alone stand in the way: made subject to them, the wanted terms are
    free. ``ordinary`` says that an ordinary grant of the same extent is free.
    """

    acts: frozenset[str]
    territories: frozenset[str]
    fields: frozenset[str]
    periods: tuple[Period, ...]
    subject_to: frozenset[int] = frozenset()
    ordinary: bool = False


@dataclass(frozen=True)
class Availability:
    """``conflicts`` come smallest overlap first; ``remaining`` is None when the terms are free as wanted."""

    free: bool
    conflicts: tuple[Clash, ...] = ()
    remaining: Remaining | None = None


def term_ranges(start: date, end: date | None) -> Ranges:
    """Days from ``start`` to ``end``, both included, as day numbers."""
    return Ranges.of([(start.toordinal(), FOREVER if end is None else end.toordinal() + 1)])


def period(low: int, high: int) -> Period:
    return date.fromordinal(low), None if high >= FOREVER else date.fromordinal(high - 1)


def overlap(one: GrantTerms, other: GrantTerms) -> Overlap | None:
    """What both cover, or None when they are apart on any axis."""
    shared = {axis: one.region[axis] & other.region[axis] for axis in AXES}
    if not all(shared.values()):
        return None
    start, _ = period(*shared["term"].spans[0])
    _, end = period(*shared["term"].spans[-1])
    size = 1
    for axis in AXES:
        size *= shared[axis].size
    return Overlap(
        acts.codes(shared["acts"]),
        territory.codes(shared["territories"]),
        fields.codes(shared["fields"]),
        start,
        end,
        size,
    )


def bars(wanted: GrantTerms, standing: Standing, *, wanted_id: int | None = None) -> bool:
    """Whether exclusivity alone keeps the two apart, before looking at what they cover."""
    theirs = standing.terms
    if wanted.exclusivity not in BARRING and theirs.exclusivity not in BARRING:
        return False
    if theirs.exclusivity == ORDINARY and standing.id in wanted.subject_to:
        return False
    return not (wanted.exclusivity == ORDINARY and wanted_id is not None and wanted_id in theirs.subject_to)


def conflict(
    wanted: GrantTerms, standing: Standing, *, head_id: int | None = None, wanted_id: int | None = None
) -> Clash | None:
    """The clash of ``wanted``, to be granted under ``head_id``, with one standing grant of the same asset, or None.

    Only grants under the same head are siblings; a sublicence never clashes with the head it lies in.
    """
    if standing.head_id != head_id or not bars(wanted, standing, wanted_id=wanted_id):
        return None
    shared = overlap(wanted, standing.terms)
    return None if shared is None else Clash(standing, shared)


def conflicts(wanted: GrantTerms, standings: Iterable[Standing], *, head_id: int | None = None) -> tuple[Clash, ...]:
    """Every clash, smallest overlap first, ties by number of the grant."""
    found = [clash for standing in standings if (clash := conflict(wanted, standing, head_id=head_id)) is not None]
    return tuple(sorted(found, key=lambda clash: (clash.overlap.size, clash.standing.id)))


def owner_use_conflicts(use: GrantTerms, standings: Iterable[Standing]) -> tuple[Clash, ...]:
    """The exclusive head grants that bar the owner's own use; a sole licence leaves it to the owner."""
    exclusive = [standing for standing in standings if standing.terms.exclusivity == EXCLUSIVE]
    return conflicts(replace(use, exclusivity=ORDINARY), exclusive)


def availability(wanted: GrantTerms, standings: Sequence[Standing], *, head_id: int | None = None) -> Availability:
    """Whether ``wanted`` can be granted beside ``standings``, and if not, what stands in the way and what remains."""
    clashes = conflicts(wanted, standings, head_id=head_id)
    if not clashes:
        return Availability(free=True)
    return Availability(False, clashes, remaining(wanted, clashes))


def remaining(wanted: GrantTerms, clashes: Sequence[Clash]) -> Remaining:
    """The difference on each axis between what is wanted and what the clashing grants cover."""
    left = {axis: wanted.region[axis] for axis in AXES}
    for clash in clashes:
        for axis in AXES:
            left[axis] = left[axis] - clash.standing.terms.region[axis]
    plain = [clash.standing.terms.exclusivity == ORDINARY for clash in clashes]
    barred = [clash.standing.terms.exclusivity in BARRING for clash in clashes]
    return Remaining(
        acts.codes(left["acts"]),
        territory.codes(left["territories"]),
        fields.codes(left["fields"]) if left["fields"] else frozenset(),
        tuple(period(low, high) for low, high in left["term"]),
        frozenset(clash.standing.id for clash in clashes) if all(plain) else frozenset(),
        ordinary=wanted.exclusivity in BARRING and not any(barred),
    )


def outside_head(terms: GrantTerms, head: GrantTerms) -> tuple[str, ...]:
    """The axes on which a sublicence reaches beyond its head; also ``exclusivity`` and ``sublicensing`` (levels)."""
    beyond: list[str] = [axis for axis in AXES if not head.region[axis].covers(terms.region[axis])]
    if _STRENGTH[terms.exclusivity] > _STRENGTH[head.exclusivity]:
        beyond.append("exclusivity")
    if head.exclusivity == OPEN or terms.sublicensing >= head.sublicensing:
        beyond.append("sublicensing")
    return tuple(beyond)


def faults(terms: GrantTerms) -> dict[str, str]:
    """What makes ``terms`` no grant at all: axis or field to a code (``empty``, ``unknown``, ``before_start``)."""
    found: dict[str, str] = {}
    known: dict[str, Callable[[str], bool]] = {
        "acts": lambda code: code in acts.NUMBERS,
        "territories": lambda code: code in territory.COUNTRIES,
        "fields": fields.is_code,
    }
    for axis, is_known in known.items():
        given = getattr(terms, axis)
        if not given:
            found[axis] = "empty"
        elif not all(is_known(code) for code in given):
            found[axis] = "unknown"
    if terms.exclusivity not in EXCLUSIVITIES:
        found["exclusivity"] = "unknown"
    if terms.end is not None and terms.end < terms.start:
        found["end"] = "before_start"
    if terms.sublicensing < 0:
        found["sublicensing"] = "unknown"
    return found


def barring_ranges(grant_id: int, terms: GrantTerms) -> Ranges:
    """The exclusivity as the ledger's constraint compares it: two grants clash when these meet.

    An exclusive or sole grant: every id except those it is subject to. Any other: its own id.
    """
    if terms.exclusivity in BARRING:
        return Ranges(((0, 2**63 - 1),)) - Ranges.points(terms.subject_to)
    return Ranges.points([grant_id])

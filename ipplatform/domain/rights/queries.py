"""Reading the ledger; each query is one statement, however many assets it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload

from ipplatform.domain.rights import coverage, rules
from ipplatform.domain.rights.models import Grant, grant_number
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db, is_sqlite

_COLUMNS = (
    Grant.id,
    Grant.asset_id,
    Grant.public_id,
    Grant.head_id,
    Grant.licensee_organisation_id,
    Grant.exclusivity,
    Grant.acts,
    Grant.territories,
    Grant.fields,
    Grant.start_date,
    Grant.last_day,
    Grant.subject_to,
    Grant.sublicensing,
)


@dataclass(frozen=True)
class FreeTerms:
    """What is still free on an asset: ``rows`` for the table, ``tiles`` for the map, acts in the kind's order."""

    rows: list[coverage.Row]
    tiles: list[coverage.Tile]


def grant(public_id: str) -> Grant | None:
    return db.session.scalars(select(Grant).where(Grant.public_id == public_id)).one_or_none()


def grants_of(asset_id: int, *, on: date | None = None) -> list[Grant]:
    """An asset's grants with their parties, oldest first; only those in force on or after ``on`` if it is given."""
    statement = (
        select(Grant)
        .where(Grant.asset_id == asset_id)
        .options(joinedload(Grant.licensor), joinedload(Grant.licensee))
        .order_by(Grant.id)
    )
    if on is not None:
        statement = statement.where(_runs_on(on))
    return list(db.session.scalars(statement))


def grants_under(agreement_ref: str) -> list[Grant]:
    found = select(Grant).where(Grant.agreement_ref == agreement_ref).order_by(Grant.id)
    return list(db.session.scalars(found))


def grants_under_each(agreement_refs: Sequence[str]) -> dict[str, list[Grant]]:
    """Agreement to its grants with asset and parties, oldest first; one statement."""
    parties = (joinedload(Grant.asset), joinedload(Grant.licensor), joinedload(Grant.licensee))
    rows = select(Grant).where(Grant.agreement_ref.in_(agreement_refs)).options(*parties).order_by(Grant.id)
    found: dict[str, list[Grant]] = defaultdict(list)
    for one in db.session.scalars(rows):
        found[one.agreement_ref].append(one)
    return found


def public_ids(grant_ids: Sequence[int]) -> dict[int, str]:
    """Id to public id, as far as they exist."""
    if not grant_ids:
        return {}
    rows = db.session.execute(select(Grant.id, Grant.public_id).where(Grant.id.in_(grant_ids)))
    return {identity: public_id for identity, public_id in rows}  # noqa: C416


def standings_of(asset_id: int) -> list[rules.Standing]:
    """Every grant of the asset as the rules see it, ended ones with their real last day."""
    return _standings([asset_id], None)[asset_id]


def availability(asset_id: int, terms: rules.GrantTerms, *, head_id: int | None = None) -> rules.Availability:
    """Whether ``terms`` are free on the asset, the conflicts (smallest overlap first) and what remains."""
    return rules.availability(terms, _standings([asset_id], terms)[asset_id], head_id=head_id)


def availability_many(asset_ids: Iterable[int], terms: rules.GrantTerms) -> dict[int, rules.Availability]:
    """Asset id to availability of the same terms, for every id given; one statement."""
    wanted = list(dict.fromkeys(asset_ids))
    if not wanted:
        return {}
    standings = _standings(wanted, terms)
    return {asset_id: rules.availability(terms, standings[asset_id]) for asset_id in wanted}


def availability_each(wanted: Sequence[tuple[int, rules.GrantTerms]]) -> list[rules.Availability]:
    """The availability of each (asset id, terms), in their order: for listings with terms of their own; one statement."""
    if not wanted:
        return []
    standings = _standings([asset_id for asset_id, _ in wanted], None)
    return [rules.availability(terms, standings[asset_id]) for asset_id, terms in wanted]


def free_terms(asset_id: int, kind: str, *, on: date | None = None) -> FreeTerms:
    """The table and map of what an asset of ``kind`` still has free from ``on`` (today); one statement."""
    day = on or today()
    rows = coverage.table(standings_of(asset_id), kind, day)
    return FreeTerms(rows, coverage.tiles(rows, day))


def _standings(asset_ids: Sequence[int], terms: rules.GrantTerms | None) -> dict[int, list[rules.Standing]]:
    statement = select(*_COLUMNS).where(_one_of(asset_ids)).order_by(Grant.id)
    if terms is not None:
        statement = statement.where(_runs_on(terms.start))
        if terms.end is not None:
            statement = statement.where(Grant.start_date <= terms.end)
    found: dict[int, list[rules.Standing]] = defaultdict(list)
    for row in db.session.execute(statement):
        found[row.asset_id].append(_standing(row))
    return found


def _standing(row: Any) -> rules.Standing:
    terms = rules.GrantTerms(
        exclusivity=row.exclusivity,
        acts=frozenset(row.acts),
        territories=frozenset(row.territories),
        fields=frozenset(row.fields),
        start=row.start_date,
        end=row.last_day,
        subject_to=frozenset(row.subject_to),
        sublicensing=row.sublicensing,
    )
    return rules.Standing(row.id, grant_number(row.public_id), terms, row.head_id, row.licensee_organisation_id)


def _runs_on(day: date) -> ColumnElement[bool]:
    return or_(Grant.last_day.is_(None), Grant.last_day >= day)


def _one_of(asset_ids: Sequence[int]) -> ColumnElement[bool]:
    """One bound parameter however many ids: SQLite and PostgreSQL both limit their number."""
    if is_sqlite():
        listed = func.json_each(str(list(asset_ids))).table_valued("value")
        return Grant.asset_id.in_(select(listed.c.value))
    return Grant.asset_id == func.any(_int_array(asset_ids))


def _int_array(numbers: Sequence[int]) -> Any:
    return bindparam("asset_ids", list(numbers), type_=ARRAY(Integer), unique=True)

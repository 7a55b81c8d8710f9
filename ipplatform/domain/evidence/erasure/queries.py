"""Reading erasure: what is gone, what is asked for, what is held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from ipplatform.domain.evidence.erasure import rules
from ipplatform.domain.evidence.erasure.models import Erased, ErasureApproval, ErasureRequest, LegalHold
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db
from ipplatform.foundation.pagination import Descending, Page, keyset


def erased(filing: str) -> Erased | None:
    """How and when a filing's content was erased; None when it was not. One statement."""
    found = select(Erased).join(Record, Record.id == Erased.record_id).where(Record.public_id == filing)
    return db.session.scalars(found).one_or_none()


def erased_record(record_id: int) -> Erased | None:
    return db.session.get(Erased, record_id)


def erased_among(record_ids: Collection[int]) -> dict[int, datetime]:
    """Record id -> when it was erased, for those that were; one statement."""
    if not record_ids:
        return {}
    rows = db.session.execute(select(Erased.record_id, Erased.erased_at).where(Erased.record_id.in_(record_ids)))
    return {row.record_id: row.erased_at for row in rows}


def erased_asset(asset: str) -> Erased | None:
    """The erasure of what an asset was registered with: its entry then shows no content. One statement."""
    found = (
        select(Erased)
        .join(Record, Record.id == Erased.record_id)
        .where(Record.asset == asset, Record.kind == "registration")
        .order_by(Erased.record_id.desc())
        .limit(1)
    )
    return db.session.scalars(found).one_or_none()


def erase_record(found: Erased) -> Record:
    """The record whose leaf says that the content is gone."""
    return db.session.get_one(Record, found.erase_record_id)


def request(public_id: str) -> ErasureRequest | None:
    """With record, organisation, requester and approvals: two statements."""
    return db.session.scalars(_whole().where(ErasureRequest.public_id == public_id)).unique().one_or_none()


def newest_request(filing: str) -> ErasureRequest | None:
    """The newest request about the case of which `filing` is the first filing."""
    statement = _whole().join(Record, Record.id == ErasureRequest.record_id).where(Record.public_id == filing)
    return db.session.scalars(statement.order_by(ErasureRequest.id.desc()).limit(1)).unique().one_or_none()


def requests(*, state: str | None = None, after: str | None = None, limit: int = 25) -> Page[ErasureRequest]:
    """Newest first; narrowed to a state, or to those still to be decided ("open")."""
    statement = _whole()
    if state == "open":
        statement = statement.where(ErasureRequest.state.in_(rules.OPEN))
    elif state in rules.STATES:
        statement = statement.where(ErasureRequest.state == state)
    return keyset(statement, order=[Descending(ErasureRequest.id)], after=after, limit=limit)


def hold(public_id: str) -> LegalHold | None:
    found = select(LegalHold).where(LegalHold.public_id == public_id)
    return db.session.scalars(found.options(*_HOLD)).one_or_none()


def holds(*, after: str | None = None, limit: int = 25) -> Page[LegalHold]:
    """Newest first, those that have ended too."""
    return keyset(select(LegalHold).options(*_HOLD), order=[Descending(LegalHold.id)], after=after, limit=limit)


def holds_on(subjects: Sequence[str]) -> list[LegalHold]:
    """Holds in force on any of these public ids of filings and assets; one statement."""
    statement = select(LegalHold).where(LegalHold.subject.in_(subjects), LegalHold.lifted_at.is_(None))
    found = db.session.scalars(statement.options(*_HOLD).order_by(LegalHold.id))
    return [one for one in found if rules.in_force(lifted=False, until=one.until, today=today())]


def is_held(*subjects: str | None) -> bool:
    return bool(holds_on([subject for subject in subjects if subject is not None]))


def erase_records() -> list[Record]:
    """Every record whose leaf is an erasure, oldest first."""
    return list(db.session.scalars(select(Record).where(Record.kind == rules.KIND).order_by(Record.id)))


_HOLD = tuple(
    joinedload(relation)
    for relation in (LegalHold.organisation, LegalHold.placed_by, LegalHold.lift_asked_by, LegalHold.lifted_by)
)


def _whole() -> Select[ErasureRequest]:
    return select(ErasureRequest).options(
        joinedload(ErasureRequest.record),
        joinedload(ErasureRequest.organisation),
        joinedload(ErasureRequest.requested_by),
        selectinload(ErasureRequest.approvals).joinedload(ErasureApproval.person),
    )

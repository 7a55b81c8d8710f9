"""Reading filings; each query costs the same number of statements whatever it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from ipplatform.domain.assets.models import Document
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.filings import kinds
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.rules.assessment import Assessment, assess
from ipplatform.foundation import apart, clock
from ipplatform.foundation.db import db
from ipplatform.foundation.ids import parse_id
from ipplatform.foundation.pagination import Descending, Page

SEALED = (Filing.fields, Filing.content)
AWAITING_INCLUSION = "awaiting_inclusion"
RECORDED = "recorded"
WITH_OFFICE = "with_office"
_WITH_THE_OFFICE = (Filing.kind == "registration", Filing.status.in_(lifecycle.QUEUE))


def filing(public_id: str) -> Filing | None:
    """The filing with its organisation; one statement."""
    found = select(Filing).where(Filing.public_id == public_id).options(joinedload(Filing.organisation))
    return db.session.scalars(found).one_or_none()


def attachments(filing_id: int) -> list[tuple[str, Document]]:
    """(role, document) in the order they were added; one statement."""
    rows = db.session.execute(
        select(FilingDocument.role, Document)
        .join(Document, Document.id == FilingDocument.document_id)
        .where(FilingDocument.filing_id == filing_id)
        .order_by(FilingDocument.id)
    )
    return [(role, document) for role, document in rows]


def attached(filing_id: int, document: str) -> Document | None:
    """The document of that public id, when the filing has it."""
    return db.session.scalars(
        select(Document)
        .join(FilingDocument, FilingDocument.document_id == Document.id)
        .where(FilingDocument.filing_id == filing_id, Document.public_id == (parse_id(document) or ""))
    ).one_or_none()


def received_documents(organisation_id: int, public_ids: Sequence[str]) -> dict[str, Document]:
    """The organisation's documents among `public_ids`; one statement."""
    wanted = [public_id for public_id in public_ids if parse_id(public_id) == public_id]
    found = select(Document).where(Document.organisation_id == organisation_id, Document.public_id.in_(wanted))
    return {document.public_id: document for document in db.session.scalars(found)}


def assessment(found: Filing, attached_documents: Sequence[tuple[str, Document]]) -> Assessment:
    """What stands between the draft and its submission today, or stood for a submitted filing on its day."""
    roles = [role for role, _document in attached_documents]
    return assess(
        kind=kinds.of(found.asset_kind),
        raw=found.fields,
        documents={role: roles.count(role) for role in roles},
        filed_on=found.submitted_at.date() if found.submitted_at else clock.today(),
    )


def filings_of(
    organisation_id: int,
    *,
    status: str | None = None,
    asset_kind: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = 25,
) -> Page[Filing]:
    """An organisation's filings, newest first; office decisions stand on their case's page.

    `status` is one of a filing, or WITH_OFFICE for every application the office has yet to decide on.
    """
    statement = select(Filing).where(Filing.organisation_id == organisation_id, Filing.kind != "office_decision")
    if status == WITH_OFFICE:
        statement = statement.where(*_WITH_THE_OFFICE)
    elif status:
        statement = statement.where(Filing.status == status)
    if asset_kind:
        statement = statement.where(Filing.asset_kind == asset_kind)
    if kind:
        statement = statement.where(Filing.kind == kind)
    return apart.page(statement, *SEALED, order=Descending(Filing.id), after=after, limit=limit)


def queue(
    *,
    status: str | None = None,
    asset_kind: str | None = None,
    registrar_id: int | None = None,
    after: str | None = None,
    limit: int = 25,
) -> Page[Filing]:
    """Registrations to be examined, oldest first, with their organisations; `registrar_id` narrows to one's cases."""
    statement = select(Filing).where(Filing.kind == "registration").options(joinedload(Filing.organisation))
    statement = statement.where(Filing.status == status if status else Filing.status.in_(lifecycle.QUEUE))
    if asset_kind:
        statement = statement.where(Filing.asset_kind == asset_kind)
    if registrar_id is not None:
        statement = statement.where(Filing.registrar_id == registrar_id)
    return apart.page(statement, *SEALED, order=Filing.id, after=after, limit=limit)


def queue_counts() -> dict[str, int]:
    """Status -> how many registrations stand there; one statement."""
    counted = (
        select(Filing.status, func.count().label("number"))
        .where(Filing.kind == "registration", Filing.status != lifecycle.DRAFT)
        .group_by(Filing.status)
    )
    return {row.status: row.number for row in db.session.execute(counted)}


def follow_ups(case_id: int) -> list[Filing]:
    """Amendments, decisions and withdrawal of a case that were submitted, oldest first; one statement."""
    found = select(Filing).where(Filing.about_id == case_id, Filing.status != lifecycle.DRAFT).order_by(Filing.id)
    return list(db.session.scalars(found))


def latest_submission(case: Filing) -> Filing:
    """The newest amendment of a case, or the registration itself: what the register is asked to say."""
    found = (
        select(Filing)
        .where(Filing.about_id == case.id, Filing.kind == "amendment", Filing.status != lifecycle.DRAFT)
        .order_by(Filing.id.desc())
        .limit(1)
    )
    return db.session.scalars(found).one_or_none() or case


def open_answer(case_id: int) -> Filing | None:
    """The draft amendment of a case, if one has been begun."""
    found = select(Filing).where(Filing.about_id == case_id, Filing.status == lifecycle.DRAFT)
    return db.session.scalars(found).one_or_none()


def latest_decision(case_id: int) -> Filing | None:
    found = (
        select(Filing)
        .where(Filing.about_id == case_id, Filing.kind == "office_decision")
        .order_by(Filing.id.desc())
        .limit(1)
    )
    return db.session.scalars(found).one_or_none()


def shown_statuses(filings: Sequence[Filing]) -> dict[int, str]:
    """Filing id -> the status people may read: nothing counts before its record is in a signed checkpoint."""
    states = evidence.inclusion_states(
        {found.latest_record_id for found in filings if found.latest_record_id is not None}
    )
    return {found.id: _shown(found, states.get(found.latest_record_id or 0)) for found in filings}


def _shown(found: Filing, state: str | None) -> str:
    if found.status == lifecycle.DRAFT:
        return lifecycle.DRAFT
    if state == evidence.AWAITING:
        return AWAITING_INCLUSION
    return RECORDED if found.status == lifecycle.SUBMITTED else found.status


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest filings of a sort and how many there are in all."""

    items: Sequence[Filing]
    total: int


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for the organisation's people: its drafts, deficient cases and cases with the office."""

    drafts: Newest
    deficient: Newest
    running: Newest


def to_do(organisation_id: int, *, limit: int = 10) -> ToDo:
    """Open work of an organisation, newest first; three statements."""
    own = select(Filing).where(Filing.organisation_id == organisation_id)
    return ToDo(
        _newest(own.where(Filing.status == lifecycle.DRAFT), limit),
        _newest(own.where(Filing.status == lifecycle.DEFICIENT), limit),
        _newest(own.where(*_WITH_THE_OFFICE), limit),
    )


def _newest(statement: Select[Filing], limit: int) -> Newest:
    counted = apart.closed(statement, *SEALED).add_columns(func.count().over().label("total"))
    rows = db.session.execute(counted.order_by(Filing.id.desc()).limit(limit)).all()
    return Newest([apart.opened(row, *SEALED) for row in rows], rows[0].total if rows else 0)

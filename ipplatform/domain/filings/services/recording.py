"""Putting a submission into the log: the manifest's fields and documents, and the case's newest record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor, Names
from ipplatform.domain.assets.documents import digest_of
from ipplatform.domain.assets.models import Document
from ipplatform.domain.audit import services as audit
from ipplatform.domain.evidence import services as evidence
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.services import NewRecord
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.foundation import rows
from ipplatform.foundation.db import db
from ipplatform.foundation.ids import new_public_id

Attachment = tuple[str, Document]
REGISTRATION = "registration"


def key_of(public_id: str) -> str:
    """The record's idempotency key: one filing has one record, whatever is repeated."""
    return f"filing/{public_id}"


def submitter_of(actor: Actor, organisation_id: int, *, office: bool = False) -> dict[str, Any]:
    """Who submits, as the manifest says it: public ids, and the organisation's name at that time."""
    names = accounts.names(actor)
    if office or names is None:
        return {"office": True, "person": None if names is None else names.person}
    return {"office": False, "person": names.person, **_organisation(names, actor, organisation_id)}


def _organisation(names: Names, actor: Actor, organisation_id: int) -> dict[str, Any]:
    if organisation_id == actor.organisation_id:
        return {"organisation": names.organisation, "organisation_name": names.organisation_name}
    organisation = accounts.organisation(organisation_id)
    return {"organisation": organisation.public_id, "organisation_name": organisation.name}


def append(
    *,
    actor: Actor,
    filing: Filing,
    content: dict[str, Any],
    attachments: Sequence[Attachment],
    office: bool = False,
) -> Record:
    """Write the record of `filing` in the current transaction; one filing has one record, whatever is repeated."""
    return evidence.append(
        organisation_id=filing.organisation_id,
        filing=filing.public_id,
        kind=filing.kind,
        asset=filing.asset,
        submitter=submitter_of(actor, filing.organisation_id, office=office),
        fields=content,
        documents=[digest_of(document, role=role) for role, document in attachments],
        idempotency_key=key_of(filing.public_id),
    )


def submit_row(
    *, actor: Actor, filing: Filing, content: dict[str, Any], attachments: Sequence[Attachment], office: bool = False
) -> Filing:
    """Append `filing` to the log and mark it submitted; the case it belongs to has a newest record from now on."""
    record = append(actor=actor, filing=filing, content=content, attachments=attachments, office=office)
    _mark(filing, record, content)
    db.session.add(filing)
    db.session.flush()
    _note(actor, filing, attachments)
    return filing


@dataclass(frozen=True, slots=True)
class NewFiling:
    """A registration nobody has seen as a draft, ready to be written with its record."""

    filing: Filing
    record: NewRecord
    attachments: Sequence[Attachment]


def new_filing(
    *,
    actor: Actor,
    organisation_id: int,
    asset_kind: str,
    fields: dict[str, Any],
    content: dict[str, Any],
    attachments: Sequence[Attachment],
    idempotency_key: str,
    request_digest: str,
) -> NewFiling:
    """What `write_new` will write; everything that takes time is done here, before anybody's write lock."""
    public_id, asset = new_public_id(), new_public_id()
    record = evidence.new_record(
        organisation_id=organisation_id,
        filing=public_id,
        kind=REGISTRATION,
        asset=asset,
        submitter=submitter_of(actor, organisation_id),
        fields=content,
        documents=[digest_of(document, role=role) for role, document in attachments],
        idempotency_key=key_of(public_id),
        digest=request_digest,
    )
    filing = rows.made(
        Filing,
        public_id=public_id,
        organisation_id=organisation_id,
        kind=REGISTRATION,
        asset_kind=asset_kind,
        asset=asset,
        status=lifecycle.SUBMITTED,
        fields=fields,
        content=content,
        idempotency_key=idempotency_key,
        request_digest=request_digest,
        created_by_id=actor.person_id,
        changed_at=record.record.created_at,
        submitted_at=record.record.created_at,
    )
    return NewFiling(filing, record, attachments)


def write_new(actor: Actor, new: NewFiling) -> bool:
    """As `submit_row`, with one statement a table.

    False when the organisation's key of the filing was used at this moment by another; then nothing is written.
    """
    filing, record = new.filing, evidence.enter(new.record)
    filing.record_id = filing.latest_record_id = record.id
    if not rows.insert_unless_there(filing):
        evidence.take_back(record)
        return False
    rows.insert_all(
        FilingDocument,
        [{"filing_id": filing.id, "document_id": document.id, "role": role} for role, document in new.attachments],
    )
    _note(actor, filing, new.attachments)
    return True


def _mark(filing: Filing, record: Record, content: dict[str, Any]) -> None:
    filing.content = content
    filing.record_id = filing.latest_record_id = record.id
    filing.status = "submitted"
    filing.submitted_at = filing.changed_at = record.created_at


def _note(actor: Actor, filing: Filing, attachments: Sequence[Attachment]) -> None:
    audit.record(
        actor=actor,
        action="filing.submit",
        subject_kind="filing",
        subject=filing.public_id,
        kind=filing.kind,
        documents=len(attachments),
    )

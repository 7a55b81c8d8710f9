"""Putting a submission into the log: the manifest's fields and documents, and the case's newest record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.assets.documents import digest_of
from ipplatform.domain.assets.models import Document
from ipplatform.domain.audit import services as audit
from ipplatform.domain.evidence import services as evidence
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import db

Attachment = tuple[str, Document]


def submitter_of(actor: Actor, organisation_id: int, *, office: bool = False) -> dict[str, Any]:
    """Who submits, as the manifest says it: public ids, and the organisation's name at that time."""
    person = accounts.person(actor.person_id).public_id if actor.person_id is not None else None
    if office or actor.person_id is None:
        return {"office": True, "person": person}
    organisation = accounts.organisation(organisation_id)
    return {
        "office": False,
        "person": person,
        "organisation": organisation.public_id,
        "organisation_name": organisation.name,
    }


def append(
    *, actor: Actor, filing: Filing, content: dict[str, Any], attachments: Sequence[Attachment], office: bool = False
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
        idempotency_key=f"filing/{filing.public_id}",
    )


def submit_row(
    *, actor: Actor, filing: Filing, content: dict[str, Any], attachments: Sequence[Attachment], office: bool = False
) -> Filing:
    """Append `filing` to the log and mark it submitted; the case it belongs to has a newest record from now on."""
    record = append(actor=actor, filing=filing, content=content, attachments=attachments, office=office)
    filing.content = content
    filing.record_id = record.id
    filing.latest_record_id = record.id
    filing.status = "submitted"
    filing.submitted_at = _moment(record)
    filing.changed_at = _moment(record)
    db.session.add(filing)
    db.session.flush()
    audit.record(
        actor=actor,
        action="filing.submit",
        subject_kind="filing",
        subject=filing.public_id,
        kind=filing.kind,
        documents=len(attachments),
    )
    return filing


def _moment(record: Record) -> datetime:
    return record.created_at

"""Drafts: begun, saved on every field, their documents attached; nothing typed is ever refused or lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.assets.models import Document
from ipplatform.domain.audit import services as audit
from ipplatform.domain.filings import kinds
from ipplatform.domain.filings.definition import Kind
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.domain.filings.permissions import DRAFT
from ipplatform.foundation import clock, settings
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import parse_id

UNKNOWN_KIND = _l("Choose what you want to register.")
SUBMITTED = _l("This filing has been submitted and can no longer be changed.")


class DraftChanged(Conflict):
    """Another tab or person changed the same task since; `detail` has the task and the draft's version."""

    code = "draft_changed"
    default = _l("This page was changed in another window since you opened it.")


def start_draft(*, actor: Actor, asset_kind: str, organisation_id: int | None = None) -> Filing:
    """A new draft of a registration, its owner filled in with the organisation. Invalid for an unknown kind."""
    organisation_id = organisation_id if organisation_id is not None else actor.organisation_id
    if organisation_id is None:
        raise NotFound
    organisation = accounts.organisation(organisation_id)
    require(DRAFT, actor, organisation)
    if kinds.get(asset_kind) is None:
        raise Invalid({"kind": [UNKNOWN_KIND]})
    owner = {"name": organisation.name, "country": organisation.country, "share": "1/1"}
    filing = Filing(
        organisation_id=organisation_id,
        kind="registration",
        asset_kind=asset_kind,
        created_by_id=actor.person_id,
        fields={"owners": [owner]},
    )
    db.session.add(filing)
    db.session.flush()
    _note(actor, filing, "start")
    return filing


def save_draft(
    *, actor: Actor, filing_id: int, task: str, answers: Mapping[str, Any], version: int | None = None
) -> Filing:
    """Keep the answers of one task as typed, valid or not.

    `version` is the draft's version when the page was made: DraftChanged when the task changed after it and says
    something else now. None overwrites.
    """
    filing = _draft(actor, filing_id)
    found = kinds.of(filing.asset_kind).task(task)
    if found is None:
        raise NotFound
    names = found.made_schema.fields
    merged = {**filing.fields, **{name: value for name, value in answers.items() if name in names}}
    if merged == filing.fields:
        return filing
    if version is not None and filing.revisions.get(task, 0) > version:
        raise DraftChanged(detail={"task": task, "version": filing.version})
    filing.version += 1
    filing.revisions = {**filing.revisions, task: filing.version}
    filing.fields = merged
    filing.changed_at = clock.now()
    db.session.flush()
    return filing


def attach(*, actor: Actor, filing_id: int, role: str, document: Document) -> FilingDocument:
    """Add a received document; Invalid names the role when the kind has no such place or takes no such file."""
    filing = _draft(actor, filing_id)
    _require_place(filing, role, document)
    existing = db.session.scalars(
        select(FilingDocument).where(FilingDocument.filing_id == filing.id, FilingDocument.document_id == document.id)
    ).one_or_none()
    if existing is not None:
        existing.role = role
        return existing
    attached = FilingDocument(filing_id=filing.id, document_id=document.id, role=role)
    db.session.add(attached)
    filing.changed_at = clock.now()
    db.session.flush()
    _note(actor, filing, "attach", document=document.public_id, role=role)
    return attached


def require_draft(*, actor: Actor, filing: Filing) -> None:
    """What `attach` will demand, asked before a large file is sent: a draft, and somebody who may change it."""
    require(DRAFT, actor, filing)
    if filing.status != "draft":
        raise Conflict(SUBMITTED, code="not_a_draft")


def require_role(kind: Kind, role: str) -> None:
    """Invalid when the kind has no place of that name: said before a large file is sent."""
    if kind.role(role) is None:
        raise Invalid({"role": [_l("Choose what the document is.")]})


def require_room(filing: Filing) -> None:
    """Invalid when the filing already has as many documents as the zone allows."""
    count = db.session.scalar(select(func.count()).where(FilingDocument.filing_id == filing.id)) or 0
    require_at_most(count + 1)


def require_at_most(count: int) -> None:
    most = settings.current().filing_max_documents
    if count > most:
        raise Invalid({"documents": [_l("A filing can have %(most)s documents at most.", most=most)]})


def _require_place(filing: Filing, role: str, document: Document) -> None:
    if document.organisation_id != filing.organisation_id:
        raise NotFound
    require_role(kinds.of(filing.asset_kind), role)
    require_room(filing)
    require_fit(kinds.of(filing.asset_kind), role, document)


def require_fit(kind: Kind, role: str, document: Document) -> None:
    """Invalid when the kind has no such place for documents, or takes no such file there."""
    require_role(kind, role)
    place = kind.role(role)
    if place is not None and document.media_type not in place.media_types:
        message = _l(
            "%(name)s is a file of type %(type)s, which is not taken here.",
            name=document.name,
            type=document.media_type,
        )
        raise Invalid({f"documents.{role}": [message]}, code="media_type")


def detach(*, actor: Actor, filing_id: int, document: str) -> None:
    """Take a document (public id) off the draft; NotFound when it is not there."""
    filing = _draft(actor, filing_id)
    attached = db.session.scalars(
        select(FilingDocument)
        .join(Document, Document.id == FilingDocument.document_id)
        .where(FilingDocument.filing_id == filing.id, Document.public_id == (parse_id(document) or ""))
    ).one_or_none()
    if attached is None:
        raise NotFound
    db.session.delete(attached)
    filing.changed_at = clock.now()
    db.session.flush()
    _note(actor, filing, "detach", document=document, role=attached.role)


def discard(*, actor: Actor, filing_id: int) -> None:
    """Throw a draft away for good, on the person's explicit wish."""
    filing = _draft(actor, filing_id)
    _note(actor, filing, "discard")
    db.session.execute(delete(FilingDocument).where(FilingDocument.filing_id == filing.id))
    db.session.delete(filing)
    db.session.flush()


def _draft(actor: Actor, filing_id: int) -> Filing:
    filing = lock_row(Filing, filing_id)
    if filing is None:
        raise NotFound
    require_draft(actor=actor, filing=filing)
    return filing


def _note(actor: Actor, filing: Filing, verb: str, **detail: Any) -> None:
    audit.record(actor=actor, action=f"filing.{verb}", subject_kind="filing", subject=filing.public_id, **detail)

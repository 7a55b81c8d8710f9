"""Documents of a draft: streamed in one at a time, shown with size, pages and digest, and removed only on request."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.assets import documents
from ipplatform.domain.assets.models import Document
from ipplatform.domain.evidence.erasure.access import require_content
from ipplatform.domain.filings import kinds, queries, services
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.entrypoints.http import csrf, downloads, uploads
from ipplatform.entrypoints.http.access import accepts_upload, member
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.holder.filing_pages import document_address, own_filing
from ipplatform.foundation import storage
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import DomainError, Invalid, NotFound
from ipplatform.foundation.i18n import _, plain

blueprint = Blueprint("filing_documents", __name__, url_prefix="/filings/<filing>/documents")


@blueprint.get("")
@member
def index(filing: str) -> ResponseReturnValue:
    found = own_filing(filing)
    if found.status != lifecycle.DRAFT:
        return redirect(url_for("filings.show", filing=found.public_id), 303)
    return _page(found)


@blueprint.post("")
@accepts_upload
@member
def add(filing: str) -> ResponseReturnValue:
    """A plain form with one file; the token is checked from the form's first part, before the file is read."""
    upload = uploads.receive()
    uploads.check_csrf(upload)
    try:
        document = _receive(own_filing(filing), upload)
    except Invalid as error:
        db.session.rollback()
        return _page(own_filing(filing), error.fields, upload.fields.get("role", "")), 422
    flash(_("%(name)s has been added.", name=document.name), "success")
    return redirect(url_for(".index", filing=filing), 303)


csrf.exempt(add)


@blueprint.post("/raw")
@accepts_upload
@member
def add_raw(filing: str) -> ResponseReturnValue:
    """The bytes of one file as the body (`?name=…&role=…`), for a page that shows progress. JSON."""
    upload = uploads.receive()
    try:
        document = _receive(own_filing(filing), upload)
    except DomainError as error:
        db.session.rollback()
        fields = error.fields if isinstance(error, Invalid) else {}
        messages = [message for found in fields.values() for message in found] or [error.message]
        return jsonify(code=error.code, messages=plain(messages)), error.status
    return jsonify(id=document.public_id, name=document.name, size=document.size, sha256=document.sha256), 201


@blueprint.get("/<document>")
@member
def download(filing: str, document: str) -> ResponseReturnValue:
    found = own_filing(filing)
    held = queries.attached(found.id, document)
    if held is None:
        require_content(found.public_id)
        raise NotFound
    return downloads.send(held)


@blueprint.post("/<document>/remove")
@member
def remove(filing: str, document: str) -> ResponseReturnValue:
    found = own_filing(filing)
    services.detach(actor=actor(), filing_id=found.id, document=document)
    flash(_("The document has been removed from the draft."), "success")
    return redirect(url_for(".index", filing=found.public_id), 303)


def _receive(found: Filing, upload: uploads.Upload) -> Document:
    role = upload.fields.get("role", "")
    services.require_draft(actor=actor(), filing=found)
    services.require_role(kinds.of(found.asset_kind), role)
    services.require_room(found)
    filing_id, organisation_id = found.id, found.organisation_id
    db.session.rollback()
    document = documents.receive(
        actor=actor(),
        stream=upload.chunks,
        name=upload.name,
        declared_type=upload.media_type,
        organisation_id=organisation_id,
    )
    try:
        services.attach(actor=actor(), filing_id=filing_id, role=role, document=document)
    except DomainError:
        storage.delete(document.storage_key)
        raise
    return document


def _page(found: Filing, errors: dict[str, list[Any]] | None = None, role: str = "") -> str:
    attached = queries.attachments(found.id)
    return render_template(
        "holder/filing_documents.html",
        filing=found,
        kind=kinds.of(found.asset_kind),
        attachments=attached,
        address_of=document_address(found),
        assessment=queries.assessment(found, attached),
        errors=[message for messages in (errors or {}).values() for message in messages],
        chosen=role or request.args.get("role", ""),
    )

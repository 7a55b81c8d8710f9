"""Filings: documents first, then the application that names them."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.views import MethodView

from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.assets import documents
from ipplatform.domain.filings import queries, services
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.permissions import READ
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.v1.filing_schemas import (
    AmendmentSchema,
    DocumentSchema,
    FilingFilterSchema,
    FilingPageSchema,
    KeySchema,
    NewFilingSchema,
    UploadQuerySchema,
    WholeFilingSchema,
    WithdrawalSchema,
    document,
    just_filed,
    line,
    whole,
)
from ipplatform.entrypoints.http import uploads
from ipplatform.entrypoints.http.access import accepts_upload, direct, token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import Forbidden, NotFound
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("api_filings", __name__, description="Applications and what becomes of them")
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]
RAW = {"schema": {"type": "string", "format": "binary"}}
FORM = {"schema": {"type": "object", "properties": {"file": RAW["schema"]}, "required": ["file"]}}
BODY = {"required": True, "content": {"application/octet-stream": RAW, "multipart/form-data": FORM}}


@blueprint.route("/documents")
class Documents(MethodView):
    @blueprint.arguments(UploadQuerySchema, location="query")
    @blueprint.response(201, DocumentSchema)
    @blueprint.doc(security=BEARER, requestBody=BODY)
    @accepts_upload
    @token("filings:write")
    def post(self, query: dict[str, Any]) -> dict[str, Any]:
        """Upload a document: the file as the body with ?name=, or a form with a part named file"""
        organisation_id = _organisation_id()
        upload = uploads.receive()
        received = documents.receive(
            actor=actor(),
            stream=upload.chunks,
            name=upload.name,
            declared_type=upload.media_type,
            organisation_id=organisation_id,
        )
        return document(received)


@blueprint.route("/filings")
class Filings(MethodView):
    @blueprint.arguments(FilingFilterSchema, location="query")
    @blueprint.response(200, FilingPageSchema)
    @blueprint.doc(security=BEARER)
    @token("filings:read")
    def get(self, filters: dict[str, Any]) -> dict[str, Any]:
        """The filings of the token's organisation, newest first"""
        page = queries.filings_of(_organisation_id(), **filters)
        statuses = queries.shown_statuses(page.items)
        return {"items": [line(one, statuses[one.id]) for one in page.items], "next": page.next_cursor}

    @blueprint.arguments(KeySchema, location="headers")
    @blueprint.arguments(NewFilingSchema)
    @blueprint.response(201, WholeFilingSchema)
    @blueprint.alt_response(200, schema=WholeFilingSchema, description="The same request was made before", success=True)
    @blueprint.alt_response(409, description="The key was used for another request", success=False)
    @blueprint.doc(security=BEARER)
    @direct
    @token("filings:write")
    def post(self, headers: dict[str, str], sent: dict[str, Any]) -> Any:
        """Submit an application"""
        filed = services.file(
            actor=actor(),
            organisation_id=_organisation_id(),
            asset_kind=sent["kind"],
            fields=sent["fields_"],
            documents=[(one["role"], one["id"]) for one in sent["documents"]],
            idempotency_key=headers["key"],
        )
        if filed.assessment is None:
            return whole(filed.filing), 200
        return jsonify(just_filed(filed.filing, filed.assessment, filed.attachments)), 201


@blueprint.route("/filings/<string:filing_id>")
class OneFiling(MethodView):
    @blueprint.response(200, WholeFilingSchema)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.doc(security=BEARER)
    @token("filings:read")
    def get(self, filing_id: str) -> dict[str, Any]:
        """A filing with its content, documents and decisions"""
        return whole(_own(filing_id))


@blueprint.route("/filings/<string:filing_id>/amendments")
class Amendments(MethodView):
    @blueprint.arguments(KeySchema, location="headers")
    @blueprint.arguments(AmendmentSchema)
    @blueprint.response(201, WholeFilingSchema)
    @blueprint.alt_response(200, schema=WholeFilingSchema, description="The same request was made before", success=True)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(409, description="The application is not deficient", success=False)
    @blueprint.doc(security=BEARER)
    @token("filings:write")
    def post(self, headers: dict[str, str], sent: dict[str, Any], filing_id: str) -> Any:
        """Answer a deficiency with an amended application"""
        named = sent["documents"]
        answer, new = services.amend(
            actor=actor(),
            filing_id=_own(filing_id).id,
            fields=sent["fields_"],
            documents=None if named is None else [(one["role"], one["id"]) for one in named],
            idempotency_key=headers["key"],
        )
        return whole(answer), 201 if new else 200


@blueprint.route("/filings/<string:filing_id>/withdrawal")
class Withdrawal(MethodView):
    @blueprint.arguments(WithdrawalSchema)
    @blueprint.response(200, WholeFilingSchema)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(409, description="The application has been decided or withdrawn", success=False)
    @blueprint.doc(security=BEARER)
    @token("filings:write")
    def post(self, sent: dict[str, Any], filing_id: str) -> dict[str, Any]:
        """Withdraw an application before it is decided"""
        found = _own(filing_id)
        services.withdraw(actor=actor(), filing_id=found.id, reason=sent["reason"])
        return whole(found)


def _own(filing_id: str) -> Filing:
    found = queries.filing(parse_id(filing_id) or "")
    if found is None or found.organisation_id != _organisation_id():
        raise NotFound
    require(READ, actor(), found)
    return found


def _organisation_id() -> int:
    organisation_id = actor().organisation_id
    if organisation_id is None:
        raise Forbidden(_("This token acts for no organisation."), code="no_organisation")
    return organisation_id

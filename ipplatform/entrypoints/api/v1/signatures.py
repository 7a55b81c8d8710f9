"""Signatures of holders over their filings."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields

from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence.holder import queries, services
from ipplatform.domain.evidence.holder.permissions import SEE_SIGNATURES
from ipplatform.domain.evidence.holder.schemas import NewSignatureSchema
from ipplatform.domain.evidence.models import Record
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint(
    "api_signatures", __name__, url_prefix="/filings", description="Signatures of holders over their filings"
)
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]


class SignatureSchema(Schema):
    id = fields.String(attribute="public_id", required=True)
    person = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    key = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["passkey", "uploaded"]})
    algorithm = fields.String(required=True)
    key_sha256 = fields.String(attribute="fingerprint", required=True)
    signed_at = fields.DateTime(required=True)
    key_revoked_at = fields.DateTime(attribute="revoked_at", allow_none=True)
    record = fields.String(attribute="log_record", required=True, metadata={"description": "Its record in the log"})


class SignaturesSchema(Schema):
    items = fields.List(fields.Nested(SignatureSchema), required=True)


@blueprint.route("/<string:filing_id>/signatures")
class Signatures(MethodView):
    @blueprint.response(200, SignaturesSchema)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.doc(security=BEARER)
    @token("filings:read")
    def get(self, filing_id: str) -> dict[str, Any]:
        """Who signed the filing, in the order they signed"""
        return {"items": queries.signatures(_record(filing_id).id)}

    @blueprint.arguments(NewSignatureSchema)
    @blueprint.response(201, SignaturesSchema)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(409, description="Not a filing of the organisation's own, or erased", success=False)
    @blueprint.doc(security=BEARER)
    @token("filings:write")
    def post(self, sent: dict[str, Any], filing_id: str) -> dict[str, Any]:
        """Sign with an uploaded key; repeating the request leaves one signature"""
        filing, key = parse_id(filing_id) or "", parse_id(sent["key"]) or ""
        signature = sent["signature"].encode()
        made = services.sign_with_key(actor=actor(), filing=filing, key=key, signature=signature)
        return {"items": queries.signatures(made.record_id)}


@blueprint.route("/<string:filing_id>/signatures/message")
class Message(MethodView):
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(409, description="Not a filing of the organisation's own, or erased", success=False)
    @blueprint.doc(security=BEARER)
    @token("filings:read")
    def get(self, filing_id: str) -> Response:
        """The exact bytes to sign: the context's line, then the manifest"""
        record = _record(filing_id)
        data = services.to_sign(record)
        return Response(data, mimetype="application/octet-stream")


def _record(filing_id: str) -> Record:
    record = evidence.record_by_filing(parse_id(filing_id) or "")
    if record is None:
        raise NotFound
    require(SEE_SIGNATURES, actor(), record)
    return record

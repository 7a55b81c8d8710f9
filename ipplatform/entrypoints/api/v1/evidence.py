"""Proofs and bundles of filings."""

from __future__ import annotations

import base64
from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.domain.evidence.time import queries as times
from ipplatform.domain.evidence.time import stamping
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.http import bundles, certificates
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("evidence", __name__, url_prefix="/filings", description="What proves a filing")


class ProofSchema(Schema):
    filing = fields.String(required=True, metadata={"description": "Public id of the filing"})
    state = fields.String(required=True, metadata={"enum": ["awaiting", "included"]})
    commitment = fields.String(required=True, metadata={"description": "64 hexadecimal digits"})
    entry = fields.String(required=True, metadata={"description": "The public leaf, canonical JSON"})
    index = fields.Integer(allow_none=True)
    size = fields.Integer(required=True, metadata={"description": "Entries in the latest checkpoint"})
    path = fields.List(fields.String(), required=True, metadata={"description": "Hashes in base64, sibling first"})
    checkpoint = fields.String(allow_none=True, metadata={"description": "Signed note (c2sp.org/tlog-checkpoint)"})


class TimeStampSchema(Schema):
    filing = fields.String(required=True, metadata={"description": "Public id of the filing"})
    state = fields.String(required=True, metadata={"enum": ["stamped", "asked"]})
    not_before = fields.AwareDateTime(allow_none=True, metadata={"description": "Last stamp of the log without it"})
    not_after = fields.AwareDateTime(allow_none=True, metadata={"description": "First stamp of the log with it"})
    authorities = fields.List(fields.String(), required=True, metadata={"description": "Who stamped it"})


@blueprint.route("/<number>/proof")
class Proof(MethodView):
    @blueprint.response(200, ProofSchema)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.doc(security=[{"bearer": []}])
    @token("filings:read")
    def get(self, number: str) -> dict[str, Any]:
        """The public proof of inclusion of a filing."""
        record = _record(number)
        receipt = queries.receipt(record)
        proof = receipt.proof
        return {
            "filing": record.public_id,
            "state": receipt.state,
            "commitment": record.commitment.hex(),
            "entry": record.leaf.decode(),
            "index": proof.index if proof else None,
            "size": receipt.size,
            "path": [base64.b64encode(item).decode() for item in proof.path] if proof else [],
            "checkpoint": proof.checkpoint.decode() if proof else None,
        }


@blueprint.route("/<number>/evidence")
class Evidence(MethodView):
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(
        409, description="The filing still awaits inclusion in the log, or what is stored was changed", success=False
    )
    @blueprint.doc(security=[{"bearer": []}])
    @token("filings:read")
    def get(self, number: str) -> Response:
        """The bundle of evidence: everything for the holder, the public part for others."""
        record = _record(number)
        return bundles.answer_member(record, with_filing=allows(PERMISSIONS["bundle.full"], actor(), record))


class LanguageSchema(Schema):
    language = fields.String(
        validate=OneOf(["en", "zh"]), metadata={"description": "Of the certificate; else as Accept-Language asks"}
    )


@blueprint.route("/<number>/certificate")
class Certificate(MethodView):
    @blueprint.arguments(LanguageSchema, location="query")
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
    @blueprint.alt_response(403, description="It shows what is not published", success=False)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(409, description="The filing still awaits inclusion in the log", success=False)
    @blueprint.alt_response(410, description="The content of the filing was erased", success=False)
    @blueprint.doc(security=[{"bearer": []}])
    @token("filings:read")
    def get(self, _args: dict[str, Any], number: str) -> Response:
        """The certificate of a filing as PDF/A-3, signed (PAdES), with the proof attached; for people."""
        return certificates.answer(number)


@blueprint.route("/<number>/time-stamp")
class TimeStamp(MethodView):
    @blueprint.response(200, TimeStampSchema)
    @blueprint.alt_response(202, schema=TimeStampSchema, description="The authorities are being asked; ask again")
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(
        409, description="No authority is configured, or the filing awaits inclusion", success=False
    )
    @blueprint.doc(security=[{"bearer": []}])
    @token("filings:write")
    def post(self, number: str) -> tuple[dict[str, Any], int]:
        """Have the time-stamping authorities stamp the log for a filing of one's own; the same again once they have."""
        record = _record(number)
        state = stamping.request(actor=actor(), record=record)
        found = times.interval(record.leaf_index)
        answer = {
            "filing": record.public_id,
            "state": state,
            "not_before": found.not_before,
            "not_after": found.not_after,
            "authorities": list(found.names),
        }
        return answer, 200 if state == "stamped" else 202


def _record(number: str) -> Record:
    record = queries.record_by_filing(parse_id(number) or "")
    if record is None:
        raise NotFound
    return record

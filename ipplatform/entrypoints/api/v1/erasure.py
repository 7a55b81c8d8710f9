"""Requests for erasure and legal holds."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.evidence.erasure import holds, queries, rules, services
from ipplatform.domain.evidence.erasure.models import ErasureRequest, LegalHold
from ipplatform.domain.evidence.erasure.permissions import LIST, SEE
from ipplatform.domain.evidence.erasure.schemas import (
    EntrySchema,
    HoldSchema,
    LiftSchema,
    RefusalSchema,
    RequestSchema,
)
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.http.access import token, writes
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("api_erasure", __name__, description="Erasure of content, and holds against it")
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]


class ErasureSchema(Schema):
    id = fields.String(attribute="public_id", required=True)
    filing = fields.String(attribute="record.public_id", required=True)
    state = fields.String(required=True, metadata={"enum": list(rules.STATES)})
    origin = fields.String(required=True, metadata={"enum": ["holder", "office"]})
    ground = fields.String(required=True, metadata={"enum": list(rules.GROUNDS)})
    requested_at = fields.DateTime(required=True)
    approvals = fields.Function(lambda found: len(found.approvals), metadata={"type": "integer"})
    refused_because = fields.String(allow_none=True, metadata={"enum": [*rules.REFUSALS, None]})
    refusal = fields.String(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    completed_at = fields.DateTime(allow_none=True, metadata={"description": "When its files were destroyed"})


class HeldSchema(Schema):
    id = fields.String(attribute="public_id", required=True)
    subject = fields.String(required=True, metadata={"description": "Public id of the filing or asset"})
    subject_kind = fields.String(required=True, metadata={"enum": ["filing", "asset"]})
    reason = fields.String(required=True)
    authority = fields.String(required=True)
    reference = fields.String(required=True)
    until = fields.Date(allow_none=True)
    placed_at = fields.DateTime(required=True)
    lift_asked_at = fields.DateTime(allow_none=True)
    lifted_at = fields.DateTime(allow_none=True)


class FilterSchema(Schema):
    state = fields.String(load_default="open", validate=validate.OneOf(["open", "all", *rules.STATES]))
    after = fields.String(load_default=None)
    limit = fields.Integer(load_default=25, validate=validate.Range(1, 100))


class ErasurePageSchema(Schema):
    items = fields.List(fields.Nested(ErasureSchema), required=True)
    next = fields.String(allow_none=True, attribute="next_cursor")


@blueprint.route("/filings/<string:filing_id>/erasure")
class FilingErasure(MethodView):
    @blueprint.response(200, ErasureSchema)
    @blueprint.alt_response(404, description="No request about this filing", success=False)
    @blueprint.doc(security=BEARER)
    @token("filings:read")
    def get(self, filing_id: str) -> ErasureRequest:
        """The newest request about a filing"""
        found = queries.newest_request(parse_id(filing_id) or "")
        if found is None:
            raise NotFound
        require(SEE, actor(), found)
        return found

    @blueprint.arguments(RequestSchema)
    @blueprint.response(201, ErasureSchema)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(409, description="It cannot be erased now, or a request is open already", success=False)
    @blueprint.doc(security=BEARER)
    @token("filings:write")
    def post(self, sent: dict[str, Any], filing_id: str) -> ErasureRequest:
        """Ask that a filing's content be erased, with its whole case"""
        return services.request(actor=actor(), filing=parse_id(filing_id) or "", **sent)


@blueprint.route("/office/erasures")
class Erasures(MethodView):
    @blueprint.arguments(FilterSchema, location="query")
    @blueprint.response(200, ErasurePageSchema)
    @blueprint.doc(security=BEARER)
    @token("office:read")
    def get(self, filters: dict[str, Any]) -> Any:
        """Requests, newest first"""
        require(LIST, actor())
        return queries.requests(**filters)

    @blueprint.arguments(EntrySchema)
    @blueprint.response(201, ErasureSchema)
    @blueprint.alt_response(404, description="No such filing", success=False)
    @blueprint.alt_response(409, description="It cannot be erased now, or a request is open already", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:write")
    def post(self, sent: dict[str, Any]) -> ErasureRequest:
        """Enter a person's written request"""
        return services.enter(actor=actor(), **sent)


@blueprint.route("/office/erasures/<string:request_id>/approval")
class ErasureApproval(MethodView):
    @blueprint.response(200, ErasureSchema)
    @blueprint.alt_response(403, description="You asked for it, or have approved it already", success=False)
    @blueprint.alt_response(404, description="No such request", success=False)
    @blueprint.alt_response(409, description="Decided, or under a legal hold", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:write")
    def post(self, request_id: str) -> ErasureRequest:
        """Approve; the second approval erases"""
        return services.approve(actor=actor(), request=parse_id(request_id) or "")


@blueprint.route("/office/erasures/<string:request_id>/refusal")
class ErasureRefusal(MethodView):
    @blueprint.arguments(RefusalSchema)
    @blueprint.response(200, ErasureSchema)
    @blueprint.alt_response(404, description="No such request", success=False)
    @blueprint.alt_response(409, description="Decided already", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:write")
    def post(self, sent: dict[str, Any], request_id: str) -> ErasureRequest:
        """Refuse with a ground of the law and words"""
        return services.refuse(actor=actor(), request=parse_id(request_id) or "", **sent)


@blueprint.route("/office/holds")
class Holds(MethodView):
    @blueprint.arguments(HoldSchema)
    @blueprint.response(201, HeldSchema)
    @blueprint.alt_response(404, description="No such filing or asset", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:write")
    def post(self, sent: dict[str, Any]) -> LegalHold:
        """Hold a filing or an asset against erasure"""
        return holds.place(actor=actor(), **sent)


@blueprint.route("/office/holds/<string:hold_id>")
class OneHold(MethodView):
    @blueprint.response(200, HeldSchema)
    @blueprint.alt_response(404, description="No such hold", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:read")
    @writes
    def get(self, hold_id: str) -> LegalHold:
        """A hold with its reason"""
        return holds.read(actor=actor(), hold=parse_id(hold_id) or "")


@blueprint.route("/office/holds/<string:hold_id>/lifting")
class HoldLifting(MethodView):
    @blueprint.arguments(LiftSchema)
    @blueprint.response(200, HeldSchema)
    @blueprint.alt_response(404, description="No such hold", success=False)
    @blueprint.alt_response(409, description="The hold has ended", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:write")
    def post(self, sent: dict[str, Any], hold_id: str) -> LegalHold:
        """Ask for a hold to be lifted"""
        return holds.ask_to_lift(actor=actor(), hold=parse_id(hold_id) or "", **sent)


@blueprint.route("/office/holds/<string:hold_id>/end")
class HoldEnd(MethodView):
    @blueprint.response(200, HeldSchema)
    @blueprint.alt_response(403, description="You asked for it yourself", success=False)
    @blueprint.alt_response(404, description="No such hold", success=False)
    @blueprint.alt_response(409, description="Nobody asked, or the hold has ended", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:write")
    def post(self, hold_id: str) -> LegalHold:
        """Lift a hold, as the second person"""
        return holds.lift(actor=actor(), hold=parse_id(hold_id) or "")

"""Agreements: the document, and signing it."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.views import MethodView

from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.licensing import access, queries, services
from ipplatform.domain.licensing.models import Agreement
from ipplatform.domain.licensing.permissions import LIST
from ipplatform.domain.licensing.schemas import AgreementListSchema, SignSchema
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.v1 import licence_schemas as out
from ipplatform.entrypoints.http import downloads
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.errors import problem
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.i18n import _

blueprint = Blueprint("api_agreements", __name__, url_prefix="/agreements", description="Licences to be signed")


@blueprint.route("")
class Agreements(MethodView):
    @blueprint.arguments(AgreementListSchema, location="query")
    @blueprint.response(200, out.AgreementPageSchema)
    @blueprint.doc(security=out.BEARER)
    @token("licences:read")
    def get(self, filters: dict[str, Any]) -> Any:
        """The agreements of the token's organisation, newest first"""
        require(LIST, actor())
        return queries.agreements_of(actor().organisation_id or 0, **filters)


@blueprint.route("/<string:agreement_id>")
class OneAgreement(MethodView):
    @blueprint.response(200, out.AgreementSchema)
    @blueprint.doc(security=out.BEARER)
    @token("licences:read")
    def get(self, agreement_id: str) -> Agreement:
        """An agreement of the token's organisation, with its signatures and its filing once it is executed"""
        return access.visible_agreement(actor=actor(), reference=agreement_id)


@blueprint.route("/<string:agreement_id>/document")
class AgreementDocument(MethodView):
    @blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
    @blueprint.doc(security=out.BEARER)
    @token("licences:read")
    def get(self, agreement_id: str) -> Response:
        """The bytes both sides sign"""
        agreement = access.visible_agreement(actor=actor(), reference=agreement_id)
        return downloads.send(agreement.document)


@blueprint.route("/<string:agreement_id>/signature")
class AgreementSignature(MethodView):
    @blueprint.arguments(SignSchema)
    @blueprint.response(201, out.AgreementSchema)
    @blueprint.alt_response(
        409, description="The rights are no longer free; the negotiation is open again", success=False
    )
    @blueprint.alt_response(422, description="Not your password", success=False)
    @blueprint.alt_response(429, description="Too many wrong passwords", success=False)
    @blueprint.doc(security=out.BEARER)
    @token("licences:write")
    def post(self, signature: dict[str, Any], agreement_id: str) -> Agreement | Response:
        """Sign for the token's organisation, as the person of the token, by entering the password"""
        agreement = access.visible_agreement(actor=actor(), reference=agreement_id)
        outcome = services.sign(actor=actor(), agreement_id=agreement.id, **signature)
        # Answers, not errors: the counted failure and the reopened negotiation are to be committed.
        if outcome.wrong_password:
            message = _("This is not your password.")
            return problem(422, "wrong_password", message, errors={"password": [message]})
        if outcome.refusal is not None:
            return problem(409, outcome.refusal.code, outcome.refusal.message, context=outcome.refusal.detail)
        return outcome.agreement

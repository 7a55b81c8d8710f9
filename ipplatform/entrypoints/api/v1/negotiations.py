"""Negotiations: inquiries, offers and answers."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from ipplatform.domain.accounts.authorization import allows, require
from ipplatform.domain.licensing import access, guidance, queries, services
from ipplatform.domain.licensing.models import Agreement, Negotiation
from ipplatform.domain.licensing.permissions import LIST, NEGOTIATE
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.schemas import DeclineSchema, MessageSchema, NegotiationListSchema
from ipplatform.domain.marketplace import access as market
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.v1 import licence_schemas as out
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor

blueprint = Blueprint(
    "api_negotiations", __name__, url_prefix="/negotiations", description="From an inquiry to an agreement"
)


@blueprint.route("")
class Negotiations(MethodView):
    @blueprint.arguments(NegotiationListSchema, location="query")
    @blueprint.response(200, out.NegotiationPageSchema)
    @blueprint.doc(security=out.BEARER)
    @token("licences:read")
    def get(self, filters: dict[str, Any]) -> Any:
        """The negotiations of the token's organisation, newest first"""
        require(LIST, actor())
        return queries.negotiations_of(actor().organisation_id or 0, **filters)

    @blueprint.arguments(out.NewInquirySchema)
    @blueprint.response(201, out.WholeNegotiationSchema)
    @blueprint.doc(security=out.BEARER)
    @token("licences:write")
    def post(self, inquiry: dict[str, Any]) -> dict[str, Any]:
        """Ask about a listing; while an earlier negotiation on it is open, that one is the answer"""
        listing = market.visible_listing(actor=actor(), reference=inquiry["listing"])
        found = services.inquire(actor=actor(), listing_id=listing.id, message=inquiry["message"])
        return _whole(found.public_id)


@blueprint.route("/<string:negotiation_id>")
class OneNegotiation(MethodView):
    @blueprint.response(200, out.WholeNegotiationSchema)
    @blueprint.doc(security=out.BEARER)
    @token("licences:read")
    def get(self, negotiation_id: str) -> dict[str, Any]:
        """A negotiation of the token's organisation with its offers, its thread and what comes next"""
        return _whole(negotiation_id)


@blueprint.route("/<string:negotiation_id>/messages")
class Messages(MethodView):
    @blueprint.arguments(MessageSchema)
    @blueprint.response(201, out.WholeNegotiationSchema)
    @blueprint.doc(security=out.BEARER)
    @token("licences:write")
    def post(self, message: dict[str, Any], negotiation_id: str) -> dict[str, Any]:
        """Write to the other side"""
        services.say(actor=actor(), negotiation_id=_id(negotiation_id), **message)
        return _whole(negotiation_id)


@blueprint.route("/<string:negotiation_id>/offers")
class Offers(MethodView):
    @blueprint.arguments(out.NewOfferSchema)
    @blueprint.response(201, out.OfferOutSchema)
    @blueprint.alt_response(409, description="The rights are not free, or another offer came first", success=False)
    @blueprint.doc(security=out.BEARER)
    @token("licences:write")
    def post(self, offer: dict[str, Any], negotiation_id: str) -> dict[str, Any]:
        """Make an offer or a counter-offer: a whole version of the terms"""
        found = _found(negotiation_id)
        made = services.counter_or_offer(actor=actor(), negotiation_id=found.id, **offer)
        return out.offer(made, found)


@blueprint.route("/<string:negotiation_id>/acceptance")
class Acceptance(MethodView):
    @blueprint.arguments(out.AcceptanceSchema)
    @blueprint.response(201, out.AgreementSchema)
    @blueprint.alt_response(409, description="Not the offer on the table, or its rights are taken", success=False)
    @blueprint.doc(security=out.BEARER)
    @token("licences:write")
    def post(self, acceptance: dict[str, Any], negotiation_id: str) -> Agreement:
        """Accept the offer on the table; the answer is the agreement to be signed"""
        return services.accept(actor=actor(), negotiation_id=_id(negotiation_id), seen=acceptance["offer"])


@blueprint.route("/<string:negotiation_id>/refusal")
class Refusal(MethodView):
    @blueprint.arguments(DeclineSchema)
    @blueprint.response(201, out.WholeNegotiationSchema)
    @blueprint.doc(security=out.BEARER)
    @token("licences:write")
    def post(self, refusal: dict[str, Any], negotiation_id: str) -> dict[str, Any]:
        """Decline, or end what nobody can go on with, for a reason"""
        services.decline(actor=actor(), negotiation_id=_id(negotiation_id), **refusal)
        return _whole(negotiation_id)


@blueprint.route("/<string:negotiation_id>/withdrawal")
class Withdrawal(MethodView):
    @blueprint.response(201, out.WholeNegotiationSchema)
    @blueprint.doc(security=out.BEARER)
    @token("licences:write")
    def post(self, negotiation_id: str) -> dict[str, Any]:
        """Take one's own inquiry or offer back"""
        services.withdraw(actor=actor(), negotiation_id=_id(negotiation_id))
        return _whole(negotiation_id)


def _found(reference: str) -> Negotiation:
    return access.visible_negotiation(actor=actor(), reference=reference)


def _id(reference: str) -> int:
    return _found(reference).id


def _whole(reference: str) -> dict[str, Any]:
    found, who = _found(reference), actor()
    assert who.organisation_id is not None
    current = found.offers[-1] if found.offers else None
    state, agreement = queries.state_of(found, current), queries.agreement_of(found.id)
    is_mover = found.mover_organisation_id == who.organisation_id
    return {
        "public_id": found.public_id,
        "state": state,
        "asset": found.asset,
        "licensor": found.licensor,
        "licensee": found.licensee,
        "created_at": found.created_at,
        "changed_at": found.changed_at,
        "listing": found.listing.public_id if found.listing else None,
        "next_action": guidance.next_action(
            found, state=state, organisation_id=who.organisation_id, offer=current, agreement=agreement
        ),
        "actions": lifecycle.possible(state=state, is_mover=is_mover) if allows(NEGOTIATE, who, found) else (),
        "agreement": agreement.public_id if agreement else None,
        "blocked": found.blocked,
        "offers": [out.offer(one, found) for one in found.offers],
        "steps": [out.step(one, found) for one in found.steps],
    }

"""Needs: what an organisation looks for, and the listings that fit."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from ipplatform.domain.marketplace import access, queries, services
from ipplatform.domain.marketplace.matching import matches
from ipplatform.domain.marketplace.models import Need
from ipplatform.domain.marketplace.schemas import MatchDeclineSchema
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.v1.market_schemas import (
    MarketPageQuerySchema,
    MatchesSchema,
    NeedMoveSchema,
    NeedPageSchema,
    NeedViewSchema,
    NewNeedSchema,
    match,
)
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import Forbidden
from ipplatform.foundation.i18n import _

blueprint = Blueprint("api_needs", __name__, description="Needs and the offers that fit them")
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]
MISSING = "No such need of the token's organisation"


@blueprint.route("/needs")
class Needs(MethodView):
    @blueprint.arguments(MarketPageQuerySchema, location="query")
    @blueprint.response(200, NeedPageSchema)
    @blueprint.doc(security=BEARER)
    @token("market:read")
    def get(self, query: dict[str, Any]) -> Any:
        """The needs of the token's organisation, newest first"""
        organisation_id = actor().organisation_id
        if organisation_id is None:
            raise Forbidden(_("This token acts for no organisation."), code="no_organisation")
        return queries.needs_of(organisation_id, **query)

    @blueprint.arguments(NewNeedSchema)
    @blueprint.response(201, NeedViewSchema)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def post(self, sent: dict[str, Any]) -> Need:
        """State a need"""
        return services.create_need(actor=actor(), values=sent)


@blueprint.route("/needs/<string:need_id>")
class OneNeed(MethodView):
    @blueprint.response(200, NeedViewSchema)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.doc(security=BEARER)
    @token("market:read")
    def get(self, need_id: str) -> Need:
        """A need of the token's organisation"""
        return _own(need_id)

    @blueprint.arguments(NewNeedSchema)
    @blueprint.response(200, NeedViewSchema)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.alt_response(409, description="The need is closed", success=False)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def put(self, sent: dict[str, Any], need_id: str) -> Need:
        """Replace what a need says"""
        return services.edit_need(actor=actor(), need=_own(need_id), values=sent)


@blueprint.route("/needs/<string:need_id>/moves")
class NeedMoves(MethodView):
    @blueprint.arguments(NeedMoveSchema)
    @blueprint.response(200, NeedViewSchema)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.alt_response(409, description="The need is in another state", success=False)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def post(self, sent: dict[str, Any], need_id: str) -> Need:
        """Pause, resume or close a need"""
        return services.move_need(actor=actor(), need=_own(need_id), action=sent["action"])


@blueprint.route("/needs/<string:need_id>/matches")
class NeedMatches(MethodView):
    @blueprint.response(200, MatchesSchema)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.doc(security=BEARER)
    @token("market:read")
    def get(self, need_id: str) -> dict[str, Any]:
        """The listings that fit a need, best first, each with its reasons"""
        found = matches.matches_for(actor=actor(), need=_own(need_id))
        return {
            "items": [match(one) for one in found.items],
            "declined": [match(one) for one in found.declined],
            "excluded": found.excluded,
        }


@blueprint.route("/needs/<string:need_id>/matches/<string:listing_id>/decline")
class MatchDeclines(MethodView):
    @blueprint.arguments(MatchDeclineSchema)
    @blueprint.response(204)
    @blueprint.alt_response(404, description="No such need or listing", success=False)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def post(self, sent: dict[str, Any], need_id: str, listing_id: str) -> None:
        """Say why a listing does not fit; its owner learns reason and note, not who"""
        need = _own(need_id)
        listing = access.visible_listing(actor=actor(), reference=listing_id)
        services.decline_match(actor=actor(), need=need, listing=listing, **sent)


def _own(need_id: str) -> Need:
    return access.own_need(actor=actor(), reference=need_id)

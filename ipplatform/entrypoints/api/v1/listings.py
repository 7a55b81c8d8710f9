"""Listings: what an organisation offers for licence."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from ipplatform.domain.marketplace import access, queries, services
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.schemas import ListingCloseSchema
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.v1.market_schemas import (
    ListingChangeSchema,
    ListingFilterSchema,
    ListingPageSchema,
    ListingViewSchema,
    NewListingSchema,
)
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import Forbidden
from ipplatform.foundation.i18n import _

blueprint = Blueprint("api_listings", __name__, description="Offers of licences")
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]
MISSING = "No such listing, or it is not public"


@blueprint.route("/listings")
class Listings(MethodView):
    @blueprint.arguments(ListingFilterSchema, location="query")
    @blueprint.response(200, ListingPageSchema)
    @blueprint.doc(security=BEARER)
    @token("market:read")
    def get(self, filters: dict[str, Any]) -> Any:
        """The listings of the token's organisation, newest first; /search finds everybody's"""
        return queries.listings_of(_organisation_id(), **filters)

    @blueprint.arguments(NewListingSchema)
    @blueprint.response(201, ListingViewSchema)
    @blueprint.alt_response(404, description="No such asset of yours", success=False)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def post(self, sent: dict[str, Any]) -> Listing:
        """Draft a listing of an asset the organisation holds"""
        asset = access.own_asset(actor=actor(), reference=sent.pop("asset"))
        return services.draft(actor=actor(), asset_public_id=asset.public_id, values=sent)


@blueprint.route("/listings/<string:listing_id>")
class OneListing(MethodView):
    @blueprint.response(200, ListingViewSchema)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.doc(security=BEARER)
    @token("market:read")
    def get(self, listing_id: str) -> Listing:
        """A public listing, or one of the token's organisation"""
        return access.visible_listing(actor=actor(), reference=listing_id)

    @blueprint.arguments(ListingChangeSchema)
    @blueprint.response(200, ListingViewSchema)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.alt_response(409, description="The changed listing could not stay published", success=False)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def put(self, sent: dict[str, Any], listing_id: str) -> Listing:
        """Replace what a listing says"""
        return services.edit(actor=actor(), listing=_own(listing_id), values=sent)

    @blueprint.response(204)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.alt_response(409, description="Only drafts can be deleted", success=False)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def delete(self, listing_id: str) -> None:
        """Delete a draft"""
        services.discard(actor=actor(), listing=_own(listing_id))


@blueprint.route("/listings/<string:listing_id>/publication")
class Publication(MethodView):
    @blueprint.response(200, ListingViewSchema)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.alt_response(409, description="Something keeps it from being published: see context", success=False)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def post(self, listing_id: str) -> Listing:
        """Publish a listing"""
        return services.publish(actor=actor(), listing=_own(listing_id))


@blueprint.route("/listings/<string:listing_id>/closure")
class Closure(MethodView):
    @blueprint.arguments(ListingCloseSchema)
    @blueprint.response(200, ListingViewSchema)
    @blueprint.alt_response(404, description=MISSING, success=False)
    @blueprint.alt_response(409, description="It is not published", success=False)
    @blueprint.doc(security=BEARER)
    @token("market:write")
    def post(self, sent: dict[str, Any], listing_id: str) -> Listing:
        """End an offer"""
        return services.close(actor=actor(), listing=_own(listing_id), **sent)


def _own(listing_id: str) -> Listing:
    return access.own_listing(actor=actor(), reference=listing_id)


def _organisation_id() -> int:
    organisation_id = actor().organisation_id
    if organisation_id is None:
        raise Forbidden(_("This token acts for no organisation."), code="no_organisation")
    return organisation_id

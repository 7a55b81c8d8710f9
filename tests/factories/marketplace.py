"""Listings and needs for tests."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.accounts.actor import SYSTEM, Actor
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.marketplace import index, queries, services
from ipplatform.domain.marketplace.models import Listing, Need
from ipplatform.domain.marketplace.schemas import ListingSchema, NeedSchema
from ipplatform.foundation.db import transaction
from tests.factories.accounts import actor_of, make_organisation, member
from tests.factories.assets import make_asset

OFFER: dict[str, Any] = {
    "title": "Solid electrolyte that keeps dendrites from growing",
    "problem": "Lithium dendrites pierce the separator of a battery cell and cause fires.",
    "solution": "A ceramic solid electrolyte between the electrodes stops dendrites.",
    "advantage": "Cells last 2,000 cycles.",
    "applications": "Traction batteries",
    "maturity": 5,
    "exclusivities": ["exclusive", "ordinary"],
    "acts": ["make", "use", "sell"],
    "territories": ["DE", "FR", "CN"],
    "fields_of_use": ["*"],
    "price_model": "lump_sum",
    "amount": "100000",
    "currency": "EUR",
}
WISH: dict[str, Any] = {
    "title": "Safer battery cells",
    "problem": "We need a solid electrolyte against dendrites in lithium cells.",
    "solution": "Ceramic electrolyte",
    "classes": ["H01M 10/0525"],
    "territories": ["DE"],
    "exclusivity": "ordinary",
    "budget": "80000",
    "currency": "EUR",
}


def offer(**changes: Any) -> dict[str, Any]:
    """A form or JSON body of a listing, with ``changes``; None leaves a field out."""
    return {name: value for name, value in {**OFFER, **changes}.items() if value is not None}


def wish(**changes: Any) -> dict[str, Any]:
    """The same of a need."""
    return {name: value for name, value in {**WISH, **changes}.items() if value is not None}


def make_listing(
    asset: Asset | None = None, *, published: bool = True, indexed: bool = True, **changes: Any
) -> Listing:
    """A listing of ``asset`` (a new patent by default), published and in the index unless told otherwise."""
    asset = asset or make_asset()
    with transaction():
        values = ListingSchema().load(offer(**changes))
        listing = services.draft(actor=SYSTEM, asset_public_id=asset.public_id, values=values)
        if published:
            services.publish(actor=SYSTEM, listing=listing)
    if published and indexed:
        index.apply_changes()
    found = queries.listing(listing.public_id)
    assert found is not None
    return found


def make_need(actor: Actor | None = None, **changes: Any) -> Need:
    """A need of ``actor``'s organisation (a new dealer's by default)."""
    actor = actor or dealer()
    with transaction():
        return services.create_need(actor=actor, values=NeedSchema().load(wish(**changes)))


def dealer(organisation: Organisation | None = None) -> Actor:
    person, company = member("dealer", organisation=organisation or make_organisation())
    return actor_of(person, company)

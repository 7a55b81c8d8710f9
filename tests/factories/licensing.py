"""Two organisations in negotiation, as far along as a test needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.licensing import schemas, services
from ipplatform.domain.licensing.models import Agreement, Negotiation, Offer
from ipplatform.domain.marketplace.models import Listing
from ipplatform.foundation.clock import now, today
from ipplatform.foundation.db import db, transaction
from tests.factories.accounts import PASSWORD, actor_of, member
from tests.factories.rights import make_right


@dataclass
class Side:
    """An organisation with one person who negotiates and signs."""

    person: Person
    organisation: Organisation

    @property
    def actor(self) -> Actor:
        return actor_of(self.person, self.organisation)


def make_side(*roles: str) -> Side:
    return Side(*member(*(roles or ("dealer", "signatory"))))


def make_listing(asset: Asset, **changes: Any) -> Listing:
    """A published offer of everything usual on ``asset``."""
    usual: dict[str, Any] = {
        "language": "en",
        "title": asset.title,
        "exclusivities": ["exclusive", "ordinary"],
        "acts": ["make", "sell"],
        "territories": ["DE", "FR"],
        "fields": ["batteries.traction"],
        "price_model": "both",
        "currency": "CNY",
        "status": "published",
        "published_at": now(),
    }
    listing = Listing(organisation_id=asset.organisation_id, asset_id=asset.id, **{**usual, **changes})
    with transaction():
        db.session.add(listing)
    return listing


def form(**changes: Any) -> dict[str, Any]:
    """An offer as the form sends it."""
    usual: dict[str, Any] = {
        "exclusivity": "exclusive",
        "acts": ["make", "sell"],
        "territories": ["DE"],
        "fields_of_use": ["batteries.traction"],
        "start": today().isoformat(),
        "end": (today() + timedelta(days=700)).isoformat(),
        "sublicensing": "0",
        "price_model": "both",
        "lump_sum": "120000",
        "royalty_rate": "3.5",
        "currency": "CNY",
        "governing_law": "CN",
        "language": "en",
        "valid_until": (today() + timedelta(days=30)).isoformat(),
        "message": "As we discussed.",
    }
    return {**usual, **changes}


def licence_terms(**changes: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = schemas.OfferSchema().load(form(**changes))["terms"]
    return loaded


@dataclass
class Deal:
    """A negotiation with both sides at hand; ``licensee`` asked, ``licensor`` owns."""

    licensor: Side
    licensee: Side
    listing: Listing
    negotiation: Negotiation

    def side(self, organisation_id: int) -> Side:
        return self.licensor if organisation_id == self.licensor.organisation.id else self.licensee

    def offer(self, by: Side | None = None, valid_until: date | None = None, **changes: Any) -> Offer:
        with transaction():
            return services.counter_or_offer(
                actor=(by or self.licensor).actor,
                negotiation_id=self.negotiation.id,
                terms=licence_terms(**changes),
                valid_until=valid_until or today() + timedelta(days=30),
                message="An offer.",
            )

    def accept(self, by: Side | None = None, number: int = 1) -> Agreement:
        with transaction():
            return services.accept(actor=(by or self.licensee).actor, negotiation_id=self.negotiation.id, seen=number)

    def sign(self, agreement: Agreement, by: Side, password: str = PASSWORD) -> services.SigningOutcome:
        with transaction():
            return services.sign(actor=by.actor, agreement_id=agreement.id, sha256=agreement.sha256, password=password)


def make_deal(asset: Asset | None = None, licensor: Side | None = None, licensee: Side | None = None) -> Deal:
    """An inquiry about a new listing of ``asset``."""
    owner = licensor or make_side()
    seeker = licensee or make_side()
    listing = make_listing(asset or make_right(owner.organisation))
    with transaction():
        negotiation = services.inquire(actor=seeker.actor, listing_id=listing.id, message="May we use it?")
    return Deal(owner, seeker, listing, negotiation)


def make_agreement(deal: Deal | None = None, **changes: Any) -> tuple[Deal, Agreement]:
    """An accepted offer, not yet signed by anybody."""
    found = deal or make_deal()
    offer = found.offer(**changes)
    return found, found.accept(number=offer.number)


def make_licence(deal: Deal | None = None, **changes: Any) -> tuple[Deal, Agreement]:
    """An executed licence."""
    found, agreement = make_agreement(deal, **changes)
    found.sign(agreement, found.licensee)
    found.sign(agreement, found.licensor)
    return found, agreement

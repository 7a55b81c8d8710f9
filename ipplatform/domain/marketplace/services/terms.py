"""What a listing offers, as the ledger understands it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from ipplatform.domain.assets.models import Asset
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.rules.offers import Owner, last_day
from ipplatform.domain.rights import territory
from ipplatform.domain.rights.rules import GrantTerms
from ipplatform.foundation.clock import today


def terms_of(listing: Listing, exclusivity: str, *, start: date | None = None) -> GrantTerms:
    """The whole of what is offered, as one grant from ``start`` (today)."""
    begin = start or today()
    end = last_day(listing.term_end, listing.asset.expiry_date)
    return GrantTerms(
        exclusivity=exclusivity,
        acts=frozenset(listing.acts),
        territories=territory.expand(listing.territories),
        fields=frozenset(listing.fields),
        start=begin,
        end=None if end is None else max(begin, end),
    )


def owners_of(asset: Asset) -> list[Owner]:
    """The owners of title with their shares, as the register has them."""
    return [
        Owner(party.organisation_id, Fraction(party.share_numerator or 0, party.share_denominator or 1))
        for party in asset.owners
    ]

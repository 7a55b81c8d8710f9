"""Reading the market."""

from ipplatform.domain.marketplace.queries.listings import (
    decline_notes,
    declines_of,
    listing,
    listing_by_id,
    listings_by_ids,
    listings_of,
    listings_on_asset,
    published,
)
from ipplatform.domain.marketplace.queries.needs import declined_listings, need, needs_of, open_needs

__all__ = [
    "decline_notes",
    "declined_listings",
    "declines_of",
    "listing",
    "listing_by_id",
    "listings_by_ids",
    "listings_of",
    "listings_on_asset",
    "need",
    "needs_of",
    "open_needs",
    "published",
]

"""What an erasure means for the market: what was written about the asset goes, and nothing offers it any more."""

from __future__ import annotations

from sqlalchemy import select, update

from ipplatform.domain.marketplace import index
from ipplatform.domain.marketplace.models import Listing, MatchDecline
from ipplatform.domain.marketplace.rules import lifecycle
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db

WORDS = ("problem", "solution", "advantage", "applications")


def empty_listings(*, asset_id: int, title: str) -> None:
    """Every listing of the asset, in this transaction; the index follows from the change feed."""
    identities = list(db.session.scalars(select(Listing.id).where(Listing.asset_id == asset_id)))
    emptied = {"title": title, "title_translation": None, **dict.fromkeys(WORDS, "")}
    db.session.execute(update(Listing).where(Listing.id.in_(identities)).values(**emptied))
    db.session.execute(update(MatchDecline).where(MatchDecline.listing_id.in_(identities)).values(note=""))
    shown = update(Listing).where(Listing.id.in_(identities), Listing.status != lifecycle.DRAFT)
    closed = {"status": lifecycle.CLOSED, "closed_reason": lifecycle.ERASED, "closed_at": now(), "updated_at": now()}
    db.session.execute(shown.values(**closed))
    for identity in identities:
        index.changed(identity)

"""Work of the night: listings of rights that ended by date, the index against the database, the feed's old rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, or_, select

from ipplatform.domain.assets.models import Asset
from ipplatform.domain.marketplace import index
from ipplatform.domain.marketplace.models import Listing, SearchChange
from ipplatform.domain.marketplace.rules import lifecycle
from ipplatform.domain.marketplace.services.listings import reconsider
from ipplatform.foundation.clock import now, today
from ipplatform.foundation.db import db
from ipplatform.foundation.jobs import job

KEPT = timedelta(days=7)


@job(index.NIGHTLY)
def nightly(_payload: dict[str, Any]) -> None:
    """Harmless to run twice. Schedules its own next run."""
    close_ended()
    heal()
    db.session.execute(delete(SearchChange).where(SearchChange.at < now() - KEPT))
    index.schedule_nightly()


def close_ended() -> None:
    """Reconsider published listings whose right or offer ended by date, which no event tells."""
    ended = (
        select(Listing.asset_id)
        .join(Asset, Asset.id == Listing.asset_id)
        .where(Listing.status == lifecycle.PUBLISHED)
        .where(or_(Asset.expiry_date < today(), Listing.term_end < today()))
    )
    for asset_id in db.session.scalars(ended.distinct()).all():
        reconsider(asset_id)


def heal() -> None:
    """Write every difference between index and database into the change feed, and say how many there were."""
    difference = index.check()
    for listing_id in (*difference.missing, *difference.surplus):
        index.changed(listing_id)
    if difference.missing or difference.surplus:
        structlog.get_logger().warning(
            "index differs", missing=len(difference.missing), surplus=len(difference.surplus)
        )

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ipplatform.domain.marketplace.models import MatchDecline, Need
from ipplatform.domain.marketplace.rules import lifecycle
from ipplatform.foundation import apart
from ipplatform.foundation.db import db
from ipplatform.foundation.pagination import Descending, Page


def need(public_id: str) -> Need | None:
    found = select(Need).where(Need.public_id == public_id).options(joinedload(Need.organisation))
    return db.session.scalars(found).one_or_none()


def needs_of(organisation_id: int, *, after: str | None = None, limit: int = 25) -> Page[Need]:
    """An organisation's needs, newest first."""
    found = select(Need).where(Need.organisation_id == organisation_id)
    return apart.page(found, Need.words, order=Descending(Need.id), after=after, limit=limit)


def open_needs(*, but_of: int, after: str | None = None, limit: int = 50) -> Page[Need]:
    """Open needs of other organisations, newest first; who may learn what of them is for the caller to keep."""
    found = (
        select(Need)
        .where(Need.status == lifecycle.OPEN, Need.organisation_id != but_of)
        .options(joinedload(Need.organisation))
    )
    return apart.page(found, Need.words, order=Descending(Need.id), after=after, limit=limit)


def declined_listings(need_id: int) -> dict[int, MatchDecline]:
    """Listing id -> the decline, for one need."""
    found = select(MatchDecline).where(MatchDecline.need_id == need_id)
    return {decline.listing_id: decline for decline in db.session.scalars(found)}

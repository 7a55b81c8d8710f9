from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from ipplatform.domain.assets.models import Asset
from ipplatform.domain.marketplace.models import Listing, MatchDecline
from ipplatform.domain.marketplace.rules import lifecycle
from ipplatform.foundation.db import db
from ipplatform.foundation.pagination import Descending, Page, keyset


def listing(public_id: str, *, with_parties: bool = True) -> Listing | None:
    """The listing whatever its status, with asset, classes, organisation and, if wanted, parties: two or three statements."""
    found = select(Listing).where(Listing.public_id == public_id)
    return db.session.scalars(_whole(found) if with_parties else _with_classes(found)).one_or_none()


def listing_by_id(listing_id: int) -> Listing | None:
    return db.session.scalars(_whole(select(Listing).where(Listing.id == listing_id))).one_or_none()


def published(*, asset_id: int | None = None, after: str | None = None, limit: int = 25) -> Page[Listing]:
    """Published listings, newest first; those of one asset when given."""
    statement = _with_classes(select(Listing).where(Listing.status == lifecycle.PUBLISHED))
    if asset_id is not None:
        statement = statement.where(Listing.asset_id == asset_id)
    return keyset(statement, order=[Descending(Listing.id)], after=after, limit=limit)


def listings_of(
    organisation_id: int, *, status: str | None = None, after: str | None = None, limit: int = 25
) -> Page[Listing]:
    """An organisation's listings in every status, newest first."""
    statement = _with_classes(select(Listing).where(Listing.organisation_id == organisation_id))
    if status:
        statement = statement.where(Listing.status == status)
    return keyset(statement, order=[Descending(Listing.id)], after=after, limit=limit)


def listings_on_asset(asset_id: int, *, status: str = lifecycle.PUBLISHED) -> list[Listing]:
    found = select(Listing).where(Listing.asset_id == asset_id, Listing.status == status).order_by(Listing.id)
    return list(db.session.scalars(found.options(joinedload(Listing.asset))))


def listings_by_ids(listing_ids: Sequence[int], *, public_only: bool = True) -> dict[int, Listing]:
    """Id -> listing with asset, classes and organisation, for those that may be seen; one statement."""
    if not listing_ids:
        return {}
    statement = (
        select(Listing)
        .where(Listing.id.in_(listing_ids))
        .options(joinedload(Listing.organisation), joinedload(Listing.asset).joinedload(Asset.classifications))
    )
    if public_only:
        statement = statement.where(is_public())
    return {found.id: found for found in db.session.scalars(statement).unique()}


def is_public() -> ColumnElement[bool]:
    """SQL of ``lifecycle.is_public``."""
    return or_(
        Listing.status == lifecycle.PUBLISHED,
        (Listing.status == lifecycle.CLOSED) & Listing.closed_reason.in_(lifecycle.PUBLIC_REASONS),
    )


def declines_of(listing_id: int) -> dict[str, int]:
    """Reason -> how many licensees gave it: what the owner may learn of declined matches."""
    counted = (
        select(MatchDecline.reason, func.count().label("number"))
        .where(MatchDecline.listing_id == listing_id)
        .group_by(MatchDecline.reason)
        .order_by(func.count().desc(), MatchDecline.reason)
    )
    return {row.reason: row.number for row in db.session.execute(counted)}


def decline_notes(listing_id: int, limit: int = 20) -> list[tuple[str, str]]:
    """(reason, note) of the newest declined matches that carry a note; never who wrote it."""
    found = (
        select(MatchDecline.reason, MatchDecline.note)
        .where(MatchDecline.listing_id == listing_id, MatchDecline.note != "")
        .order_by(MatchDecline.id.desc())
        .limit(limit)
    )
    return [(row.reason, row.note) for row in db.session.execute(found)]


def _with_classes(statement: Select[Listing]) -> Select[Listing]:
    return statement.options(
        joinedload(Listing.organisation), joinedload(Listing.asset).selectinload(Asset.classifications)
    )


def _whole(statement: Select[Listing]) -> Select[Listing]:
    return _with_classes(statement).options(joinedload(Listing.asset).options(selectinload(Asset.parties)))

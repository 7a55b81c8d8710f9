"""Which listing or need a person may open, by its public id."""

from __future__ import annotations

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import allows, require
from ipplatform.domain.assets import queries as assets
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.marketplace import queries
from ipplatform.domain.marketplace.models import Listing, Need
from ipplatform.domain.marketplace.permissions import EDIT_LISTING, VIEW_LISTING, VIEW_NEED
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id


def visible_listing(*, actor: Actor, reference: str) -> Listing:
    """A listing that is public or the actor's organisation's own; NotFound otherwise."""
    listing = _listing(reference, with_parties=False)
    if not listing.is_public:
        require(VIEW_LISTING, actor, listing)
    return listing


def own_listing(*, actor: Actor, reference: str) -> Listing:
    """A listing of the actor's organisation in any status; NotFound for everybody else."""
    listing = _listing(reference)
    require(VIEW_LISTING, actor, listing)
    return listing


def own_asset(*, actor: Actor, reference: str) -> Asset:
    """An asset that the actor may offer; NotFound when it is another organisation's."""
    public_id = parse_id(reference)
    asset = assets.asset(public_id) if public_id else None
    if asset is None:
        raise NotFound
    require(EDIT_LISTING, actor, asset)
    return asset


def own_need(*, actor: Actor, reference: str) -> Need:
    """A need of the actor's organisation; NotFound for everybody else."""
    public_id = parse_id(reference)
    need = queries.need(public_id) if public_id else None
    if need is None:
        raise NotFound
    require(VIEW_NEED, actor, need)
    return need


def may_edit(actor: Actor, listing: Listing) -> bool:
    return allows(EDIT_LISTING, actor, listing)


def _listing(reference: str, *, with_parties: bool = True) -> Listing:
    public_id = parse_id(reference)
    listing = queries.listing(public_id, with_parties=with_parties) if public_id else None
    if listing is None:
        raise NotFound
    return listing

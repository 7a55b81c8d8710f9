"""What of the register an actor may see: one decision for page, API and download."""

from __future__ import annotations

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import allows, require
from ipplatform.domain.assets import queries
from ipplatform.domain.assets.models import Asset, AssetDocument, Document
from ipplatform.domain.assets.permissions import READ_DOCUMENT, VIEW_PORTFOLIO
from ipplatform.domain.assets.rules import is_public, shows_content
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id


def visible_asset(*, actor: Actor, reference: str, with_content: bool = False) -> Asset:
    """The asset with that public id, in any spelling; NotFound when it is none or confidential and not the actor's."""
    public_id = parse_id(reference)
    found = queries.asset(public_id, with_content=with_content) if public_id else None
    if found is None:
        raise NotFound
    if not is_public(origin=found.origin, status=found.status):
        require(VIEW_PORTFOLIO, actor, found)
    return found


def visible_documents(*, actor: Actor, asset: Asset) -> list[AssetDocument]:
    """The public ones; all of them for members of the holder."""
    return queries.documents_of(asset, public_only=not is_members(actor, asset) or not shows_content(asset.kind))


def is_members(actor: Actor, asset: Asset) -> bool:
    return allows(VIEW_PORTFOLIO, actor, asset)


def public_document(*, actor: Actor, asset_reference: str, reference: str) -> Document:
    """A document of a visible asset that may be downloaded by this actor; NotFound otherwise."""
    asset = visible_asset(actor=actor, reference=asset_reference)
    wanted = parse_id(reference)
    for kept in visible_documents(actor=actor, asset=asset):
        if kept.document.public_id == wanted:
            return kept.document
    raise NotFound


def own_document(*, actor: Actor, reference: str) -> Document:
    """A document of the actor's organisation; NotFound for everybody else."""
    public_id = parse_id(reference)
    document = queries.document(public_id) if public_id else None
    if document is None:
        raise NotFound
    require(READ_DOCUMENT, actor, document)
    return document

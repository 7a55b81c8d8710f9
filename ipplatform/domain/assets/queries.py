"""Reading the register; each query costs the same number of statements whatever it finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from ipplatform.domain.assets.models import Asset, AssetClassification, AssetDocument, AssetParty, Document
from ipplatform.domain.assets.rules import ALIVE, UNSEEN_BY_PUBLIC
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db
from ipplatform.foundation.pagination import Descending, Page, keyset


def asset(public_id: str, *, with_content: bool = False) -> Asset | None:
    """The asset with holder, parties and classes (three statements); ``with_content`` loads claims and description."""
    statement = _whole(select(Asset).where(Asset.public_id == public_id))
    if with_content:
        statement = statement.options(undefer(Asset.content))
    return db.session.scalars(statement).one_or_none()


def asset_by_number(office: str, publication_number: str) -> Asset | None:
    """The asset with an office's compact publication number."""
    found = select(Asset).where(Asset.office == office, Asset.publication_number == publication_number)
    return db.session.scalars(found).one_or_none()


def holders_of(office: str, publication_numbers: Sequence[str]) -> dict[str, tuple[int, str, int]]:
    """Publication number -> (asset id, public id, holder's organisation id), for those in the register; one statement."""
    found = select(Asset.publication_number, Asset.id, Asset.public_id, Asset.organisation_id).where(
        Asset.office == office, Asset.publication_number.in_(publication_numbers)
    )
    return {str(number): (key, public_id, holder) for number, key, public_id, holder in db.session.execute(found)}


def assets_of(
    organisation_id: int,
    *,
    kind: str | None = None,
    status: str | None = None,
    text: str | None = None,
    after: str | None = None,
    limit: int = 25,
) -> Page[Asset]:
    """An organisation's portfolio, newest first, narrowed by kind, status and words of title or number."""
    statement = _whole(select(Asset).where(Asset.organisation_id == organisation_id))
    if kind:
        statement = statement.where(Asset.kind == kind)
    if status:
        statement = statement.where(Asset.status == status)
    if text:
        statement = statement.where(_mentions(text))
    return keyset(statement, order=[Descending(Asset.id)], after=after, limit=limit)


def public_assets(
    *, kind: str | None = None, office: str | None = None, after: str | None = None, limit: int = 25
) -> Page[Asset]:
    """Register entries anybody may see, newest first."""
    statement = _whole(select(Asset).where(or_(Asset.origin == "external", Asset.status.not_in(UNSEEN_BY_PUBLIC))))
    if kind:
        statement = statement.where(Asset.kind == kind)
    if office:
        statement = statement.where(Asset.office == office)
    return keyset(statement, order=[Descending(Asset.id)], after=after, limit=limit)


def counts_of(organisation_id: int) -> dict[tuple[str, str], int]:
    """(kind, status) -> how many assets the organisation holds; one statement."""
    counted = (
        select(Asset.kind, Asset.status, func.count())
        .where(Asset.organisation_id == organisation_id)
        .group_by(Asset.kind, Asset.status)
    )
    return {(kind, status): number for kind, status, number in db.session.execute(counted)}


def is_alive(found: Asset, on: date | None = None) -> bool:
    """Whether the right is in force on ``on`` (today): by its status and by the end of its term."""
    return found.status == ALIVE and (found.expiry_date is None or found.expiry_date >= (on or today()))


def documents_of(found: Asset, *, public_only: bool) -> list[AssetDocument]:
    """The documents kept with an asset, with their rows; one statement."""
    statement = (
        select(AssetDocument)
        .where(AssetDocument.asset_id == found.id)
        .options(joinedload(AssetDocument.document))
        .order_by(AssetDocument.id)
    )
    if public_only:
        statement = statement.where(AssetDocument.is_public.is_(True))
    return list(db.session.scalars(statement))


def document(public_id: str) -> Document | None:
    return db.session.scalars(select(Document).where(Document.public_id == public_id)).one_or_none()


def document_by_digest(organisation_id: int, sha256: str) -> Document | None:
    """The organisation's first document with these bytes: how evidence finds the bytes a manifest names."""
    found = select(Document).where(Document.organisation_id == organisation_id, Document.sha256 == sha256)
    return db.session.scalars(found.order_by(Document.id).limit(1)).one_or_none()


def _whole(statement: Select[Asset]) -> Select[Asset]:
    return statement.options(
        joinedload(Asset.organisation), selectinload(Asset.parties), selectinload(Asset.classifications)
    )


def _mentions(text: str) -> ColumnElement[bool]:
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    compact = "".join(character for character in text if character.isalnum()).upper()
    owner = select(AssetParty.asset_id).where(AssetParty.name.ilike(pattern, escape="\\"))
    in_class = select(AssetClassification.asset_id).where(
        AssetClassification.code.startswith(text.strip().upper(), autoescape=True)
    )
    return or_(
        Asset.title.ilike(pattern, escape="\\"),
        Asset.publication_number == compact,
        Asset.application_number == compact,
        Asset.id.in_(owner),
        Asset.id.in_(in_class),
    )

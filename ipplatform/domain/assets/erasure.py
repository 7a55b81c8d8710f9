"""What an erasure leaves of a register entry: number, kind, dates, status, the holder and the shares."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, delete, select, update

from ipplatform.domain.assets.models import (
    Asset,
    AssetClassification,
    AssetDocument,
    AssetImport,
    AssetImportEntry,
    AssetParty,
    Document,
)
from ipplatform.domain.evidence.erasure.subjects import THERE, Leftovers
from ipplatform.foundation import events
from ipplatform.foundation.db import db

# Instead of a title, in the language of the entry, and of a person's name: the columns must not be empty.
TITLES = {"en": "(content erased)", "zh": "（内容已删除）"}
NAMES = {"en": "(erased)", "zh": "（已删除）"}


def is_erased(asset: Asset) -> bool:
    """Whether the entry shows no content any more, told by its title alone: pages need not ask for it."""
    return asset.title in TITLES.values()


def empty_entries(assets: Sequence[str]) -> set[int]:
    """Empty the entries of these assets (public ids) and return the ids of the documents that were kept with them.

    Publishes ``asset.erased`` (asset_id) for each, so that what was made of the content goes too.
    """
    found = db.session.execute(select(Asset.id, Asset.language).where(Asset.public_id.in_(assets))).all()
    documents: set[int] = set()
    for asset_id, language in found:
        _empty(asset_id, language)
        kept = AssetDocument.asset_id == asset_id
        documents |= set(db.session.scalars(select(AssetDocument.document_id).where(kept)))
        db.session.execute(delete(AssetDocument).where(kept))
        events.publish("asset.erased", asset_id=asset_id, title=TITLES[language])
    return documents


def drop_documents(documents: Collection[int]) -> set[str]:
    """Delete the rows of those documents that nothing here needs any more; the storage keys of their files."""
    needed = {
        *db.session.scalars(select(AssetDocument.document_id).where(AssetDocument.document_id.in_(documents))),
        *db.session.scalars(select(AssetImport.document_id).where(AssetImport.document_id.in_(documents))),
    }
    dropped = set(documents) - needed
    keys = storage_keys(dropped)
    db.session.execute(delete(Document).where(Document.id.in_(dropped)))
    return keys


def storage_keys(documents: Collection[int]) -> set[str]:
    return set(db.session.scalars(select(Document.storage_key).where(Document.id.in_(documents))))


def name_leftovers(*, leftovers: Leftovers) -> None:
    """Columns of an erased registration's entry that still say something."""
    if leftovers.kind != "registration":
        return
    found = db.session.execute(
        select(Asset.id, Asset.title, Asset.title_translation, Asset.abstract, Asset.content).where(
            Asset.public_id == leftovers.asset
        )
    ).one_or_none()
    if found is None:
        return
    for column, value in (("title_translation", found[2]), ("abstract", found[3]), ("content", found[4])):
        if value:
            leftovers.found[f"asset.{column}"] = THERE
    if found[1] not in TITLES.values():
        leftovers.found["asset.title"] = THERE
    kept = select(AssetDocument.id).where(AssetDocument.asset_id == found[0]).limit(1)
    named = select(AssetParty.id).where(AssetParty.asset_id == found[0], _is_named())
    for table, left in (("asset_document", kept), ("asset_party.name", named.limit(1))):
        if db.session.scalar(left) is not None:
            leftovers.found[table] = THERE


def _empty(asset_id: int, language: str) -> None:
    db.session.execute(
        update(Asset)
        .where(Asset.id == asset_id)
        .values(title=TITLES[language], title_translation=None, abstract="", content={})
    )
    of_asset = AssetParty.asset_id == asset_id
    db.session.execute(delete(AssetParty).where(of_asset, AssetParty.role != "owner"))
    db.session.execute(update(AssetParty).where(of_asset, _is_named()).values(name=NAMES[language]))
    db.session.execute(delete(AssetClassification).where(AssetClassification.asset_id == asset_id))
    reported = update(AssetImportEntry).where(AssetImportEntry.asset_id == asset_id)
    db.session.execute(reported.values(title="", member="", remarks=[]))


def _is_named() -> ColumnElement[bool]:
    """Parties that may be people: a holder registered here is an organisation, which art. 17 does not protect."""
    return AssetParty.organisation_id.is_(None) & AssetParty.name.not_in(NAMES.values())

"""The register's columns against the manifests that set them; the audit calls these with batches of records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from ipplatform.domain.assets.models import Asset, AssetClassification, AssetDocument, AssetParty, Document
from ipplatform.domain.evidence.columns import ColumnFinding, Item, differs, register_check
from ipplatform.domain.evidence.models import Record, RecordDocument
from ipplatform.foundation.db import db

COLUMNS = (
    "office",
    "publication_number",
    "application_number",
    "title",
    "language",
    "abstract",
    "filing_date",
    "grant_date",
    "expiry_date",
)
ALWAYS = ("id", "public_id", "organisation_id", "kind", "origin")
DOCUMENT_COLUMNS = ("sha512", "size", "name", "media_type")
STORED = ("storage_key", *DOCUMENT_COLUMNS)
# Later filings that may rightly change what a registration said, and what they may change.
CHANGES_DATA = {"amendment", "correction"}
CHANGES_TITLE = {"assignment"}


def imported_assets(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """Title, numbers, dates, classes, parties and documents of imported assets. Native ones are checked by filings."""
    imported = [item for item in items if item.fields.get("origin") == "external"]
    if not imported:
        return
    held = Held(sorted({str(item.manifest["asset"]) for item in imported}), [item.id for item in imported])
    for item in imported:
        asset = held.assets.get(str(item.manifest["asset"]))
        if asset is None:
            yield ColumnFinding(item, "asset.public_id", item.manifest["asset"], None)
            continue
        later = {kind for record_id, kind in held.records[item.asset] if record_id > item.id}
        yield from _documents(item, held.documents[asset.id], held.kept[item.id])
        if not later & CHANGES_DATA:
            yield from _data(item, asset, held)
        if not later & CHANGES_TITLE:
            yield from _title(item, asset, held)


class Held:
    """What the register holds about some assets, by public id, the asset's id or the record's; six statements."""

    def __init__(self, public_ids: list[str], record_ids: list[int]) -> None:
        columns = [getattr(Asset, name) for name in (*ALWAYS, *COLUMNS)]
        found = db.session.execute(select(*columns).where(Asset.public_id.in_(public_ids)))
        self.assets = {asset.public_id: asset for asset in found}
        ids = [asset.id for asset in self.assets.values()]
        self.records = _grouped(select(Record.asset, Record.id, Record.kind).where(Record.asset.in_(public_ids)))
        self.classes = _grouped(
            select(AssetClassification.asset_id, AssetClassification.scheme, AssetClassification.code).where(
                AssetClassification.asset_id.in_(ids)
            )
        )
        party = (AssetParty.role, AssetParty.name, AssetParty.country)
        share = (AssetParty.share_numerator, AssetParty.share_denominator)
        self.parties = _grouped(
            select(AssetParty.asset_id, *party, *share)
            .where(AssetParty.asset_id.in_(ids))
            .order_by(AssetParty.role.desc(), AssetParty.position)
        )
        self.documents = _grouped(
            select(AssetDocument.asset_id, Document.sha256, *[getattr(Document, name) for name in STORED])
            .join(Document, Document.id == AssetDocument.document_id)
            .where(AssetDocument.asset_id.in_(ids))
        )
        self.kept = _grouped(
            select(RecordDocument.record_id, RecordDocument.storage_key)
            .where(RecordDocument.record_id.in_(record_ids))
            .order_by(RecordDocument.position)
        )


def _grouped(statement: Any) -> dict[Any, list[tuple[Any, ...]]]:
    """Rows without their first column, by that column."""
    rows: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *values in db.session.execute(statement):
        rows[key].append(tuple(values))
    return rows


def _data(item: Item, asset: Any, held: Held) -> Iterator[ColumnFinding]:
    fields = item.fields
    yield from differs(item, "asset.kind", fields["asset_kind"], asset.kind)
    yield from differs(item, "asset.origin", "external", asset.origin)
    for column in COLUMNS:
        yield from differs(item, f"asset.{column}", fields[column], _plain(getattr(asset, column)))
    classes = [{"scheme": scheme, "code": code} for scheme, code in held.classes[asset.id]]
    yield from differs(item, "asset_classification.code", _sorted(fields["classifications"]), _sorted(classes))
    named = [party for party in fields["parties"] if party["role"] != "owner"]
    kept = [_party(*party) for party in held.parties[asset.id] if party[0] != "owner"]
    yield from differs(item, "asset_party.name", _sorted(named), _sorted(kept))


def _title(item: Item, asset: Any, held: Held) -> Iterator[ColumnFinding]:
    yield from differs(item, "asset.organisation_id", item.organisation_id, asset.organisation_id)
    named = [party for party in item.fields["parties"] if party["role"] == "owner"]
    owners = [_party(*party) for party in held.parties[asset.id] if party[0] == "owner"]
    yield from differs(item, "asset_party.owner", named, owners)


def _documents(item: Item, documents: list[tuple[Any, ...]], places: list[tuple[Any, ...]]) -> Iterator[ColumnFinding]:
    found = {sha256: dict(zip(STORED, values, strict=True)) for sha256, *values in documents}
    for position, entry in enumerate(item.manifest["documents"]):
        document = found.get(entry["sha256"])
        if document is None:
            yield ColumnFinding(item, "document.sha256", entry["sha256"], None)
            continue
        key = document.pop("storage_key")
        if position < len(places):
            yield from differs(item, "document.storage_key", places[position][0], key)
        for column, value in document.items():
            yield from differs(item, f"document.{column}", entry[column], value)


def _party(role: str, name: str, country: str, numerator: int | None, denominator: int | None) -> dict[str, Any]:
    share = None if numerator is None else f"{numerator}/{denominator}"
    return {"role": role, "name": name, "country": country, "share": share}


def _sorted(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: [str(value) for _name, value in sorted(item.items())])


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


register_check("registration", imported_assets)

"""The register's columns against the manifests that set them; the audit calls these for every record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from ipplatform.domain.assets import queries
from ipplatform.domain.assets.models import Asset, AssetParty
from ipplatform.domain.evidence.columns import ColumnFinding, register_check
from ipplatform.domain.evidence.models import Record
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
# Later filings that may rightly change what a registration said, and what they may change.
CHANGES_DATA = {"amendment", "correction"}
CHANGES_TITLE = {"assignment"}


def imported_asset(record: Record, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    """Title, numbers, dates, classes, parties and documents of an imported asset. Native ones are checked by filings."""
    fields = manifest["fields"]
    if fields.get("origin") != "external":
        return
    asset = queries.asset(str(manifest["asset"]))
    if asset is None:
        yield ColumnFinding("asset.public_id", manifest["asset"], None)
        return
    later = _later_kinds(record)
    yield from _documents(asset, manifest)
    if not later & CHANGES_DATA:
        yield from _data(asset, fields)
    if not later & CHANGES_TITLE:
        yield from _title(asset, record, fields)


def _later_kinds(record: Record) -> set[str]:
    return set(db.session.scalars(select(Record.kind).where(Record.asset == record.asset, Record.id > record.id)))


def _data(asset: Asset, fields: dict[str, Any]) -> Iterator[ColumnFinding]:
    yield from _differing("asset.kind", fields["asset_kind"], asset.kind)
    yield from _differing("asset.origin", "external", asset.origin)
    for column in COLUMNS:
        yield from _differing(f"asset.{column}", fields[column], _plain(getattr(asset, column)))
    classes = [{"scheme": item.scheme, "code": item.code} for item in asset.classifications]
    yield from _differing("asset_classification.code", _sorted(fields["classifications"]), _sorted(classes))
    named = [party for party in fields["parties"] if party["role"] != "owner"]
    kept = [_party(party) for party in asset.parties if party.role != "owner"]
    yield from _differing("asset_party.name", _sorted(named), _sorted(kept))


def _title(asset: Asset, record: Record, fields: dict[str, Any]) -> Iterator[ColumnFinding]:
    yield from _differing("asset.organisation_id", record.organisation_id, asset.organisation_id)
    named = [party for party in fields["parties"] if party["role"] == "owner"]
    yield from _differing("asset_party.owner", named, [_party(party) for party in asset.owners])


def _documents(asset: Asset, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    kept = {item.document.sha256: item.document for item in queries.documents_of(asset, public_only=False)}
    for entry in manifest["documents"]:
        document = kept.get(entry["sha256"])
        if document is None:
            yield ColumnFinding("document.sha256", entry["sha256"], None)
            continue
        for column in ("sha512", "size", "name", "media_type"):
            yield from _differing(f"document.{column}", entry[column], getattr(document, column))


def _party(party: AssetParty) -> dict[str, Any]:
    share = None if party.share_numerator is None else f"{party.share_numerator}/{party.share_denominator}"
    return {"role": party.role, "name": party.name, "country": party.country, "share": share}


def _differing(field: str, expected: object, found: object) -> Iterator[ColumnFinding]:
    if expected != found:
        yield ColumnFinding(field, expected, found)


def _sorted(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: [str(value) for _name, value in sorted(item.items())])


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


register_check("registration", imported_asset)

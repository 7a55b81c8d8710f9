"""What people read of filings, held against their manifests and the decisions on them. Run by the audit in batches."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce

from ipplatform.domain.assets.models import Asset, AssetParty, Document
from ipplatform.domain.evidence.columns import ColumnFinding, Item, differs, register_check
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.rules.shares import parse_share
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import among, db

CASE = "registration"
AFTER_DECISION = {
    "register": (lifecycle.REGISTERED,),
    "deficient": (lifecycle.DEFICIENT,),
    "refuse": (lifecycle.REFUSED,),
}
COLUMNS = (
    Filing.id,
    Filing.public_id,
    Filing.kind,
    Filing.asset,
    Filing.organisation_id,
    Filing.record_id,
    Filing.status,
    type_coerce(Filing.content, LargeBinary).label("sealed"),
)
Documents = list[tuple[str, str]]


@dataclass(slots=True)
class Row:
    """A filing as stored, by the names of COLUMNS."""

    id: int
    public_id: str
    kind: str
    asset: str | None
    organisation_id: int | None
    record_id: int | None
    status: str
    content: dict[str, Any] | None


def filing_rows(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """The rows of the filings themselves: content, kind, asset, organisation and documents."""
    found = _filings([item.public_id for item in items])
    yield from _case_statuses(items, found)
    attached = _attached([row.id for row in found.values()])
    for item in items:
        row = found.get(item.public_id)
        if row is None:
            if "office" in item.manifest["submitter"]:
                yield ColumnFinding(item, "filing", item.public_id, None)
            continue
        listed = [(document["role"], document["sha256"]) for document in item.manifest["documents"]]
        held = attached.get(row.id, [])
        if not _agrees(item, row, sorted(listed), sorted(held)):
            yield from _row(item, row, sorted(listed), sorted(held))


def _agrees(item: Item, row: Row, listed: Documents, attached: Documents) -> bool:
    """All of `_row` at once, for nearly every record is whole."""
    manifest = item.manifest
    said = (manifest["fields"], manifest["kind"], manifest["asset"], item.organisation_id, item.id, listed)
    return said == (row.content, row.kind, row.asset, row.organisation_id, row.record_id, attached)


def _row(item: Item, row: Row, listed: Documents, attached: Documents) -> Iterator[ColumnFinding]:
    manifest = item.manifest
    if row.content != manifest["fields"]:
        yield from _content(item, row.content or {})
    yield from differs(item, "filing.kind", manifest["kind"], row.kind)
    yield from differs(item, "filing.asset", manifest["asset"], row.asset)
    yield from differs(item, "filing.organisation", item.organisation_id, row.organisation_id)
    yield from differs(item, "filing.record", item.id, row.record_id)
    yield from differs(item, "filing.documents", listed, attached)


def _case_statuses(items: Sequence[Item], found: dict[str, Row]) -> Iterator[ColumnFinding]:
    """The status of a registration follows from what was logged about it."""
    cases = [(item, found[item.public_id]) for item in items if item.kind == CASE and item.public_id in found]
    logged = _follow_ups([row.id for _item, row in cases])
    for item, row in cases:
        expected = expected_statuses(logged.get(row.id, ()))
        if row.status not in expected:
            yield ColumnFinding(item, "filing.status", " / ".join(expected), row.status)


def expected_statuses(follow_ups: Sequence[Any]) -> tuple[str, ...]:
    """Statuses a case may have after these logged filings (with kind and content, oldest first)."""
    if not follow_ups:
        return (lifecycle.SUBMITTED, lifecycle.UNDER_EXAMINATION)
    last = follow_ups[-1]
    if last.kind == "withdrawal":
        return (lifecycle.WITHDRAWN,)
    if last.kind == "office_decision":
        return AFTER_DECISION.get((last.content or {}).get("outcome", ""), ())
    return (lifecycle.ANSWERED, lifecycle.UNDER_EXAMINATION)


def register_entries(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """Title, abstract, owners and shares of assets, as the submissions that registrations were decided on say."""
    deciding = [item for item in items if item.fields.get("outcome") == "register"]
    if not deciding:
        return
    decided = _filings([item.fields["decided"] for item in deciding])
    names = [item.manifest["asset"] for item in deciding]
    columns = select(Asset.id, Asset.public_id, Asset.title, Asset.abstract).where(Asset.public_id.in_(names))
    assets = {row.public_id: row for row in db.session.execute(columns)}
    owners, moved = _owners_held([row.id for row in assets.values()]), _titles_moved(names)
    for item in deciding:
        case, asset = decided.get(item.fields["decided"]), assets.get(item.manifest["asset"])
        if case is None or asset is None:
            yield ColumnFinding(item, "asset", item.manifest["asset"], None)
            continue
        content = case.content or {}
        yield from differs(item, "asset.title", content.get("title"), asset.title)
        yield from differs(item, "asset.abstract", content.get("abstract", ""), asset.abstract)
        if asset.public_id not in moved:
            yield from differs(item, "asset.owners", _owners(content), owners.get(asset.id, []))


def _titles_moved(assets: list[str]) -> set[str]:
    """The assets whose owners a later assignment set; then its own check speaks for them."""
    moved = select(Filing.asset).where(Filing.asset.in_(assets), Filing.kind.in_(("assignment", "correction")))
    return set(db.session.scalars(moved))


def _owners(content: dict[str, Any]) -> list[list[str]]:
    return [[owner["name"], owner["country"], str(parse_share(owner["share"]))] for owner in content.get("owners", [])]


def _owners_held(asset_ids: list[int]) -> dict[int, list[list[str]]]:
    party = (AssetParty.name, AssetParty.country, AssetParty.share_numerator, AssetParty.share_denominator)
    rows = select(AssetParty.asset_id, *party).where(AssetParty.asset_id.in_(asset_ids), AssetParty.role == "owner")
    held: dict[int, list[list[str]]] = defaultdict(list)
    for asset_id, name, country, numerator, denominator in db.session.execute(rows.order_by(AssetParty.position)):
        held[asset_id].append([name, country, str(parse_share(f"{numerator}/{denominator}"))])
    return held


def _content(item: Item, found: dict[str, Any]) -> Iterator[ColumnFinding]:
    for name in sorted({*found, *item.fields}):
        yield from differs(item, f"filing.{name}", item.fields.get(name), found.get(name))


def _filings(public_ids: list[str]) -> dict[str, Row]:
    opened, decode = secretbox.opener(), json.JSONDecoder().decode
    found: dict[str, Row] = {}
    rows: Any = db.session.connection().execute(select(*COLUMNS).where(among(Filing.public_id, public_ids)))
    for *plain, sealed in rows:
        plain.append(decode(opened(sealed).decode()) if sealed else None)
        found[plain[1]] = Row(*plain)
    return found


def _attached(filing_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Filing id to (role, SHA-256) of its documents."""
    rows = (
        select(FilingDocument.filing_id, FilingDocument.role, Document.sha256)
        .join(Document, Document.id == FilingDocument.document_id)
        .where(among(FilingDocument.filing_id, filing_ids))
    )
    held: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for filing_id, role, sha256 in db.session.connection().execute(rows):
        held[filing_id].append((role, sha256))
    return held


def _follow_ups(case_ids: list[int]) -> dict[int, list[Any]]:
    """Case id to what was submitted about it, oldest first."""
    rows = select(Filing.about_id, Filing.kind, Filing.content).where(
        among(Filing.about_id, case_ids), Filing.status != lifecycle.DRAFT
    )
    held: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(rows.order_by(Filing.id)):
        held[row.about_id].append(row)
    return held


for _kind in (CASE, "amendment", "withdrawal", "office_decision", "licence", "licence_end"):
    register_check(_kind, filing_rows)
register_check("office_decision", register_entries)

"""Entries of the register, held against the submissions that registrations were decided on. Run by the audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from ipplatform.domain.assets.models import Asset, AssetDocument, Document
from ipplatform.domain.evidence.columns import ColumnFinding, Item, differs, unopened
from ipplatform.domain.filings import kinds
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules.shares import parse_share
from ipplatform.domain.filings.services import entry
from ipplatform.domain.filings.stored import DOCUMENT, UNOPENED, attached_documents, cases
from ipplatform.foundation.db import among, db


def register_entries(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """Title, abstract, owners and shares of assets, as the submissions that registrations were decided on say."""
    deciding = [item for item in items if item.fields.get("outcome") == "register"]
    if not deciding:
        return
    names = [item.manifest["asset"] for item in deciding]
    held = cases([item.fields["about"] for item in deciding] + [item.fields["decided"] for item in deciding])
    assets = {asset.public_id: asset for asset in db.session.scalars(_entries(names))}
    moved, shown = _titles_moved(names), _shown([asset.id for asset in assets.values()])
    attached = attached_documents([case.id for case in held.values()])
    for item in deciding:
        case, latest = (held.get(item.fields[name]) for name in ("about", "decided"))
        asset = assets.get(item.manifest["asset"])
        if case is None or latest is None or asset is None:
            yield ColumnFinding(item, "asset", item.manifest["asset"], None)
            continue
        if latest.content is UNOPENED:
            yield unopened(item, f"filing.content of {latest.public_id}")
            continue
        yield from _entry(item, case, latest, asset)
        public = [_public(case, role, values) for role, *values in attached.get(latest.id, [])]
        yield from differs(item, "asset.documents", sorted(public), sorted(shown.get(asset.id, [])))
        if asset.public_id not in moved:
            yield from differs(item, "asset.owners", _owners(latest.content or {}), _parties(asset, "owner"))


def _entries(public_ids: list[str]) -> Any:
    loaded = (selectinload(Asset.parties), selectinload(Asset.classifications), undefer(Asset.content))
    return select(Asset).where(among(Asset.public_id, public_ids)).options(*loaded)


def _entry(item: Item, case: Filing, latest: Filing, asset: Asset) -> Iterator[ColumnFinding]:
    expected = entry.columns(case, latest, datetime.fromisoformat(item.manifest["submitted_at"]))
    for column, value in {**expected, "origin": "native", "publication_number": None}.items():
        yield from differs(item, f"asset.{column}", value, getattr(asset, column))
    content = latest.content or {}
    classes = [(one.scheme, one.code) for one in entry.classes(kinds.of(case.asset_kind), content)]
    held = sorted(asset.classifications, key=lambda one: one.position)
    yield from differs(
        item, "asset.classes", list(enumerate(classes)), [(c.position, (c.scheme, c.code)) for c in held]
    )
    named = [[one["name"], one["country"], "None"] for one in content.get("inventors", [])]
    yield from differs(item, "asset.inventors", named, _parties(asset, "inventor"))
    places = {role: list(range(len(asset.parties_as(role)))) for role in {one.role for one in asset.parties}}
    found = {role: sorted(one.position for one in asset.parties_as(role)) for role in places}
    yield from differs(item, "asset_party.position", places, found)


def _public(case: Filing, role: str, values: Sequence[str]) -> tuple[str, str, bool]:
    place = kinds.of(case.asset_kind).role(role)
    return role, values[DOCUMENT.index("sha256")], bool(place and place.public)


def _shown(asset_ids: list[int]) -> dict[int, list[tuple[str, str, bool]]]:
    """Asset id to role, SHA-256 and publicity of the documents its entry shows."""
    columns = (AssetDocument.asset_id, AssetDocument.role, Document.sha256, AssetDocument.is_public)
    rows = select(*columns).join(Document, Document.id == AssetDocument.document_id)
    held: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)
    for asset_id, role, sha256, public in db.session.execute(rows.where(among(AssetDocument.asset_id, asset_ids))):
        held[asset_id].append((role, sha256, public))
    return held


def _titles_moved(assets: list[str]) -> set[str]:
    """The assets whose owners a later assignment set; then its own check speaks for them."""
    moved = select(Filing.asset).where(Filing.asset.in_(assets), Filing.kind.in_(("assignment", "correction")))
    return set(db.session.scalars(moved))


def _owners(content: dict[str, Any]) -> list[list[str]]:
    return [[owner["name"], owner["country"], str(parse_share(owner["share"]))] for owner in content.get("owners", [])]


def _parties(asset: Asset, role: str) -> list[list[str]]:
    return [
        [
            one.name,
            one.country,
            str(one.share_numerator and parse_share(f"{one.share_numerator}/{one.share_denominator}")),
        ]
        for one in sorted(asset.parties_as(role), key=lambda one: one.position)
    ]

"""What people read of filings, held against their manifests and the decisions on them. Run by the audit in batches."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, select, type_coerce
from sqlalchemy.orm import aliased, selectinload, undefer

from ipplatform.domain.assets.models import Asset, AssetDocument, Document
from ipplatform.domain.assets.rules import KINDS
from ipplatform.domain.evidence.audit.rows import is_moment, raw_text, spelled, text_of
from ipplatform.domain.evidence.columns import ColumnFinding, Item, differs, register_check
from ipplatform.domain.evidence.models import RecordDocument
from ipplatform.domain.filings import kinds
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.rules.shares import parse_share
from ipplatform.domain.filings.services import entry
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import among, db, is_sqlite

CASE = "registration"
# Rows at a time: opened and decoded while they are still in the processor's cache.
FETCHED = 100
DOCUMENT = ("name", "media_type", "size", "sha256", "sha512")
AFTER_DECISION = {
    "register": (lifecycle.REGISTERED,),
    "deficient": (lifecycle.DEFICIENT,),
    "refuse": (lifecycle.REFUSED,),
}
_about = aliased(Filing)
COLUMNS: tuple[Any, ...] = (
    Filing.id,
    Filing.public_id,
    Filing.kind,
    Filing.asset,
    Filing.organisation_id,
    Filing.record_id,
    Filing.status,
    Filing.asset_kind,
    raw_text(Filing.submitted_at.expression).label("submitted_at"),
    Filing.asset_id,
    Asset.public_id.label("entry"),
    Filing.about_id,
    _about.public_id.label("about"),
    _about.asset.label("about_asset"),
    type_coerce(Filing.content, LargeBinary).label("sealed"),
)
Documents = list[tuple[str, ...]]


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
    asset_kind: str
    submitted_at: Any
    asset_id: int | None
    entry: str | None
    about_id: int | None
    about: str | None
    about_asset: str | None
    content: dict[str, Any] | None


def filing_rows(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """The rows of the filings themselves: content, kind, asset, organisation and documents."""
    rows = _filings(items)
    found, by_record = {row.public_id: row for row in rows}, {row.record_id: row for row in rows}
    yield from _case_statuses(items, found)
    attached, kept = _attached([row.id for row in rows]), _kept([item.id for item in items])
    moment_of = spelled if is_sqlite() else datetime.fromisoformat
    for item in items:
        row = found.get(item.public_id) or by_record.get(item.id)
        if row is None:
            if "office" in item.manifest["submitter"]:
                yield ColumnFinding(item, "filing", item.public_id, None)
            continue
        documents = item.manifest["documents"]
        listed = (
            sorted(_document(one, kept.get((item.id, at))) for at, one in enumerate(documents)) if documents else []
        )
        held = sorted(attached.get(row.id, ()))
        if not _agrees(item, row, listed, held, moment_of):
            yield from _row(item, row, listed, held)


def _document(said: dict[str, Any], storage_key: str | None) -> tuple[str, ...]:
    return (said["role"], *(str(said[name]) for name in DOCUMENT), storage_key or "")


def _agrees(item: Item, row: Row, listed: Documents, attached: Documents, moment_of: Callable[[str], Any]) -> bool:
    """All of `_row` at once, for nearly every record is whole; a doubt is answered with False."""
    manifest = item.manifest
    asset, kind = manifest["asset"], manifest["kind"]
    return bool(
        row.content == manifest["fields"]
        and row.kind == kind
        and row.asset == asset
        and row.organisation_id == item.organisation_id
        and row.record_id == item.id
        and row.public_id == item.public_id
        and row.submitted_at == moment_of(manifest["submitted_at"])
        and (kind == CASE or row.status == lifecycle.SUBMITTED)
        and row.asset_kind in KINDS
        and (row.asset_id is None or row.entry == asset)
        and row.about_id is None
        and listed == attached
    )


def _row(item: Item, row: Row, listed: Documents, attached: Documents) -> Iterator[ColumnFinding]:
    manifest = item.manifest
    if row.content != manifest["fields"]:
        yield from _content(item, row.content or {})
    yield from differs(item, "filing.kind", manifest["kind"], row.kind)
    yield from differs(item, "filing.asset", manifest["asset"], row.asset)
    yield from differs(item, "filing.organisation", item.organisation_id, row.organisation_id)
    yield from differs(item, "filing.record", item.id, row.record_id)
    yield from differs(item, "filing.documents", listed, attached)
    yield from _further(item, row)


def _further(item: Item, row: Row) -> Iterator[ColumnFinding]:
    """The number, when it was submitted, its status, its kind of IP, the entry it belongs to and the case it is about."""
    yield from differs(item, "filing.public_id", item.public_id, row.public_id)
    submitted_at = datetime.fromisoformat(item.manifest["submitted_at"])
    if not is_moment(text_of(row.submitted_at), submitted_at):
        yield ColumnFinding(item, "filing.submitted_at", submitted_at, text_of(row.submitted_at))
    if row.kind != CASE:
        yield from differs(item, "filing.status", lifecycle.SUBMITTED, row.status)
    if row.asset_kind not in KINDS:
        yield ColumnFinding(item, "filing.asset_kind", "a kind of IP", row.asset_kind)
    if row.asset_id is not None:
        yield from differs(item, "filing.asset_id", item.manifest["asset"], row.entry)
    if row.about_id is not None:
        said = (item.fields.get("about", row.about), item.manifest["asset"])
        yield from differs(item, "filing.about_id", said, (row.about, row.about_asset))


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
    names = [item.manifest["asset"] for item in deciding]
    cases = _cases([item.fields["about"] for item in deciding] + [item.fields["decided"] for item in deciding])
    assets = {asset.public_id: asset for asset in db.session.scalars(_entries(names))}
    moved, shown = _titles_moved(names), _shown([asset.id for asset in assets.values()])
    attached = _attached([case.id for case in cases.values()])
    for item in deciding:
        case, latest = (cases.get(item.fields[name]) for name in ("about", "decided"))
        asset = assets.get(item.manifest["asset"])
        if case is None or latest is None or asset is None:
            yield ColumnFinding(item, "asset", item.manifest["asset"], None)
            continue
        yield from _entry(item, case, latest, asset)
        public = [_public(case, role, values) for role, *values in attached.get(latest.id, [])]
        yield from differs(item, "asset.documents", sorted(public), sorted(shown.get(asset.id, [])))
        if asset.public_id not in moved:
            yield from differs(item, "asset.owners", _owners(latest.content or {}), _parties(asset, "owner"))


def _cases(public_ids: list[str]) -> dict[str, Filing]:
    found = db.session.scalars(select(Filing).where(among(Filing.public_id, public_ids)))
    return {case.public_id: case for case in found}


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


def _content(item: Item, found: dict[str, Any]) -> Iterator[ColumnFinding]:
    for name in sorted({*found, *item.fields}):
        yield from differs(item, f"filing.{name}", item.fields.get(name), found.get(name))


def _filings(items: Sequence[Item]) -> list[Row]:
    """Filings of these records, and those that have the number of one and another's record or none."""
    ids = [item.id for item in items]
    rows = _read(Filing.record_id.between(min(ids), max(ids)))
    known = {row.public_id for row in rows}
    missing = [item.public_id for item in items if item.public_id not in known]
    return rows + _read(among(Filing.public_id, missing)) if missing else rows


def _read(wanted: ColumnElement[bool]) -> list[Row]:
    opened, decode = secretbox.opener(), json.JSONDecoder().decode
    statement = (
        select(*COLUMNS).outerjoin(Asset, Asset.id == Filing.asset_id).outerjoin(_about, _about.id == Filing.about_id)
    )
    rows: Any = db.session.connection().execute(statement.where(wanted))
    found = []
    for some in rows.partitions(FETCHED):
        for *plain, sealed in some:
            plain.append(decode(opened(sealed).decode()) if sealed else None)
            found.append(Row(*plain))
    return found


def _attached(filing_ids: list[int]) -> dict[int, Documents]:
    """Filing id to its documents: role, what the register says of the file, and where its bytes are."""
    columns = [getattr(Document, name) for name in (*DOCUMENT, "storage_key")]
    rows = (
        select(FilingDocument.filing_id, FilingDocument.role, *columns)
        .join(Document, Document.id == FilingDocument.document_id)
        .where(among(FilingDocument.filing_id, filing_ids))
    )
    held: dict[int, Documents] = defaultdict(list)
    for filing_id, role, *values in db.session.connection().execute(rows):
        held[filing_id].append((role, *(str(value) for value in values)))
    return held


def _kept(record_ids: list[int]) -> dict[tuple[int, int], str]:
    """Where evidence keeps the document at a position of a record."""
    columns = (RecordDocument.record_id, RecordDocument.position, RecordDocument.storage_key)
    rows = db.session.connection().execute(select(*columns).where(among(RecordDocument.record_id, record_ids)))
    return {(record_id, position): key or "" for record_id, position, key in rows}


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

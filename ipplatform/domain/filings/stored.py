"""Filings and their documents as they are stored, for the audit: rows of columns, read and opened in batches."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, select, type_coerce
from sqlalchemy.orm import aliased, defer
from sqlalchemy.orm.attributes import set_committed_value

from ipplatform.domain.assets.models import Asset, Document
from ipplatform.domain.evidence.audit.rows import raw_text
from ipplatform.domain.evidence.columns import Item
from ipplatform.domain.evidence.models import RecordDocument
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import among, db

# Rows at a time: opened and decoded while they are still in the processor's cache.
FETCHED = 100
UNOPENED: dict[str, Any] = {"": "content whose sealed bytes do not open"}
DOCUMENT = ("name", "media_type", "size", "sha256", "sha512")
_about = aliased(Filing)
SEALED = type_coerce(Filing.content, LargeBinary).label("sealed")
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
    SEALED,
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


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What was submitted about a case; `content` is UNOPENED where its bytes do not open."""

    kind: str
    content: dict[str, Any] | None


def stored_filings(items: Sequence[Item]) -> list[Row]:
    """Filings of these records, and those that have the number of one and another's record or none."""
    ids = [item.id for item in items]
    rows = _read(Filing.record_id.between(min(ids), max(ids)))
    known = {row.public_id for row in rows}
    missing = [item.public_id for item in items if item.public_id not in known]
    return rows + _read(among(Filing.public_id, missing)) if missing else rows


def _read(wanted: ColumnElement[bool]) -> list[Row]:
    content = _opener()
    statement = (
        select(*COLUMNS).outerjoin(Asset, Asset.id == Filing.asset_id).outerjoin(_about, _about.id == Filing.about_id)
    )
    rows: Any = db.session.connection().execute(statement.where(wanted))
    found = []
    for some in rows.partitions(FETCHED):
        for *plain, sealed in some:
            plain.append(content(sealed))
            found.append(Row(*plain))
    return found


def _opener() -> Callable[[bytes | None], dict[str, Any] | None]:
    """Opens the content of many filings: None for none, UNOPENED for one that does not open."""
    opened, decode = secretbox.opener(), json.JSONDecoder().decode

    def content(sealed: bytes | None) -> dict[str, Any] | None:
        try:
            value: dict[str, Any] | None = decode(opened(bytes(sealed)).decode()) if sealed is not None else None
        except (secretbox.Damaged, ValueError):
            return UNOPENED
        return value

    return content


def attached_documents(filing_ids: list[int]) -> dict[int, Documents]:
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


def kept_keys(record_ids: list[int]) -> dict[tuple[int, int], str]:
    """Where evidence keeps the document at a position of a record."""
    columns = (RecordDocument.record_id, RecordDocument.position, RecordDocument.storage_key)
    rows = db.session.connection().execute(select(*columns).where(among(RecordDocument.record_id, record_ids)))
    return {(record_id, position): key or "" for record_id, position, key in rows}


def logged_follow_ups(case_ids: list[int]) -> dict[int | None, list[FollowUp]]:
    """Case id to what was submitted about it, oldest first."""
    content = _opener()
    rows = select(Filing.about_id, Filing.kind, SEALED).where(
        among(Filing.about_id, case_ids), Filing.status != lifecycle.DRAFT
    )
    held: dict[int | None, list[FollowUp]] = defaultdict(list)
    for about_id, kind, sealed in db.session.execute(rows.order_by(Filing.id)):
        held[about_id].append(FollowUp(kind, content(sealed)))
    return held


def cases(public_ids: list[str]) -> dict[str, Filing]:
    """Filings by their numbers, their content opened; where it does not open it is UNOPENED."""
    content = _opener()
    rows = select(Filing, SEALED).options(defer(Filing.content)).where(among(Filing.public_id, public_ids))
    found: dict[str, Filing] = {}
    for case, sealed in db.session.execute(rows):
        set_committed_value(case, "content", content(sealed))
        found[case.public_id] = case
    return found

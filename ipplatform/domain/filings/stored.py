"""Filings and their documents as they are stored, for the audit: rows of columns, read and opened in batches."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, select, type_coerce
from sqlalchemy.orm import aliased

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
DOCUMENT = ("name", "media_type", "size", "sha256", "sha512")
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


def stored_filings(items: Sequence[Item]) -> list[Row]:
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


def logged_follow_ups(case_ids: list[int]) -> dict[int, list[Any]]:
    """Case id to what was submitted about it, oldest first."""
    rows = select(Filing.about_id, Filing.kind, Filing.content).where(
        among(Filing.about_id, case_ids), Filing.status != lifecycle.DRAFT
    )
    held: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(rows.order_by(Filing.id)):
        held[row.about_id].append(row)
    return held

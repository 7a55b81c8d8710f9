"""The journal of erasures against the erase records of the log: each has its file, and the file says the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.audit.findings import Finding, shown
from ipplatform.domain.evidence.audit.rows import raw_text, text_of
from ipplatform.domain.evidence.erasure import journal, rules
from ipplatform.domain.evidence.erasure.journal import Entry
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db

FIELD = "journal of erasures"


def findings() -> Iterator[Finding]:
    """`record` is the erase record. A file whose record is in no log did nothing and is no finding."""
    files = {path.stem: path for path in journal.files()}
    for row in _erase_records():
        number = row["number"]
        path = files.get(number)
        if path is None:
            yield Finding(number, FIELD, "a file in ERASURE_DIR", "none")
            continue
        for name, expected, found in _of_one(row, path):
            yield Finding(number, f"{FIELD}: {name}", shown(expected), shown(found))


def _erase_records() -> Iterator[dict[str, Any]]:
    columns = [raw_text(getattr(Record, name).expression).label(name) for name in ("asset", "created_at")]
    sealed = [type_coerce(getattr(Record, name), LargeBinary).label(name) for name in ("manifest", "salt")]
    number = raw_text(Record.public_id.expression).label("number")
    found = select(number, Record.leaf, *columns, *sealed).where(Record.kind == rules.KIND).order_by(Record.id)
    for row in db.session.execute(found, execution_options={"yield_per": 200}).mappings():
        texts = {name: text_of(row[name]) for name in ("number", "asset", "created_at")}
        yield texts | {"leaf": bytes(row["leaf"])} | {name: rows.unsealed(row[name]) for name in ("manifest", "salt")}


def _of_one(row: dict[str, Any], path: Path) -> Iterator[tuple[str, object, object]]:
    try:
        entry = journal.read(path)
    except journal.JournalError as error:
        yield path.name, "the file as it was written", str(error)
        return
    if not journal.is_as_written(path, entry):
        yield path.name, "the file in the form it was written in", "another form"
    if not rows.is_moment(row["created_at"], entry.moment):
        yield "created_at", row["created_at"], entry.created_at
    if entry.asset != row["asset"]:
        yield "asset", row["asset"], entry.asset
    for name, kept in (("manifest", entry.manifest.encode()), ("salt", bytes.fromhex(entry.salt))):
        if row[name] is not None and row[name] != kept:
            yield name, "what the log's record commits to", "another"
    if not _same_leaf(entry, row["leaf"]):
        yield "leaf", row["leaf"], entry.leaf


def _same_leaf(entry: Entry, leaf: bytes) -> bool:
    """The record's leaf is written anew when the log is continued under another origin; the entry's is not."""
    try:
        kept, present = leaves.parse(entry.leaf.encode()), leaves.parse(leaf)
    except leaves.LeafError:
        return False
    return (kept.commitment, kept.kind, kept.time) == (present.commitment, present.kind, present.time)

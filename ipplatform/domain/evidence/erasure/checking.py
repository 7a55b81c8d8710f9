"""What the audit asks of a record without content: that it was erased by a logged decision, and wholly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.exc import DBAPIError

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.audit.findings import Words
from ipplatform.domain.evidence.columns import ColumnFinding, Item, register_check
from ipplatform.domain.evidence.erasure import deciding, rules, subjects
from ipplatform.domain.evidence.erasure.models import Erased, ErasedFile
from ipplatform.domain.evidence.erasure.subjects import THERE
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import events, settings, storage
from ipplatform.foundation.db import db
from ipplatform.foundation.secretbox import Damaged

Difference = tuple[str, object, object]
GONE = Words("erased")


def differences(row: Mapping[str, Any], kept: Mapping[int, Any]) -> Iterator[Difference]:
    """Of a record (audit.rows) whose manifest and salt are gone: without an erase record it was not erased but lost."""
    item = _erased_item(row)
    if item is None:
        yield "manifest", "a manifest, or a logged record of its erasure", "neither"
        return
    yield from _columns(row, item)
    for position, key in sorted(kept.items()):
        if key is not None:
            yield f"document {position + 1}", GONE, THERE
    yield from _noted(row["id"])
    leftovers = subjects.Leftovers(item["filing"], item["kind"], item["asset"])
    try:
        events.publish(subjects.LEFTOVERS, leftovers=leftovers)
    except (DBAPIError, ValueError, TypeError):
        yield "columns of the register", GONE, Words("values that cannot be read")
    for field, found in leftovers.found.items():
        yield field, GONE, found


def _noted(record_id: int) -> Iterator[Difference]:
    """The note of the erasure says what its erase record says."""
    columns = [rows.raw_text(getattr(Erased, name).expression) for name in ("request", "ground", "erased_at")]
    said = (rows.raw_text(Record.public_id.expression), rows.raw_text(Record.created_at.expression))
    statement: Any = select(*columns, *said, type_coerce(Record.manifest, LargeBinary)).where(
        Erased.record_id == record_id, Erased.erase_record_id == Record.id
    )
    for *noted, number, created_at, sealed in db.session.execute(statement):
        data = rows.unsealed(sealed)
        ground = canonical.loads(data)["fields"]["ground"] if data else None
        wanted = (rows.text_of(number), ground, rows.text_of(created_at))
        for name, expected, found in zip(("request", "ground", "erased_at"), wanted, noted, strict=True):
            if rows.text_of(found) != expected:
                yield f"evidence_erased.{name}", expected, rows.text_of(found)


def _erased_item(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """How the erase record names this filing; None without an authentic erase record that names its commitment."""
    erase = db.session.scalars(
        select(Record).join(Erased, Erased.erase_record_id == Record.id).where(Erased.record_id == row["id"])
    )
    try:
        found = erase.one_or_none()
    except Damaged:
        return None
    if found is None or found.manifest is None or found.salt is None or not _is_erasure(found):
        return None
    listed = canonical.loads(found.manifest)["fields"]["erased"]
    commitment = row["commitment"].hex() if isinstance(row["commitment"], bytes) else None
    return next(
        (item for item in listed if row["public_id"] == item["filing"] or commitment == item["commitment"]), None
    )


def _is_erasure(erase: Record) -> bool:
    """Its leaf is an erasure, and manifest and salt are what the leaf commits to."""
    assert erase.manifest is not None
    assert erase.salt is not None
    try:
        leaf = leaves.parse(bytes(erase.leaf))
    except leaves.LeafError:
        return False
    return leaf.kind == rules.LEAF and leaf.commitment == manifests.commit(erase.salt, erase.manifest).hex()


def _columns(row: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[Difference]:
    for column, member in (("public_id", "filing"), ("kind", "kind"), ("asset", "asset")):
        if row[column] != item[member]:
            yield column, item[member], row[column]
    commitment = bytes.fromhex(item["commitment"])
    if row["commitment"] != commitment:
        yield "commitment", commitment, row["commitment"]
    recorded_at = datetime.fromisoformat(item["recorded_at"])
    if not rows.is_moment(row["created_at"], recorded_at):
        yield "created_at", item["recorded_at"], row["created_at"]
    expected = leaves.build(
        origin=settings.current().origin, commitment=commitment, kind="filing", time=int(recorded_at.timestamp())
    )
    if row["leaf"] != expected:
        yield "leaf", expected.decode(), row["leaf"]


def erase_records(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """Erase records: decided by two, executed wholly, their files destroyed."""
    ids = [item.id for item in items]
    gone = _grouped(
        select(Erased.erase_record_id, Record.public_id)
        .join(Record, Erased.record_id == Record.id)
        .where(Erased.erase_record_id.in_(ids))
    )
    destroyed = _grouped(
        select(ErasedFile.erase_record_id, ErasedFile.storage_key).where(
            ErasedFile.erase_record_id.in_(ids), ErasedFile.destroyed_at.is_not(None)
        )
    )
    yield from deciding.decisions(items)
    for item in items:
        for one in item.fields["erased"]:
            if one["filing"] not in gone[item.id]:
                yield ColumnFinding(item, f"erasure of {one['filing']}", GONE, THERE)
        for key in destroyed[item.id]:
            if storage.path_of(key).exists():
                yield ColumnFinding(
                    item, "evidence_erased_file", GONE, Words(f"{key} is there again: a restored backup?")
                )


def _grouped(statement: Any) -> dict[int, list[str]]:
    values: dict[int, list[str]] = defaultdict(list)
    for erase_record_id, value in db.session.execute(statement):
        values[erase_record_id].append(value)
    return values


register_check(rules.KIND, erase_records)

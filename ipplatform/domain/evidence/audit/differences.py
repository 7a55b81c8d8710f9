"""What exactly is wrong with a record that is not plainly whole: each difference with the mark it costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence import queries, seals
from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.audit.findings import SealPart, Words
from ipplatform.domain.evidence.audit.marks import COLUMNS, COMMITMENT, INCLUSION
from ipplatform.domain.evidence.erasure import checking as erasure
from ipplatform.domain.evidence.formats import canonical, merkle, tiles
from ipplatform.foundation import settings

AUTHENTIC, CHANGED = Words("bytes that authenticate"), Words("changed bytes")
Difference = tuple[str, str, object, object]


def content(row: dict[str, Any], kept: dict[int, Any]) -> Iterator[Difference]:
    """(mark, field, expected, found) for all of a record but its documents and the columns of other tables."""
    yield from (
        (COLUMNS, name, Words("a readable value"), Words(value))
        for name, value in row.items()
        if value == rows.UNREADABLE
    )
    yield from _sealed_columns(row, kept)
    if sorted(kept) != list(range(len(kept))):
        yield COLUMNS, "evidence_document.position", Words(f"0 to {len(kept) - 1}"), Words(f"{sorted(kept)}")
    if is_erased(row):
        yield from ((COMMITMENT, *difference) for difference in erasure.differences(row, kept))
        yield from _place(row, row["leaf"])
        return
    manifest, salt = rows.unsealed(row["manifest"]), rows.unsealed(row["salt"])
    if manifest is None:
        yield COMMITMENT, "manifest", AUTHENTIC, CHANGED
    if salt is None:
        yield COMMITMENT, "salt", AUTHENTIC, CHANGED
    if manifest is None or salt is None:
        yield from _place(row, row["leaf"])
        return
    yield from _commitment(row, manifest, salt)


def is_erased(row: dict[str, Any]) -> bool:
    return row["manifest"] is None and row["salt"] is None


def manifest_of(row: dict[str, Any]) -> dict[str, Any] | None:
    data = rows.unsealed(row["manifest"])
    if data is None:
        return None
    value: dict[str, Any] = canonical.loads(data)
    return value


def _commitment(row: dict[str, Any], manifest: bytes, salt: bytes) -> Iterator[Difference]:
    commitment = manifests.commit(salt, manifest)
    if row["commitment"] != commitment:
        yield COMMITMENT, "commitment", commitment, row["commitment"]
    value = canonical.loads(manifest)
    for column, member in (("public_id", "filing"), ("kind", "kind"), ("asset", "asset")):
        if row[column] != value[member]:
            yield COLUMNS, column, value[member], row[column]
    if not rows.is_moment(row["created_at"], datetime.fromisoformat(value["submitted_at"])):
        yield COLUMNS, "created_at", *_moments(value["submitted_at"], row["created_at"])
    expected = _leaf(commitment, value["submitted_at"], row)
    if row["leaf"] != expected:
        yield COMMITMENT, "leaf", expected.decode(), row["leaf"]
    yield from _place(row, expected)


def _moments(expected: str, found: object) -> tuple[object, object]:
    """Both in the spelling of the database, so that the byte that differs shows."""
    spelled = f"{expected[:10]} {expected[11:19]}.000000"
    return (spelled, found) if isinstance(found, str) else (Words(expected), Words(found))


def _leaf(commitment: bytes, submitted_at: str, row: dict[str, Any]) -> bytes:
    try:
        kind = leaves.parse(row["leaf"]).kind
    except (leaves.LeafError, TypeError, AttributeError):
        kind = "filing"
    time = int(datetime.fromisoformat(submitted_at).timestamp())
    return leaves.build(origin=settings.current().origin, commitment=commitment, kind=kind, time=time)


def _place(row: dict[str, Any], leaf: bytes) -> Iterator[Difference]:
    """The leaf stands in the log where the record says. The tile tells which of the two was changed."""
    index = row["leaf_index"]
    if index is None or row["entry"] == leaf:
        return
    if not isinstance(index, int) or row["entry"] is None:
        yield INCLUSION, "leaf_index", Words("the index of an entry of the log"), Words(index)
    elif _hash_at(index) == merkle.leaf_hash(leaf):
        yield INCLUSION, "log_leaf.entry", leaf, row["entry"]
    else:
        yield INCLUSION, "leaf_index", Words("the index of this record's entry"), Words(index)


def _hash_at(index: int) -> bytes | None:
    number, place = divmod(index, tiles.WIDTH)
    try:
        data = queries.tile_data(0, number)
    except tiles.TileError:
        return None
    return data[place * merkle.HASH_SIZE : (place + 1) * merkle.HASH_SIZE]


def _sealed_columns(row: dict[str, Any], kept: dict[int, Any]) -> Iterator[Difference]:
    expected = seals.seal(
        organisation_id=row["organisation_id"],
        idempotency_key=row["idempotency_key"],
        request_digest=row["request_digest"],
        storage_keys=[kept[place] for place in sorted(kept)],
    )
    if row["seal"] == rows.UNREADABLE or len(row["seal"]) != len(expected):
        yield COLUMNS, "seal", Words(f"{len(expected)} bytes"), Words(f"{len(row['seal'])} bytes")
        return
    values = {**row, "storage_keys": ", ".join(str(kept[place]) for place in sorted(kept))}
    for field in seals.broken_fields(row["seal"], expected):
        yield COLUMNS, f"{field} (or its seal)", *_seal_parts(field, values[field], expected, bytes(row["seal"]))


def _seal_parts(field: str, value: object, computed: bytes, stored: bytes) -> tuple[SealPart, SealPart]:
    """The value or its part of the seal was changed: nobody can tell which, but which bytes of the seal differ."""
    start = seals.FIELDS.index(field) * seals.PART
    part = slice(start, start + seals.PART)
    wanted = f"{computed[part].hex()}, computed from the value as it stands: {value}"
    return SealPart(wanted, computed, start), SealPart(f"{stored[part].hex()}, stored in the seal", stored, start)

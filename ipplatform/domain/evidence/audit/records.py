"""Checks one record: content, commitment, leaf, columns, place and documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from ipplatform.domain.evidence import columns, queries, seals
from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.audit.findings import Finding, Part, shown
from ipplatform.domain.evidence.erasure import checking as erasure
from ipplatform.domain.evidence.formats import canonical, merkle, tiles
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import secretbox, settings, storage

CHUNK = 200
CHUNK_BYTES = 64 * 2**20
AUTHENTIC = "bytes that authenticate"
CHANGED = "changed bytes"


def step(cursor: int) -> Part:
    """The next records after the id `cursor`: up to 200, or 64 MiB of documents."""
    part = Part(cursor)
    found = rows.after(cursor, CHUNK)
    kept = rows.documents([row["id"] for row in found])
    read = 0
    for row in found:
        findings, size = examine(row, kept[row["id"]])
        part.findings += findings
        (part.broken if findings else part.whole).append(row["id"])
        part.cursor, part.checked, read = row["id"], part.checked + 1, read + size
        if read > CHUNK_BYTES:
            return part
    part.ended = len(found) < CHUNK
    return part


def examine(row: dict[str, Any], kept: dict[int, Any]) -> tuple[list[Finding], int]:
    """The findings about a record, and how many bytes of documents were read."""
    name = str(row["public_id"])
    findings = [Finding(name, field, shown(expected), shown(found)) for field, expected, found in _content(row, kept)]
    size = 0
    manifest = _manifest(row)
    if manifest is not None:
        for position, document in enumerate(manifest["documents"]):
            size += document["size"]
            wrong = _document(position, document, kept)
            findings += [Finding(name, field, shown(expected), shown(found)) for field, expected, found in wrong]
        findings += _visible_columns(row, manifest)
    return findings, size


Difference = tuple[str, object, object]


def _content(row: dict[str, Any], kept: dict[int, Any]) -> Iterator[Difference]:
    yield from ((name, "a readable value", value) for name, value in row.items() if value == rows.UNREADABLE)
    yield from _sealed_columns(row, kept)
    if row["manifest"] is None and row["salt"] is None:
        yield from erasure.differences(row, kept)
        yield from _place(row, row["leaf"])
        return
    manifest, salt = _unsealed(row["manifest"]), _unsealed(row["salt"])
    if manifest is None:
        yield "manifest", AUTHENTIC, CHANGED
    if salt is None:
        yield "salt", AUTHENTIC, CHANGED
    if manifest is None or salt is None:
        yield from _place(row, row["leaf"])
        return
    yield from _commitment(row, manifest, salt)


def _commitment(row: dict[str, Any], manifest: bytes, salt: bytes) -> Iterator[Difference]:
    commitment = manifests.commit(salt, manifest)
    if row["commitment"] != commitment:
        yield "commitment", commitment, row["commitment"]
    value = canonical.loads(manifest)
    for column, member in (("public_id", "filing"), ("kind", "kind"), ("asset", "asset")):
        if row[column] != value[member]:
            yield column, value[member], row[column]
    if not rows.is_moment(row["created_at"], datetime.fromisoformat(value["submitted_at"])):
        yield "created_at", value["submitted_at"], row["created_at"]
    expected = _leaf(commitment, value["submitted_at"], row)
    if row["leaf"] != expected:
        yield "leaf", expected.decode(), row["leaf"]
    yield from _place(row, expected)


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
        yield "leaf_index", "the index of an entry of the log", index
    elif _hash_at(index) == merkle.leaf_hash(leaf):
        yield "log_leaf.entry", leaf, row["entry"]
    else:
        yield "leaf_index", "the index of this record's entry", index


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
        yield "seal", f"{len(expected)} bytes", row["seal"]
        return
    for field in seals.broken_fields(row["seal"], expected):
        yield f"{field} (or its seal)", "the value that was sealed", row.get(field, "other storage keys")


def _document(position: int, document: dict[str, Any], kept: dict[int, Any]) -> Iterator[Difference]:
    name = f"document {position + 1} ({document['name']})"
    if position not in kept:
        yield name, "a stored file", "no row says where it is"
        return
    key = kept[position]
    if key is None:
        return
    short, long, size = hashlib.sha256(), hashlib.sha512(), 0
    try:
        for chunk in storage.read(key):
            short.update(chunk)
            long.update(chunk)
            size += len(chunk)
    except secretbox.Damaged:
        yield name, f"sha256 {document['sha256']}", "the stored file has changed bytes"
        return
    except (OSError, ValueError):
        yield name, f"sha256 {document['sha256']}", "the stored file is missing"
        return
    for field, expected, found in (
        ("size", document["size"], size),
        ("sha256", document["sha256"], short.hexdigest()),
        ("sha512", document["sha512"], long.hexdigest()),
    ):
        if expected != found:
            yield f"{name} {field}", expected, found


def _visible_columns(row: dict[str, Any], manifest: dict[str, Any]) -> list[Finding]:
    known = {name: row[name] for name in ("id", "public_id", "organisation_id", "asset", "kind", "leaf_index")}
    record = Record(**known)
    try:
        return [
            Finding(str(row["public_id"]), item.field, shown(item.expected), shown(item.found))
            for item in columns.differences(record, manifest)
        ]
    except (secretbox.Damaged, DBAPIError, ValueError, TypeError, KeyError) as error:
        return [Finding(str(row["public_id"]), "columns of the register", "readable values", type(error).__name__)]


def _manifest(row: dict[str, Any]) -> dict[str, Any] | None:
    data = _unsealed(row["manifest"])
    if data is None:
        return None
    value: dict[str, Any] = canonical.loads(data)
    return value


def _unsealed(value: Any) -> bytes | None:
    if not isinstance(value, bytes):
        return None
    try:
        return secretbox.unseal(value)
    except secretbox.Damaged:
        return None

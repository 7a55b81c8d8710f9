"""The entries of an ended log: each row against the published entries, those against the signed root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import select

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence.audit.findings import Finding, difference, shown
from ipplatform.domain.evidence.audit.rows import raw_text, text_of
from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.store.choice import at
from ipplatform.domain.evidence.store.interface import Store
from ipplatform.domain.evidence.succession.models import FormerEntry
from ipplatform.foundation.db import db


def findings(name: str, log_id: int, place: str, head: Checkpoint) -> Iterator[Finding]:
    """`name` names the log. A tile of entries is held at a time, and of the hashes those above the bottom."""
    store, roots, derived = at(place), list[bytes](), dict[tuple[int, int], bytes]()
    yield from _outside(log_id, head.size)
    for number in range(-(-head.size // tiles.WIDTH)):
        tile = tiles.Tile(tiles.ENTRIES, number, min(tiles.WIDTH, head.size - number * tiles.WIDTH))
        published, fault = _entries(store, tile)
        if fault:
            yield Finding(name, tile.path, f"{tile.width} entries", fault)
        yield from _rows(log_id, number * tiles.WIDTH, tile.width, published)
        yield from _smaller(name, store, tile, partial(_first, published))
        hashes = [merkle.leaf_hash(entry) for entry in published]
        yield from _tile(name, store, tiles.Tile(0, number, tile.width), b"".join(hashes))
        derived[0, number] = b"".join(hashes)
        if len(hashes) == tiles.WIDTH:
            roots.append(merkle.fold(hashes))
            del derived[0, number]
    yield from _above(name, store, head, roots, derived)


def _first(entries: list[bytes], width: int) -> bytes:
    return tiles.encode_entries(entries[:width])


def _outside(log_id: int, size: int) -> Iterator[Finding]:
    number = raw_text(Record.public_id.expression)
    statement = select(number, FormerEntry.leaf_index).outerjoin(Record, Record.id == FormerEntry.record_id)
    outside = (FormerEntry.leaf_index < 0) | (FormerEntry.leaf_index >= size) | Record.id.is_(None)
    for public_id, index in db.session.execute(statement.where(FormerEntry.log_id == log_id, outside).limit(1000)):
        record = text_of(public_id) or f"former entry {index}"
        yield Finding(record, "former_entry", f"a record's place below {size}", str(index))


def _entries(store: Store, tile: tiles.Tile) -> tuple[list[bytes], str]:
    try:
        data = store.read(tile.path)
        found = tiles.decode_entries(data) if data is not None else []
    except (OSError, ValueError) as error:
        return [], shown(str(error))
    return found, "" if len(found) == tile.width else f"{len(found)} entries"


def _rows(log_id: int, first: int, width: int, published: list[bytes]) -> Iterator[Finding]:
    """A row's entry stands where it says, and commits to the same filing as the record's present one."""
    statement: Any = (
        select(raw_text(Record.public_id.expression), FormerEntry.leaf_index, FormerEntry.leaf, Record.leaf)
        .join(Record, Record.id == FormerEntry.record_id)
        .where(FormerEntry.log_id == log_id, FormerEntry.leaf_index.between(first, first + width - 1))
    )
    seen = set()
    for public_id, index, entry, present in db.session.execute(statement):
        seen.add(index - first)
        stands = published[index - first] if index - first < len(published) else b""
        if bytes(entry) != stands:
            yield difference(text_of(public_id), f"former_entry.leaf {index}", stands, bytes(entry))
        elif not _same(bytes(entry), bytes(present)):
            yield difference(text_of(public_id), f"former_entry.record_id {index}", bytes(present), bytes(entry))
    for place in sorted(set(range(width)) - seen):
        named = _committed(published[place]) if place < len(published) else None
        yield Finding(named or f"former entry {first + place}", "former_entry", f"a row at {first + place}", "none")


def _same(entry: bytes, present: bytes) -> bool:
    try:
        old, new = leaves.parse(entry), leaves.parse(present)
    except leaves.LeafError:
        return False
    return (old.commitment, old.kind, old.time) == (new.commitment, new.kind, new.time)


def _committed(entry: bytes) -> str | None:
    """The record that the entry commits to."""
    try:
        commitment = bytes.fromhex(leaves.parse(entry).commitment)
    except (leaves.LeafError, ValueError):
        return None
    found = db.session.scalar(select(raw_text(Record.public_id.expression)).where(Record.commitment == commitment))
    return None if found is None else str(text_of(found))


def _above(
    name: str, store: Store, head: Checkpoint, roots: list[bytes], derived: dict[tuple[int, int], bytes]
) -> Iterator[Finding]:
    """The upper tiles as the entries make them, and the root as it was signed. `roots` are of the full bottom tiles."""
    level, row = 1, roots
    while row:
        parts = [row[start : start + tiles.WIDTH] for start in range(0, len(row), tiles.WIDTH)]
        for number, part in enumerate(parts):
            derived[level, number] = b"".join(part)
            yield from _tile(name, store, tiles.Tile(level, number, len(part)), derived[level, number])
        level, row = level + 1, [merkle.fold(part) for part in parts if len(part) == tiles.WIDTH]
    try:
        root = merkle.root(head.size, tiles.node_reader(lambda level, number: derived[level, number]))
    except (KeyError, tiles.TileError, IndexError) as error:
        yield Finding(name, "root of the published entries", head.root.hex(), shown(f"none: {error}"))
        return
    if root != head.root:
        yield difference(name, "root of the published entries", head.root, root)


def _tile(name: str, store: Store, tile: tiles.Tile, expected: bytes) -> Iterator[Finding]:
    found = _read(store, tile.path)
    if found != expected:
        yield difference(name, tile.path, expected, found or b"")
    yield from _smaller(name, store, tile, lambda width: expected[: width * merkle.HASH_SIZE])


def _smaller(name: str, store: Store, tile: tiles.Tile, expected: Callable[[int], bytes]) -> Iterator[Finding]:
    """Partial tiles of earlier sizes hold the first entries or hashes of the last one."""
    folder = tiles.Tile(tile.level, tile.number, tiles.WIDTH).path + ".p"
    for width in store.names(folder) if tile.width < tiles.WIDTH else ():
        if width.isdecimal() and int(width) < tile.width:
            found = _read(store, f"{folder}/{width}")
            if found != expected(int(width)):
                yield difference(name, f"{folder}/{width}", expected(int(width)), found or b"")


def _read(store: Store, name: str) -> bytes | None:
    try:
        return store.read(name)
    except OSError as error:
        return str(error).encode()

"""Checks the log from the bottom: leaves against tiles, tiles against their parents and files, checkpoints on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.audit import files, signatures
from ipplatform.domain.evidence.audit.findings import Finding, Part, Words, difference
from ipplatform.domain.evidence.audit.marks import INCLUSION
from ipplatform.domain.evidence.audit.rows import log_state, raw_text, text_of
from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.models import LogLeaf, LogState, LogTile, Record
from ipplatform.foundation.db import db

TILES = 32
MOST_CHECKPOINTS = 2000


@dataclass(slots=True)
class Bottom:
    """A tile of leaves as stored: `hashes` are those of `entries` by place, `data` what the tile holds."""

    tile: tiles.Tile
    data: bytes
    entries: dict[int, bytes]
    has_records: bool

    @property
    def first(self) -> int:
        return self.tile.number * tiles.WIDTH

    @property
    def is_complete(self) -> bool:
        return len(self.entries) == self.tile.width


def step(cursor: int) -> Part:
    """The next bottom tiles from number `cursor`, with the checkpoints of the sizes they reach."""
    state = log_state()
    size = max(0, state.size) if state else 0
    last = -(-size // tiles.WIDTH)
    part = Part(cursor, ended=state is None or cursor >= last)
    if state is None or part.ended:
        return part
    seen, above, heads = 0, Above(), signatures.Walk(cursor * tiles.WIDTH)
    for bottom in _bottoms(cursor, min(cursor + TILES, last), size):
        seen += check(bottom, state, part, above, heads)
        part.cursor, part.checked = bottom.tile.number + 1, part.checked + bottom.tile.width
        part.covered = {INCLUSION: min(size, part.cursor * tiles.WIDTH)}
        if seen >= MOST_CHECKPOINTS:
            break
    part.ended = part.cursor >= last
    return part


def one(index: int, state: LogState) -> Part:
    """The bottom tile that holds the leaf at `index`, with the checkpoints of the sizes it reaches."""
    number = index // tiles.WIDTH
    part = Part(number)
    for bottom in _bottoms(number, number + 1, state.size):
        check(bottom, state, part, Above(), signatures.Walk(bottom.first))
    return part


class Above:
    """Tiles above the bottom, read once a step."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, number: int) -> bytes:
        if (level, number) not in self._held:
            self._held[level, number] = tile_bytes(level, number)
        return self._held[level, number]


def tile_bytes(level: int, number: int) -> bytes:
    """The stored tile; empty when it is missing."""
    try:
        return queries.tile_data(level, number)
    except tiles.TileError:
        return b""


def check(bottom: Bottom, state: LogState, part: Part, above: Above, heads: signatures.Walk) -> int:
    """Adds to `part` what is wrong about the tile; returns how many checkpoints were verified."""
    tile, hashes = bottom.tile, [hashlib.sha256(b"\x00" + entry).digest() for entry in bottom.entries.values()]
    part.findings += length(tile, bottom.data)
    if not (bottom.is_complete and bottom.has_records and b"".join(hashes) == bottom.data):
        for place, finding in _entries(bottom):
            part.findings.append(finding)
            part.broken.append((INCLUSION, bottom.first + place, bottom.first + place + 1))
    held = tiles.split_hashes(bottom.data)
    levels = _levels(held if len(held) == tile.width else hashes)
    if tile.width == tiles.WIDTH == len(held):
        add_parent(part, 0, tile.number, {levels[-1][0], *_should_be(bottom, hashes, held)}, above)
    part.findings += files.of_hashes(tile, bottom.data, state.published_size)
    part.findings += files.of_entries(tile.number, list(bottom.entries.values()), state.published_size)
    return heads.check(bottom.first, tile.width, _node(tile.number, levels, above), part)


def _should_be(bottom: Bottom, hashes: list[bytes], held: list[bytes]) -> set[bytes]:
    """The root over the entries, where it is another than over what the tile holds."""
    return {merkle.fold(hashes)} if bottom.is_complete and hashes != held else set()


def length(tile: tiles.Tile, data: bytes) -> Iterator[Finding]:
    if len(data) != tile.width * merkle.HASH_SIZE:
        yield Finding(tile.path, "log_tile.data", f"{tile.width * merkle.HASH_SIZE} bytes", f"{len(data)} bytes")


def add_parent(part: Part, level: int, number: int, roots: set[bytes], above: Above) -> None:
    """The parent's hash is a root of this tile: of what it holds, or of what it should hold (that is found below)."""
    higher, place = divmod(number, tiles.WIDTH)
    held = above(level + 1, higher)[place * merkle.HASH_SIZE : (place + 1) * merkle.HASH_SIZE]
    if held not in roots:
        path = tiles.Tile(level + 1, higher, tiles.WIDTH).path
        part.findings.append(difference(path, f"hash {place}", min(roots), held))
        reach = tiles.WIDTH ** (level + 1)
        part.broken.append((INCLUSION, number * reach, (number + 1) * reach))


def _levels(hashes: list[bytes]) -> list[list[bytes]]:
    """The complete subtrees over the hashes: levels[k][i] covers the leaves [i << k, (i + 1) << k) of the tile."""
    levels, row = [hashes], hashes
    for _ in range(tiles.HEIGHT):
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        levels.append(row)
    return levels


def _node(number: int, levels: list[list[bytes]], above: Above) -> merkle.Node:
    """Subtrees of the tile from its leaves, those left of it from the tiles above."""
    stored = tiles.node_reader(above)
    held: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        first = number << tiles.HEIGHT >> level
        if level <= tiles.HEIGHT and index >= first and levels:
            return levels[level][index - first]
        if (level, index) not in held:
            held[level, index] = stored(level, index)
        return held[level, index]

    return node


def _bottoms(first: int, end: int, size: int) -> Iterator[Bottom]:
    """The tiles from number `first` to before `end`, with their entries; one statement each for all of them."""
    leaves = (first * tiles.WIDTH, min(end * tiles.WIDTH, size) - 1)
    data = {number: bytes(held) for number, held in db.session.execute(
        select(LogTile.number, LogTile.data).where(LogTile.level == 0, LogTile.number.between(first, end - 1))
    )}  # fmt: skip
    stored: dict[int, dict[int, bytes]] = {number: {} for number in range(first, end)}
    columns = select(LogLeaf.leaf_index, LogLeaf.entry).where(LogLeaf.leaf_index.between(*leaves))
    for index, entry in db.session.connection().execute(columns.order_by(LogLeaf.leaf_index)):
        stored[index >> tiles.HEIGHT][index & (tiles.WIDTH - 1)] = bytes(entry)
    every = _records_between(*leaves) == leaves[1] - leaves[0] + 1
    for number in range(first, end):
        width = min(tiles.WIDTH, size - number * tiles.WIDTH)
        low = number * tiles.WIDTH
        complete = every or _records_between(low, low + width - 1) == width
        yield Bottom(tiles.Tile(0, number, width), data.get(number, b""), stored[number], complete)


def _records_between(low: int, high: int) -> int:
    return db.session.scalar(select(func.count()).where(Record.leaf_index.between(low, high))) or 0


def _entries(bottom: Bottom) -> Iterator[tuple[int, Finding]]:
    """(place in the tile, finding) for each entry that its tile or its record contradicts."""
    named = _named(bottom.first, bottom.tile.width)
    for place in range(bottom.tile.width):
        record, leaf = named.get(place, (None, None))
        held = bottom.data[place * merkle.HASH_SIZE : (place + 1) * merkle.HASH_SIZE]
        yield from ((place, item) for item in _entry(bottom, place, held, record, leaf))


def _entry(bottom: Bottom, place: int, held: bytes, record: str | None, leaf: bytes | None) -> Iterator[Finding]:
    index, entry = bottom.first + place, bottom.entries.get(place)
    name = record or f"entry {index}"
    if entry is None:
        yield Finding(name, f"log_leaf {index}", f"an entry with hash {held.hex()}", "nothing")
        return
    if record is None:
        yield Finding(name, f"log_leaf {index}", "a record with this entry", "none")
    if merkle.leaf_hash(entry) == held:
        return
    if leaf is not None and merkle.leaf_hash(leaf) == held:
        yield difference(name, f"log_leaf.entry {index}", leaf, entry)
    else:
        expected: object = merkle.leaf_hash(entry) if held else Words(merkle.leaf_hash(entry).hex())
        yield difference(name, f"{bottom.tile.path} hash {place}", expected, held)


def _named(first: int, width: int) -> dict[int, tuple[Any, bytes]]:
    """Place in the tile to the filing's public id and the record's own copy of the leaf."""
    statement: Any = select(Record.leaf_index, raw_text(Record.public_id.expression), Record.leaf).where(
        Record.leaf_index.between(first, first + width - 1)
    )
    return {
        index - first: (text_of(public_id), bytes(leaf)) for index, public_id, leaf in db.session.execute(statement)
    }

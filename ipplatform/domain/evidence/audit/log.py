"""Checks the log itself: leaves against tiles, tiles against each other, files, roots and signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from ipplatform.domain.evidence import keys, publish, queries, signer
from ipplatform.domain.evidence.audit.findings import Finding, Part, shown
from ipplatform.domain.evidence.audit.rows import raw_text, text_of
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import merkle, note, tiles
from ipplatform.domain.evidence.models import LogCheckpoint, LogLeaf, LogState, LogTile, Record
from ipplatform.domain.evidence.store.choice import published
from ipplatform.domain.evidence.witness import audit as witnesses
from ipplatform.domain.evidence.witness import quorum
from ipplatform.foundation import settings
from ipplatform.foundation.db import db

TILES = 8


def step(cursor: int) -> Part:
    """The next bottom tiles from number `cursor`; the last step also checks what stands above and beside them."""
    state = queries.state()
    size = state.size if state else 0
    last = -(-size // tiles.WIDTH)
    part = Part(min(cursor + TILES, last))
    for number in range(cursor, part.cursor):
        part.findings += bottom(number, size, state.published_size if state else 0)
        part.checked += 1
    if part.cursor >= last:
        part.ended = True
        part.findings += whole(state)
    return part


def bottom(number: int, size: int, published: int) -> list[Finding]:
    """A tile of leaves: entries against hashes, the tile against its parent, both against the published files."""
    width = min(tiles.WIDTH, size - number * tiles.WIDTH)
    tile = tiles.Tile(0, number, width)
    stored = _tile(0, number)
    findings = list(_length(tile, stored))
    entries = _entries(number, width)
    for place in range(width):
        entry, record, leaf = entries.get(place, (None, None, None))
        findings += _entry(tile, place, stored, entry, record, leaf)
    hashes = [merkle.leaf_hash(entries[place][0]) for place in range(width) if place in entries]
    if len(hashes) == tiles.WIDTH == len(stored) // merkle.HASH_SIZE:
        findings += _parent(0, number, {merkle.fold(hashes), merkle.fold(tiles.split_hashes(stored))})
    findings += _file(tiles.Tile(0, number, tiles.WIDTH), stored, published)
    encoded = [entries[place][0] for place in range(width) if place in entries]
    findings += _entry_files(number, encoded, published)
    return findings


def _entry(
    tile: tiles.Tile, place: int, stored: bytes, entry: bytes | None, record: str | None, leaf: bytes | None
) -> Iterator[Finding]:
    index = tile.number * tiles.WIDTH + place
    name = record or f"entry {index}"
    held = stored[place * merkle.HASH_SIZE : (place + 1) * merkle.HASH_SIZE]
    if entry is None:
        yield Finding(name, f"log_leaf {index}", f"an entry with hash {held.hex()}", "nothing")
        return
    if record is None:
        yield Finding(name, f"log_leaf {index}", "a record with this entry", "none")
    if merkle.leaf_hash(entry) == held:
        return
    if leaf is not None and merkle.leaf_hash(leaf) == held:
        yield Finding(name, f"log_leaf.entry {index}", shown(leaf.decode()), shown(entry))
    else:
        yield Finding(name, f"{tile.path} hash {place}", merkle.leaf_hash(entry).hex(), held.hex())


def _parent(level: int, number: int, roots: set[bytes]) -> Iterator[Finding]:
    """The parent's hash is a root of this tile: of what it holds, or of what it should hold (that is found below)."""
    above, place = divmod(number, tiles.WIDTH)
    data = _tile(level + 1, above)
    held = data[place * merkle.HASH_SIZE : (place + 1) * merkle.HASH_SIZE]
    if held not in roots:
        name = f"tile/{level + 1}/{above:03d}"
        yield Finding(name, f"hash {place}", min(roots).hex(), shown(held))


def whole(state: LogState | None) -> list[Finding]:
    """Upper tiles, counts, roots, checkpoints, the signer's head and the published head."""
    if state is None:
        return []
    findings = [*_upper(state), *_counts(state)]
    try:
        findings += _roots(state)
    except tiles.TileError as error:
        findings.append(Finding("log", "root", "a root of the stored tiles", str(error)))
    return [*findings, *_published_head(), *_state(state), *witnesses.findings()]


def _upper(state: LogState) -> Iterator[Finding]:
    for tile in tiles.tiles_of(state.size):
        if tile.level == 0:
            continue
        data = _tile(tile.level, tile.number)
        yield from _length(tile, data)
        if tile.width == tiles.WIDTH and len(data) == tiles.FULL_BYTES:
            yield from _parent(tile.level, tile.number, {merkle.fold(tiles.split_hashes(data))})
        yield from _file(tiles.Tile(tile.level, tile.number, tiles.WIDTH), data, state.published_size)


def _counts(state: LogState) -> Iterator[Finding]:
    expected_tiles = sum(1 for _ in tiles.tiles_of(state.size))
    for name, table, expected in (("log_leaf", LogLeaf, state.size), ("log_tile", LogTile, expected_tiles)):
        found = db.session.scalar(select(func.count()).select_from(table))
        if found != expected:
            yield Finding("log", f"rows of {name}", str(expected), str(found))


def _roots(state: LogState) -> Iterator[Finding]:
    node = queries.node_reader()
    if merkle.root(state.size, node) != bytes(state.root):
        yield Finding("log", "log_state.root", merkle.root(state.size, node).hex(), shown(bytes(state.root)))
    yield from _signer_head(state, node)
    statement = select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note).order_by(LogCheckpoint.size)
    for size, root, signed in db.session.execute(statement, execution_options={"yield_per": 500}):
        yield from _checkpoint(size, bytes(root), bytes(signed), merkle.root(size, node) if size <= state.size else b"")


def _checkpoint(size: int, root: bytes, signed: bytes, derived: bytes) -> Iterator[Finding]:
    name = f"checkpoint {size}"
    if root != derived:
        yield Finding(name, "log_checkpoint.root", shown(derived), shown(root))
    expected = checkpoints.Checkpoint(settings.current().origin, size, derived)
    try:
        opened = keys.open_checkpoint(signed)
    except (note.NoteError, checkpoints.CheckpointError) as error:
        yield Finding(name, "log_checkpoint.note", "a signature of the log over this tree", str(error))
        return
    if opened != expected:
        yield Finding(name, "log_checkpoint.note", shown(expected.text), shown(opened.text))


def _signer_head(state: LogState, node: merkle.Node) -> Iterator[Finding]:
    try:
        head = signer.head()
    except signer.Refused as error:
        yield Finding("signer", "head", "the last signed head", shown(str(error)))
        return
    if head is None:
        return
    if head.size > state.size:
        yield Finding("log", "log_state.size", f"at least {head.size}, which was signed", str(state.size))
    elif merkle.root(head.size, node) != head.root:
        yield Finding("log", f"root at {head.size}", head.root.hex(), merkle.root(head.size, node).hex())


def _published_head() -> Iterator[Finding]:
    latest = queries.latest_checkpoint()
    if latest is None:
        return
    found = published().read(publish.CHECKPOINT_FILE) or b""
    if not quorum.is_published_form(found, latest):
        yield Finding("log", "published checkpoint", shown(bytes(latest.note).decode()), shown(found))
    policy = keys.published_policy() or b""
    if not keys.demands_what_it_should(policy):
        yield Finding("log", "published policy", shown(keys.policy().text), shown(policy))


def _state(state: LogState) -> Iterator[Finding]:
    latest = queries.latest_checkpoint()
    if state.origin != settings.current().origin:
        yield Finding("log", "log_state.origin", settings.current().origin, state.origin)
    if latest is not None and latest.size != state.published_size:
        yield Finding("log", "log_state.published_size", str(latest.size), str(state.published_size))


def _file(tile: tiles.Tile, stored: bytes, published: int) -> Iterator[Finding]:
    """The published files of a hash tile, whichever widths stand there, against the database's bytes."""
    count = published >> (max(tile.level, 0) * tiles.HEIGHT)
    width = max(0, min(tiles.WIDTH, count - tile.number * tiles.WIDTH))
    for found in _standing(tile, width):
        expected = stored[: found.width * merkle.HASH_SIZE]
        yield from _compare(found, expected)


def _entry_files(number: int, entries: list[bytes], published: int) -> Iterator[Finding]:
    width = max(0, min(tiles.WIDTH, published - number * tiles.WIDTH))
    for found in _standing(tiles.Tile(tiles.ENTRIES, number, tiles.WIDTH), width):
        yield from _compare(found, tiles.encode_entries(entries[: found.width]))


def _standing(full: tiles.Tile, width: int) -> Iterator[tiles.Tile]:
    """The tile that must be published, and partial ones of other widths that still are."""
    if width:
        yield tiles.Tile(full.level, full.number, width)
    for name in published().names(f"{full.path}.p") if width < tiles.WIDTH else ():
        if name.isdecimal() and int(name) < width:
            yield tiles.Tile(full.level, full.number, int(name))


def _compare(tile: tiles.Tile, expected: bytes) -> Iterator[Finding]:
    found = published().read(tile.path)
    if found is None:
        yield Finding(tile.path, "published file", f"{len(expected)} bytes", "no file")
    elif found != expected:
        at = next((place for place in range(min(len(found), len(expected))) if found[place] != expected[place]), -1)
        where = f"byte {at}" if at >= 0 else "length"
        yield Finding(tile.path, f"published file, {where}", shown(expected[at : at + 32]), shown(found[at : at + 32]))


def _length(tile: tiles.Tile, data: bytes) -> Iterator[Finding]:
    if len(data) != tile.width * merkle.HASH_SIZE:
        yield Finding(tile.path, "log_tile.data", f"{tile.width * merkle.HASH_SIZE} bytes", f"{len(data)} bytes")


def _tile(level: int, number: int) -> bytes:
    try:
        return queries.tile_data(level, number)
    except tiles.TileError:
        return b""


def _entries(number: int, width: int) -> dict[int, tuple[bytes, Any, Any]]:
    """Place in the tile to entry, filing's public id and the record's own copy of the leaf."""
    first = number * tiles.WIDTH
    statement: Any = (
        select(LogLeaf.leaf_index, LogLeaf.entry, raw_text(Record.public_id.expression), Record.leaf)
        .outerjoin(Record, Record.leaf_index == LogLeaf.leaf_index)
        .where(LogLeaf.leaf_index.between(first, first + width - 1))
    )
    return {
        index - first: (bytes(entry), text_of(public_id), None if leaf is None else bytes(leaf))
        for index, entry, public_id, leaf in db.session.execute(statement)
    }

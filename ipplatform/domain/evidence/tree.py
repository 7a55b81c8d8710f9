"""The stored tree: tiles and entries of the database, and its right edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter

from sqlalchemy import insert, select, tuple_, update

from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.models import LogLeaf, LogTile
from ipplatform.domain.evidence.store.interface import File
from ipplatform.foundation.db import db

LEAVES = LogLeaf.__table__
SLICE = 64


def right_edge(size: int) -> dict[int, bytes]:
    """Bytes of the partial tile at the right end of each level, cut to what a tree of `size` leaves holds."""
    wanted: dict[tuple[int, int], int] = {}
    level, count = 0, size
    while count:
        if count % tiles.WIDTH:
            wanted[level, count // tiles.WIDTH] = count % tiles.WIDTH
        level, count = level + 1, count // tiles.WIDTH
    rows = db.session.execute(
        select(LogTile.level, LogTile.number, LogTile.data).where(tuple_(LogTile.level, LogTile.number).in_(wanted))
    )
    return {level: bytes(data)[: wanted[level, number] * merkle.HASH_SIZE] for level, number, data in rows}


def root_of(size: int, edge: dict[int, bytes]) -> bytes:
    """The root of a tree of `size` leaves, for which the right edge is enough."""

    def read(level: int, number: int) -> bytes:
        if level not in edge:
            raise tiles.TileError(f"tile {level}/{number} is missing")
        return edge[level]

    return merkle.root(size, tiles.node_reader(read))


def store_tiles(changed: dict[tuple[int, int], bytes], old: int) -> None:
    """A tile that was partial before is replaced by its longer self, the others are new."""
    new = []
    for (level, number), data in changed.items():
        if is_edge(level, number, old):
            grown = update(LogTile).where(LogTile.level == level, LogTile.number == number).values(data=data)
            db.session.execute(grown)
        else:
            new.append({"level": level, "number": number, "data": data})
    if new:
        db.session.execute(insert(LogTile), new)


def is_edge(level: int, number: int, size: int) -> bool:
    """Whether a tree of `size` has a partial tile there."""
    count = size >> (level * tiles.HEIGHT)
    return count // tiles.WIDTH == number and count % tiles.WIDTH > 0


def files(since: int, size: int) -> Iterator[File]:
    """Every file that a published tree of `size` has and one of `since` leaves has not, a slice at a time.

    Raises TileError when the database lacks a tile or an entry.
    """
    for level, wanted in groupby(tiles.tiles_between(since, size), attrgetter("level")):
        for part in _slices(wanted):
            yield from _hash_files(level, part)
    for part in _slices(tiles.entry_tiles_between(since, size)):
        yield from _entry_files(part)


def leaf_entries(first: int, last: int) -> list[bytes]:
    """The entries at the places `first` to `last`, both included. Raises TileError when one is missing."""
    wanted = select(LEAVES.c.entry).where(LEAVES.c.leaf_index.between(first, last)).order_by(LEAVES.c.leaf_index)
    found = db.session.scalars(wanted).all()
    if len(found) != last - first + 1:
        raise tiles.TileError(f"of the entries {first} to {last} the database holds only {len(found)}")
    return list(found)


def _hash_files(level: int, wanted: list[tiles.Tile]) -> Iterator[File]:
    near = LogTile.number.between(wanted[0].number, wanted[-1].number)
    rows = db.session.execute(select(LogTile.number, LogTile.data).where(LogTile.level == level, near))
    held = {number: bytes(data) for number, data in rows}
    for tile in wanted:
        data = held.get(tile.number, b"")[: tile.width * merkle.HASH_SIZE]
        if len(data) != tile.width * merkle.HASH_SIZE:
            raise tiles.TileError(f"{tile.path} is missing, or shorter in the database than the log's size says")
        yield File(tile.path, data)


def _entry_files(wanted: list[tiles.Tile]) -> Iterator[File]:
    """A file of entries never changes again, so its entries are held against their hashes before it is published."""
    first, last = wanted[0].number * tiles.WIDTH, wanted[-1].number * tiles.WIDTH + wanted[-1].width - 1
    entries = leaf_entries(first, last)
    hashes = _hash_files(0, [tiles.Tile(0, tile.number, tile.width) for tile in wanted])
    for place, (tile, held) in enumerate(zip(wanted, hashes, strict=True)):
        own = entries[place * tiles.WIDTH : place * tiles.WIDTH + tile.width]
        if b"".join(merkle.leaf_hash(entry) for entry in own) != held.content:
            raise tiles.TileError(
                f"The entries of {tile.path} in the database do not give the hashes of {held.name}: an entry or the tile "
                "was changed. Run `ipplatform log fsck` to find which, restore it, and start the sequencer again."
            )
        yield File(tile.path, tiles.encode_entries(own))


def _slices(wanted: Iterable[tiles.Tile]) -> Iterator[list[tiles.Tile]]:
    waiting = iter(wanted)
    while part := list(islice(waiting, SLICE)):
        yield part

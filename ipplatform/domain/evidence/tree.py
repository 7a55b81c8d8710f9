"""The stored tree: tiles and entries of the database, and its right edge."""

from __future__ import annotations

from sqlalchemy import insert, select, tuple_, update

from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.models import LogLeaf, LogTile
from ipplatform.foundation.db import db


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


def entries(tile: tiles.Tile) -> list[bytes]:
    """The leaves a tile of entries holds. Raises TileError when one is missing."""
    first = tile.number * tiles.WIDTH
    wanted = LogLeaf.leaf_index.between(first, first + tile.width - 1)
    found = list(db.session.scalars(select(LogLeaf.entry).where(wanted).order_by(LogLeaf.leaf_index)))
    if len(found) != tile.width:
        raise tiles.TileError(f"{tile.path} lacks entries in the database")
    return [bytes(entry) for entry in found]

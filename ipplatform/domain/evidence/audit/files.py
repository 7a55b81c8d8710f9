"""The published files of tiles and entries against the database's bytes."""

from __future__ import annotations

from collections.abc import Iterator

from ipplatform.domain.evidence.audit.findings import Finding, difference
from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.store.choice import published


def of_hashes(tile: tiles.Tile, stored: bytes, size: int) -> Iterator[Finding]:
    """The files of a hash tile, whichever widths stand there; `size` is that of the published tree."""
    count = size >> (tile.level * tiles.HEIGHT)
    width = max(0, min(tiles.WIDTH, count - tile.number * tiles.WIDTH))
    for found in _standing(tiles.Tile(tile.level, tile.number, tiles.WIDTH), width):
        yield from _compare(found, width, stored[: found.width * merkle.HASH_SIZE])


def of_entries(number: int, entries: list[bytes], size: int) -> Iterator[Finding]:
    width = max(0, min(tiles.WIDTH, size - number * tiles.WIDTH))
    for found in _standing(tiles.Tile(tiles.ENTRIES, number, tiles.WIDTH), width):
        yield from _compare(found, width, tiles.encode_entries(entries[: found.width]))


def _standing(full: tiles.Tile, width: int) -> Iterator[tiles.Tile]:
    """The tile that must be published, and partial ones of other widths that still are."""
    if width:
        yield tiles.Tile(full.level, full.number, width)
    for name in published().names(f"{full.path}.p") if width < tiles.WIDTH else ():
        if name.isdecimal() and int(name) < width:
            yield tiles.Tile(full.level, full.number, int(name))


def _compare(tile: tiles.Tile, width: int, expected: bytes) -> Iterator[Finding]:
    found = _bytes_of(tile, len(expected))
    if found is None and tile.width == width:
        yield Finding(tile.path, "published file", f"{len(expected)} bytes", "no file")
    elif found is not None and found != expected:
        yield difference(tile.path, "published file", expected, found)


def _bytes_of(tile: tiles.Tile, length: int) -> bytes | None:
    """The file; or of the full tile what the partial one held, for the log may have grown since the audit's view of it."""
    found = published().read(tile.path)
    if found is None and tile.width < tiles.WIDTH:
        full = published().read(_full(tile).path)
        return None if full is None else full[:length]
    return found


def _full(tile: tiles.Tile) -> tiles.Tile:
    return tiles.Tile(tile.level, tile.number, tiles.WIDTH)

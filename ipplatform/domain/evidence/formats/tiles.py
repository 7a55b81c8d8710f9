"""Tiles of C2SP tlog-tiles: 256 hashes of one tree level, addressed by level, number and width."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ipplatform.domain.evidence.formats.merkle import HASH_SIZE, Node, fold

HEIGHT = 8
WIDTH = 1 << HEIGHT
FULL_BYTES = WIDTH * HASH_SIZE
LARGEST_ENTRY = 0xFFFF

_PATH = re.compile(r"tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


class TileError(ValueError):
    """A tile, its path or its entries are malformed."""


@dataclass(frozen=True, order=True)
class Tile:
    """`level` is the tile level (hashes of tree level 8 × level), or -1 for a tile of entries; `width` 1 to 256."""

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        kind = "entries" if self.level < 0 else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{kind}/{_groups(self.number)}{partial}"


ENTRIES = -1


def parse_path(path: str) -> Tile:
    """The tile named by `path` (without the leading /log/). Raises TileError unless it is the one spelling of it."""
    matched = _PATH.fullmatch(path)
    if not matched:
        raise TileError("not a tile path")
    kind, groups, width = matched.groups()
    number = int(groups.replace("x", "").replace("/", ""))
    tile = Tile(ENTRIES if kind == "entries" else int(kind), number, int(width) if width else WIDTH)
    if tile.path != path or tile.width > WIDTH or tile.level > 63 // HEIGHT:
        raise TileError("not a tile path")
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Every hash tile of a tree of `size` leaves, lowest level first, the partial one of each level last."""
    return tiles_between(0, size)


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """Hash tiles that a tree of `new` leaves has and one of `old` leaves has not (at the same width)."""
    level = 0
    while new > 0:
        if new != old:
            for number in range(old // WIDTH, new // WIDTH):
                yield Tile(level, number, WIDTH)
            if new % WIDTH:
                yield Tile(level, new // WIDTH, new % WIDTH)
        old, new, level = old // WIDTH, new // WIDTH, level + 1


def entry_tiles_between(old: int, new: int) -> Iterator[Tile]:
    for number in range(old // WIDTH, new // WIDTH):
        yield Tile(ENTRIES, number, WIDTH)
    if new % WIDTH and new != old:
        yield Tile(ENTRIES, new // WIDTH, new % WIDTH)


def split_hashes(data: bytes) -> list[bytes]:
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def node_reader(read: Callable[[int, int], bytes]) -> Node:
    """A merkle Node over tiles; `read(level, number)` returns the bytes of the widest known tile."""

    def node(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        number, offset = divmod(first, WIDTH)
        count = 1 << above
        data = read(tile_level, number)[offset * HASH_SIZE : (offset + count) * HASH_SIZE]
        if len(data) != count * HASH_SIZE:
            raise TileError(f"tile {tile_level}/{number} is too short for hash {offset + count - 1}")
        return fold(split_hashes(data))

    return node


def extend(size: int, leaves: Sequence[bytes], edge: dict[int, bytes]) -> dict[tuple[int, int], bytes]:
    """Tiles changed by appending the leaf hashes `leaves` to a tree of `size`.

    `edge` holds, per tile level, the bytes of the partial tile at the right end (absent or empty where there is none).
    Returns (level, number) -> bytes of each new or longer tile.
    """
    changed: dict[tuple[int, int], bytes] = {}
    level, count, hashes = 0, size, list(leaves)
    while hashes:
        number, held = divmod(count, WIDTH)
        row = split_hashes(edge.get(level, b""))
        if len(row) != held:
            raise TileError(f"right edge of level {level} holds {len(row)} hashes where the size says {held}")
        row += hashes
        hashes = []
        for at in range(0, len(row), WIDTH):
            part = row[at : at + WIDTH]
            changed[level, number + at // WIDTH] = b"".join(part)
            if len(part) == WIDTH:
                hashes.append(fold(part))
        level, count = level + 1, number
    return changed


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """Entries as served: each with its length as a big-endian 16-bit integer before it."""
    try:
        return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])
    except OverflowError as error:
        raise TileError("entry is too long") from error


def decode_entries(data: bytes) -> list[bytes]:
    entries, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 2], "big")
        if at + 2 + size > len(data):
            raise TileError("entries end in the middle of one")
        entries.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    return entries


def _groups(number: int) -> str:
    text = str(number)
    text = text.zfill(-(-len(text) // 3) * 3)
    groups = [text[at : at + 3] for at in range(0, len(text), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])

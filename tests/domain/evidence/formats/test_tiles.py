from collections import Counter

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from ipplatform.domain.evidence.formats import merkle, tiles


def hash_of(number: int) -> bytes:
    return merkle.leaf_hash(number.to_bytes(4, "big"))


def grow(steps: list[int]) -> tuple[int, dict[tuple[int, int], bytes]]:
    """A stored tree grown by batches of the given sizes."""
    stored: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        edge = {level: stored[level, size >> 8 * (level + 1)] for level in range(4) if size >> (8 * level) & 0xFF}
        stored |= tiles.extend(size, [hash_of(number) for number in range(size, size + step)], edge)
        size += step
    return size, stored


def test_seventy_thousand_leaves_are_the_tiles_the_specification_counts() -> None:
    counted = Counter((tile.level, tile.width) for tile in tiles.tiles_of(70_000))
    assert counted == {(0, 256): 273, (0, 112): 1, (1, 256): 1, (1, 17): 1, (2, 1): 1}


def test_seventy_thousand_leaves_grow_those_tiles() -> None:
    size, stored = grow([1, 255, 65_280, 4_464])
    assert size == 70_000
    widths = Counter((level, len(data) // 32) for (level, _), data in stored.items())
    assert widths == {(0, 256): 273, (0, 112): 1, (1, 256): 1, (1, 17): 1, (2, 1): 1}


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (tiles.Tile(0, 0, 256), "tile/0/000"),
        (tiles.Tile(0, 273, 112), "tile/0/273.p/112"),
        (tiles.Tile(1, 1234067, 256), "tile/1/x001/x234/067"),
        (tiles.Tile(tiles.ENTRIES, 1000, 1), "tile/entries/x001/000.p/1"),
    ],
)
def test_paths_are_groups_of_three_digits(tile: tiles.Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/01",
        "tile/8/000",
        "tile/0/../000",
        "tile/data/000",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/٠٠٠",
        "tile/-1/000",
    ],
)
def test_a_path_has_one_spelling(path: str) -> None:
    with pytest.raises(tiles.TileError):
        tiles.parse_path(path)


@given(st.integers(0, 10**12), st.integers(1, 256), st.integers(-1, 7))
def test_every_tile_is_found_by_its_path(number: int, width: int, level: int) -> None:
    tile = tiles.Tile(level, number, width)
    assert tiles.parse_path(tile.path) == tile


@profile(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=5), st.data())
def test_a_tree_grown_in_batches_proves_like_one_hashed_at_once(steps: list[int], data: st.DataObject) -> None:
    size, stored = grow(steps)
    hashes = [hash_of(number) for number in range(size)]
    whole = merkle.root(size, lambda level, index: merkle.fold(hashes[index << level : (index + 1) << level]))
    node = tiles.node_reader(lambda level, number: stored[level, number])
    assert merkle.root(size, node) == whole
    index = data.draw(st.integers(0, size - 1))
    merkle.verify_inclusion(hashes[index], index, size, merkle.inclusion_proof(index, size, node), whole)
    old = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(old, size, node)
    merkle.verify_consistency(old, size, proof, merkle.root(old, node), whole)


@given(st.integers(0, 3_000), st.integers(0, 3_000))
def test_tiles_between_two_sizes_are_those_that_only_the_larger_has(old: int, more: int) -> None:
    new = old + more
    expected = set(tiles.tiles_of(new)) - set(tiles.tiles_of(old))
    assert set(tiles.tiles_between(old, new)) == expected


def test_an_edge_of_the_wrong_width_is_refused() -> None:
    with pytest.raises(tiles.TileError):
        tiles.extend(3, [hash_of(3)], {0: b"x" * 64})


def test_a_tile_cut_short_is_refused() -> None:
    node = tiles.node_reader(lambda level, number: b"x" * 33)
    with pytest.raises(tiles.TileError):
        node(0, 1)


@given(st.lists(st.binary(max_size=400), max_size=20))
def test_entries_read_back(entries: list[bytes]) -> None:
    assert tiles.decode_entries(tiles.encode_entries(entries)) == entries


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\xff\xff"])
def test_entries_that_end_in_the_middle_are_refused(data: bytes) -> None:
    with pytest.raises(tiles.TileError):
        tiles.decode_entries(data)


def test_an_entry_too_long_for_its_length_is_refused() -> None:
    with pytest.raises(tiles.TileError):
        tiles.encode_entries([b"x" * 65_536])

"""The roots and proofs of pymerkle, another implementation of RFC 6962, over our published entries."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import pymerkle
import pytest

from ipplatform.domain.evidence.formats import merkle
from tests.contracts.evidence.conftest import NEWER, OLDER, Evidence


def entries_of(log: Path) -> list[bytes]:
    """Every entry as served: two bytes of length before each, 256 in a tile."""
    entries = []
    for name in ("000", f"001.p/{NEWER - 256}"):
        data = (log / "tile/entries" / name).read_bytes()
        while data:
            end = 2 + int.from_bytes(data[:2], "big")
            entries.append(data[2:end])
            data = data[end:]
    return entries


def root_in(checkpoint: Path) -> bytes:
    return base64.b64decode(checkpoint.read_text().split("\n")[2])


def tree_of(entries: list[bytes]) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(entries)
    return tree


@cache
def other_tree(log: Path) -> pymerkle.InmemoryTree:
    return tree_of(entries_of(log))


def test_the_published_heads_state_pymerkles_roots(evidence: Evidence) -> None:
    tree = other_tree(evidence.folder / "log")
    assert tree.get_size() == NEWER
    assert tree.get_root() == root_in(evidence.folder / "log/checkpoint")
    assert tree.get_root(OLDER) == root_in(evidence.folder / "older/checkpoint")


def test_our_roots_are_pymerkles_at_every_size(evidence: Evidence) -> None:
    tree = other_tree(evidence.folder / "log")
    leaves = [merkle.leaf_hash(entry) for entry in entries_of(evidence.folder / "log")]
    for size in (*range(70), *range(70, 250, 9), *range(250, NEWER + 1)):
        ours = merkle.root(size, lambda level, index: merkle.fold(leaves[index << level : (index + 1) << level]))
        assert tree.get_root(size) == ours, size


def test_pymerkle_accepts_our_proof_of_growth_and_of_inclusion(evidence: Evidence) -> None:
    tree = other_tree(evidence.folder / "log")
    lines = (evidence.folder / "bundle/log/entry.tlog-proof").read_text().split("\n")
    index = int(lines[1].removeprefix("index "))
    ours = [base64.b64decode(line) for line in lines[2 : lines.index("")]]
    theirs = tree.prove_inclusion(index + 1, OLDER)
    leaf = merkle.leaf_hash((evidence.folder / "bundle/log/entry.json").read_bytes())
    assert theirs.path == [leaf, *ours]
    pymerkle.verify_inclusion(leaf, root_in(evidence.folder / "older/checkpoint"), theirs)
    roots = [root_in(evidence.folder / name) for name in ("older/checkpoint", "log/checkpoint")]
    growth = tree.prove_consistency(OLDER, NEWER)
    pymerkle.verify_consistency(*roots, growth)
    with pytest.raises(pymerkle.InvalidProof):
        pymerkle.verify_consistency(roots[1], roots[0], growth)


@pytest.mark.parametrize("changed", [0, 71, 255, 256, NEWER - 1])
def test_one_changed_leaf_gives_another_root_from_its_place_on(evidence: Evidence, changed: int) -> None:
    entries = entries_of(evidence.folder / "log")
    entries[changed] = entries[changed].replace(b'"kind":"filing"', b'"kind":"filinh"')
    tree, genuine = tree_of(entries), other_tree(evidence.folder / "log")
    assert tree.get_root(changed) == genuine.get_root(changed)
    for size in {changed + 1, (changed + 1 + NEWER) // 2, NEWER}:
        assert tree.get_root(size) != genuine.get_root(size)

"""Merkle tree hashing and proofs of RFC 6962 section 2.1 and RFC 9162 sections 2.1.3 and 2.1.4.

Hashes are 32 bytes (SHA-256). A `Node` answers the hash of a complete subtree: node(level, index) covers the leaves
[index << level, (index + 1) << level).
"""

import hashlib
from collections.abc import Callable, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof is malformed or does not lead to the root."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Root over a power-of-two count of sibling hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def root(size: int, node: Node) -> bytes:
    return EMPTY_ROOT if size == 0 else range_root(0, size, node)


def range_root(low: int, high: int, node: Node) -> bytes:
    """MTH(D[low:high]) where `low` is a multiple of the largest power of two not above the length."""
    count = high - low
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, low >> level)
    split = low + _split(count)
    return node_hash(range_root(low, split, node), range_root(split, high, node))


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]), the leaf's sibling first (RFC 6962 section 2.1.1)."""
    return [range_root(low, high, node) for low, high in siblings(index, size)]


def siblings(index: int, size: int) -> list[tuple[int, int]]:
    """The leaves [low, high) below each hash of `inclusion_proof`, in its order."""
    if not 0 <= index < size:
        raise ProofError(f"index {index} is outside a tree of {size}")
    low, high, beside = 0, size, []
    while high - low > 1:
        split = low + _split(high - low)
        if index < split:
            beside.append((split, high))
            high = split
        else:
            beside.append((low, split))
            low = split
    return beside[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """PROOF(old, D[new]) (RFC 6962 section 2.1.2); empty when the sizes are equal."""
    if not 0 < old <= new:
        raise ProofError(f"no consistency proof from {old} to {new}")
    low, high, complete, path = 0, new, True, []
    while old != high:
        split = low + _split(high - low)
        if old <= split:
            path.append(range_root(split, high, node))
            high = split
        else:
            path.append(range_root(low, split, node))
            low, complete = split, False
    if not complete:
        path.append(range_root(low, high, node))
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that `proof` leads to (RFC 9162 section 2.1.3.2). Raises ProofError for a proof of the wrong shape."""
    if not 0 <= index < size:
        raise ProofError(f"index {index} is outside a tree of {size}")
    _require_hashes([leaf, *proof])
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("inclusion proof is too long")
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("inclusion proof is too short")
    return found


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    if root_from_inclusion(leaf, index, size, proof) != expected:
        raise ProofError("inclusion proof leads to another root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises ProofError unless the tree of `new` extends the tree of `old` (RFC 9162 section 2.1.4.2); 0 is refused."""
    if not 0 < old <= new:
        raise ProofError(f"no consistency proof from {old} to {new}")
    _require_hashes([*proof, old_root, new_root])
    if old == new:
        if proof or old_root != new_root:
            raise ProofError("trees of one size have different roots")
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    first, second = roots_from_consistency(old, new, path)
    if first != old_root:
        raise ProofError("consistency proof does not lead to the older root")
    if second != new_root:
        raise ProofError("consistency proof does not lead to the newer root")


def roots_from_consistency(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Roots at sizes `old` and `new` that `path` rebuilds; its first hash is written out where `old` is a power of two.

    As long as the second is the root of a tree, the first is that of its first `old` leaves. Raises ProofError for a
    path of the wrong shape.
    """
    if not 0 < old < new:
        raise ProofError(f"no consistency proof from {old} to {new}")
    _require_hashes(path)
    if not path:
        raise ProofError("consistency proof is too short")
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("consistency proof is too long")
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("consistency proof is too short")
    return first, second


def _split(count: int) -> int:
    """Largest power of two smaller than `count` (count > 1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _require_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(item) != HASH_SIZE for item in hashes):
        raise ProofError("a hash is not 32 bytes")

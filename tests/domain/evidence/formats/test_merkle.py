import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.evidence.formats import merkle

RFC_6962_ENTRIES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
RFC_6962_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word by word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


def hashes_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


def node_of(hashes: list[bytes]) -> merkle.Node:
    return lambda level, index: merkle.fold(hashes[index << level : (index + 1) << level])


SIZES = st.integers(1, 140)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_rfc_6962_reference_tree(size: int) -> None:
    hashes = [merkle.leaf_hash(entry) for entry in RFC_6962_ENTRIES[:size]]
    assert merkle.root(size, node_of(hashes)).hex() == RFC_6962_ROOTS[size]


@given(SIZES)
def test_roots_equal_the_naive_tree(size: int) -> None:
    hashes = hashes_of(size)
    assert merkle.root(size, node_of(hashes)) == naive_root(hashes)


@given(SIZES, st.data())
def test_every_leaf_has_a_proof_that_verifies_and_stands_for_no_other_place(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = hashes_of(size)
    root = naive_root(hashes)
    proof = merkle.inclusion_proof(index, size, node_of(hashes))
    merkle.verify_inclusion(hashes[index], index, size, proof, root)
    for other in {0, size - 1, index ^ 1} - {index}:
        with pytest.raises(merkle.ProofError):
            merkle.verify_inclusion(hashes[index], other, size, proof, root)
    with pytest.raises(merkle.ProofError):
        merkle.verify_inclusion(hashes[index], index, size, [*proof, root], root)
    if proof:
        with pytest.raises(merkle.ProofError):
            merkle.verify_inclusion(hashes[index], index, size, proof[:-1], root)


@given(SIZES, st.data())
def test_consistency_proofs_verify_and_a_changed_tree_does_not(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    hashes = hashes_of(size)
    old_root, new_root = naive_root(hashes[:old]), naive_root(hashes)
    proof = merkle.consistency_proof(old, size, node_of(hashes))
    merkle.verify_consistency(old, size, proof, old_root, new_root)
    forked = [*hashes[: old - 1], b"\x00" * 32, *hashes[old:]]
    with pytest.raises(merkle.ProofError):
        merkle.verify_consistency(old, size, proof, naive_root(forked[:old]), new_root)
    with pytest.raises(merkle.ProofError):
        merkle.verify_consistency(old, size, proof, old_root, naive_root(forked))
    with pytest.raises(merkle.ProofError):
        merkle.verify_consistency(old, size, [*proof, old_root], old_root, new_root)
    for place in range(len(proof)):
        with pytest.raises(merkle.ProofError):
            merkle.verify_consistency(old, size, proof[:place] + proof[place + 1 :], old_root, new_root)


def test_a_consistency_proof_from_the_empty_tree_is_refused() -> None:
    root = naive_root(hashes_of(3))
    with pytest.raises(merkle.ProofError):
        merkle.verify_consistency(0, 3, [], merkle.EMPTY_ROOT, root)
    with pytest.raises(merkle.ProofError):
        merkle.consistency_proof(0, 3, node_of(hashes_of(3)))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_hash_that_is_not_32_bytes_is_refused(size: int) -> None:
    hashes = hashes_of(5)
    proof = merkle.inclusion_proof(2, 5, node_of(hashes))
    with pytest.raises(merkle.ProofError, match="32 bytes"):
        merkle.verify_inclusion(hashes[2], 2, 5, [*proof[:-1], b"x" * size], naive_root(hashes))
    path = merkle.consistency_proof(3, 5, node_of(hashes))
    with pytest.raises(merkle.ProofError, match="32 bytes"):
        merkle.verify_consistency(3, 5, [b"x" * size, *path[1:]], naive_root(hashes[:3]), naive_root(hashes))


@pytest.mark.parametrize("index", [-1, 5, 2**63])
def test_an_index_outside_the_tree_is_refused(index: int) -> None:
    with pytest.raises(merkle.ProofError):
        merkle.inclusion_proof(index, 5, node_of(hashes_of(5)))
    with pytest.raises(merkle.ProofError):
        merkle.root_from_inclusion(b"x" * 32, index, 5, [])

from __future__ import annotations

import json

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys, signer
from ipplatform.domain.evidence.formats import checkpoint, merkle, note
from ipplatform.domain.evidence.signer import Head, Refused

HASHES = [merkle.leaf_hash(bytes([number])) for number in range(9)]


def node(level: int, index: int) -> bytes:
    return merkle.fold(HASHES[index << level : (index + 1) << level])


def head_of(size: int, origin: str = "ipplatform.example/log") -> checkpoint.Checkpoint:
    return checkpoint.Checkpoint(origin, size, merkle.root(size, node))


def sign(size: int) -> bytes:
    return signer.sign(head_of(size), lambda old: merkle.consistency_proof(old, size, node))


def test_what_it_signs_it_remembers_before(app: Flask, settings: Settings) -> None:
    assert signer.head() is None
    signed = sign(3)
    assert signer.head() == Head(3, head_of(3).root)
    assert checkpoint.open_signed(signed, settings.origin, keys.verifier_keys()) == head_of(3)
    held = json.loads((settings.signer_dir / "head.json").read_text())
    assert held == {"origin": settings.origin, "root": head_of(3).root.hex(), "size": 3}


def test_the_same_head_is_signed_again_with_the_same_bytes(app: Flask) -> None:
    assert sign(3) == sign(3)


def test_a_larger_tree_needs_a_proof_of_consistency(app: Flask) -> None:
    sign(3)
    sign(7)
    with pytest.raises(Refused, match="does not extend"):
        signer.sign(head_of(9), lambda old: [])
    assert signer.head() == Head(7, head_of(7).root)


def test_a_smaller_tree_is_refused_with_the_way_back(app: Flask) -> None:
    sign(7)
    with pytest.raises(Refused, match="log replay"):
        sign(3)


def test_another_tree_of_the_same_size_is_refused(app: Flask) -> None:
    sign(3)
    with pytest.raises(Refused, match="audit run --full"):
        signer.sign(checkpoint.Checkpoint("ipplatform.example/log", 3, b"x" * 32), lambda old: [])


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"origin":"other","root":"00","size":1}', b"\xff"])
def test_a_damaged_memory_is_refused(app: Flask, settings: Settings, content: bytes) -> None:
    sign(3)
    (settings.signer_dir / "head.json").write_bytes(content)
    with pytest.raises(Refused, match="damaged"):
        sign(7)


def test_the_key_is_readable_by_its_owner_only_and_made_once(app: Flask, settings: Settings) -> None:
    path = settings.keys_dir / "log-ed25519.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    keys.ensure()
    assert path.read_bytes() == before
    assert keys.verifier_keys() == (keys.verifier_of_signing_key(),)
    assert note.parse_vkey((settings.log_dir / "policy").read_text().split()[1]) == keys.verifier_keys()[0]


@pytest.mark.parametrize("name", ["log-ed25519.pem", "log.vkeys"])
def test_a_missing_or_foreign_key_is_a_problem_with_its_path(app: Flask, settings: Settings, name: str) -> None:
    path = settings.keys_dir / name
    for content in (b"nonsense", None):
        path.unlink()
        if content:
            path.write_bytes(content)
        with pytest.raises(keys.KeyProblem, match=name):
            (keys.signing_key if name.endswith("pem") else keys.verifier_keys)()
        path.touch()

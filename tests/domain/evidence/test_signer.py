from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys, signer
from ipplatform.domain.evidence.formats import checkpoint, merkle, note
from ipplatform.domain.evidence.signer import Head, Refused
from ipplatform.foundation import clock

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
    stated = {line.time for line in note.parse(signed).signatures if len(line.signature) > 64}
    assert held == {"origin": settings.origin, "root": head_of(3).root.hex(), "size": 3, "time": stated.pop()}


def test_both_algorithms_sign_every_head(app: Flask) -> None:
    ed25519, mldsa = keys.verifier_keys()
    assert (ed25519.algorithm, mldsa.algorithm) == (0x01, 0x06)
    signed = note.parse(sign(3))
    assert note.verify(signed, keys.verifier_keys()) == [ed25519, mldsa]
    for one in signed.signatures:
        with pytest.raises(note.NoteError, match="no signature by"):
            note.verify_all(note.Note(signed.text, (one,)), keys.verifier_keys())


def test_the_same_head_is_signed_again_for_the_same_time(app: Flask) -> None:
    first = note.parse(sign(3))
    with clock.shifted(timedelta(hours=1)):
        again = note.parse(sign(3))
    assert (again.text, again.signatures[0]) == (first.text, first.signatures[0])
    assert again.signatures[1].time == first.signatures[1].time


def test_a_clock_set_back_does_not_let_a_later_head_state_an_earlier_time(app: Flask) -> None:
    first = note.parse(sign(3))
    with clock.shifted(timedelta(days=-1)):
        assert note.parse(sign(7)).signatures[1].time == first.signatures[1].time


def test_a_frozen_log_signs_nothing_again(app: Flask, settings: Settings) -> None:
    sign(3)
    signer.freeze("the key was stolen")
    with pytest.raises(Refused, match="the key was stolen"):
        sign(7)
    (settings.signer_dir / "frozen.json").write_bytes(b"nonsense")
    with pytest.raises(Refused, match="cannot be read"):
        sign(7)


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
    with pytest.raises(Refused, match="log fsck"):
        signer.sign(checkpoint.Checkpoint("ipplatform.example/log", 3, b"x" * 32), lambda old: [])


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"origin":"other","root":"00","size":1}', b"\xff"])
def test_a_damaged_memory_is_refused(app: Flask, settings: Settings, content: bytes) -> None:
    sign(3)
    (settings.signer_dir / "head.json").write_bytes(content)
    with pytest.raises(Refused, match="damaged"):
        sign(7)


@pytest.mark.parametrize("name", ["log-ed25519.key.json", "log-mldsa44.key.json", "log.vkeys"])
def test_a_missing_or_foreign_key_is_a_problem_with_its_path(app: Flask, settings: Settings, name: str) -> None:
    path = settings.keys_dir / name
    path.write_bytes(b"nonsense")
    with pytest.raises(keys.KeyProblem, match=name.partition(".")[0]):
        sign(3)
    path.unlink()
    with pytest.raises(keys.KeyProblem):
        sign(3)
    assert signer.head() is None

"""Rotating the log's keys: an overlap with both signatures, then the old key retires; each change is in the log."""

from __future__ import annotations

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import keyring, keys, leaf, rotation, sequencer
from ipplatform.domain.evidence.formats import note, policy
from ipplatform.domain.evidence.keys import LogKey
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories.evidence import make_record, make_records
from tests.trials.test_mutations import findings

PURPOSES = [keyring.LOG_ED25519, keyring.LOG_MLDSA44]


def rotate(purpose: str) -> LogKey:
    with transaction():
        return rotation.rotate(actor=SYSTEM, purpose=purpose)


def retire(key: note.VerifierKey) -> LogKey:
    with transaction():
        return rotation.retire(actor=SYSTEM, key_id=key.key_id.hex())


def signers(settings: Settings) -> list[note.VerifierKey]:
    data = (settings.log_dir / "checkpoint").read_bytes()
    keys.open_checkpoint(data)
    return note.verify(note.parse(data), [item.key for item in keys.log_keys()])


def published(settings: Settings) -> policy.Policy:
    return policy.parse((settings.log_dir / "policy").read_text())


@both_databases
@pytest.mark.parametrize("purpose", PURPOSES)
def test_old_and_new_sign_together_until_the_old_one_retires(app: Flask, settings: Settings, purpose: str) -> None:
    make_records(3)
    sequencer.run_once()
    before = keys.verifier_keys()
    old = next(key for key in before if key.algorithm == keyring.ALGORITHMS[purpose])
    new = rotate(purpose)
    sequencer.run_once()
    assert set(signers(settings)) == {*before, new.key} == set(published(settings).logs)
    retire(old)
    make_record()
    sequencer.run_once()
    assert set(signers(settings)) == {*before, new.key} - {old} == set(published(settings).logs)
    assert old not in keys.verifier_keys()
    assert findings() == []


def test_each_change_is_a_key_leaf_that_names_the_key(app: Flask) -> None:
    make_record()
    sequencer.run_once()
    new = rotate(keyring.LOG_ED25519)
    retire(keys.verifier_keys()[0])
    sequencer.run_once()
    with transaction(reads_only=True):
        found = db.session.query(Record).filter_by(kind="log_key").order_by(Record.id).all()
        assert [leaf.parse(bytes(one.leaf)).kind for one in found] == ["key", "key"]
        assert new.key.vkey.encode() in (found[0].manifest or b"")


def test_what_would_leave_the_log_without_a_signature_is_refused(app: Flask) -> None:
    make_record()
    sequencer.run_once()
    ed25519, mldsa = keys.verifier_keys()
    for key in (ed25519, mldsa):
        with pytest.raises(keys.KeyProblem, match="Rotate first"):
            retire(key)
    with pytest.raises(keys.KeyProblem, match="No key"):
        rotation.retire(actor=SYSTEM, key_id="00000000")
    rotate(keyring.LOG_ED25519)
    with pytest.raises(keys.KeyProblem, match="Retire the old one first"):
        rotate(keyring.LOG_ED25519)
    with pytest.raises(keys.KeyProblem, match="not a key of the log"):
        rotate(keyring.AUDIT_ED25519)


def test_a_head_without_the_new_signature_is_refuted_after_the_rotation(app: Flask, settings: Settings) -> None:
    make_record()
    sequencer.run_once()
    new = rotate(keyring.LOG_ED25519)
    sequencer.run_once()
    whole = note.parse((settings.log_dir / "checkpoint").read_bytes())
    stripped = note.Note(whole.text, tuple(one for one in whole.signatures if one.key_id != new.key.key_id))
    with pytest.raises(note.NoteError, match=new.key.key_id.hex()):
        keys.open_checkpoint(stripped.data)

"""A log is frozen and continued under a new origin: nothing is lost, and old proofs still hold."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import keys, queries, recovery, sequencer, signer, verify
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.formats import policy
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession import archive as kept
from ipplatform.domain.evidence.succession import services as succession
from ipplatform.domain.evidence.succession.models import FormerEntry, FormerLog
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.domain.evidence.bundle.test_bundle import rebuilt
from tests.factories.evidence import make_record, make_records, stored_document
from tests.factories.succession import move_on
from tests.trials.test_mutations import findings

NEW = "second.example/log"
ASSET = "0123456789abcdef"


@pytest.fixture
def renamed(app: Flask, settings: Settings, tmp_path: Path) -> Callable[[], Settings]:
    """Call it to set LOG_ORIGIN and LOG_STORE anew, as an operator does between two commands."""

    def rename() -> Settings:
        changed = replace(settings, origin=NEW, log_store=str(tmp_path / "log-2"))
        app.config["SETTINGS"] = changed
        return changed

    return rename


def bundle_of(record: int) -> bytes:
    with transaction(reads_only=True):
        found = db.session.get_one(Record, record)
        return b"".join(archive.stream(contents.members(found, with_filing=True)))


def report(data: bytes, trusted: policy.Policy | None) -> tuple[int, str]:
    with Bundle(io.BytesIO(data)) as opened:
        checks = list(verify.verify(opened, trusted))
    return verify.outcome(checks), "\n".join(check.line for check in checks)


def forged(name: str) -> Callable[[dict[str, bytes]], None]:
    """A byte in the middle of a file is another, and the sums say so."""

    def forge(members: dict[str, bytes]) -> None:
        raw = bytearray(members[name])
        raw[len(raw) // 2] ^= 1
        members[name] = bytes(raw)
        _sum_up(members)

    return forge


def without(prefix: str) -> Callable[[dict[str, bytes]], None]:
    def remove(members: dict[str, bytes]) -> None:
        for name in [one for one in members if one.startswith(prefix)]:
            del members[name]
        _sum_up(members)

    return remove


def _sum_up(members: dict[str, bytes]) -> None:
    items = [contents.of_bytes(one, members[one]) for one in members if not one.endswith("SUMS")]
    members["SHA256SUMS"] = "".join(f"{one.sha256}  {one.name}\n" for one in items).encode()
    members["SHA512SUMS"] = "".join(f"{one.sha512}  {one.name}\n" for one in items).encode()


@both_databases
def test_a_frozen_log_is_continued_with_every_record_and_both_proofs(
    app: Flask, settings: Settings, renamed: Callable[[], Settings]
) -> None:
    make_records(300)
    record = make_record(asset=ASSET, documents=[stored_document(b"claims")]).id
    sequencer.run_all()
    before = bundle_of(record)
    old_policy, old_files = keys.policy(), sorted(settings.log_dir.rglob("*"))
    make_records(2)
    assert succession.freeze(actor=SYSTEM, reason="the key was stolen") is None
    late = make_record().id
    with pytest.raises(sequencer.Halt, match="the key was stolen"):
        sequencer.run_once()

    renamed()
    ended = succession.succeed(actor=SYSTEM)
    assert (ended.origin, ended.size, ended.reason) == (settings.origin, 303, "the key was stolen")
    recovery.check_at_start()
    assert sequencer.run_all() == 304
    with transaction(reads_only=True):
        assert queries.published_size() == 305
        assert db.session.get_one(Record, late).leaf_index == 304
        assert db.session.query(FormerEntry).count() == 303
    assert {key.public for key in keys.verifier_keys()}.isdisjoint(key.public for key in old_policy.logs)
    assert findings() == []

    outcome, said = report(bundle_of(record), policy.Policy((*keys.policy().logs, *old_policy.logs)))
    assert outcome == verify.VERIFIED, said
    assert "entry number 300 in ipplatform.example/log (numbers begin at 0; 303 in all), which ended" in said
    assert report(bundle_of(late), keys.policy())[0] == verify.VERIFIED
    assert report(before, old_policy)[0] == verify.VERIFIED
    assert set(old_files) <= set(settings.log_dir.rglob("*"))
    assert b'"table":"log_checkpoint"' in kept.path_of(1).read_bytes()


def test_a_forged_past_is_refuted(app: Flask, renamed: Callable[[], Settings]) -> None:
    record = make_record(asset=ASSET).id
    make_records(4)
    sequencer.run_all()
    succession.freeze(actor=SYSTEM, reason="fork")
    renamed()
    succession.succeed(actor=SYSTEM)
    sequencer.run_all()
    data = bundle_of(record)
    assert report(data, keys.policy())[0] == verify.VERIFIED

    for part in ("entry.json", "entry.tlog-proof", "policy.txt", "anchor.json", "anchor.tlog-proof", "manifest.json",
                 "salt.hex"):  # fmt: skip
        assert report(rebuilt(data, forged(f"former/001-{part}")), keys.policy())[0] == verify.REFUTED, part


@pytest.mark.parametrize("step", ["replace_keys", "put_away_memory"])
def test_a_command_that_was_killed_is_finished_by_running_it_again(
    app: Flask, renamed: Callable[[], Settings], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    make_records(3)
    sequencer.run_all()
    succession.freeze(actor=SYSTEM, reason="lost")
    renamed()
    original = getattr(succession.secrets, step)

    def dying(*arguments: object) -> None:
        if step == "replace_keys":
            original(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(succession.secrets, step, dying)
        with pytest.raises(KeyboardInterrupt):
            succession.succeed(actor=SYSTEM)
    db.session.remove()
    assert succession.succeed(actor=SYSTEM).size == 3
    assert signer.head() is None
    sequencer.run_all()
    assert findings() == []


def test_what_must_come_first_is_said(app: Flask, settings: Settings, renamed: Callable[[], Settings]) -> None:
    with pytest.raises(succession.CannotSucceed, match="no log yet"):
        succession.succeed(actor=SYSTEM)
    make_record()
    sequencer.run_all()
    with pytest.raises(succession.CannotSucceed, match="log freeze"):
        succession.succeed(actor=SYSTEM)
    changed = renamed()
    with pytest.raises(succession.CannotSucceed, match="is not frozen"):
        succession.succeed(actor=SYSTEM)
    app.config["SETTINGS"] = settings
    succession.freeze(actor=SYSTEM, reason="lost")
    app.config["SETTINGS"] = replace(changed, log_store=None)
    with pytest.raises(succession.CannotSucceed, match="LOG_STORE"):
        succession.succeed(actor=SYSTEM)
    with transaction(reads_only=True):
        assert db.session.query(FormerLog).count() == 0


@pytest.mark.parametrize("entered", [True, False], ids=["in_both", "only_in_the_first"])
def test_a_bundle_leads_over_two_successions(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entered: bool
) -> None:
    """The second log may have ended before the sequencer had entered the record there."""
    record = make_record(asset=ASSET).id
    sequencer.run_all()
    trusted = [*keys.policy().logs]
    for _ in move_on(app, tmp_path, monkeypatch, entered=entered):
        trusted += keys.policy().logs
    data = bundle_of(record)
    for policies in (policy.Policy(tuple(trusted)), None):
        outcome, said = report(data, policies)
        assert outcome == verify.VERIFIED, said
        assert (
            "entry number 0 in ipplatform.example/log (numbers begin at 0; 1 in all), which ended; entry 0 of log2.example"
            in said
        )
        assert (
            "in log2.example (numbers begin at 0; 2 in all), which ended; entry 0 of the present log commits" in said
        ) == entered

    names = ("001-anchor.json", "001-anchor.tlog-proof", "002-anchor.json", "002-anchor.tlog-proof", "002-policy.txt",
             "002-manifest.json", "002-salt.hex")  # fmt: skip
    for name in names:
        assert report(rebuilt(data, forged(f"former/{name}")), keys.policy())[0] == verify.REFUTED, name
    assert report(rebuilt(data, without("former/002-")), keys.policy())[0] == verify.REFUTED

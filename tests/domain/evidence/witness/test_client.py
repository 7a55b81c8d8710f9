"""Our log and the witnesses that other installations are for it."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.audit.queries import entries
from ipplatform.domain.evidence import keys, publish, queries, sequencer, signer, verify
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.formats import equivocation, note, policy
from ipplatform.domain.evidence.models import LogCheckpoint, LogLeaf, LogState, LogTile, Record
from ipplatform.domain.evidence.report import Check
from ipplatform.domain.evidence.witness import audit, client, loop, publication, quorum, status, transport
from ipplatform.domain.evidence.witness import equivocation as caught
from ipplatform.domain.evidence.witness.models import Cosignature, DemandedPolicy, Quorum, WitnessedLog
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.domain.evidence.witness.conftest import Zone, Zones
from tests.factories.evidence import make_records

Demand = Callable[..., Path]


def grow(many: int = 3) -> list[Record]:
    made = make_records(many)
    sequencer.run_all()
    return made


def ask(*, patiently: bool = True) -> int:
    with client.Client() as asking:
        return asking.round(patiently=patiently)


def bundle_of(record: Record) -> bytes:
    with transaction(reads_only=True):
        return b"".join(archive.stream(contents.members(record, with_filing=True)))


def report(data: bytes, trusted: policy.Policy | None = None) -> list[Check]:
    with Bundle(BytesIO(data)) as opened:
        return list(verify.verify(opened, trusted))


def named(checks: list[Check], name: str) -> list[Check]:
    return [check for check in checks if check.name == name]


def current() -> status.Status:
    with transaction(reads_only=True):
        return status.status()


def kept(size: int) -> list[str]:
    with transaction(reads_only=True):
        return [name for name, _ in quorum.lines_of(size)]


@both_databases
def test_a_head_is_cosigned_kept_and_published_with_every_line(
    zones: Zones, demand: Demand, settings: Settings
) -> None:
    zone = zones("b")
    demand(zone)
    grow()
    assert ask() == 2
    assert kept(3) == ["b-ed", "b-pq"]
    publication.arrived.set()
    assert publication.publish_arrived()
    signed = note.parse(publish.standing() or b"")
    assert note.verify(signed, [*keys.verifier_keys(), *zone.vkeys]) == [*keys.verifier_keys(), *zone.vkeys]
    assert policy.parse((settings.log_dir / "policy").read_text()).quorum == "enough"
    assert ask() == 0
    assert zone.asked == 1, "what is cosigned is not asked again"
    grow(5)
    assert ask() == 2
    assert zone.asked == 2
    found = current()
    assert (found.met, found.quorum_size, found.alarm) == (True, 8, False)
    assert [one.cosigned_size for one in found.witnesses] == [8, 8]
    assert found.age is not None
    assert found.age < timedelta(minutes=1)


def test_without_a_policy_nobody_is_asked_and_no_mark_is_given(app: Flask) -> None:
    grow()
    assert ask() == 0
    assert current() == status.Status(size=3)
    assert quorum.mark(0, quorum.covered_size()) is None


def test_an_empty_log_is_not_sent(zones: Zones, demand: Demand) -> None:
    zone = zones("b")
    demand(zone)
    sequencer.run_once()
    assert ask() == 0
    assert zone.asked == 0


def test_a_quorum_is_met_by_those_who_answer(zones: Zones, demand: Demand) -> None:
    up, down = zones("b"), zones("c")
    down.down = True
    demand(up, down, quorum="any")
    (record, *_) = grow()
    assert quorum.mark(record.leaf_index, quorum.covered_size()) is False
    assert ask() == 2
    assert quorum.mark(record.leaf_index, quorum.covered_size()) is True
    checks = report(bundle_of(record), keys.policy())
    assert verify.outcome(checks) == verify.VERIFIED
    assert [check.text.split()[0] for check in named(checks, "witness")] == ["b-ed", "b-pq"]
    assert f"{clock.now():%Y-%m-%d}" in named(checks, "witness")[0].text
    assert len(named(checks, "quorum")) == 1


def test_a_bundle_without_its_quorum_exists_says_so_and_is_refuted_by_who_demands_it(
    zones: Zones, demand: Demand
) -> None:
    zone = zones("b")
    zone.down = True
    demand(zone)
    (record, *_) = grow()
    assert ask() == 0
    data = bundle_of(record)
    own, strict = report(data), report(data, keys.policy())
    assert verify.outcome(own) == verify.VERIFIED
    assert len(named(own, "witnesses")) == 1
    assert verify.outcome(strict) == verify.REFUTED
    assert "too few witnesses" in strict[-1].text
    zone.down = False
    ask(patiently=False)
    assert verify.outcome(report(bundle_of(record), keys.policy())) == verify.VERIFIED


def script(data: bytes, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(folder)
    return run_script(folder, *arguments)


def run_script(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "verify.sh", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def list_again(folder: Path) -> None:
    """As a forger would: the lists of digests fit the changed files."""
    for listing, algorithm in (("SHA256SUMS", "sha256"), ("SHA512SUMS", "sha512")):
        names = [line.split("  ", 1)[1] for line in (folder / listing).read_text().splitlines()]
        lines = [f"{hashlib.new(algorithm, (folder / item).read_bytes()).hexdigest()}  {item}\n" for item in names]
        (folder / listing).write_text("".join(lines))


def test_the_script_checks_cosignatures_and_quorum_with_openssl(zones: Zones, demand: Demand, tmp_path: Path) -> None:
    zone = zones("b")
    path = demand(zone)
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "-pq " not in line and "group" not in line)
                    .replace("quorum enough", "group enough any b-ed\nquorum enough") + "\n")  # fmt: skip
    (record, *_) = grow()
    assert ask() == 1
    folder = tmp_path / "bundle"
    ended = script(bundle_of(record), folder)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert "witness: b-ed saw this tree of the log and no other" in ended.stdout
    assert "quorum: enough is met" in ended.stdout
    assert "quorum enough" in (folder / "README.txt").read_text()
    proof = (folder / "log/entry.tlog-proof").read_text()
    (line,) = [line for line in proof.splitlines() if line.startswith("\u2014 b.example/witness ")]
    twins = {
        "is false": proof.replace(line, line[:-6] + ("AAAA" if line[-6:-2] != "AAAA" else "BBBB") + line[-2:]),
        "too few witnesses": proof.replace(line + "\n", ""),
    }
    for words, changed in twins.items():
        (folder / "log/entry.tlog-proof").write_text(changed)
        list_again(folder)
        ended = run_script(folder)
        assert (ended.returncode, words in ended.stdout) == (1, True), ended.stdout


def test_late_cosignatures_and_another_policy_change_no_bundle(zones: Zones, demand: Demand) -> None:
    first, late = zones("b"), zones("c")
    late.down = True
    demand(first, late, quorum="any")
    (record, *_) = grow()
    ask()
    before = bundle_of(record)
    late.down = False
    ask(patiently=False)
    assert kept(3) == ["b-ed", "b-pq", "c-ed", "c-pq"]
    assert bundle_of(record) == before
    grow()
    ask()
    demand(late)
    assert bundle_of(record) == before
    assert zipfile.ZipFile(BytesIO(before)).read("log/policy.txt").count(b"\nwitness ") == 4


def test_a_silent_witness_is_left_alone_for_a_growing_while(zones: Zones, demand: Demand) -> None:
    zone = zones("b")
    zone.down = True
    demand(zone)
    grow()
    for _ in range(3):
        ask()
    assert zone.asked == 1
    for seconds in (3, 8, 17):
        with clock.shifted(timedelta(seconds=seconds)):
            ask()
            ask()
    assert zone.asked == 4
    (one, _) = current().witnesses
    assert one.error == "no answer: ConnectionError"
    zone.down = False
    ask(patiently=False)
    assert current().witnesses[0].error is None


def answer_with(zone: Zone, status: int, body: bytes, media_type: str = "text/plain") -> str | None:
    zone.replies.append(transport.Reply(status, body, media_type))
    ask(patiently=False)
    zone.replies.clear()
    return current().witnesses[0].error


def test_what_is_no_cosignature_of_theirs_is_not_taken_for_one(zones: Zones, demand: Demand) -> None:
    zone, other = zones("b"), zones("c")
    demand(zone)
    grow()
    with transaction(reads_only=True):
        latest = queries.latest_checkpoint()
        assert latest is not None
        text = note.parse(bytes(latest.note)).text

    def line(of: Zone, what: str, moment: int) -> bytes:
        with of.inside():
            held = [keyring_of(purpose) for purpose in ("witness-ed25519", "witness-mldsa44")]
            return "".join(note.sign(what, of.settings.witness_name, key, time=moment).line for key in held).encode()

    now = int(clock.now().timestamp())
    for body in (
        b"",
        b"nonsense",
        line(other, text, now),
        line(zone, text.replace("\n3\n", "\n4\n"), now),
        line(zone, text, 0),
        line(zone, text, now + 3600),
        line(zone, text, 2**63 - 1),
    ):
        assert answer_with(zone, 200, body) is not None, body[:60]
        assert kept(3) == []
    half = line(zone, text, now).split(b"\n")[0] + b"\n"
    assert "b-pq" in (answer_with(zone, 200, half + line(other, text, now)) or "")
    assert kept(3) == ["b-ed"]
    assert current().met is False


@pytest.mark.parametrize(
    ("code", "body", "media_type", "words"),
    [
        (404, b"unknown\n", "text/plain", "404: unknown"),
        (403, b"", "text/plain", "403"),
        (500, b"<html>", "text/html", "500"),
        (302, b"", "text/plain", "302"),
        (409, b"7\n", "text/plain", "without a size"),
        (409, b"07\n", "text/x.tlog.size", "without a size"),
        (409, b"7", "text/x.tlog.size", "without a size"),
        (409, b"7000\n", "text/x.tlog.size", "more than the 3"),
    ],
)
def test_a_refusal_is_kept_for_the_operator(
    zones: Zones, demand: Demand, code: int, body: bytes, media_type: str, words: str
) -> None:
    zone = zones("b")
    demand(zone)
    grow()
    assert words in (answer_with(zone, code, body, media_type) or "")
    assert not current().alarm


@both_databases
def test_a_log_that_forks_is_caught_with_a_proof_that_verifies_anywhere(
    zones: Zones, demand: Demand, settings: Settings, tmp_path: Path
) -> None:
    """The operator throws the log away and begins it anew with the same keys."""
    zone = zones("b")
    demand(zone)
    grow()
    ask()
    forget_everything(settings)
    grow()
    ask(patiently=False)
    found = current()
    assert found.alarm
    assert "another tree of 3 entries" in (found.witnesses[0].error or "")
    assert [item.action for item in entries(subject_kind="witness").items] == ["witness.contradicts"]
    with zone.inside(), transaction(reads_only=True):
        (kept_proof,) = caught.all_found()
        data = bytes(kept_proof.proof)
    proved = equivocation.prove(equivocation.parse(data), keys.verifier_keys())
    assert (proved.origin, proved.later.size) == (settings.origin, 3)


def test_stored_cosignatures_and_quorums_are_audited(zones: Zones, demand: Demand) -> None:
    zone = zones("b")
    demand(zone)
    grow()
    ask()
    with transaction(reads_only=True):
        assert list(audit.findings()) == []
    for change, field in (
        (lambda: setattr(first(Cosignature), "line", twin(first(Cosignature).line)), "cosignature of b-ed"),
        (lambda: setattr(first(Cosignature), "witness", "b-xx"), "cosignature of b-xx"),
        (lambda: setattr(first(Cosignature), "cosigned_at", clock.now()), "log_cosignature.cosigned_at of b-ed"),
        (lambda: setattr(first(Quorum), "witnesses", "b-ed"), "log_quorum.witnesses"),
        (lambda: setattr(first(DemandedPolicy), "text", "quorum none\n"), "log_policy.text"),
    ):
        change()
        db.session.flush()
        found = [finding.field for finding in audit.findings()]
        db.session.rollback()
        assert field in found


def test_what_we_hold_as_a_witness_is_audited(zones: Zones, demand: Demand) -> None:
    zone = zones("b")
    demand(zone)
    grow()
    ask()
    with zone.inside():
        assert list(audit.findings()) == []
        row = first(WitnessedLog)
        for change in ({"size": 2}, {"root": bytes(32)}, {"checkpoint": twin(row.checkpoint)}):
            for column, value in change.items():
                setattr(first(WitnessedLog), column, value)
            db.session.flush()
            assert [finding.record for finding in audit.findings()] == ["witnessed log ipplatform.example/log"]
            db.session.rollback()


def test_one_process_at_a_time_asks(app: Flask) -> None:
    with loop.alone(), pytest.raises(loop.Busy):
        loop.ask_once()


def first(model: type) -> object:
    return db.session.query(model).first()


def twin(data: bytes) -> bytes:
    """One bit away in the last signature."""
    place = data.rindex(b"A") if data.rindex(b"A") > 60 else 60
    return data[:place] + b"B" + data[place + 1 :]


def keyring_of(purpose: str) -> object:
    from ipplatform.domain.evidence import keyring

    return keyring.load(purpose)


def forget_everything(settings: Settings) -> None:
    with transaction():
        for model in (Quorum, Cosignature, LogCheckpoint, LogLeaf, LogTile, Record, LogState):
            db.session.query(model).delete()
    db.session.expunge_all()
    (settings.signer_dir / signer.HEAD_FILE).unlink()
    for file in sorted((settings.log_dir).rglob("*"), reverse=True):
        if file.name != "policy":
            file.rmdir() if file.is_dir() else file.unlink()

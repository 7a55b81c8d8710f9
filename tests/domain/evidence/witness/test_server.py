"""This installation as a witness of other logs."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from ipplatform.domain.audit.queries import entries
from ipplatform.domain.evidence.formats import equivocation, merkle, note
from ipplatform.domain.evidence.formats.submission import Submission
from ipplatform.domain.evidence.witness import equivocation as caught
from ipplatform.domain.evidence.witness import identity, server, trusted
from ipplatform.domain.evidence.witness.models import WitnessedLog
from ipplatform.entrypoints.web.public import witness as door
from ipplatform.foundation import events
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories.witness import ForeignLog


@pytest.fixture
def log(app: Flask, settings: Settings) -> ForeignLog:
    made = ForeignLog()
    made.trusted_in(settings.witness_logs)
    return made


def send(body: bytes) -> server.Answer:
    with transaction():
        return server.add_checkpoint(body)


def held() -> tuple[int, bytes]:
    with transaction(reads_only=True):
        row = db.session.query(WitnessedLog).one()
        return row.size, bytes(row.root)


def proofs() -> list[bytes]:
    with transaction(reads_only=True):
        return [bytes(row.proof) for row in caught.all_found()]


def assert_cosigned(answer: server.Answer, checkpoint: bytes) -> None:
    assert (answer.status, answer.media_type) == (200, server.TEXT_TYPE), answer.body
    text = note.parse(checkpoint).text
    signed = note.parse(text.encode() + b"\n" + answer.body)
    assert note.verify(signed, identity.verifier_keys()) == list(identity.verifier_keys())
    assert all(line.time > 1_700_000_000 for line in signed.signatures)


@both_databases
def test_a_log_that_only_grows_is_cosigned_with_both_keys_and_remembered(log: ForeignLog) -> None:
    old = 0
    for size in (1, 8, 8, 13, 300):
        assert_cosigned(send(log.submission(old, size)), log.checkpoint(size))
        assert held() == (size, merkle.root(size, log.node))
        old = size


def test_our_keys_are_of_the_types_for_cosignatures(app: Flask) -> None:
    assert [key.algorithm for key in identity.verifier_keys()] == [0x04, 0x06]
    assert {key.name for key in identity.verifier_keys()} == {"ipplatform.example/witness"}
    with pytest.raises(ValueError, match="when it cosigned"):
        identity.cosign("x\n0\n", 0)


def test_another_old_size_is_a_conflict_that_tells_ours(log: ForeignLog) -> None:
    assert send(log.submission(5, 9)) == server.Answer(409, b"0\n", "text/x.tlog.size")
    send(log.submission(0, 7))
    for old in (0, 6, 8):
        assert send(log.submission(old, 9)) == server.Answer(409, b"7\n", "text/x.tlog.size")
    assert send(log.submission(0, 3)) == server.Answer(409, b"7\n", "text/x.tlog.size")
    assert held()[0] == 7
    assert proofs() == []


def test_an_empty_log_may_be_cosigned_and_grows_from_nothing(log: ForeignLog) -> None:
    assert_cosigned(send(log.submission(0, 0)), log.checkpoint(0))
    assert_cosigned(send(log.submission(0, 4)), log.checkpoint(4))
    with_proof = Submission(0, (bytes(32),), log.checkpoint(4)).data
    assert send(with_proof).status == 409


def test_from_nothing_the_proof_is_empty(log: ForeignLog) -> None:
    assert send(Submission(0, (bytes(32),), log.checkpoint(4)).data).status == 422


def test_who_is_unknown_or_did_not_sign_is_refused(log: ForeignLog, settings: Settings) -> None:
    assert send(ForeignLog("stranger.example/log").submission(0, 4)).status == 404
    assert send(ForeignLog().submission(0, 4)).status == 403
    forged = log.submission(0, 4).replace(b"other.example/log\n4\n", b"other.example/log\n5\n")
    assert send(forged).status == 403
    assert send(log.submission(9, 4)).status == 400
    assert send(b"old 0\n\nno checkpoint").status == 400
    with transaction(reads_only=True):
        assert db.session.query(WitnessedLog).count() == 0


def test_signatures_of_strangers_are_passed_over(log: ForeignLog) -> None:
    stranger = note.sign("x\n", "stranger.example", ForeignLog().keys[0]).line.encode()
    sent = Submission(0, (), log.checkpoint(4) + stranger)
    assert_cosigned(send(sent.data), log.checkpoint(4))


@pytest.mark.parametrize("change", ["cut", "swap", "long", "none"])
def test_a_wrong_proof_is_refused_and_changes_nothing(log: ForeignLog, change: str) -> None:
    send(log.submission(0, 7))
    proof = log.proof(7, 200)
    changed = {"cut": proof[:-1], "swap": proof[::-1], "long": (*proof, bytes(32)), "none": ()}[change]
    assert send(Submission(7, changed, log.checkpoint(200)).data).status == 422
    assert held()[0] == 7
    assert proofs() == []


@both_databases
@pytest.mark.parametrize("old", [9, 7], ids=["same size", "said to be larger"])
def test_another_tree_of_the_size_held_is_kept_as_a_proof(
    log: ForeignLog, old: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[str] = []
    monkeypatch.setitem(events._subscribers, caught.EVENT, [lambda origin, **_: raised.append(origin)])
    send(log.submission(0, 9))
    forged = log.fork(5)
    for _ in range(2):
        assert send(forged.submission(old, 9)) == server.Answer(409, b"9\n", "text/x.tlog.size")
    assert held() == (9, merkle.root(9, log.node))
    (kept,) = proofs()
    proved = equivocation.prove(equivocation.parse(kept), log.vkeys)
    assert {proved.earlier.root, proved.later.root} == {merkle.root(9, log.node), merkle.root(9, forged.node)}
    assert raised == [log.origin]
    with transaction(reads_only=True):
        (entry,) = entries(subject_kind="equivocation").items
    assert (entry.action, entry.detail) == ("witness.equivocation", {"origin": log.origin, "size": 9})


def test_a_larger_tree_of_another_history_is_kept_as_a_proof(log: ForeignLog) -> None:
    send(log.submission(0, 11))
    assert send(log.fork(5).submission(11, 20)).status == 422
    (kept,) = proofs()
    proved = equivocation.prove(equivocation.parse(kept), log.vkeys)
    assert (proved.earlier.size, proved.later.size) == (11, 20)


@both_databases
def test_of_racing_forks_exactly_one_wins(app: Flask, log: ForeignLog) -> None:
    send(log.submission(0, 6))
    histories = [log.fork(6 + number) for number in range(8)]
    answers: list[tuple[ForeignLog, server.Answer]] = []
    start = threading.Barrier(len(histories))

    def race(history: ForeignLog) -> None:
        with app.app_context():
            start.wait()
            try:
                answers.append((history, send(history.submission(6, 14))))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=race, args=(history,)) for history in histories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for _, answer in answers) == [200] + [409] * 7
    (winner,) = [history for history, answer in answers if answer.status == 200]
    assert held() == (14, merkle.root(14, winner.node))
    assert len(proofs()) == 7


def test_a_cosignature_that_got_lost_on_the_way_can_be_had_again(log: ForeignLog, client: FlaskClient) -> None:
    send(log.submission(0, 9))
    again = client.post("/witness/add-checkpoint", data=log.submission(0, 9))
    assert (again.status_code, again.data) == (409, b"9\n")
    same = client.post("/witness/add-checkpoint", data=log.submission(9, 9))
    assert_cosigned(server.Answer(same.status_code, same.data), log.checkpoint(9))
    assert client.post("/witness/add-checkpoint", data=log.fork(3).submission(9, 9)).status_code == 409


def test_nothing_is_answered_that_was_not_committed(
    log: ForeignLog, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(type(db.session()), "commit", lambda self: broken())
        answer = client.post("/witness/add-checkpoint", data=log.submission(0, 9))
    assert answer.status_code == 500
    assert "\u2014".encode() not in answer.data
    assert client.post("/witness/add-checkpoint", data=log.submission(9, 9)).data == b"0\n"


class TestTheDoor:
    @pytest.fixture(autouse=True)
    def _fresh(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(door, "throttle", door.Throttle(rate=0, burst=3))

    def test_it_needs_no_token_against_forgery(self, app: Flask, log: ForeignLog, client: FlaskClient) -> None:
        app.config["WTF_CSRF_ENABLED"] = True
        answer = client.post("/witness/add-checkpoint", data=log.submission(0, 9))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == server.TEXT_TYPE

    def test_a_large_body_is_refused_unread(self, log: ForeignLog, client: FlaskClient) -> None:
        assert client.post("/witness/add-checkpoint", data=b"x" * 70_000).status_code == 413

    def test_too_many_requests_of_one_address_are_put_off(self, log: ForeignLog, client: FlaskClient) -> None:
        found = [client.post("/witness/add-checkpoint", data=b"").status_code for _ in range(5)]
        assert found == [400, 400, 400, 429, 429]

    def test_the_page_shows_logs_keys_and_proofs(self, log: ForeignLog, client: FlaskClient) -> None:
        client.post("/witness/add-checkpoint", data=log.submission(0, 9))
        client.post("/witness/add-checkpoint", data=log.fork(2).submission(9, 9))
        page = client.get("/witness").text
        assert log.origin in page
        assert all(key.vkey in client.get("/witness/vkeys").text for key in identity.verifier_keys())
        with transaction(reads_only=True):
            (kept,) = caught.all_found()
        assert f"/witness/equivocations/{kept.public_id}" in page
        assert client.get(f"/witness/equivocations/{kept.public_id}").data == kept.proof
        assert client.get("/witness/equivocations/0000000000000000").status_code == 404


def test_logs_are_added_and_a_bad_file_is_named(app: Flask, settings: Settings) -> None:
    first, second = ForeignLog("a.example/log"), ForeignLog("b.example/log")
    settings.witness_logs.write_text(f"# logs\n\n{first.vkeys[0].vkey}")
    trusted.add(second.vkeys[1].vkey)
    assert trusted.logs() == {"a.example/log": (first.vkeys[0],), "b.example/log": (second.vkeys[1],)}
    with pytest.raises(trusted.LogsProblem, match="already"):
        trusted.add(second.vkeys[1].vkey)
    settings.witness_logs.write_text("log\nnonsense")
    with pytest.raises(trusted.LogsProblem, match="line 1"):
        trusted.logs()

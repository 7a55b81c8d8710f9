from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread
from time import sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text, update

from ipplatform.domain.audit.models import AuditEntry
from ipplatform.foundation import clock, jobs, leasing
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.jobs import Outbox
from tests.databases import both_databases

pytestmark = both_databases
AT_ONCE = timedelta(0)
ran: list[Any] = []
meanwhile: list[Callable[[], None]] = []


@pytest.fixture(autouse=True)
def _handlers(app: Flask) -> None:
    ran.clear()
    meanwhile.clear()

    @jobs.job("test.note")
    def note(payload: dict[str, Any]) -> None:
        ran.append(payload)
        if meanwhile:
            meanwhile.pop()()

    @jobs.job("test.outside", own_transactions=True)
    def outside(payload: dict[str, Any]) -> None:
        if meanwhile:
            meanwhile.pop(0)()
        ran.append(payload)

    @jobs.job_of_several("test.several", alike=lambda payload: payload["to"])
    def several(payloads: list[dict[str, Any]]) -> None:
        if meanwhile:
            meanwhile.pop(0)()
        ran.append([payload["number"] for payload in payloads])

    @jobs.job("test.fail")
    def fail(payload: dict[str, Any]) -> None:
        db.session.add(AuditEntry(at=now(), action="half.done", subject_kind="x", subject="x"))
        db.session.flush()
        raise RuntimeError("secret detail")


def refuse() -> None:
    raise RuntimeError("refused")


@contextmanager
def counted_commits() -> Iterator[list[Any]]:
    commits: list[Any] = []

    def note(connection: Any) -> None:
        commits.append(connection)

    event.listen(db.engine, "commit", note)
    yield commits
    event.remove(db.engine, "commit", note)


def only() -> Outbox:
    db.session.expire_all()
    return db.session.scalars(select(Outbox)).one()


def test_a_job_runs_once_after_the_commit() -> None:
    with transaction():
        jobs.enqueue("test.note", {"number": 1})
        assert ran == []
    assert jobs.run_all() == 1
    assert jobs.run_all() == 0
    assert ran == [{"number": 1}]


def test_a_rolled_back_transaction_leaves_no_job() -> None:
    def refused() -> None:
        with transaction():
            jobs.enqueue("test.note", {})
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        refused()
    assert jobs.run_all() == 0


def test_a_failing_job_undoes_its_writes_waits_and_is_given_up_loudly_in_the_end() -> None:
    with transaction():
        jobs.enqueue("test.fail", {})
    jobs.run_due()
    row = only()
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "RuntimeError")
    assert row.run_at > now()
    assert db.session.scalars(select(AuditEntry)).all() == []
    for _ in range(jobs.MOST_ATTEMPTS):
        with transaction():
            db.session.execute(update(Outbox).values(run_at=now() - timedelta(seconds=1)))
        jobs.run_due()
    assert only().state == "failed"


def test_a_leased_job_is_left_alone_until_its_lease_ends() -> None:
    with transaction():
        jobs.enqueue("test.note", {})
        db.session.flush()
        db.session.execute(update(Outbox).values(leased_until=now() + timedelta(minutes=1)))
    assert jobs.run_due() == 0
    with transaction():
        db.session.execute(update(Outbox).values(leased_until=now() - timedelta(seconds=1)))
    assert jobs.run_due() == 1


def test_the_same_key_waits_once_and_may_come_again_after_it_ran() -> None:
    for number in (1, 2):
        with transaction():
            jobs.enqueue("test.note", {"number": number}, key="same")
    jobs.run_all()
    with transaction():
        jobs.enqueue("test.note", {"number": 3}, key="same")
    jobs.run_all()
    assert ran == [{"number": 2}, {"number": 3}]


def in_another_connection(values: dict[str, Any]) -> None:
    """As another process would: what the session holds does not learn of it."""
    db.session.commit()
    with db.engine.begin() as connection:
        connection.execute(update(Outbox).values(values))


def test_a_job_asked_for_again_while_it_runs_runs_once_more() -> None:
    with transaction():
        jobs.enqueue("test.note", {"number": 1}, key="same")
    meanwhile.append(lambda: in_another_connection({"leased_until": None, "run_at": now()}))
    jobs.run_all()
    assert ran == [{"number": 1}, {"number": 1}]


def test_a_job_whose_lease_another_worker_has_taken_over_is_left_to_it() -> None:
    with transaction():
        jobs.enqueue("test.note", {"number": 1})
        jobs.enqueue("test.note", {"number": 2})
    meanwhile.append(lambda: in_another_connection({"leased_until": now() + timedelta(hours=1)}))
    jobs.run_due()
    assert ran == [{"number": 1}]


def test_two_who_ask_for_the_same_job_at_once_both_succeed(app: Flask) -> None:
    both, failed = Barrier(2), []

    def ask() -> None:
        with app.app_context():
            try:
                with transaction():
                    both.wait(5)
                    jobs.enqueue("test.note", {}, key="same")
                    db.session.flush()
                    sleep(0.1)
            except Exception as error:
                failed.append(error)

    askers = [Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert failed == []
    assert jobs.run_all() == 1


def test_a_job_whose_payload_is_damaged_fails_alone_and_loudly() -> None:
    with transaction():
        jobs.enqueue("test.outside", {"number": 1}, key="damaged")
        jobs.enqueue("test.outside", {"number": 2}, key="whole")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET payload = :sealed WHERE key = 'damaged'"), {"sealed": b"\x01" * 40})
    jobs.run_all()
    states = {one.key: one.last_error for one in db.session.execute(select(Outbox.key, Outbox.last_error))}
    assert states == {"damaged": "Damaged", "whole": None}
    assert ran == [{"number": 2}]


def test_jobs_with_transactions_of_their_own_end_together_and_each_runs_once() -> None:
    with transaction():
        for number in range(45):
            jobs.enqueue("test.outside", {"number": number})
    with counted_commits() as commits:
        assert jobs.run_all() == 45
    assert sorted(one["number"] for one in ran) == list(range(45))
    assert set(db.session.scalars(select(Outbox.state))) == {"done"}
    assert len(commits) <= 8


def test_one_of_several_that_fails_is_tried_again_and_the_others_are_done() -> None:
    with transaction():
        for number in (1, 2, 3):
            jobs.enqueue("test.outside", {"number": number}, key=str(number))
    meanwhile.extend([lambda: None, refuse, lambda: None])
    jobs.run_due()
    assert {one.key: one.state for one in db.session.execute(select(Outbox.key, Outbox.state))} == {
        "1": "done",
        "2": "waiting",
        "3": "done",
    }


def test_a_job_of_its_own_transactions_asked_for_again_while_it_runs_runs_once_more() -> None:
    with transaction():
        jobs.enqueue("test.outside", {"number": 1}, key="same")
    meanwhile.append(lambda: in_another_connection({"leased_until": None, "run_at": now()}))
    jobs.run_all()
    assert ran == [{"number": 1}, {"number": 1}]


def test_jobs_waiting_behind_one_that_outlasted_the_lease_are_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction():
        for number in (1, 2):
            jobs.enqueue("test.outside", {"number": number})
    meanwhile.append(lambda: monkeypatch.setattr(jobs, "now", lambda: clock.now() + jobs.LEASE + timedelta(seconds=5)))
    assert jobs.run_due() == 2
    assert ran == [{"number": 1}]


def test_a_later_job_waits_for_its_time() -> None:
    with transaction():
        jobs.enqueue("test.note", {}, run_at=now() + timedelta(hours=1))
    assert jobs.run_all() == 0


def test_jobs_that_are_alike_are_done_at_once_the_oldest_first() -> None:
    with transaction():
        for number, to in enumerate("aabab"):
            jobs.enqueue("test.several", {"to": to, "number": number})
    with counted_commits() as commits:
        assert jobs.run_due(patience=AT_ONCE) == 5
    assert ran == [[0, 1, 3], [2, 4]]
    assert len(commits) == 2
    assert jobs.run_due(patience=AT_ONCE) == 0


def test_when_what_is_done_at_once_fails_each_of_it_is_tried_again_alone() -> None:
    with transaction():
        for number, to in enumerate("aab"):
            jobs.enqueue("test.several", {"to": to, "number": number})
    meanwhile.append(refuse)
    jobs.run_due(patience=AT_ONCE)
    assert ran == [[2]]
    assert sorted(map(tuple, db.session.execute(select(Outbox.state, Outbox.attempts)))) == [
        ("done", 0),
        ("waiting", 1),
        ("waiting", 1),
    ]
    with transaction():
        db.session.execute(update(Outbox).values(run_at=now() - timedelta(seconds=1)))
    jobs.run_due(patience=AT_ONCE)
    assert ran == [[2], [0], [1]]


def test_one_that_always_fails_keeps_none_of_those_it_came_with() -> None:
    with transaction():
        for number in range(3):
            jobs.enqueue("test.several", {"to": "a", "number": number} if number != 1 else {"to": "a"})
    jobs.run_due(patience=AT_ONCE)
    assert ran == []
    with transaction():
        db.session.execute(update(Outbox).values(run_at=now() - timedelta(seconds=1)))
    jobs.run_due(patience=AT_ONCE)
    assert ran == [[0], [2]]


def test_a_damaged_job_does_not_keep_those_that_would_be_done_with_it() -> None:
    with transaction():
        for number in range(3):
            jobs.enqueue("test.several", {"to": "a", "number": number})
    with transaction():
        first = select(Outbox.id).order_by(Outbox.id).limit(1).scalar_subquery()
        db.session.execute(
            text("UPDATE outbox SET payload = :none WHERE id = :first"),
            {"none": b"x", "first": db.session.scalar(select(first))},
        )
    jobs.run_due(patience=AT_ONCE)
    assert ran == [[1, 2]]


def test_one_worker_takes_many_of_what_is_done_at_once_and_few_of_the_rest() -> None:
    with transaction():
        for number in range(30):
            jobs.enqueue("test.note", {"number": number})
            jobs.enqueue("test.several", {"to": "a", "number": number})
    assert jobs.run_due(2, patience=AT_ONCE) == 32
    assert [one for one in ran if isinstance(one, list)] == [list(range(30))]
    assert sum(isinstance(one, dict) for one in ran) == 2
    assert jobs.run_all() == 28


def aged(seconds: int) -> None:
    with transaction():
        rows = db.session.scalars(select(Outbox).where(Outbox.state == "waiting"))
        for row in rows:
            row.run_at -= timedelta(seconds=seconds)


def test_what_is_done_at_once_waits_a_moment_for_others_but_no_longer_than_the_oldest_has() -> None:
    for number, to in enumerate("aab"):
        with transaction():
            jobs.enqueue("test.several", {"to": to, "number": number})
        aged(2)
    assert jobs.run_due() == 2
    assert ran == [[0, 1]]
    aged(3)
    assert jobs.run_due() == 1
    assert ran == [[0, 1], [2]]


def test_many_that_wait_keep_nothing_else_waiting() -> None:
    with transaction():
        for number in range(leasing.MOST_GATHERED + 5):
            jobs.enqueue("test.several", {"to": "a", "number": number})
        jobs.enqueue("test.note", {"number": 1})
    assert jobs.run_due() == 1
    assert ran == [{"number": 1}]

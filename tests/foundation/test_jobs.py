from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from time import sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ipplatform.domain.audit.models import AuditEntry
from ipplatform.foundation import jobs
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.jobs import Outbox
from tests.databases import both_databases

pytestmark = both_databases
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

    @jobs.job("test.fail")
    def fail(payload: dict[str, Any]) -> None:
        db.session.add(AuditEntry(at=now(), action="half.done", subject_kind="x", subject="x"))
        db.session.flush()
        raise RuntimeError("secret detail")


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


def test_a_later_job_waits_for_its_time() -> None:
    with transaction():
        jobs.enqueue("test.note", {}, run_at=now() + timedelta(hours=1))
    assert jobs.run_all() == 0

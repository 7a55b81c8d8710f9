from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask

from ipplatform.foundation import jobs, schedule
from ipplatform.foundation.clock import shifted
from ipplatform.foundation.db import db, may_write
from tests.databases import both_databases

pytestmark = both_databases
HOUR = timedelta(hours=1)
ran: list[bool] = []


@pytest.fixture(autouse=True)
def _only_ours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    ran.clear()
    monkeypatch.setattr(schedule, "_recurring", {})

    @schedule.every("test.hourly", HOUR)
    def hourly(_payload: dict[str, Any]) -> None:
        ran.append(may_write.get())

    yield
    jobs._handlers.pop("test.hourly")


def turn() -> int:
    """What a worker does every few seconds."""
    schedule.enqueue_due()
    return jobs.run_all()


def test_a_new_installation_takes_its_first_turn_at_once_and_then_one_a_period() -> None:
    assert [turn(), turn()] == [1, 0]
    with shifted(HOUR):
        assert [turn(), turn()] == [1, 0]
    with shifted(HOUR * 20):
        assert [turn(), turn()] == [1, 0]


def test_a_nightly_job_waits_for_its_hour_in_the_time_zone_of_the_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_recurring", {})
    schedule.every("test.hourly", timedelta(days=1), at=timedelta(hours=2))(lambda _: ran.append(True))
    assert turn() == 0
    begins = schedule._recurring["test.hourly"].turn()
    assert begins.hour == 2
    with shifted(timedelta(days=1)):
        assert [turn(), turn()] == [1, 0]


def test_a_clock_that_was_years_ahead_does_not_silence_a_job_and_one_a_little_behind_does_not_double_it() -> None:
    with shifted(timedelta(days=900)):
        assert turn() == 1
    assert [turn(), turn()] == [1, 0]
    with shifted(-HOUR):
        assert turn() == 0


def test_many_workers_take_a_turn_once(app: Flask) -> None:
    together, taken = Barrier(4), []

    def look() -> None:
        with app.app_context():
            together.wait(10)
            taken.append(schedule.enqueue_due())
            db.session.remove()

    workers = [Thread(target=look) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == [0, 0, 0, 1]


def test_a_job_with_its_own_transactions_holds_none_while_it_waits_for_others() -> None:
    turn()
    schedule.every("test.hourly", HOUR, own_transactions=True)(lambda _: ran.append(may_write.get()))
    with shifted(HOUR):
        turn()
    assert ran == [True, False]

"""Connections kept between short transactions: used again, and never kept where that could hurt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import literal, select, text
from sqlalchemy.exc import OperationalError

from ipplatform.foundation import at_hand, direct
from ipplatform.foundation.at_hand import AtHand
from ipplatform.foundation.db import db
from ipplatform.foundation.prepared import Prepared
from tests.databases import both_databases, on_postgresql

pytestmark = pytest.mark.usefixtures("app")
SEVEN = Prepared(select(literal(7)))


def one(taken: object) -> object:
    return taken.driver_connection.execute("SELECT 1").fetchone()[0]  # type: ignore[attr-defined]


@both_databases
def test_what_rests_is_taken_again() -> None:
    kept = AtHand(db.engine)
    first = kept.take(db.engine)
    kept.rest(first)
    again = kept.take(db.engine)
    assert again is first
    kept.release(again)


@both_databases
def test_what_has_rested_too_long_goes_back_to_the_pool_which_asks_whether_it_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = AtHand(db.engine)
    first = kept.take(db.engine)
    kept.rest(first)
    monkeypatch.setattr(at_hand, "IDLE_SECONDS", 0.0)
    again = kept.take(db.engine)
    assert again is not first
    assert first.driver_connection is None
    assert one(again) == 1
    kept.release(again)


@both_databases
def test_no_more_than_a_few_are_kept() -> None:
    kept = AtHand(db.engine)
    before = db.engine.pool.checkedout()  # type: ignore[attr-defined]
    taken = [kept.take(db.engine) for _ in range(at_hand.MOST + 2)]
    for each in taken:
        kept.rest(each)
    assert db.engine.pool.checkedout() == before + at_hand.MOST  # type: ignore[attr-defined]
    db.engine.dispose()
    again = kept.take(db.engine)
    assert again not in taken
    assert one(again) == 1
    kept.release(again)


@both_databases
def test_one_without_transactions_has_them_again_when_it_goes_back() -> None:
    kept = AtHand(db.engine, autocommit=True)
    taken = kept.take(db.engine)
    driver = taken.driver_connection
    assert one(taken) == 1
    kept.release(taken)
    with db.engine.connect() as connection:
        assert connection.connection.driver_connection is driver
        connection.execute(text("CREATE TABLE at_hand_try (id INTEGER)"))
        connection.rollback()
        with pytest.raises(Exception, match="at_hand_try"):
            connection.execute(text("SELECT id FROM at_hand_try"))


@both_databases
def test_threads_never_share_one() -> None:
    kept, together = AtHand(db.engine), Barrier(4)

    def work(engine: object) -> int:
        seen = 0
        for _ in range(50):
            taken = kept.take(engine)  # type: ignore[arg-type]
            together.wait()
            seen = id(taken)
            together.wait()
            held.add(seen)
            together.wait()
            kept.rest(taken)
            together.wait()
            held.clear()
        return seen

    held: set[int] = set()
    engine = db.engine
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(work, [engine] * 4))) == 4


@both_databases
def test_a_statement_that_fails_does_not_spoil_the_next(app: Flask) -> None:
    broken = Prepared(select(text("nothing_called_so")))
    with pytest.raises(Exception, match="nothing_called_so"):
        direct.look(broken, {})
    assert direct.look(SEVEN, {}) == [(7,)]


@on_postgresql
def test_a_server_started_anew_costs_one_statement_and_no_more_each_way() -> None:
    assert direct.look(SEVEN, {}) == [(7,)]
    with direct.direct_transaction():
        direct.write(lambda: direct.run(SEVEN, {}))
    with db.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    with pytest.raises(OperationalError):
        direct.look(SEVEN, {})
    assert direct.look(SEVEN, {}) == [(7,)]
    with direct.direct_transaction():
        with pytest.raises(OperationalError):
            direct.write(lambda: direct.run(SEVEN, {}))
        assert direct.write(lambda: direct.run(SEVEN, {})) == [(7,)]

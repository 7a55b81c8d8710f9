"""SQLite: threads that write at the same time share one commit, for better and for worse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from ipplatform.domain.audit.models import AuditEntry
from ipplatform.foundation import direct, rows
from ipplatform.foundation.db import db
from tests.foundation.test_direct import entry, subjects
from tests.processes import wait_for

pytestmark = pytest.mark.usefixtures("app")


def _waiting() -> int:
    return len(direct._of(db.engine).group._waiting)


def test_threads_that_wait_for_the_same_writer_share_a_commit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    both, committed, commit = Barrier(9), [], direct._Unit.commit

    def note(unit: direct._Unit) -> None:
        committed.append(unit)
        commit(unit)

    def ask(number: int) -> None:
        with app.app_context(), direct.direct_transaction():
            both.wait(10)
            direct.write(lambda: rows.insert_all(AuditEntry, [entry(f"{number}")]))

    with ThreadPoolExecutor(8) as pool:
        writer = db.engine.raw_connection()
        writer.driver_connection.execute("BEGIN IMMEDIATE")
        asked = [pool.submit(ask, number) for number in range(8)]
        both.wait(10)
        wait_for(lambda: _waiting() == 8, 10, "all eight wait for the writer")
        monkeypatch.setattr(direct._Unit, "commit", note)
        writer.driver_connection.rollback()
        for one in asked:
            one.result(30)
        writer.close()
    assert len(subjects()) == 8
    assert 1 <= len(committed) <= 2


def test_a_commit_that_fails_is_the_fault_of_all_whom_it_held(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_unit: object) -> None:
        raise OperationalError("commit", None, Exception("disk I/O error"))

    with direct.direct_transaction():
        monkeypatch.setattr(direct._Unit, "commit", broken)
        with pytest.raises(OperationalError, match="disk"):
            direct.write(lambda: rows.insert_all(AuditEntry, [entry("lost")]))
        monkeypatch.undo()
        assert subjects() == []
        direct.write(lambda: rows.insert_all(AuditEntry, [entry("kept")]))
    assert subjects() == ["kept"]

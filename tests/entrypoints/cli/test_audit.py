from __future__ import annotations

import pytest
from flask import Flask

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import runs
from ipplatform.domain.evidence.models import AuditRun, Record
from ipplatform.entrypoints.cli.audit import command
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories.evidence import make_record, make_records


def run_of() -> AuditRun:
    db.session.rollback()
    with transaction(reads_only=True):
        return db.session.query(AuditRun).order_by(AuditRun.id.desc()).first()  # type: ignore[return-value]


@both_databases
def test_what_was_recorded_since_a_day_is_audited(app: Flask) -> None:
    make_records(3)
    sequencer.run_once()
    done = app.test_cli_runner().invoke(command, ["run", "--since", clock.today().isoformat()])
    assert done.exit_code == 0, done.output
    assert "6 checked, 0 findings" in done.output
    assert (run_of().scope, run_of().state) == ("since", "finished")


def test_findings_end_with_1_and_wrong_usage_with_2(app: Flask) -> None:
    record = make_record()
    sequencer.run_once()
    with transaction():
        db.session.get_one(Record, record.id).kind = "correction"
    runner = app.test_cli_runner()
    assert runner.invoke(command, ["run", "--full"]).exit_code == 1
    for wrong in (["--full", "--record", record.public_id], ["--since", "soon"], ["--since", "2999-01-01"]):
        assert runner.invoke(command, ["run", *wrong]).exit_code == 2


def test_ctrl_c_cancels_and_keeps_what_was_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_records(3)
    sequencer.run_once()
    steps = runs.step

    def interrupted(run: AuditRun) -> object:
        if run.phase == "records":
            raise KeyboardInterrupt
        return steps(run)

    monkeypatch.setattr(runs, "step", interrupted)
    done = app.test_cli_runner().invoke(command, ["run", "--full"])
    assert done.exit_code == 130
    assert "cancelled; 3 checked and 0 findings are kept" in done.output
    assert run_of().state == "cancelled"


def test_a_run_that_somebody_else_cancels_ends_with_3(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_records(3)
    sequencer.run_once()
    steps = runs.step

    def cancelled(run: AuditRun) -> object:
        part = steps(run)
        if run.phase == "heads":
            with transaction():
                runs.cancel(actor=SYSTEM, public_id=run.public_id)
        return part

    monkeypatch.setattr(runs, "step", cancelled)
    done = app.test_cli_runner().invoke(command, ["run", "--full"])
    assert done.exit_code == 3, done.output
    assert "cancelled before the end" in done.output


def test_the_command_cancels_a_run_of_the_worker_once(app: Flask) -> None:
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL)
    runner = app.test_cli_runner()
    assert runner.invoke(command, ["cancel", run.public_id]).exit_code == 0
    assert run_of().state == "cancelled"
    again = runner.invoke(command, ["cancel", run.public_id])
    assert again.exit_code == 1
    assert "already ended" in again.output
    assert runner.invoke(command, ["cancel", "0" * 16]).exit_code == 1

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import alarms, nightly, runs
from ipplatform.domain.evidence.models import AuditRun, LogState
from ipplatform.entrypoints.http.mail import render
from ipplatform.foundation import clock, settings
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.events import publish
from ipplatform.foundation.jobs import Outbox
from tests.factories import office_person
from tests.factories.evidence import make_records


def mails() -> list[dict[str, object]]:
    with transaction(reads_only=True):
        rows = db.session.query(Outbox).filter_by(name="mail").order_by(Outbox.id)
        return [row.payload for row in rows if row.payload["template"] == "audit_alarm"]


def watch() -> None:
    with transaction():
        alarms.watch()


def finish(run: AuditRun) -> None:
    for _ in runs.drive(run):
        pass


def begin_nightly() -> AuditRun | None:
    with transaction():
        return nightly.begin()


def test_findings_are_mailed_to_auditors_and_administrators_without_content(app: Flask) -> None:
    auditor, administrator = (office_person(role).email for role in ("auditor", "administrator"))
    office_person("registrar")
    record = make_records(1)[0]
    sequencer.run_once()
    with transaction():
        db.session.connection().exec_driver_sql(
            f"UPDATE evidence_record SET kind = 'correction' WHERE id = {record.id}"
        )
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    finish(run)
    links = {mail["to"]: mail["context"]["path"] for mail in mails()}  # type: ignore[index]
    assert links == {auditor: f"/office/audit/runs/{run.public_id}", administrator: "/office/audit"}
    assert record.public_id not in str(mails())


def test_a_halt_is_mailed_once_and_the_next_halt_again(app: Flask) -> None:
    office_person("auditor")
    make_records(1)
    sequencer.run_once()
    for halt in range(2):
        with transaction():
            db.session.query(LogState).update({"halted_at": clock.now() + timedelta(hours=halt)})
        watch()
        watch()
        assert [mail["context"]["kind"] for mail in mails()] == ["halted"] * (halt + 1)  # type: ignore[index]


def test_an_audit_that_does_not_come_is_mailed_once_a_period(app: Flask) -> None:
    office_person("auditor")
    make_records(1)
    sequencer.run_once()
    for days, expected in ((9, 0), (10, 1), (11, 1), (20, 2)):
        with clock.shifted(timedelta(days=days)):
            watch()
        assert len(mails()) == expected


def test_a_witness_that_contradicts_is_mailed_once(app: Flask) -> None:
    office_person("administrator")
    for _ in range(2):
        with transaction():
            publish("witness.contradicts", url="https://witness.example/", size=7)
    assert len(mails()) == 1


@pytest.mark.parametrize("kind", [alarms.FINDINGS, alarms.HALTED, alarms.OVERDUE, alarms.CONTRADICTED])
def test_every_alarm_can_be_read_in_the_persons_language(app: Flask, kind: str) -> None:
    context = {"name": "Li", "kind": kind, "days": 10, "path": "/office/audit"}
    subject, text, html = render("audit_alarm", "en", context)
    assert subject.startswith("Alarm: ")
    assert f"{settings.current().base_url}/office/audit" in text
    assert html is not None


def test_the_first_night_audits_everything_the_next_what_is_new_and_a_week_later_everything(app: Flask) -> None:
    scopes = []
    for days in (0, 1, 7):
        with clock.shifted(timedelta(days=days)):
            run = begin_nightly()
            assert run is not None
            scopes.append(run.scope)
            finish(run)
    assert scopes == [runs.FULL, runs.INCREMENTAL, runs.FULL]


def test_there_are_never_two_at_once_and_one_that_was_abandoned_holds_up_nothing(app: Flask) -> None:
    assert begin_nightly() is not None
    assert begin_nightly() is None
    with transaction(reads_only=True):
        assert db.session.query(Outbox).filter_by(name=nightly.AGAIN).count() == 1
    with clock.shifted(timedelta(hours=2)):
        assert begin_nightly() is not None

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import health, runs
from ipplatform.domain.evidence.models import LogState, Record
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories.evidence import make_record, make_records

PREFIX = "ipplatform_evidence_"


def gauges(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    lines = (line.rpartition(" ") for line in answer.text.splitlines() if line.startswith(PREFIX))
    return {name.removeprefix(PREFIX): float(value) for name, _, value in lines}


@both_databases
def test_the_log_is_measured(client: FlaskClient) -> None:
    make_records(3)
    sequencer.run_once()
    make_record()
    with transaction():
        db.session.query(Record).filter_by(leaf_index=None).update({"created_at": clock.now() - timedelta(seconds=90)})
    found = gauges(client)
    assert (found["log_entries"], found["published_entries"], found["pending_entries"]) == (3, 3, 1)
    assert 90 <= found["lag_seconds"] < 120
    assert 0 <= found["checkpoint_age_seconds"] < 60
    assert (found["halted"], found["open_findings"], found["broken_records"], found["readable"]) == (0, 0, 0, 1)
    assert "full_audit_age_seconds" not in found


@both_databases
def test_findings_a_halt_and_the_last_full_audit_are_measured(client: FlaskClient) -> None:
    record = make_records(3)[1]
    sequencer.run_once()
    with transaction():
        db.session.get_one(Record, record.id).kind = "correction"
        db.session.query(LogState).update({"halted_at": clock.now(), "halted_reason": "a tile differs"})
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    for _ in runs.drive(run):
        pass
    found = gauges(client)
    assert (found["halted"], found["open_findings"], found["broken_records"]) == (1, 1, 1)
    assert 0 <= found["full_audit_age_seconds"] < 60


def test_the_other_measures_are_there_when_the_database_is_not(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(health, "health", broken)
    assert gauges(client) == {"readable": 0}
    assert "ipplatform_http_requests_total" in client.get("/metrics").text

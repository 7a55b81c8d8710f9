from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import clock, jobs
from ipplatform.foundation.db import db, transaction
from tests.factories import bearer, member, office_person
from tests.factories.evidence import make_records


def test_an_auditors_program_runs_an_audit_and_reads_its_findings(client: FlaskClient) -> None:
    records = make_records(2)
    sequencer.run_once()
    with transaction():
        db.session.get_one(Record, records[0].id).kind = "correction"
    headers = bearer(office_person("auditor"))
    begun = client.post("/api/v1/audits", json={"scope": "full"}, headers=headers)
    assert begun.status_code == 202
    jobs.run_all()
    run = client.get(f"/api/v1/audits/{begun.json['id']}", headers=headers).json
    assert (run["state"], run["found"]) == ("finished", 1)
    findings = client.get(f"/api/v1/audits/{run['id']}/findings", headers=headers).json["items"]
    assert [(item["record"], item["field"], item["expected"], item["found"]) for item in findings] == [
        (records[0].public_id, "kind", "registration", "correction")
    ]
    assert [item["id"] for item in client.get("/api/v1/audits", headers=headers).json["items"]] == [run["id"]]


def test_only_auditors_programs_may(client: FlaskClient) -> None:
    for headers in (bearer(*member("administrator")), bearer(office_person("registrar"))):
        assert client.get("/api/v1/audits", headers=headers).status_code == 403
        assert client.post("/api/v1/audits", json={"scope": "full"}, headers=headers).status_code == 403


def test_wrong_requests_are_problems_on_their_fields(client: FlaskClient) -> None:
    headers = bearer(office_person("auditor"))
    assert client.post("/api/v1/audits", json={"scope": "some"}, headers=headers).status_code == 422
    assert client.post("/api/v1/audits", json={"scope": "one"}, headers=headers).status_code == 422
    unknown = {"scope": "one", "record": "0" * 16}
    assert client.post("/api/v1/audits", json=unknown, headers=headers).status_code == 404


def test_a_run_since_a_moment_says_how_far_it_is_and_is_cancelled(client: FlaskClient) -> None:
    make_records(2)
    sequencer.run_once()
    headers = bearer(office_person("auditor"))
    since = {"scope": "since", "since": (clock.now() - timedelta(hours=1)).isoformat()}
    begun = client.post("/api/v1/audits", json=since, headers=headers).json
    assert (begun["state"], begun["percent"], begun["per_second"]) == ("waiting", 0, None)
    cancelled = client.post(f"/api/v1/audits/{begun['id']}/cancel", headers=headers)
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    again = client.post(f"/api/v1/audits/{begun['id']}/cancel", headers=headers)
    assert (again.status_code, again.json["code"]) == (409, "audit_ended")
    assert client.post(f"/api/v1/audits/{'0' * 16}/cancel", headers=headers).status_code == 404
    jobs.run_all()
    assert client.get(f"/api/v1/audits/{begun['id']}", headers=headers).json["checked"] == 0


def test_a_finding_shows_the_byte_that_changed(client: FlaskClient) -> None:
    records = make_records(2)
    sequencer.run_once()
    with transaction():
        db.session.get_one(Record, records[0].id).kind = "registratioN"
    headers = bearer(office_person("auditor"))
    begun = client.post("/api/v1/audits", json={"scope": "full"}, headers=headers).json
    jobs.run_all()
    [finding] = client.get(f"/api/v1/audits/{begun['id']}/findings", headers=headers).json["items"]
    assert finding["position"] == 11
    around = finding["around"]
    assert (around["start"], bytes.fromhex(around["expected"]), bytes.fromhex(around["found"])) == (
        0, b"registration", b"registratioN"
    )  # fmt: skip
    assert client.get(f"/api/v1/audits/{begun['id']}", headers=headers).json["percent"] == 100


@pytest.mark.parametrize("since", [None, "2999-01-01T00:00:00+00:00", "2026-01-01T00:00:00", "soon"])
def test_a_moment_that_is_none_is_a_problem_on_its_field(client: FlaskClient, since: str | None) -> None:
    answer = client.post(
        "/api/v1/audits", json={"scope": "since", "since": since}, headers=bearer(office_person("auditor"))
    )
    assert answer.status_code == 422
    assert "since" in str(answer.json)

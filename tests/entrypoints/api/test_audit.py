from __future__ import annotations

from flask.testing import FlaskClient

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import jobs
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

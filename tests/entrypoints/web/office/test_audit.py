from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import AuditFinding, AuditRun, LogLeaf, Record
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.factories import member, office_person
from tests.factories.evidence import make_record, make_records, stored_document
from tests.statements import statements


@pytest.fixture
def auditor(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    return sign_in(client, office_person("auditor"))


def begin(client: FlaskClient, **form: str) -> str:
    answer = client.post("/office/audit/runs", data=form)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def actions() -> list[str]:
    db.session.rollback()
    with transaction(reads_only=True):
        entries = db.session.query(AuditEntry).order_by(AuditEntry.id)
        return [entry.action for entry in entries if entry.action.startswith("audit.")]


def test_the_list_shows_records_with_their_state_of_proof(auditor: FlaskClient) -> None:
    included = make_record()
    sequencer.run_once()
    waiting = make_record()
    with statements() as sent:
        page = auditor.get("/office/audit/records")
    assert page.status_code == 200
    assert included.public_id in page.text
    assert waiting.public_id in page.text
    assert "In the signed log" in page.text
    assert "Recorded, awaiting inclusion" in page.text
    assert len(sent) <= 9
    assert actions() == ["audit.list"]


def test_the_list_has_pages(auditor: FlaskClient) -> None:
    make_records(60)
    first = auditor.get("/office/audit/records").text
    assert first.count("/office/audit/records/") == 50
    assert "Next page" in first


def test_verifying_everything_finds_nothing_on_a_whole_log(auditor: FlaskClient) -> None:
    make_records(3, documents=[stored_document(b"claims")])
    sequencer.run_once()
    address = begin(auditor, scope="full")
    assert "hx-get" in auditor.get(address).text
    jobs.run_all()
    page = auditor.get(address).text
    assert "Nothing was found" in page
    assert "hx-get" not in page
    assert "Verified" in auditor.get("/office/audit").text


def test_a_changed_leaf_is_named_with_its_record(auditor: FlaskClient) -> None:
    record = make_records(3)[1]
    sequencer.run_once()
    begin(auditor, scope="full")
    jobs.run_all()
    with transaction():
        db.session.get_one(LogLeaf, 1).entry = record.leaf.replace(b"filing", b"filinG")
    address = begin(auditor, scope="full")
    jobs.run_all()
    page = auditor.get(address).text
    assert f"/office/audit/records/{record.public_id}" in page
    assert "log_leaf.entry" in page
    assert "filinG" in page
    with transaction(reads_only=True):
        assert {finding.record for finding in db.session.query(AuditFinding)} >= {record.public_id}
        assert all(
            finding.last_whole_at for finding in db.session.query(AuditFinding).filter_by(record=record.public_id)
        )
    broken = auditor.get("/office/audit/records?show=broken").text
    assert broken.count("/office/audit/records/") == 1
    assert "log_leaf.entry" in auditor.get(f"/office/audit/records/{record.public_id}").text


def test_one_record_is_verified_alone(auditor: FlaskClient) -> None:
    one, other = make_records(2)
    sequencer.run_once()
    with transaction():
        db.session.get_one(Record, other.id).kind = "correction"
    address = begin(auditor, scope="one", record=one.public_id)
    jobs.run_all()
    assert "Nothing was found" in auditor.get(address).text
    address = begin(auditor, scope="one", record=other.public_id)
    jobs.run_all()
    page = auditor.get(address).text
    assert "correction" in page
    assert "registration" in page


def test_progress_is_a_fragment_for_htmx(auditor: FlaskClient) -> None:
    make_record()
    address = begin(auditor, scope="full")
    fragment = auditor.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "audit-progress" in fragment


def test_a_damaged_manifest_does_not_hide_the_record(auditor: FlaskClient) -> None:
    record = make_record()
    with transaction():
        db.session.connection().exec_driver_sql("UPDATE evidence_record SET manifest = x'0102'")
    assert record.public_id in auditor.get("/office/audit/records").text
    page = auditor.get(f"/office/audit/records/{record.public_id}")
    assert page.status_code == 200
    assert "cannot be read" in page.text


def test_what_an_auditor_reads_is_recorded(auditor: FlaskClient) -> None:
    record = make_record()
    sequencer.run_once()
    auditor.get(f"/office/audit/records/{record.public_id}")
    assert auditor.get(f"/office/audit/records/{record.public_id}/evidence").mimetype == "application/zip"
    begin(auditor, scope="one", record=record.public_id)
    assert actions() == ["audit.read", "audit.bundle", "audit.run"]


def test_a_report_is_itself_a_record_of_the_log(auditor: FlaskClient) -> None:
    make_record()
    begin(auditor, scope="full")
    jobs.run_all()
    sequencer.run_once()
    with transaction(reads_only=True):
        run = db.session.query(AuditRun).one()
        report = db.session.query(Record).filter_by(kind="audit_report").one()
        assert report.public_id == run.public_id
        assert report.leaf_index is not None


@pytest.mark.parametrize("form", [{}, {"scope": "all"}])
def test_an_unknown_scope_is_refused(auditor: FlaskClient, form: dict[str, str]) -> None:
    assert auditor.post("/office/audit/runs", data=form).status_code == 422


def test_unknown_records_and_runs_are_not_found(auditor: FlaskClient) -> None:
    assert auditor.get("/office/audit/records/0000000000000000").status_code == 404
    assert auditor.get("/office/audit/runs/0000000000000000").status_code == 404
    assert auditor.post("/office/audit/runs", data={"scope": "one", "record": "0" * 16}).status_code == 404


def test_nobody_else_enters(client: FlaskClient, sign_in: SignIn) -> None:
    assert client.get("/office/audit").status_code in (302, 303, 401)
    for person, organisation in (member("administrator"), (office_person("registrar"), None)):
        visitor = sign_in(client, person, organisation)
        assert visitor.get("/office/audit").status_code == 404
        assert visitor.post("/office/audit/runs", data={"scope": "full"}).status_code == 404

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, literal, update

from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import AuditFinding, AuditRun, LogLeaf, Record
from ipplatform.foundation import clock, jobs
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.ids import display_id
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
    assert page.text.count('title="Commitment: not yet checked"') == 2
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
    listed = auditor.get("/office/audit/records").text
    assert listed.count('title="Digests: whole"') == 3
    assert listed.count('title="ML-DSA-44: whole"') == 3
    assert 'title="Witnesses: not applicable"' in listed
    assert 'title="Digests: broken"' not in listed


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
    assert 'title="Inclusion: broken"' in broken
    shown = auditor.get(f"/office/audit/records/{record.public_id}").text
    assert "log_leaf.entry" in shown
    place = record.leaf.index(b"filing") + len("filin")
    assert f"Byte {place}, counted from 0" in shown
    assert "<mark>67</mark>" in shown  # g
    assert "<mark>47</mark>" in shown  # G


def test_what_was_restored_is_told_as_earlier_findings_with_the_run_that_found_it_whole(auditor: FlaskClient) -> None:
    record = make_record()
    sequencer.run_once()
    for kind in ("correction", "registration"):
        with transaction():
            db.session.get_one(Record, record.id).kind = kind
        address = begin(auditor, scope="one", record=record.public_id)
        jobs.run_all()
        page = auditor.get(f"/office/audit/records/{record.public_id}").text
        if kind == "correction":
            assert "<h2>Findings</h2>" in page
            assert "Earlier findings" not in page
    assert "<h2>Findings</h2>" not in page
    told = page.partition("<h2>Earlier findings</h2>")[2]
    assert "Restored since: found whole on" in told
    assert f'href="{address}"' in told.partition("<table")[0]
    assert "correction" in told


def test_a_damaged_manifest_is_named_and_no_evidence_offered(auditor: FlaskClient) -> None:
    record = make_record()
    sequencer.run_once()
    address = f"/office/audit/records/{record.public_id}"
    assert "Download the evidence" in auditor.get(address).text
    with transaction():
        table = Record.__table__
        changed = literal(b"changed", LargeBinary)
        db.session.connection().execute(update(table).where(table.c.id == record.id).values({"manifest": changed}))
    page = auditor.get(address).text
    assert "Its sealed bytes do not open" in page
    assert "Download the evidence" not in page


def test_a_record_is_found_by_its_number(auditor: FlaskClient) -> None:
    one, other = make_records(2)
    found = auditor.get("/office/audit/records", query_string={"number": display_id(one.public_id)}).text
    assert one.public_id in found
    assert other.public_id not in found
    wrong = auditor.get("/office/audit/records?number=17").text
    assert "A filing number has 16 letters and digits." in wrong
    assert one.public_id not in wrong


def test_only_those_never_verified_are_listed_when_wanted(auditor: FlaskClient) -> None:
    checked = make_record()
    begin(auditor, scope="one", record=checked.public_id)
    jobs.run_all()
    fresh = make_record()
    listed = auditor.get("/office/audit/records?show=unchecked").text
    assert fresh.public_id in listed
    assert checked.public_id not in listed


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


def test_a_run_is_cancelled_and_keeps_what_it_found(auditor: FlaskClient) -> None:
    make_record()
    address = begin(auditor, scope="full")
    assert "Cancel the verification" in auditor.get(address).text
    answer = auditor.post(f"{address}/cancel")
    assert answer.status_code == 303
    page = auditor.get(answer.headers["Location"]).text
    assert "Cancelled before the end" in page
    assert "Cancel the verification" not in page
    jobs.run_all()
    with transaction(reads_only=True):
        run = db.session.query(AuditRun).one()
        assert (run.state, run.report, run.checked) == ("cancelled", None, 0)
    again = auditor.post(f"{address}/cancel", follow_redirects=True)
    assert "This verification has already ended." in again.text
    assert actions().count("audit.cancel") == 1


def test_a_run_covers_what_was_recorded_since_a_day(auditor: FlaskClient) -> None:
    make_records(2)
    sequencer.run_once()
    address = begin(auditor, scope="since", since=clock.today().isoformat())
    jobs.run_all()
    assert "Nothing was found" in auditor.get(address).text
    with transaction(reads_only=True):
        assert db.session.query(AuditRun).one().checked >= 2


@pytest.mark.parametrize("day", ["", "yesterday", "2999-01-01", "0001-01-01x"])
def test_a_day_that_is_none_is_an_error_on_its_field(auditor: FlaskClient, day: str) -> None:
    answer = auditor.post("/office/audit/runs", data={"scope": "since", "since": day})
    assert answer.status_code == 422
    assert 'aria-describedby="error-since"' in answer.text


def test_progress_is_a_fragment_for_htmx(auditor: FlaskClient) -> None:
    make_record()
    address = begin(auditor, scope="full")
    fragment = auditor.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "audit-progress" in fragment
    jobs.run_all()
    assert auditor.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


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

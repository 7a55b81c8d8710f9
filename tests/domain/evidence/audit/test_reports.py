from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import keyring, sequencer
from ipplatform.domain.evidence.audit import console, report, runs
from ipplatform.domain.evidence.formats import audit_report, canonical
from ipplatform.domain.evidence.formats.signing import ED25519, SoftKey
from ipplatform.domain.evidence.models import AuditFinding, AuditRun, Record
from ipplatform.entrypoints.cli import main
from ipplatform.foundation import settings
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.factories import bearer, office_person
from tests.factories.evidence import make_records, stored_document


def audited(scope: str = runs.FULL, filing: str | None = None) -> AuditRun:
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=scope, filing=filing, in_background=False)
    for _ in runs.drive(run):
        pass
    with transaction(reads_only=True):
        return db.session.get_one(AuditRun, run.id, populate_existing=True)


def stored(run: AuditRun) -> bytes:
    with transaction():
        return console.report(actor=SYSTEM, public_id=run.public_id)


def findings(run: AuditRun) -> list[tuple[str, str]]:
    with transaction(reads_only=True):
        rows = db.session.query(AuditFinding).filter_by(audit_id=run.id).order_by(AuditFinding.id)
        return [(row.record, row.field) for row in rows]


def change(statement: str) -> None:
    with transaction():
        db.session.connection().exec_driver_sql(statement)


@both_databases
def test_a_report_says_what_was_checked_and_found_without_any_content(app: Flask) -> None:
    record, *_ = make_records(3, documents=[stored_document(b"claims")])
    sequencer.run_once()
    change(f"UPDATE evidence_record SET kind = 'correction' WHERE id = {record.id}")
    change(f"DELETE FROM evidence_document WHERE record_id = {record.id}")
    run = audited()
    keys = report.verifier_keys(settings.current().origin)
    content = audit_report.verify(stored(run), keys)
    assert (content["scope"], content["size"], content["found"]) == ("full", 3, len(content["findings"]))
    assert {"record": record.public_id, "field": "kind"} in content["findings"]
    assert b"claims" not in stored(run)
    assert stored(run) == stored(run)
    with transaction(reads_only=True):
        kept = db.session.query(Record).filter_by(public_id=run.public_id).one()
        assert kept.manifest is not None
        fields = canonical.loads(kept.manifest)["fields"]
    assert fields["report_sha256"] == hashlib.sha256(stored(run)).hexdigest()


@both_databases
@pytest.mark.parametrize(
    ("column", "value"),
    [("found", "7"), ("scope", "'since'"), ("covered_size", "1"), ("started_at", "'2001-01-01'")],
)
def test_a_changed_run_is_named_by_the_next_audit(app: Flask, column: str, value: str) -> None:
    make_records(2)
    sequencer.run_once()
    run = audited()
    assert findings(audited()) == []
    change(f"UPDATE evidence_audit SET {column} = {value} WHERE id = {run.id}")
    assert findings(audited()) == [(run.public_id, f"evidence_audit.{column}")]


def test_a_report_that_is_changed_replaced_or_gone_is_named_by_the_next_audit(app: Flask) -> None:
    make_records(2)
    sequencer.run_once()
    run, other = audited(), audited()
    missing = (run.public_id, "evidence_audit.report")
    for data in (stored(run).replace(b'"found":0', b'"found":1'), stored(other), None):
        with transaction():
            db.session.get_one(AuditRun, run.id).report = data
        assert findings(audited()) == [missing]
    change(f"DELETE FROM evidence_audit WHERE id = {run.id}")
    assert findings(audited()) == [missing]


def test_the_report_of_one_record_names_it_and_the_tree_that_proves_it(app: Flask) -> None:
    record = make_records(3)[1]
    sequencer.run_once()
    content = audit_report.verify(
        stored(audited(runs.ONE, record.public_id)), report.verifier_keys(settings.current().origin)
    )
    assert (content["subject"], content["checked"], content["size"]) == (record.public_id, 1, 3)


def test_text_that_no_note_may_hold_does_not_keep_a_report_from_being_signed() -> None:
    key = SoftKey.generate(ED25519)
    named = audit_report.named([("a\x7fb\x00", "Cafe\u0301\ud800")])
    assert named == [{"record": "a\ufffdb\ufffd", "field": "Caf\u00e9\ufffd"}]
    members = dict.fromkeys(audit_report.SHOWN[1:]) | {"findings": named}
    assert audit_report.build(members, origin="zone.example/log", key=key)


def test_the_offline_command_verifies_a_report_and_refuses_its_tampered_twin(app: Flask, tmp_path: Path) -> None:
    make_records(1)
    sequencer.run_once()
    run, key = audited(), console.report_key()
    assert key is not None
    file = tmp_path / "report.note"
    file.write_bytes(stored(run))

    def verified(vkey: str = key) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["evidence", "verify-report", str(file), "--vkey", vkey])
        return result.exit_code, result.output

    code, output = verified()
    assert code == 0
    assert output.endswith("VERIFIED\n")
    assert verified("nonsense")[0] == 2
    stranger = SoftKey.generate(keyring.ALGORITHMS[keyring.AUDIT_ED25519])
    foreign = audit_report.note.verifier_of(key.partition("+")[0], stranger).vkey
    assert verified(foreign)[0] == 1
    file.write_bytes(stored(run).replace(b'"found":0', b'"found":1'))
    assert verified()[0] == 1
    file.write_bytes(b"no report\n")
    assert verified()[0] == 2


def test_auditors_download_it_from_page_and_api_and_that_is_recorded(
    app: Flask, client: FlaskClient, sign_in: SignIn
) -> None:
    run, auditor = audited(), office_person("auditor")
    answer = client.get(f"/api/v1/audits/{run.public_id}/report", headers=bearer(auditor))
    assert answer.data == stored(run)
    signed_in = sign_in(client, auditor)
    assert f"/office/audit/runs/{run.public_id}/report" in signed_in.get(f"/office/audit/runs/{run.public_id}").text
    page = signed_in.get(f"/office/audit/runs/{run.public_id}/report")
    assert page.data == stored(run)
    assert str(console.report_key()) in signed_in.get("/office/audit").get_data(as_text=True).replace("&#43;", "+")
    db.session.rollback()
    with transaction(reads_only=True):
        downloads = db.session.query(AuditEntry).filter_by(action="audit.download", subject=run.public_id).all()
    assert len([entry for entry in downloads if entry.person_id == auditor.id]) == 2


def test_a_run_that_has_not_ended_has_no_report(app: Flask, client: FlaskClient, sign_in: SignIn) -> None:
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL)
    signed_in = sign_in(client, office_person("auditor"))
    assert signed_in.get(f"/office/audit/runs/{run.public_id}/report").status_code == 404


def test_commands_list_runs_and_write_the_report(app: Flask, tmp_path: Path) -> None:
    run, runner = audited(), app.test_cli_runner()
    assert (
        f"{run.public_id}  {run.started_at:%Y-%m-%d %H:%M} UTC  full  finished"
        in runner.invoke(args=["audit", "list"]).output
    )
    file = tmp_path / "out.note"
    assert runner.invoke(args=["audit", "report", run.public_id, "-o", str(file)]).exit_code == 0
    assert file.read_bytes() == stored(run)
    assert runner.invoke(args=["audit", "report", "0" * 16]).exit_code == 1

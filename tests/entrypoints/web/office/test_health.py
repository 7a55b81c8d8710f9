"""The console's first page: every state is said in words."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import AuditRun, LogCheckpoint, LogLeaf, LogState, Record
from ipplatform.domain.evidence.time.models import AuthorityState
from ipplatform.foundation import clock, jobs
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.factories import office_person
from tests.factories.evidence import make_record, make_records
from tests.statements import statements

HEALTH = "/office/audit"


@pytest.fixture
def auditor(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    return sign_in(client, office_person("auditor"))


def tile(page: str, title: str) -> str:
    """What one tile says, tags left in."""
    return page.partition(f"<h2>{title}</h2>")[2].partition("</section>")[0]


def verify(client: FlaskClient, scope: str = "full") -> None:
    assert client.post("/office/audit/runs", data={"scope": scope}).status_code == 303
    jobs.run_all()


def test_an_empty_installation_says_that_there_is_nothing_yet(auditor: FlaskClient) -> None:
    page = auditor.get(HEALTH).text
    assert "None yet" in tile(page, "Last checkpoint")
    assert "None configured" in tile(page, "Witnesses")
    assert "None configured" in tile(page, "Time authorities")
    assert "There was none." in tile(page, "Last full audit")
    assert "Not halted." in tile(page, "Sequencer")


def test_a_log_at_work_is_in_order_and_both_signatures_are_verified(auditor: FlaskClient) -> None:
    make_records(3)
    sequencer.run_once()
    verify(auditor)
    page = auditor.get(HEALTH).text
    for title in ("Log", "Last checkpoint", "Sequencer", "Last full audit"):
        assert "In order" in tile(page, title)
    assert re.search(r"seconds? ago, <time [^>]+>[^<]+:\d\d\b.*UTC", tile(page, "Last checkpoint"))
    assert "Signature Ed25519: verified" in page
    assert "Signature ML-DSA-44: verified" in page
    assert "To be acted on" not in page


@both_databases
def test_the_last_full_audit_is_in_order_only_when_it_found_nothing(auditor: FlaskClient) -> None:
    record = make_records(3)[1]
    sequencer.run_once()
    with transaction():
        db.session.get_one(Record, record.id).kind = "correction"
    verify(auditor)
    shown = tile(auditor.get(HEALTH).text, "Last full audit")
    assert "1 finding" in shown
    assert "In order" not in shown
    assert "verify everything again" in shown
    with transaction():
        db.session.get_one(Record, record.id).kind = "registration"
    verify(auditor, "incremental")
    assert "1 finding" in tile(auditor.get(HEALTH).text, "Last full audit")
    verify(auditor)
    shown = tile(auditor.get(HEALTH).text, "Last full audit")
    assert "In order" in shown
    assert "finding" not in shown


def test_a_changed_checkpoint_is_not_called_verified(auditor: FlaskClient) -> None:
    make_record()
    sequencer.run_once()
    with transaction():
        kept = db.session.query(LogCheckpoint).one()
        kept.note = kept.note.replace(b"\n1\n", b"\n7\n", 1)
    shown = tile(auditor.get(HEALTH).text, "Last checkpoint")
    assert "Signature Ed25519: not valid" in shown
    assert "Signature ML-DSA-44: not valid" in shown
    assert "To be acted on" in shown


def test_filings_that_wait_too_long_are_said_to_wait(auditor: FlaskClient) -> None:
    make_record()
    page = auditor.get(HEALTH).text
    assert "In order" in tile(page, "Log")
    with transaction():
        db.session.query(Record).update({"created_at": clock.now() - timedelta(minutes=7)})
    page = auditor.get(HEALTH).text
    assert "The oldest has waited for 7 minutes." in tile(page, "Log")
    assert "it does not work" in tile(page, "Sequencer")


def test_a_halt_says_why_and_what_the_operator_does(auditor: FlaskClient) -> None:
    make_record()
    sequencer.run_once()
    with transaction():
        db.session.query(LogState).update({"halted_at": clock.now(), "halted_reason": "tile 0/000 differs"})
    page = auditor.get(HEALTH).text
    assert "tile 0/000 differs" in page
    assert "ipplatform log fsck" in page
    assert "Halted since" in tile(page, "Sequencer")


def test_open_findings_are_counted_once_and_closed_when_found_whole(auditor: FlaskClient) -> None:
    record = make_records(3)[1]
    sequencer.run_once()
    verify(auditor)
    with transaction():
        db.session.get_one(LogLeaf, 1).entry = record.leaf.replace(b"filing", b"filinG")
    for _ in range(2):
        verify(auditor)
        shown = tile(auditor.get(HEALTH).text, "Open findings")
        assert "To be acted on" in shown
        assert f"{HEALTH}/records?show=broken" in shown
    with transaction():
        db.session.get_one(LogLeaf, 1).entry = record.leaf
    verify(auditor)
    assert "None" in tile(auditor.get(HEALTH).text, "Open findings")


def test_witnesses_and_authorities_are_named_with_what_came_last(
    auditor: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_record()
    sequencer.run_once()
    with transaction():
        db.session.add(AuthorityState(name="clock-a", succeeded_at=clock.now() - timedelta(hours=3)))
    shown = tile(auditor.get(HEALTH).text, "Time authorities")
    assert "clock-a" in shown
    assert "last token 3 hours ago" in re.sub("<[^>]+>", "", shown)
    assert re.search(r'<time datetime="[^"]+" title="[^"]+:\d\d\b[^"]+UTC[^"]*">3 hours</time>', shown)
    assert "no longer configured" in shown


def test_the_number_of_statements_does_not_grow(auditor: FlaskClient) -> None:
    make_records(2)
    sequencer.run_once()
    with statements() as few:
        auditor.get(HEALTH)
    make_records(30)
    sequencer.run_once()
    verify(auditor)
    with statements() as many:
        auditor.get(HEALTH)
    assert len(few) == len(many) <= 9


def test_administrators_see_health_but_no_way_to_content(client: FlaskClient, sign_in: SignIn) -> None:
    make_record()
    sequencer.run_once()
    with transaction():
        db.session.add(run := AuditRun(public_id="0" * 16, scope="full", state="waiting", phase="log",
                                       started_at=clock.now()))  # fmt: skip
    administrator = sign_in(client, office_person("administrator"))
    page = administrator.get(HEALTH)
    assert page.status_code == 200
    assert "Last checkpoint" in page.text
    assert "/office/audit/r" not in page.text
    for address in (f"{HEALTH}/records", f"{HEALTH}/runs/{run.public_id}"):
        assert administrator.get(address).status_code == 404
    assert administrator.post(f"{HEALTH}/runs", data={"scope": "full"}).status_code == 404

"""Who read what: written by every door, shown to auditors and, for its own filings, to the organisation."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.audit import services as trail
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import readings
from ipplatform.entrypoints.cli.evidence import command as evidence_command
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.factories import actor_of, bearer, member, office_person
from tests.factories.evidence import make_record
from tests.statements import statements

ACCESS = "/office/audit/access"


@pytest.fixture
def auditor(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    return sign_in(client, office_person("auditor"))


def reads() -> list[tuple[str, str, str | None, int | None]]:
    """(action, subject, door, organisation), oldest first."""
    db.session.rollback()
    with transaction(reads_only=True):
        found = db.session.query(AuditEntry).filter(AuditEntry.door.is_not(None)).order_by(AuditEntry.id)
        return [(one.action, one.subject, one.door, one.organisation_id) for one in found]


def test_a_holders_bundle_is_recorded_by_its_door_and_a_public_one_is_not(
    app: Flask, sign_in: SignIn, client: FlaskClient
) -> None:
    person, organisation = member("viewer")
    record = make_record(organisation_id=organisation.id)
    sequencer.run_once()
    address = f"/filings/{record.public_id}/evidence"
    assert app.test_client().get(address).status_code == 200
    assert reads() == []
    with statements() as sent:
        assert sign_in(client, person, organisation).get(address).status_code == 200
    assert sum("INSERT INTO audit_entry" in one for one in sent) == 2  # one is the sign-in of this test
    answer = client.get(f"/api/v1{address}", headers=bearer(person, organisation))
    assert answer.status_code == 200
    expected = ("filing.bundle", record.public_id)
    assert reads() == [(*expected, "page", organisation.id), (*expected, "api", organisation.id)]


def test_an_export_by_command_is_recorded(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> None:
    record = make_record()
    sequencer.run_once()
    folder = tmp_path_factory.mktemp("out")
    runner = app.test_cli_runner()
    for options in ([], ["--public"]):
        arguments = ["export", record.public_id, "-o", str(folder / "bundle.zip"), *options]
        assert runner.invoke(evidence_command, arguments).exit_code == 0
    assert [(action, subject) for action, subject, *_ in reads()] == [("filing.bundle", record.public_id)]


def test_filters_narrow_to_a_person_a_record_and_a_period(auditor: FlaskClient, sign_in: SignIn, app: Flask) -> None:
    one, other = make_record(), make_record()
    colleague = office_person("auditor")
    auditor.get(f"/office/audit/records/{one.public_id}")
    sign_in(app.test_client(), colleague).get(f"/office/audit/records/{other.public_id}")

    def shown(**filters: str) -> tuple[bool, bool]:
        page = auditor.get(ACCESS, query_string=filters)
        assert page.status_code == 200
        return (
            f"/office/audit/records/{one.public_id}" in page.text,
            f"/office/audit/records/{other.public_id}" in page.text,
        )

    today, tomorrow = clock.today(), clock.today() + timedelta(days=1)
    assert shown() == (True, True)
    assert shown(person=colleague.email) == (False, True)
    assert shown(record=one.public_id) == (True, False)
    assert shown(since=today.isoformat(), until=today.isoformat()) == (True, True)
    assert shown(since=tomorrow.isoformat()) == (False, False)
    assert reads()[-1][0] == "access.read"


@pytest.mark.parametrize(
    ("name", "value"), [("person", "nobody@example.com"), ("record", "17"), ("since", "soon"), ("until", "9999-12-31")]
)
def test_a_filter_that_means_nothing_is_an_error_on_its_field(auditor: FlaskClient, name: str, value: str) -> None:
    for address in (ACCESS, f"{ACCESS}/export"):
        answer = auditor.get(address, query_string={name: value})
        assert answer.status_code == 422
    assert f'aria-describedby="error-{name}"' in auditor.get(ACCESS, query_string={name: value}).text
    assert reads() == []


def test_the_record_has_pages_and_costs_one_insert(auditor: FlaskClient) -> None:
    record = make_record()
    for _ in range(52):
        auditor.get(f"/office/audit/records/{record.public_id}")
    with statements() as sent:
        first = auditor.get(ACCESS).text
    assert "Next page" in first
    assert len(sent) <= 3
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert auditor.get(following).text.count(f"/office/audit/records/{record.public_id}") >= 2


def test_the_file_holds_the_same_and_no_formula_and_is_recorded(auditor: FlaskClient, sign_in: SignIn) -> None:
    record = make_record()
    reader = office_person("auditor")
    with transaction():
        db.session.merge(reader).name = "=HYPERLINK(1)"
    sign_in(auditor, reader).get(f"/office/audit/records/{record.public_id}")
    answer = auditor.get(f"{ACCESS}/export")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["action"], row["subject"], row["door"]) for row in rows] == [
        ("audit.read", record.public_id, "page"),
        ("access.export", "all", "page"),
    ]
    assert rows[0]["person"] == "'=HYPERLINK(1)"
    assert rows[0]["request_id"]


@both_databases
def test_the_owner_sees_who_else_read_and_not_its_own_people(app: Flask) -> None:
    person, organisation = member("filer")
    auditor = office_person("auditor")
    record = make_record(organisation_id=organisation.id)
    about = {"subject_kind": "filing", "subject": record.public_id}
    with transaction():
        trail.record_read(actor=actor_of(person, organisation), action="filing.bundle", role=trail.MEMBER, **about)
        trail.record_read(actor=actor_of(auditor), action="audit.read", role=trail.AUDITOR, **about)
        trail.record_read(actor=SYSTEM, action="filing.bundle", role=trail.SYSTEM, **about)
        trail.record(actor=actor_of(auditor), action="filing.take", **about)
    with transaction(reads_only=True):
        found = readings.by_others(organisation_id=organisation.id, filings=[record.public_id])
    assert [(row.person, row.action) for row in found] == [(None, "filing.bundle"), (auditor.name, "audit.read")]

"""Stored bytes that were changed: refused in words on the page, in the API and on the command line, and logged."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, type_coerce, update

from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.entrypoints.http import errors
from ipplatform.foundation import secretbox, storage
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.factories import actor_of, bearer, member, office_person
from tests.factories.evidence import make_record, stored_document
from tests.factories.filings import submitted

AUDITORS = "tell the office’s auditors"


@pytest.fixture
def holder(app: Flask) -> tuple[Person, Organisation]:
    return member("filer")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes of the errors that were logged."""
    codes: list[str] = []

    class Logger:
        def error(self, event: str, *, code: str, exc_info: Exception) -> None:
            assert exc_info.__cause__ is not None
            codes.append(code)

    monkeypatch.setattr(errors, "structlog", SimpleNamespace(get_logger=Logger))
    return codes


def recorded(organisation: Organisation) -> Record:
    """In the log, with two documents, the second in several chunks."""
    documents = [stored_document(b"claims"), stored_document(b"drawing" * 30_000)]
    record = make_record(organisation_id=organisation.id, documents=documents)
    sequencer.run_once()
    return record


def change_last_byte(record: Record) -> None:
    """Of the second document: what was streamed before would be two chunks and more."""
    with transaction(reads_only=True):
        key = db.session.get_one(Record, record.id).documents[1].storage_key
    assert key is not None
    path = storage.path_of(key)
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def change_manifest(public_id: str) -> None:
    sealed = bytearray(secretbox.seal(b"{}"))
    sealed[-1] ^= 1
    with transaction():
        changed = update(Record).where(Record.public_id == public_id)
        db.session.execute(changed.values(manifest=type_coerce(bytes(sealed), LargeBinary)))


def bundle_reads() -> int:
    with transaction(reads_only=True):
        return db.session.query(AuditEntry).filter(AuditEntry.action.in_(["filing.bundle", "audit.bundle"])).count()


@both_databases
def test_a_bundle_with_a_changed_document_is_refused_before_its_first_byte(
    client: FlaskClient, sign_in: SignIn, holder: tuple[Person, Organisation], logged: list[str]
) -> None:
    record = recorded(holder[1])
    change_last_byte(record)
    answer = client.get(f"/api/v1/filings/{record.public_id}/evidence", headers=bearer(*holder))
    assert (answer.status_code, answer.json["code"]) == (409, "document_damaged")
    assert "The stored file is missing or damaged." in answer.json["detail"]
    page = sign_in(client, *holder).get(f"/filings/{record.public_id}/evidence")
    assert page.status_code == 409
    assert "The stored file is missing or damaged." in page.text
    assert AUDITORS in page.text
    assert "Someone may have acted before you" not in page.text
    assert logged == ["document_damaged", "document_damaged"]
    assert bundle_reads() == 0


def test_the_auditors_bundle_is_refused_as_well(
    client: FlaskClient, sign_in: SignIn, holder: tuple[Person, Organisation]
) -> None:
    record = recorded(holder[1])
    auditor = sign_in(client, office_person("auditor"))
    address = f"/office/audit/records/{record.public_id}/evidence"
    assert auditor.get(address).status_code == 200
    change_last_byte(record)
    refused = auditor.get(address)
    assert (refused.status_code, "missing or damaged" in refused.text) == (409, True)


def test_a_document_that_is_gone_or_another_is_refused(
    client: FlaskClient, holder: tuple[Person, Organisation]
) -> None:
    record = recorded(holder[1])
    for key in (storage.put_stream([b"other"]), "0" * 32, "no key"):
        with transaction():
            db.session.get_one(Record, record.id).documents[0].storage_key = key
        answer = client.get(f"/api/v1/filings/{record.public_id}/evidence", headers=bearer(*holder))
        assert (answer.status_code, answer.json["code"]) == (409, "document_damaged"), key


def test_what_is_public_is_sent_whatever_became_of_the_documents(
    client: FlaskClient, holder: tuple[Person, Organisation]
) -> None:
    record = recorded(holder[1])
    change_last_byte(record)
    answer = client.get(f"/filings/{record.public_id}/evidence")
    assert (answer.status_code, answer.data[:2]) == (200, b"PK")


def test_the_command_says_it_and_leaves_no_file(
    app: Flask, tmp_path: Path, holder: tuple[Person, Organisation]
) -> None:
    record = recorded(holder[1])
    change_last_byte(record)
    path = tmp_path / "bundle.zip"
    ended = app.test_cli_runner().invoke(args=["evidence", "export", record.public_id, "-o", str(path)])
    assert (ended.exit_code, path.exists()) == (1, False)
    assert "The stored file is missing or damaged." in ended.output
    change_manifest(record.public_id)
    for command in (["export", record.public_id, "-o", str(path)], ["certificate", record.public_id]):
        ended = app.test_cli_runner().invoke(args=["evidence", *command])
        assert (ended.exit_code, path.exists()) == (1, False)
        assert ended.output.startswith("Error: What is stored here does not authenticate")


@both_databases
def test_a_changed_manifest_is_said_on_every_page_that_reads_it_and_logged(
    client: FlaskClient, sign_in: SignIn, holder: tuple[Person, Organisation], logged: list[str]
) -> None:
    number = submitted(actor_of(*holder)).public_id
    change_manifest(number)
    browser = sign_in(client, *holder)
    for address in (f"/filings/{number}", f"/filings/{number}/evidence", f"/records/{number}/certificate"):
        page = browser.get(address)
        assert page.status_code == 409, address
        assert "What is stored here does not authenticate" in page.text
        assert AUDITORS in page.text
    assert logged == ["damaged"] * 3
    for address in (f"/api/v1/filings/{number}/evidence", f"/api/v1/filings/{number}/certificate"):
        answer = client.get(address, headers=bearer(*holder))
        assert (answer.status_code, answer.json["code"]) == (409, "damaged"), address
    assert client.get(f"/api/v1/filings/{number}", headers=bearer(*holder)).status_code == 200

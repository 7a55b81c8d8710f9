"""What the audit says when somebody changes a key or a signature where it is stored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import queries, sequencer
from ipplatform.domain.evidence.audit import runs
from ipplatform.domain.evidence.holder import audit, enrolment, sealing
from ipplatform.domain.evidence.holder import queries as holder
from ipplatform.domain.evidence.holder.models import SigningKey
from ipplatform.domain.evidence.models import AuditFinding, Record
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories.erasure import make_scene, registered
from tests.factories.holder import enrolled, enrolled_passkey, record_of, signed, signed_by_passkey, signer


@dataclass
class Signed:
    record: Record
    other: Record
    key: SigningKey
    passkey: SigningKey


@pytest.fixture
def filed(app: Flask) -> Signed:
    """A filing signed with a key, revoked since, and a passkey, and another signed with the passkey."""
    _, _, actor = signer()
    record, other = record_of(actor), record_of(actor)
    key, private = enrolled(actor)
    signed(actor, record, key, private)
    passkey, authenticator = enrolled_passkey(actor)
    for one in (record, other):
        signed_by_passkey(actor, one, passkey, authenticator)
    with transaction():
        enrolment.revoke(actor=actor, key=key.public_id, reason="replaced")
    sequencer.run_once()
    return Signed(record, other, key, passkey)


def found() -> dict[str, set[str]]:
    """Record's public id to the fields named."""
    named: dict[str, set[str]] = {}
    with transaction(reads_only=True):
        for _identity, finding in audit.every():
            named.setdefault(finding.record, set()).add(finding.field)
    return named


def change(settings: Settings, statement: str, *values: object) -> None:
    """Behind the service's back, past every constraint."""
    db.session.rollback()
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(statement, values).rowcount >= 1


@both_databases
def test_nothing_is_found_when_nothing_was_changed(filed: Signed) -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("table", "columns", "row"),
    [("signing_key", sealing.KEY, 1), ("signing_key", sealing.KEY, 2),
     ("holder_signature", sealing.SIGNATURE, 1), ("holder_signature", sealing.SIGNATURE, 2)],
)  # fmt: skip
def test_each_changed_column_is_named(
    filed: Signed, settings: Settings, table: str, columns: tuple[str, ...], row: int
) -> None:
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    for column in (*columns, "seal"):
        with closing(sqlite3.connect(file)) as connection:
            before, kind = connection.execute(
                f"SELECT {column}, typeof({column}) FROM {table} WHERE id = {row}"
            ).fetchone()
        if isinstance(before, bytes):
            after: object = before[:-1] + bytes([before[-1] ^ 1])
        elif isinstance(before, str):
            after = before[:-1] + ("1" if before[-1] != "1" else "2")
        else:
            after = 9 if before is None or kind == "integer" else before
        change(settings, f"UPDATE {table} SET {column} = ? WHERE id = {row}", after)
        named = {field for fields in found().values() for field in fields}
        words = "seal" if column == "seal" else f"{table}.{column}"
        assert any(words in field for field in named) or table in named, (column, named)
        change(settings, f"UPDATE {table} SET {column} = ? WHERE id = {row}", before)
    assert found() == {}


def test_a_signature_moved_to_another_filing_is_found_at_it(filed: Signed, settings: Settings) -> None:
    change(settings, f"UPDATE holder_signature SET record_id = {filed.other.id} WHERE id = 1")
    named = found()
    assert "holder_signature.signature" in named[filed.other.public_id]


def test_a_signature_or_key_taken_out_is_missed_by_the_record_that_logged_it(filed: Signed, settings: Settings) -> None:
    change(settings, "DELETE FROM holder_signature WHERE id = 1")
    assert {field for fields in found().values() for field in fields} == {"holder_signature"}
    change(settings, "DELETE FROM holder_signature")
    change(settings, "DELETE FROM signing_key")
    assert {field for fields in found().values() for field in fields} == {"holder_signature", "signing_key"}


def test_a_revocation_taken_back_is_found(filed: Signed, settings: Settings) -> None:
    change(settings, "UPDATE signing_key SET revoked_at = NULL, revocation_id = NULL WHERE id = 1")
    named = {field for fields in found().values() for field in fields}
    assert {"signing_key.revoked_at (or its seal)", "signing_key"} <= named


def test_signatures_go_with_an_erased_filing_and_nothing_is_found(app: Flask) -> None:
    scene = make_scene()
    filing = registered(scene)
    record = queries.record_by_filing(filing.public_id)
    assert record is not None
    signed(scene.holder, record, *enrolled(scene.holder))
    scene.erase(filing)
    assert holder.signatures(record.id) == []
    assert found() == {}
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    for _ in runs.drive(run):
        pass
    assert run.found == 0


def test_a_run_of_the_audit_names_the_record(filed: Signed, settings: Settings) -> None:
    change(settings, "UPDATE holder_signature SET roles = 'filer' WHERE id = 1")
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    for _ in runs.drive(run):
        pass
    named = {(finding.record, finding.field) for finding in db.session.query(AuditFinding)}
    assert (filed.record.public_id, "holder_signature.roles (or its seal)") in named

"""Transactions past the session: whole or nothing, and loud where somebody writes by another way."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, func, literal, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from ipplatform.domain.accounts.models import Membership, Organisation, Person
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.foundation import direct, rows
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.prepared import Prepared
from tests.databases import both_databases
from tests.factories import member

pytestmark = [both_databases, pytest.mark.usefixtures("app")]


def entry(subject: str) -> dict[str, object]:
    return {"at": now(), "action": "test.write", "subject_kind": "test", "subject": subject}


def subjects() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.subject).where(AuditEntry.subject_kind == "test")))


def test_what_the_block_wrote_is_committed_with_its_defaults() -> None:
    with direct.direct_transaction():
        rows.insert_all(AuditEntry, [entry("one")])
        rows.insert_all(AuditEntry, [entry("two"), entry("three")])
        assert subjects() == []
    assert sorted(subjects()) == ["one", "three", "two"]
    assert set(db.session.scalars(select(AuditEntry.request_id))) == {None}


def test_a_block_that_fails_leaves_nothing_and_gives_its_place_to_others() -> None:
    def refused() -> None:
        with direct.direct_transaction():
            rows.insert_all(AuditEntry, [entry("lost")])
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        refused()
    with transaction():
        db.session.add(AuditEntry(**entry("kept")))
    assert subjects() == ["kept"]


def test_a_row_that_is_there_already_is_not_written_and_the_transaction_goes_on() -> None:
    person, _organisation = member("filer")
    taken = rows.made(Person, public_id="b" * 16, name="B", email=person.email, password_hash="x")
    with direct.direct_transaction():
        assert not rows.insert_unless_there(taken)
        free = rows.made(Person, public_id="c" * 16, name="C", email="free@example.com", password_hash="x")
        assert rows.insert_unless_there(free)
        assert (free.locale, free.active) == ("en", True)
    found = db.session.get_one(Person, free.id)
    assert (found.name, found.created_at) == ("C", free.created_at)


def test_the_session_must_not_write_beside_it() -> None:
    def both() -> None:
        with direct.direct_transaction():
            rows.insert_all(AuditEntry, [entry("lost")])
            db.session.add(AuditEntry(**entry("elsewhere")))
            db.session.flush()

    with pytest.raises(RuntimeError, match=r"foundation\.rows alone"):
        both()
    assert subjects() == []


def test_errors_of_the_driver_are_sqlalchemys_and_carry_no_values() -> None:
    def orphan() -> None:
        with direct.direct_transaction():
            rows.insert_all(Membership, [{"person_id": 987654, "organisation_id": 876543, "role": "filer"}])

    with pytest.raises(IntegrityError) as raised:
        orphan()
    assert "987654" not in str(raised.value.statement) + str(raised.value.params)
    with direct.direct_transaction(), pytest.raises((ProgrammingError, OperationalError)):
        direct.run(Prepared(select(text("no_such_thing"))), {})


def test_the_session_sees_what_others_committed_once_told_to_look_anew() -> None:
    count = select(func.count()).select_from(Organisation)
    with direct.direct_transaction():
        before = db.session.scalar(count)
        with db.engine.begin() as other:
            other.execute(
                Organisation.__table__.insert(),
                {"name": "New", "country": "GB", "identifier_scheme": "other", "identifier": "N-1"},
            )
        direct.see_anew()
        assert db.session.scalar(count) == (before or 0) + 1


def test_a_prepared_statement_reads_values_by_their_types_and_brings_its_own() -> None:
    person, organisation = member("filer")
    statement = Prepared(
        select(Person.created_at, Person.active, literal("own").label("own")).where(Person.id == bindparam("person"))
    )
    for _ in range(2):
        ((created_at, active, own),) = direct.look(statement, {"person": person.id})
        assert (created_at, bool(active), own) == (person.created_at, True, "own")
    assert direct.look(statement, {"person": 0}) == []
    assert organisation.id

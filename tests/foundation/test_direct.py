"""Transactions past the session: whole or nothing, and loud where somebody writes by another way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
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
    def act() -> str:
        rows.insert_all(AuditEntry, [entry("one")])
        rows.insert_all(AuditEntry, [entry("two"), entry("three")])
        assert subjects() == []
        return "answer"

    with direct.direct_transaction():
        assert direct.write(act) == "answer"
        assert len(subjects()) == 3
    assert sorted(subjects()) == ["one", "three", "two"]
    assert set(db.session.scalars(select(AuditEntry.request_id))) == {None}


def test_a_block_that_fails_leaves_nothing_and_gives_its_place_to_others() -> None:
    def refused() -> None:
        rows.insert_all(AuditEntry, [entry("lost")])
        raise ValueError("refused")

    with direct.direct_transaction(), pytest.raises(ValueError, match="refused"):
        direct.write(refused)
    with transaction():
        db.session.add(AuditEntry(**entry("kept")))
    assert subjects() == ["kept"]


def test_a_row_that_is_there_already_is_not_written_and_the_transaction_goes_on() -> None:
    person, _organisation = member("filer")
    taken = rows.made(Person, public_id="b" * 16, name="B", email=person.email, password_hash="x")
    free = rows.made(Person, public_id="c" * 16, name="C", email="free@example.com", password_hash="x")

    def act() -> None:
        assert not rows.insert_unless_there(taken)
        assert rows.insert_unless_there(free)

    with direct.direct_transaction():
        direct.write(act)
        assert (free.locale, free.active) == ("en", True)
    found = db.session.get_one(Person, free.id)
    assert (found.name, found.created_at) == ("C", free.created_at)


def test_the_session_must_not_write_beside_it() -> None:
    def both() -> None:
        rows.insert_all(AuditEntry, [entry("lost")])
        db.session.add(AuditEntry(**entry("elsewhere")))
        db.session.flush()

    with direct.direct_transaction():
        with pytest.raises(RuntimeError, match=r"foundation\.rows alone"):
            direct.write(both)
        db.session.rollback()
    assert subjects() == []


def test_nothing_is_written_in_a_direct_transaction_but_inside_a_write() -> None:
    with direct.direct_transaction(), pytest.raises(RuntimeError, match=r"inside foundation\.direct\.write"):
        rows.insert_all(AuditEntry, [entry("lost")])


def test_without_a_direct_transaction_it_is_part_of_the_sessions() -> None:
    def undone() -> None:
        with transaction():
            direct.write(lambda: rows.insert_all(AuditEntry, [entry("undone")]))
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        undone()
    with transaction():
        direct.write(lambda: rows.insert_all(AuditEntry, [entry("done")]))
    assert subjects() == ["done"]


def test_of_many_who_write_at_once_each_gets_its_own_answer_or_its_own_fault(app: Flask) -> None:
    """Those that fail do so before, between and after those that do not, by their own doing and by the database's."""

    def act(number: int) -> int:
        rows.insert_all(AuditEntry, [entry(f"{number}")])
        if number % 4 == 1:
            raise ValueError(f"{number} refused")
        if number % 4 == 2:
            rows.insert_all(Membership, [{"person_id": 987654, "organisation_id": 876543, "role": "filer"}])
        return number

    def ask(number: int) -> object:
        with app.app_context(), direct.direct_transaction():
            try:
                return direct.write(lambda: act(number))
            except (ValueError, IntegrityError) as error:
                return error

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(120)))
    for number, answer in enumerate(answers):
        if number % 4 == 1:
            assert isinstance(answer, ValueError)
            assert str(answer) == f"{number} refused"
        elif number % 4 == 2:
            assert isinstance(answer, IntegrityError)
        else:
            assert answer == number
    assert sorted(map(int, subjects())) == [number for number in range(120) if number % 4 in (0, 3)]


def test_errors_of_the_driver_are_sqlalchemys_and_carry_no_values() -> None:
    def orphan() -> None:
        rows.insert_all(Membership, [{"person_id": 987654, "organisation_id": 876543, "role": "filer"}])

    with direct.direct_transaction(), pytest.raises(IntegrityError) as raised:
        direct.write(orphan)
    assert "987654" not in str(raised.value.statement) + str(raised.value.params)
    with direct.direct_transaction(), pytest.raises((ProgrammingError, OperationalError)):
        direct.write(lambda: direct.run(Prepared(select(text("no_such_thing"))), {}))


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


def test_who_waits_to_write_holds_no_other_connection() -> None:
    with direct.direct_transaction():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 0
        assert db.session().in_transaction()
        assert not direct.write(lambda: db.session().in_transaction())


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

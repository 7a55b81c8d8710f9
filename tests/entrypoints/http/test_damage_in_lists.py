"""A filing that was changed at rest: its row in a list says so, the other rows stay, and its own page refuses."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, type_coerce, update

from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.filings import queries
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.factories import actor_of, bearer, member, office_person
from tests.factories.filings import decided, draft, look_again, patent_fields, submitted, taken
from tests.statements import statements

DAMAGED = "Damaged: what is stored was changed"
EXPLAINED = "What is stored here does not authenticate"
WHOLE = patent_fields(title="Still readable")


def flip(filing: Filing, column: str) -> None:
    """One byte of the stored value becomes another."""
    sealed = bytearray(secretbox.seal(b'{"title": "Lost"}'))
    sealed[-1] ^= 1
    with transaction():
        changed = update(Filing).where(Filing.id == filing.id)
        db.session.execute(changed.values({column: type_coerce(bytes(sealed), LargeBinary)}))


@both_databases
@pytest.mark.parametrize("column", ["content", "fields"])
def test_the_owner_keeps_every_other_filing(client: FlaskClient, sign_in: SignIn, column: str) -> None:
    holder = member("filer")
    actor = actor_of(*holder)
    lost = submitted(actor)
    submitted(actor, **WHOLE)
    flip(lost, column)
    browser = sign_in(client, *holder)
    for address in ("/home", "/filings"):
        page = browser.get(address)
        assert (page.status_code, page.text.count(DAMAGED)) == (200, 1), address
        assert "Still readable" in page.text
        assert f'href="/filings/{lost.public_id}"' in page.text
    alone = browser.get(f"/filings/{lost.public_id}")
    assert (alone.status_code, EXPLAINED in alone.text) == (409, True)


@both_databases
def test_the_api_marks_it_and_lists_the_others(client: FlaskClient) -> None:
    holder = member("filer")
    actor = actor_of(*holder)
    lost = submitted(actor)
    submitted(actor, **WHOLE)
    flip(lost, "content")
    items = client.get("/api/v1/filings", headers=bearer(*holder)).json["items"]
    assert [(one["title"], one["damaged"]) for one in items] == [("Still readable", False), ("", True)]
    alone = client.get(f"/api/v1/filings/{lost.public_id}", headers=bearer(*holder))
    assert (alone.status_code, alone.json["code"]) == (409, "damaged")


@pytest.mark.parametrize("section", ["Drafts to finish", "To be answered", "With the office"])
def test_home_shows_the_damaged_one_in_its_section(client: FlaskClient, sign_in: SignIn, section: str) -> None:
    holder = member("filer")
    actor = actor_of(*holder)
    lost = {
        "Drafts to finish": lambda: draft(actor),
        "To be answered": lambda: decided(actor, "deficient")[0],
        "With the office": lambda: submitted(actor),
    }[section]()
    flip(lost, "fields")
    page = sign_in(client, *holder).get("/home").text
    assert DAMAGED in page.partition(section)[2]


@both_databases
def test_the_queue_stays_open_and_the_case_itself_refuses(client: FlaskClient, sign_in: SignIn) -> None:
    registrar = office_person("registrar")
    actor = actor_of(*member("filer"))
    lost, _ = taken(actor, registrar)
    taken(actor, registrar, **WHOLE)
    flip(lost, "content")
    desk = sign_in(client, registrar)
    page = desk.get("/office/queue")
    assert (page.status_code, page.text.count(DAMAGED), "Still readable" in page.text) == (200, 1, True)
    assert desk.get(f"/office/filings/{lost.public_id}").status_code == 409
    answer = client.get("/api/v1/office/queue", headers=bearer(registrar))
    assert [(one["title"], one["damaged"]) for one in answer.json["items"]] == [("", True), ("Still readable", False)]


def test_the_auditors_records_stay_open(client: FlaskClient, sign_in: SignIn) -> None:
    actor = actor_of(*member("filer"))
    lost, other = submitted(actor), submitted(actor, **WHOLE)
    flip(lost, "content")
    page = sign_in(client, office_person("auditor")).get("/office/audit/records")
    assert page.status_code == 200
    assert all(one.public_id in page.text for one in (lost, other))


def test_damage_costs_no_statement(client: FlaskClient, sign_in: SignIn) -> None:
    holder: tuple[Person, Organisation] = member("filer")
    lost = [submitted(actor_of(*holder)) for _ in range(3)]
    browser = sign_in(client, *holder)
    for address in ("/home", "/filings"):
        with statements() as before:
            browser.get(address)
        for one in lost:
            flip(one, "content")
        with statements() as after:
            assert browser.get(address).text.count(DAMAGED) == len(lost)
        assert len(after) == len(before), address


def test_reading_what_is_damaged_raises_wherever_a_list_brought_it(client: FlaskClient) -> None:
    person, organisation = member("filer")
    flip(submitted(actor_of(person, organisation)), "content")
    look_again()
    with transaction(reads_only=True):
        (found,) = queries.filings_of(organisation.id).items
        assert (found.damaged, found.title, found.fields["title"]) == (True, "", "Cooling plate for battery cells")
        with pytest.raises(secretbox.Damaged):
            _ = found.content

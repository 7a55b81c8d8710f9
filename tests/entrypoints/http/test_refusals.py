"""Refusals that lead on: what is true for whoever reads, said once, with the way out; and nothing offered that is refused."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.accounts.models import Membership
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.factories import bearer, make_organisation, make_person, member, office_person
from tests.factories.assets import make_asset
from tests.factories.marketplace import make_listing

ROLE = "Ask an administrator of your organisation for the role that this needs"
OFFICE = ["registrar", "auditor", "administrator"]


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/log/entries?before=abc", "/log/entries"),
        ("/search?q=dendrites&after=nonsense&kind=patent", "/search?q=dendrites&amp;kind=patent"),
    ],
)
def test_a_foreign_cursor_is_said_once_with_the_first_page(client: FlaskClient, asked: str, led_to: str) -> None:
    make_listing()
    page = client.get(asked)
    assert page.status_code == 422
    assert page.text.count("This page address is not one of ours. Start from the first page.") == 1
    assert "Some answers need your attention" not in page.text
    assert f'href="{led_to}">First page</a>' in page.text
    assert client.get(led_to.replace("&amp;", "&")).status_code == 200


def test_the_api_names_the_cursor(client: FlaskClient) -> None:
    make_listing()
    answer = client.get("/api/v1/search?q=dendrites&after=nonsense", headers=bearer(*member("viewer")))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert list(answer.json["errors"]) == ["after"]


def test_wrong_answers_are_announced_once(client: FlaskClient) -> None:
    page = client.get("/records/0000000000000000/certificate?language=fr").text
    assert re.sub("<title>.*?</title>", "", page, flags=re.S).count("Some answers need your attention") <= 1


@pytest.mark.parametrize("role", OFFICE)
def test_the_office_is_told_that_it_acts_for_no_organisation(client: FlaskClient, sign_in: SignIn, role: str) -> None:
    page = sign_in(client, office_person(role)).get("/market/needs/new")
    assert page.status_code == 403
    assert "You work for the office and act for no organisation." in page.text
    assert "organisation first" not in page.text
    assert ROLE not in page.text


def test_a_newcomer_is_led_to_an_organisation(client: FlaskClient, sign_in: SignIn) -> None:
    page = sign_in(client, make_person()).get("/market/needs/new")
    assert page.status_code == 403
    assert "Join or create an organisation first." in page.text
    assert 'href="/account/organisations/new">Create an organisation</a>' in page.text
    assert ROLE not in page.text


def test_a_member_is_told_whom_to_ask_and_to_switch_only_where_there_is_another(app: Flask, sign_in: SignIn) -> None:
    person, organisation = member("viewer")
    page = sign_in(app.test_client(), person, organisation).get("/market/needs/new")
    assert (page.status_code, ROLE in page.text) == (403, True)
    assert "switch to another organisation" not in page.text
    with transaction():
        other = make_organisation()
        db.session.add(Membership(person_id=person.id, organisation_id=other.id, role="viewer"))
    page = sign_in(app.test_client(), person, organisation).get("/market/needs/new")
    assert "or switch to another organisation in the header." in page.text


def test_what_says_itself_why_adds_no_advice_about_roles(client: FlaskClient, sign_in: SignIn) -> None:
    chief = office_person("administrator")
    refused = sign_in(client, chief).post("/admin/people", data={"email": chief.email, "roles": ["auditor"]})
    assert refused.status_code == 403
    assert "Nobody changes their own office roles." in refused.text
    assert "gives its people their roles" not in refused.text


@pytest.mark.parametrize("role", [*OFFICE, "viewer"])
def test_who_may_not_ask_for_a_licence_or_state_a_need_is_offered_neither(
    client: FlaskClient, sign_in: SignIn, role: str
) -> None:
    listing = make_listing()
    browser = sign_in(client, *(member(role) if role == "viewer" else (office_person(role),)))
    assert "/negotiations/new" not in browser.get(f"/listings/{listing.public_id}").text
    nothing = browser.get("/search?q=zzzzzz").text
    assert "Nothing fits" in nothing
    assert "/market/needs/new" not in nothing
    assert "state what you need" not in nothing


def test_visitors_and_dealers_are_offered_both(app: Flask, sign_in: SignIn) -> None:
    listing = make_listing()
    for browser in (app.test_client(), sign_in(app.test_client(), *member("dealer"))):
        assert "/negotiations/new" in browser.get(f"/listings/{listing.public_id}").text
        assert "/market/needs/new" in browser.get("/search?q=zzzzzz").text


def test_a_newcomer_at_a_listing_is_led_to_an_organisation(client: FlaskClient, sign_in: SignIn) -> None:
    page = sign_in(client, make_person()).get(f"/listings/{make_listing().public_id}").text
    assert "/negotiations/new" not in page
    assert 'href="/account/organisations/new"' in page


def test_the_office_leaves_an_entry_by_the_register_and_its_holder_by_their_assets(app: Flask, sign_in: SignIn) -> None:
    person, organisation = member("viewer")
    asset = make_asset(organisation)
    office = sign_in(app.test_client(), office_person("auditor")).get(f"/register/{asset.public_id}").text
    assert ('href="/assets"' in office, '<a href="/search">Register</a>' in office) == (False, True)
    holder = sign_in(app.test_client(), person, organisation).get(f"/register/{asset.public_id}").text
    assert '<a href="/assets">Assets</a>' in holder

"""Signing up, in and out, invitations, roles, passwords, as a person does it with a browser without JavaScript."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from config import Settings
from ipplatform.domain.accounts import queries
from ipplatform.domain.accounts.models import LoginSession, Membership
from ipplatform.foundation import jobs
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.factories import make_person, member, office_person
from tests.factories.accounts import PASSWORD, uscc

NEWCOMER = {
    "name": "林 Ada",
    "email": "Ada@Example.com",
    "password": "copper lantern over water",
    "organisation_name": "Quiet Circuits Ltd",
    "country": "CN",
    "identifier_scheme": "uscc",
    "identifier": uscc(901),
}


def mails(settings: Settings) -> list[str]:
    jobs.run_all()
    folder: Path = settings.mail_folder
    messages = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in sorted(folder.glob("*.eml"))]
    return [message.get_body(("plain",)).get_content() for message in messages]


def test_signing_up_makes_a_person_and_an_organisation_and_signs_in(app: Flask, client: FlaskClient) -> None:
    answer = client.post("/account/sign-up", data=NEWCOMER)
    assert (answer.status_code, answer.location) == (303, "/home")
    person = queries.person_by_email("ada@example.com")
    assert person is not None
    assert person.name == "林 Ada"
    standing = queries.standing_of(person)
    assert standing.actor.roles == {"administrator", "filer", "dealer", "signatory"}
    assert client.get("/account/organisation").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("identifier", "91330108000000901X"),
        ("password", "password123"),
        ("email", "no address"),
        ("country", "XX"),
        ("name", " "),
        ("name", "a\x00b"),
        ("organisation_name", "x" * 301),
    ],
)
def test_a_wrong_answer_is_said_at_its_field_and_the_rest_is_kept(client: FlaskClient, field: str, value: str) -> None:
    answer = client.post("/account/sign-up", data={**NEWCOMER, field: value})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert f'id="error-{field}"' in page
    kept = "Quiet Circuits Ltd" if field != "organisation_name" else "林 Ada"
    assert kept in page


@pytest.mark.parametrize(
    ("locale", "among"), [("en", ["Denmark", "Germany", "Japan"]), ("zh", ["丹麦", "德国", "日本"])]
)
def test_countries_stand_in_the_order_of_their_names(client: FlaskClient, locale: str, among: list[str]) -> None:
    page = client.get("/account/sign-up", headers={"Accept-Language": locale}).get_data(as_text=True)
    offered = re.findall(r"<option[^>]*>([^<]+)</option>", page)
    places = [offered.index(name) for name in among]
    assert places == sorted(places)


def test_the_same_company_number_cannot_register_twice(app: Flask, client: FlaskClient) -> None:
    client.post("/account/sign-up", data=NEWCOMER)
    again = app.test_client().post("/account/sign-up", data={**NEWCOMER, "email": "other@example.com"})
    assert again.status_code == 422
    assert queries.person_by_email("other@example.com") is None


def test_a_wrong_password_is_refused_and_counted_until_it_is_throttled(client: FlaskClient, app: Flask) -> None:
    person = make_person()
    for _ in range(8):
        assert client.post("/account/sign-in", data={"email": person.email, "password": "wrong"}).status_code == 422
    assert client.post("/account/sign-in", data={"email": person.email, "password": PASSWORD}).status_code == 429


def test_signing_in_leads_back_to_where_one_was_and_never_elsewhere(client: FlaskClient, app: Flask) -> None:
    person, _organisation = member("filer")
    form = {"email": person.email, "password": PASSWORD}
    answer = client.post("/account/sign-in", data={**form, "next": "/filings?page=2"})
    assert answer.location == "/filings?page=2"
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        fresh = app.test_client()
        assert fresh.post("/account/sign-in", data={**form, "next": evil}).location == "/home"


def test_signing_out_ends_the_session_for_a_copied_cookie_too(app: Flask, client: FlaskClient, sign_in: SignIn) -> None:
    person, _organisation = member()
    sign_in(client, person)
    with client.session_transaction() as browser:
        token = browser["_user_id"]
    assert client.post("/account/sign-out").status_code == 303
    thief = app.test_client()
    with thief.session_transaction() as browser:
        browser["_user_id"] = token
    assert thief.get("/account/profile").status_code == 303


def test_an_invitation_makes_a_member_with_the_roles_offered(
    app: Flask, client: FlaskClient, sign_in: SignIn, settings: Settings
) -> None:
    person, organisation = member("administrator")
    sign_in(client, person)
    answer = client.post(
        "/account/organisation/invitations", data={"email": "new@example.com", "roles": ["filer", "signatory"]}
    )
    assert answer.status_code == 303
    (mail,) = mails(settings)
    link = re.search(r"http://localhost(/account/invitations/\S+)", mail)
    assert link is not None
    newcomer = app.test_client()
    assert newcomer.get(link[1]).status_code == 200
    joined = newcomer.post(link[1], data={"name": "New One", "password": "copper lantern over water"})
    assert joined.status_code == 303
    found = queries.person_by_email("new@example.com")
    assert found is not None
    assert queries.standing_of(found, organisation.id).actor.roles == {"filer", "signatory"}
    assert app.test_client().get(link[1]).status_code == 404


def test_only_an_administrator_invites_and_changes_roles(client: FlaskClient, sign_in: SignIn) -> None:
    person, _organisation = member("filer")
    sign_in(client, person)
    data = {"email": "x@example.com", "roles": ["viewer"]}
    assert client.post("/account/organisation/invitations", data=data).status_code == 403
    assert client.post(f"/account/organisation/members/{person.public_id}", data={"roles": []}).status_code == 403


def test_the_last_administrator_stays(client: FlaskClient, sign_in: SignIn) -> None:
    person, _organisation = member("administrator")
    sign_in(client, person)
    answer = client.post(f"/account/organisation/members/{person.public_id}", data={"roles": ["viewer"]})
    assert answer.status_code == 409


def test_a_forgotten_password_is_reset_once_and_ends_other_sessions(
    app: Flask, client: FlaskClient, sign_in: SignIn, settings: Settings
) -> None:
    person, _organisation = member()
    old = sign_in(app.test_client(), person)
    assert client.post("/account/forgotten", data={"email": person.email}).status_code == 200
    (mail,) = mails(settings)
    link = re.search(r"http://localhost(/account/reset/\S+)", mail)
    assert link is not None
    new = "violet harbour seldom sleeps"
    assert client.post(link[1], data={"password": "short"}).status_code == 422
    assert client.post(link[1], data={"password": new}).status_code == 303
    assert client.post(link[1], data={"password": new}).status_code == 404
    assert old.get("/account/profile").status_code == 303
    assert client.post("/account/sign-in", data={"email": person.email, "password": new}).status_code == 303


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: FlaskClient, settings: Settings) -> None:
    known = client.post("/account/forgotten", data={"email": "nobody@example.com"})
    assert known.status_code == 200
    assert mails(settings) == []


def test_switching_organisation_changes_the_roles(client: FlaskClient, sign_in: SignIn) -> None:
    person, first = member("administrator")
    _other, second = member("administrator")
    _stranger, third = member("administrator")
    with transaction():
        db.session.add(Membership(person_id=person.id, organisation_id=second.id, role="viewer"))
    sign_in(client, person, first)
    assert client.post("/account/switch", data={"organisation": second.public_id}).status_code == 303
    answer = client.post("/account/organisation/invitations", data={"email": "x@example.com", "roles": ["viewer"]})
    assert answer.status_code == 403
    assert client.post("/account/switch", data={"organisation": third.public_id}).status_code == 404


def test_the_language_is_chosen_by_header_cookie_and_address(client: FlaskClient) -> None:
    def language(**kwargs: object) -> str:
        page = client.get("/account/sign-in", **kwargs).get_data(as_text=True)  # type: ignore[arg-type]
        found = re.search(r'<html[^>]* lang="([^"]+)"', page)
        assert found is not None
        return found[1]

    assert language() == "en"
    assert language(headers={"Accept-Language": "zh-CN,zh;q=0.9"}) == "zh-Hans"
    assert language(query_string={"lang": "zh"}) == "zh-Hans"
    client.post("/account/language", data={"lang": "zh", "next": "/account/sign-in"})
    assert language() == "zh-Hans"


def test_office_roles_are_changed_by_the_offices_administrator_never_for_oneself(
    client: FlaskClient, sign_in: SignIn
) -> None:
    chief, other = office_person("administrator"), office_person("auditor")
    sign_in(client, chief)
    assert client.post("/admin/people", data={"email": other.email, "roles": ["registrar"]}).status_code == 303
    assert queries.standing_of(other).actor.office == {"registrar"}
    assert client.post("/admin/people", data={"email": chief.email, "roles": ["auditor"]}).status_code == 403
    assert client.get(f"/admin/people/{other.public_id}").status_code == 200


def test_a_token_is_shown_once_and_stops_when_revoked(app: Flask, client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation = member("filer")
    sign_in(client, person)
    page = client.post("/account/tokens", data={"name": "bot", "scopes": ["account:read"]}).get_data(as_text=True)
    secret = re.search(r"ipp_[\w-]+", page)
    assert secret is not None
    program = {"Authorization": f"Bearer {secret[0]}"}
    api = app.test_client()
    assert api.get("/api/v1/me", headers=program).json["organisation"] == organisation.public_id  # type: ignore[index]
    (row,) = queries.tokens_of(person.id)
    listed = client.get("/account/tokens").get_data(as_text=True)
    assert secret[0] not in listed
    assert re.search(r'data-label="Made"><time [^>]+>[^<]+\d:\d\d:\d\d', listed)
    client.post(f"/account/tokens/{row.public_id}/revoke")
    refused = api.get("/api/v1/me", headers=program)
    assert (refused.status_code, refused.content_type) == (401, "application/problem+json")


def test_a_form_sent_after_the_session_ended_is_kept_and_sent_again(app: Flask, client: FlaskClient) -> None:
    person, _organisation = member("filer")
    form = {"email": person.email, "password": PASSWORD}
    client.post("/account/sign-in", data=form)
    with transaction():
        db.session.execute(update(LoginSession).values(revoked_at=now()))
    ended = client.post("/account/profile", data={"name": "日本 <New> Name", "locale": "en"})
    assert ended.status_code == 401
    kept = re.search(r'name="kept" value="([0-9a-f]+)"', ended.get_data(as_text=True))
    assert kept is not None
    stranger, _other = member("filer")
    foreign = app.test_client().post(
        "/account/sign-in", data={"email": stranger.email, "password": PASSWORD, "kept": kept[1]}
    )
    assert "New" not in foreign.get_data(as_text=True)
    again = client.post("/account/sign-in", data={**form, "kept": kept[1]}).get_data(as_text=True)
    assert 'action="/account/profile"' in again
    assert "日本 &lt;New&gt; Name" in again


@pytest.mark.parametrize(
    ("stood_on", "led_to"),
    [
        ("/?lang=zh", "/"),
        ("/search?q=电池&lang=zh&kind=patent", "/search?q=%E7%94%B5%E6%B1%A0&kind=patent"),
        ("/search?q=", "/search?q="),
        ("//elsewhere.example/?lang=zh", "/"),
    ],
)
def test_choosing_a_language_leaves_the_one_in_the_address_behind(
    client: FlaskClient, stood_on: str, led_to: str
) -> None:
    answer = client.post("/account/language", data={"lang": "en", "next": stood_on})
    assert answer.location == led_to
    assert '<html lang="en">' in client.get(answer.location).text


def test_a_form_left_open_in_another_tab_survives_signing_out(app: Flask, client: FlaskClient) -> None:
    person, _organisation = member("filer")
    form = {"email": person.email, "password": PASSWORD}
    client.post("/account/sign-in", data=form)
    client.post("/account/sign-out")
    assert client.get("/account/profile").status_code == 303
    ended = client.post("/account/profile", data={"name": "Typed for an hour", "locale": "en"})
    kept = re.search(r'name="kept" value="([0-9a-f]+)"', ended.get_data(as_text=True))
    assert kept is not None
    again = client.post("/account/sign-in", data={**form, "kept": kept[1]}).get_data(as_text=True)
    assert "Typed for an hour" in again


def test_scopes_of_the_office_are_offered_to_its_people_alone(app: Flask, sign_in: SignIn) -> None:
    holder, _organisation = member("filer")
    auditor = office_person("auditor")
    offered = [
        sign_in(app.test_client(), person).get("/account/tokens").get_data(as_text=True) for person in (holder, auditor)
    ]
    assert ["audit:read" in page for page in offered] == [False, True]
    assert all("filings:write" in page for page in offered)

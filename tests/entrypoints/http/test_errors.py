from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from ipplatform.domain.accounts import passwords
from ipplatform.domain.marketplace import queries
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.factories import bearer, make_person, member, office_person


def _answer(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Any:
    headers = bearer(*member("dealer"))

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(queries, "needs_of", fail)
    return client.get("/api/v1/needs", headers=headers)


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("INSERT", {}, Exception("secret detail")),
        StaleDataError("secret detail"),
        OperationalError("UPDATE", {}, SimpleNamespace(sqlstate="40P01")),  # type: ignore[arg-type]
    ],
)
def test_the_second_of_two_at_once_is_a_conflict_and_no_fault_of_the_service(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    answer = _answer(client, monkeypatch, error)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "raced")
    assert "secret" not in answer.text


def test_a_database_that_is_away_is_a_fault_that_names_nothing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = _answer(client, monkeypatch, OperationalError("SELECT", {}, Exception("secret detail")))
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


@pytest.mark.parametrize("referrer", ["http://[::1", "", "http://elsewhere.example//evil.example/x"])
def test_a_form_sent_after_the_session_ended_leads_to_signing_in_whatever_the_referrer(
    client: FlaskClient, referrer: str
) -> None:
    answer = client.post("/filings", data={"kind": "patent"}, headers={"Referer": referrer})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/account/sign-in?next=")


def test_a_password_that_is_no_text_is_only_a_wrong_one(app: Flask) -> None:
    assert not passwords.matches(make_person(), "half \ud800 a pair")


@both_databases
@pytest.mark.parametrize(
    "address", ["/assets/import/%00", "/account/invitations/%00", "/search?q=%00", "/assets?q=%00"]
)
def test_nul_in_an_address_is_no_fault_of_the_service(client: FlaskClient, sign_in: SignIn, address: str) -> None:
    assert sign_in(client, *member("filer")).get(address).status_code < 500


@both_databases
def test_nul_in_a_form_is_no_fault_of_the_service(client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation = member("administrator")
    office = sign_in(client, office_person("administrator"))
    assert office.post("/admin/people", data={"email": "a\x00b"}).status_code < 500
    browser = sign_in(client, person, organisation)
    for address in ("/account/switch", "/account/tokens/%00/revoke", "/account/organisation/invitations/%00/revoke"):
        assert browser.post(address, data={"organisation": "\x00"}).status_code in (400, 404)

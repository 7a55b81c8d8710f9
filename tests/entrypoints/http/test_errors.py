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
from tests.factories import bearer, make_person, member


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

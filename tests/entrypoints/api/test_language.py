"""Messages of the API: whose language, and that no framework's English is left among them."""

from __future__ import annotations

import inspect
import re
from typing import Any

import marshmallow
import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields, validate
from webargs import flaskparser

from ipplatform.foundation.db import transaction
from ipplatform.foundation.i18n import force_locale
from ipplatform.foundation.wording import translated
from tests.conftest import SignIn
from tests.factories import bearer, member
from tests.factories.filings import patent_fields

CHINESE = re.compile(r"[\u4e00-\u9fff]")
TITLES = {"en": "Some answers need your attention", "zh": "有些内容需要您注意"}


def _reader(language: str) -> dict[str, str]:
    person, organisation = member("filer")
    with transaction():
        person.locale = language
    return bearer(person, organisation)


def _refused(client: FlaskClient, headers: dict[str, str], path: str = "/api/v1/filings") -> Any:
    answer = client.post(path, json={"kind": "patent"}, headers=headers)
    assert answer.status_code == 422
    return answer.get_json()


@pytest.mark.parametrize(
    ("own", "asked", "expected"),
    [
        ("en", "zh", "zh"),
        ("en", "zh-Hans-CN, en;q=0.5", "zh"),
        ("zh", "en-GB", "en"),
        ("zh", "de, en;q=0.3", "en"),
        ("zh", "zh;q=0.1, en;q=0.2", "en"),
        ("zh", "en;q=0, *", "zh"),
        ("zh", "*", "zh"),
        ("zh", "de", "zh"),
        ("zh", None, "zh"),
        ("en", None, "en"),
    ],
)
def test_the_language_asked_for_comes_before_the_persons_own(
    client: FlaskClient, own: str, asked: str | None, expected: str
) -> None:
    headers = _reader(own) | ({"Accept-Language": asked} if asked else {})
    assert _refused(client, headers)["title"] == TITLES[expected]


def test_on_a_page_the_persons_choice_comes_before_the_browsers(client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation = member("filer")
    with transaction():
        person.locale = "zh"
    sign_in(client, person, organisation)
    assert '<html lang="zh-Hans"' in client.get("/home", headers={"Accept-Language": "en"}).text


def _made_by_marshmallow() -> set[str]:
    """Every message of its fields and validators for input, filled with sample values; addresses of machines aside."""
    made = set(marshmallow.Schema._default_error_messages.values())
    for kind in _classes(fields):
        if issubclass(kind, fields.Field):
            messages = getattr(kind, "default_error_messages", {})
            made |= {text for key, text in messages.items() if key != "format" and not key.startswith("invalid_ip")}
    made |= {text for kind in _classes(validate) for text in _texts(kind)}
    ranges = [validate.Range(1, 2, min_inclusive=low, max_inclusive=high) for low in (0, 1) for high in (0, 1)]  # type: ignore[arg-type]
    made |= {text for one in ranges for text in (one.message_min, one.message_max, one.message_all)}
    return {sample for text in made for sample in _filled(text)}


def _classes(module: Any) -> list[type]:
    return [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]


def _texts(kind: type) -> list[str]:
    if kind is validate.Range:
        return []
    return [getattr(kind, name) for name in dir(kind) if re.match(r"default_message$|message_", name)]


def _filled(text: str) -> list[str]:
    values = dict.fromkeys(re.findall(r"\{(\w+)\}", text), "1, 2")
    kinds = ["datetime", "time"] if "{obj_type}" in text else [""]
    awareness = ["naive", "aware"] if "{awareness}" in text else [""]
    return [
        text.format(**values | {"obj_type": "datetime" if aware else kind, "awareness": aware})
        for kind in kinds
        for aware in awareness
    ]


def test_every_message_of_marshmallow_is_in_the_catalogue(app: Flask) -> None:
    made = _made_by_marshmallow()
    assert len(made) > 40
    with app.test_request_context(), force_locale("en"):
        assert {text for text in made if str(translated(text)) != text} == set()
    with app.test_request_context(), force_locale("zh"):
        assert {text for text in made if not CHINESE.search(str(translated(text)))} == set()


def test_a_range_is_told_from_one_bound(app: Flask) -> None:
    with app.test_request_context(), force_locale("zh"):
        both = str(translated("Must be greater than or equal to 1 and less than or equal to 100."))
        one = str(translated("Must be greater than or equal to 1."))
    assert [re.findall(r"\d+", text) for text in (both, one)] == [["1", "100"], ["1"]]
    assert not re.search("[a-z]", both + one)


def test_what_is_no_built_in_message_stays(app: Flask) -> None:
    assert translated("Must be signed.") == "Must be signed."
    assert translated(["x"]) == ["x"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "key"),
    [
        ("post", "/api/v1/filings", {"json": {"kind": "patent", "fields": {}, "odd": 1}}, True),
        ("post", "/api/v1/filings", {"json": {"kind": 1, "fields": []}}, True),
        ("post", "/api/v1/filings", {"json": {"kind": None}}, True),
        ("post", "/api/v1/filings", {"json": []}, True),
        ("post", "/api/v1/filings", {"json": {"kind": "patent", "fields": patent_fields()}}, False),
        ("post", "/api/v1/filings", {"json": {"kind": "patent", "fields": patent_fields(inventors=["Ada"])}}, True),
        ("post", "/api/v1/filings", {"data": "{", "content_type": "application/json"}, True),
        ("get", "/api/v1/filings?limit=0", {}, True),
        ("get", "/api/v1/filings?limit=many&status=odd&kind=odd", {}, True),
    ],
)
def test_no_english_is_left_among_chinese_errors(
    client: FlaskClient, method: str, path: str, sent: dict[str, Any], key: bool
) -> None:
    headers = _reader("en") | {"Accept-Language": "zh"} | ({"Idempotency-Key": "one"} if key else {})
    answer = client.open(path, method=method.upper(), headers=headers, **sent)
    body = answer.get_json()
    assert answer.status_code in (400, 422)
    messages = [message for found in body["errors"].values() for message in found]
    assert messages
    assert [text for text in [body["title"], body["detail"], *messages] if not CHINESE.search(text)] == []


def test_the_parsers_own_words_for_a_broken_body_are_known(client: FlaskClient) -> None:
    assert "Invalid JSON body." in inspect.getsource(flaskparser)
    headers = _reader("en") | {"Idempotency-Key": "one"}
    answer = client.post("/api/v1/filings", data="{", headers=headers, content_type="application/json")
    assert answer.get_json()["errors"] == {"_schema": ["Invalid JSON body."]}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (None, "Send an API token"),
        ("Basic dXNlcjpwYXNz", "Send an API token"),
        ("Bearer", "Send an API token"),
        ("Bearer  ", "Send an API token"),
        ("Bearer wrong", "unknown, expired or revoked"),
        ("bearer  wrong", "unknown, expired or revoked"),
    ],
)
def test_a_wrong_token_is_told_from_none(client: FlaskClient, header: str | None, words: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert words in answer.get_json()["detail"]

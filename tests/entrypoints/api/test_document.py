"""The OpenAPI document: the same to programs in both languages, and said to people in theirs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.entrypoints.http import reference

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH = {"PEM (SubjectPublicKeyInfo)", "PEM（SubjectPublicKeyInfo）"}


def _document(client: FlaskClient, language: str) -> Any:
    answer = client.get("/api/v1/openapi.json", headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert "Accept-Language" in answer.headers["Vary"]
    return answer.get_json()


def _said(document: Any) -> list[str]:
    found: list[str] = []
    reference.reworded(document, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    return found


def test_every_summary_and_description_is_in_the_readers_language(client: FlaskClient) -> None:
    english, chinese = (_said(_document(client, language)) for language in ("en", "zh-CN"))
    assert len(english) == len(chinese) > 300
    assert [text for text in english if CHINESE.search(text)] == []
    assert [text for text in chinese if not CHINESE.search(text) and text not in SAME_IN_BOTH] == []


def test_nothing_else_depends_on_the_language(client: FlaskClient) -> None:
    english, chinese = (
        reference.reworded(_document(client, language), lambda _text: "") for language in ("en", "zh-CN")
    )
    assert english == chinese


def test_values_that_programs_send_are_no_words() -> None:
    part = {
        "description": "said",
        "example": {"description": "sent"},
        "properties": {"description": {"type": "string"}},
    }
    assert reference.reworded(part, str.upper) == {**part, "description": "SAID"}


def test_it_is_made_once_a_language(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first = [_document(client, language) for language in ("en", "zh-CN")]
    spec = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec
    monkeypatch.setattr(spec, "to_dict", lambda: pytest.fail("made again"))
    assert [_document(client, language) for language in ("en", "zh-CN")] == first


def test_the_page_of_the_reference_speaks_chinese(client: FlaskClient) -> None:
    page = client.get("/api", headers={"Accept-Language": "zh-CN"}).text
    assert "提交登记申请" in page
    assert "Submit an application" not in page

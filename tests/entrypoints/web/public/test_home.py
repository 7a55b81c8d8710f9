"""The start page and the pages about the service."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.statements import statements


def test_the_start_page_offers_three_ways_in(client: FlaskClient) -> None:
    page = client.get("/").text
    assert 'href="/account/sign-up"' in page
    assert 'action="/search"' in page
    assert 'href="/verify"' in page


def test_the_start_page_says_how_long_the_log_is(client: FlaskClient) -> None:
    assert re.search(r"<dt>Entries in the public log</dt>\s*<dd>0</dd>", client.get("/").text)


def test_the_start_page_asks_as_little_however_often_it_is_read(client: FlaskClient) -> None:
    client.get("/")
    with statements() as asked:
        client.get("/")
    assert len(asked) <= 6


@pytest.mark.parametrize("path", ["/", "/about", "/privacy"])
@pytest.mark.parametrize(("lang", "named"), [("en", "en"), ("zh", "zh-Hans")])
def test_a_page_says_in_which_language_it_is(client: FlaskClient, path: str, lang: str, named: str) -> None:
    answer = client.get(path, query_string={"lang": lang})
    assert answer.status_code == 200
    assert f'<html lang="{named}">' in answer.text


def test_a_page_has_one_first_heading_and_a_way_past_the_header(client: FlaskClient) -> None:
    for path in ("/", "/about", "/privacy", "/account/sign-in", "/nowhere"):
        page = client.get(path).text
        assert page.count("<h1") == 1, path
        assert 'href="#content"' in page
        assert page.count('id="content"') == 1


def test_an_unknown_address_is_answered_in_words_with_the_requests_number(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"X-Request-Id": "not-taken"})
    assert answer.status_code == 404
    assert "There is nothing at this address, or it is not public." in answer.text
    number = re.search(r"<code>([0-9a-f]{16})</code>", answer.text)
    assert number
    assert answer.headers["X-Request-ID"] == number[1]


def test_a_fault_is_shown_without_asking_the_database(app: Flask, client: FlaskClient) -> None:
    def broken() -> str:
        raise RuntimeError("secret detail")

    app.view_functions["home.about"] = broken
    broken.access = app.view_functions["home.privacy"].access  # type: ignore[attr-defined]
    answer = client.get("/about")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "The fault has been recorded." in answer.text


def test_what_is_in_the_address_is_not_taken_for_markup(client: FlaskClient) -> None:
    page = client.get('/search?q="><script>alert(1)</script>').text
    assert "<script>alert" not in page

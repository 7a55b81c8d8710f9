from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.factories import bearer, member


def test_a_page_may_run_its_own_scripts_and_those_with_the_requests_nonce_alone(client: FlaskClient) -> None:
    first, second = (client.get("/").headers["Content-Security-Policy"] for _ in range(2))
    assert "script-src 'self' 'nonce-" in first
    assert "unsafe" not in first
    assert first != second


def test_an_answer_of_the_api_may_load_and_run_nothing(client: FlaskClient) -> None:
    for path in ("/api/v1/openapi.json", "/api/v1/me"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/nothing-here", "/static/css/ipplatform.css", "/log/checkpoint"])
def test_no_answer_says_one_of_them_twice_or_leaves_one_out(client: FlaskClient, path: str) -> None:
    names = [name.lower() for name, _value in client.get(path).headers]
    for name in (
        "content-security-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "referrer-policy",
        "x-content-type-options",
        "x-frame-options",
    ):
        assert names.count(name) == 1


def test_the_api_neither_reads_a_cookie_nor_sets_one(client: FlaskClient) -> None:
    assert "Set-Cookie" in client.get("/signin").headers
    client.set_cookie("ipplatform", "whatever it says")
    answer = client.get("/api/v1/me", headers=bearer(*member("filer")))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers

from __future__ import annotations

from flask.testing import FlaskClient


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

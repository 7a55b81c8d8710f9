from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.factories import bearer, member


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"kind": "patent", "fields": {"title": NaN}}',
        '{"kind": "patent", "fields": {"title": -Infinity}}',
        '{"kind": "patent", "kind": "design", "fields": {}}',
        '{"kind": "patent", "fields": {"title": "a", "title": "b"}}',
        '{"kind": "patent", "fields": {"title": 1e999}}',
        '{"kind": "patent", "fields": {"title": ' + "1" * 5_000 + "}}",
        "nul",
        "",
        b"\xff\xfe",
    ],
)
def test_a_body_without_one_meaning_is_a_problem_of_the_request(client: FlaskClient, body: str | bytes) -> None:
    headers = {**bearer(*member("filer")), "Idempotency-Key": "one"}
    answer = client.post("/api/v1/filings", data=body, headers=headers, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"

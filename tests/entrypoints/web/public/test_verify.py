from __future__ import annotations

from flask.testing import FlaskClient

from ipplatform.domain.evidence import keys
from ipplatform.foundation.ids import display_id
from tests.factories.evidence import make_record


def test_the_page_carries_the_keys_to_trust_and_works_for_nobody_in_particular(client: FlaskClient) -> None:
    page = client.get("/verify")
    assert page.status_code == 200
    assert keys.policy().logs[0].vkey in page.text
    assert "verify.js" in page.text
    assert "<noscript>" in page.text


def test_the_page_of_a_record_links_its_public_evidence(client: FlaskClient) -> None:
    record = make_record()
    page = client.get(f"/verify/{display_id(record.public_id)}")
    assert f"/filings/{record.public_id}/evidence" in page.text


def test_an_unknown_record_is_not_found(client: FlaskClient) -> None:
    assert client.get("/verify/0000000000000000").status_code == 404
    assert client.get("/verify/nonsense").status_code == 404

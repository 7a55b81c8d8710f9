"""A licensee states needs in a browser."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import SignIn
from tests.factories import member
from tests.factories.marketplace import dealer, make_need, wish

pytestmark = pytest.mark.usefixtures("app")


def test_a_need_leads_to_its_matches_and_can_be_changed(sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(client, *member("dealer"))
    assert "No needs yet" in browser.get("/market/needs").text
    made = browser.post("/market/needs/new", data=wish(fields_of_use=["batteries"], licence_years="5"))
    assert made.status_code == 303
    assert made.headers["Location"].endswith("/matches")
    address = made.headers["Location"].removesuffix("/matches")
    page = browser.get(address).text
    for text in ("Safer battery cells", "H01M 10/0525", "€80,000.00", "batteries"):
        assert text in page
    form = browser.get(f"{address}/edit").text
    assert 'value="80000"' in form
    assert browser.post(f"{address}/edit", data=wish(title="Other cells")).status_code == 303
    assert browser.post(f"{address}/move", data={"action": "pause"}).status_code == 303
    assert browser.post(f"{address}/move", data={"action": "pause"}).status_code == 409
    assert browser.post(f"{address}/move", data={"action": "explode"}).status_code == 422
    assert "Other cells" in browser.get("/market/needs").text


def test_mistakes_stand_at_their_fields(sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(client, *member("dealer"))
    answer = browser.post("/market/needs/new", data=wish(classes=["nonsense"], problem=None))
    assert answer.status_code == 422
    assert "Answer this question." in answer.text
    answer = browser.post("/market/needs/new", data=wish(classes=["nonsense"]))
    assert "nonsense is no IPC class." in answer.text


def test_others_do_not_find_it(sign_in: SignIn, client: FlaskClient) -> None:
    need = make_need()
    browser = sign_in(client, *member("administrator"))
    for path in ("", "/edit", "/matches"):
        assert browser.get(f"/market/needs/{need.public_id}{path}").status_code == 404
    assert browser.post(f"/market/needs/{need.public_id}/move", data={"action": "close"}).status_code == 404


def test_viewers_cannot_state_needs(sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("viewer")
    need = make_need(dealer(organisation))
    browser = sign_in(client, person, organisation)
    assert browser.get(f"/market/needs/{need.public_id}").status_code == 200
    assert browser.post("/market/needs/new", data=wish()).status_code == 403

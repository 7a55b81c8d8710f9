"""The public page of a listing."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.marketplace import services
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.factories import member
from tests.factories.assets import make_asset
from tests.factories.marketplace import make_listing
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("app")


def test_anybody_sees_what_is_offered(client: FlaskClient) -> None:
    listing = make_listing(maturity=7, royalty_rate="2.5", price_model="both")
    page = client.get(f"/listings/{listing.public_id}").text
    for text in (
        listing.title,
        "exclusive and ordinary",
        "Germany",
        "€100,000.00",
        "2.5 % of net sales",
        "7: prototype",
    ):
        assert text in page
    assert f"/negotiations/new?listing={listing.public_id}" in page


def test_the_number_may_be_written_as_people_read_it(client: FlaskClient) -> None:
    listing = make_listing()
    written = "-".join(listing.public_id[at : at + 4] for at in range(0, 16, 4)).upper()
    assert client.get(f"/listings/{written}").status_code == 200


def test_drafts_are_seen_by_their_own_people_only(app: Flask, sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("viewer")
    draft = make_listing(make_asset(organisation), published=False)
    assert client.get(f"/listings/{draft.public_id}").status_code == 404
    stranger, other = member("administrator")
    assert sign_in(app.test_client(), stranger, other).get(f"/listings/{draft.public_id}").status_code == 404
    assert "Only your organisation" in sign_in(client, person, organisation).get(f"/listings/{draft.public_id}").text


@pytest.mark.parametrize(("reason", "status"), [("withdrawn", 404), ("licensed", 200)])
def test_a_closed_offer_is_gone_when_withdrawn_and_marked_when_licensed(
    client: FlaskClient, reason: str, status: int
) -> None:
    listing = make_listing()
    with transaction():
        services.close(actor=SYSTEM, listing=listing, reason=reason)
    answer = client.get(f"/listings/{listing.public_id}")
    assert answer.status_code == status
    assert ("This offer is closed" in answer.text) == (status == 200)
    assert "/negotiations/new" not in answer.text


def test_a_trade_secrets_content_is_never_shown(client: FlaskClient) -> None:
    asset = make_asset(kind="trade_secret", abstract="The secret recipe", classifications=[])
    listing = make_listing(asset, acts=["use"])
    assert "secret recipe" not in client.get(f"/listings/{listing.public_id}").text
    assert listing.public_id not in client.get("/search?q=recipe").text


def test_the_page_costs_few_statements(client: FlaskClient) -> None:
    address = f"/listings/{make_listing().public_id}"
    db.session.remove()
    with statements() as sent:
        client.get(address)
    assert len(sent) <= 4, sent

"""An owner drafts, publishes, edits and closes listings in a browser."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.marketplace import queries, services
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.factories import make_organisation, member
from tests.factories.assets import make_asset
from tests.factories.marketplace import dealer, make_listing, make_need, offer
from tests.factories.rights import make_grant, terms

pytestmark = pytest.mark.usefixtures("app")
EVERYTHING = {"fields": {"*"}, "acts": {"make", "use", "sell"}}


def test_from_an_asset_to_a_published_offer(app: Flask, sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("dealer")
    asset = make_asset(organisation)
    browser = sign_in(client, person, organisation)
    assert "No listings yet" in browser.get("/market/listings").text
    assert asset.public_id in browser.get("/market/listings/new").text
    form = browser.get(f"/market/listings/new?asset={asset.public_id}").text
    assert asset.title in form
    made = browser.post(f"/market/listings/new?asset={asset.public_id}", data=offer())
    assert made.status_code == 303
    address = made.headers["Location"]
    assert "Draft" in browser.get(address).text
    assert browser.post(f"{address}/publish").status_code == 303
    assert app.test_client().get(f"/listings/{address.rsplit('/', 1)[1]}").status_code == 200
    assert offer()["title"] in browser.get("/market/listings").text


def test_what_was_typed_is_kept_when_something_is_wrong(sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("dealer")
    asset = make_asset(organisation)
    body = offer(amount="lots", title="Kept as typed")
    answer = sign_in(client, person, organisation).post(f"/market/listings/new?asset={asset.public_id}", data=body)
    assert answer.status_code == 422
    assert "Enter an amount such as" in answer.text
    assert 'value="Kept as typed"' in answer.text
    assert 'value="lots"' in answer.text


def test_the_form_shows_what_is_stored_and_saves_it_unchanged(sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("dealer")
    listing = make_listing(make_asset(organisation), territories=["EP"], other_territories="KE", royalty_rate=None)
    page = sign_in(client, person, organisation).get(f"/market/listings/{listing.public_id}/edit").text
    assert 'value="KE"' in page
    assert 'value="100000"' in page
    body = offer(territories=["EP"], other_territories="KE")
    assert client.post(f"/market/listings/{listing.public_id}/edit", data=body).status_code == 303
    db.session.expire_all()
    found = queries.listing(listing.public_id)
    assert found is not None
    assert found.territories == ["EP", "KE"]


def test_obstacles_are_named_and_nothing_is_published(sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("dealer")
    asset = make_asset(organisation)
    make_grant(asset, terms("exclusive", territories={"DE"}, end=date(2045, 1, 1), **EVERYTHING))
    draft = make_listing(asset, published=False)
    browser = sign_in(client, person, organisation)
    answer = browser.post(f"/market/listings/{draft.public_id}/publish")
    assert answer.status_code == 409
    assert "Germany" in answer.text
    published = make_listing(asset, territories=["US"])
    kept = browser.post(f"/market/listings/{published.public_id}/edit", data=offer(territories=["DE"]))
    assert kept.status_code == 422
    assert "cannot be published" in kept.text
    db.session.expire_all()
    found = queries.listing(published.public_id)
    assert found is not None
    assert found.territories == ["US"]


def test_closing_and_deleting(sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("dealer")
    asset = make_asset(organisation)
    listing, draft = make_listing(asset), make_listing(asset, published=False)
    browser = sign_in(client, person, organisation)
    address = f"/market/listings/{listing.public_id}"
    assert browser.post(f"{address}/close", data={"reason": "withdrawn"}).status_code == 303
    assert "Withdrawn by the owner" in browser.get(address).text
    assert browser.post(f"{address}/close", data={"reason": "withdrawn"}).status_code == 409
    assert browser.post(f"/market/listings/{draft.public_id}/discard").status_code == 303
    assert browser.get(f"/market/listings/{draft.public_id}").status_code == 404


def test_other_organisations_find_nothing_here(sign_in: SignIn, client: FlaskClient) -> None:
    listing = make_listing()
    person, organisation = member("administrator")
    browser = sign_in(client, person, organisation)
    address = f"/market/listings/{listing.public_id}"
    assert browser.get(address).status_code == 404
    assert browser.post(f"{address}/close", data={"reason": "withdrawn"}).status_code == 404
    assert browser.post(f"/market/listings/new?asset={listing.asset.public_id}", data=offer()).status_code == 404


def test_viewers_look_and_do_not_touch(sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("viewer")
    listing = make_listing(make_asset(organisation))
    browser = sign_in(client, person, organisation)
    page = browser.get(f"/market/listings/{listing.public_id}").text
    assert "Close this offer" not in page
    assert browser.post(f"/market/listings/{listing.public_id}/close", data={"reason": "withdrawn"}).status_code == 403


def test_the_owner_reads_why_licensees_passed_by(sign_in: SignIn, client: FlaskClient) -> None:
    person, organisation = member("dealer")
    listing = make_listing(make_asset(organisation))
    seeker = make_organisation("Umbrella Works")
    actor = dealer(seeker)
    need = make_need(actor)
    with transaction():
        services.decline_match(actor=actor, need=need, listing=listing, reason="benefit_unclear", note="Show <figures>")
    page = sign_in(client, person, organisation).get(f"/market/listings/{listing.public_id}").text
    assert "Benefit unclear: 1" in page
    assert "Show &lt;figures&gt;" in page
    assert "Umbrella" not in page

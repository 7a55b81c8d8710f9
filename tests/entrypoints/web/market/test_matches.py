"""The matches page shows reasons that add up; owners see who seeks what they offer."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import SignIn
from tests.factories import actor_of, member
from tests.factories.assets import make_asset
from tests.factories.marketplace import make_listing, make_need

pytestmark = pytest.mark.usefixtures("app")


def test_the_total_shown_is_the_sum_of_the_reasons_shown(sign_in: SignIn, client: FlaskClient) -> None:
    make_listing()
    make_listing(title="Battery cell", solution="A cell in a battery")
    person, organisation = member("dealer")
    need = make_need(actor_of(person, organisation))
    page = sign_in(client, person, organisation).get(f"/market/needs/{need.public_id}/matches").text
    sums = re.findall(r"(<table.*?</table>)", page, re.DOTALL)
    assert len(sums) == 2
    for table in sums:
        rows = re.findall(
            r'number">([\d.]+)</td><td class="number">([\d.]+)</td><td class="number" data-term>([\d.]+)', table
        )
        total = float(re.findall(r"data-total>([\d.]+)", table)[0])
        assert sum(float(weight) * float(part) for weight, part, _value in rows) == pytest.approx(total, abs=2e-6)
        assert sum(float(value) for _weight, _part, value in rows) == pytest.approx(total, abs=3e-6)


def test_reasons_are_said_in_words(sign_in: SignIn, client: FlaskClient) -> None:
    make_listing(territories=["DE", "FR"])
    person, organisation = member("dealer")
    need = make_need(actor_of(person, organisation), territories=["DE", "US"])
    page = sign_in(client, person, organisation).get(f"/market/needs/{need.public_id}/matches").text
    for text in (
        "shares H01M 10/0525",
        "“dendrites”",
        "free in Germany until",
        "your budget is 20 % under the asking price",
        "Can United States be licensed too?",
    ):
        assert text in page, text


def test_weak_matches_are_called_weak(sign_in: SignIn, client: FlaskClient) -> None:
    from ipplatform.domain.assets.values import ClassValue

    asset = make_asset(classifications=[ClassValue("ipc", "D06F 39/00")], title="Washer", abstract="It washes cloth.")
    make_listing(
        asset, title="Washer", problem="Dirty cloth", solution="Needs little water", advantage="", applications=""
    )
    person, organisation = member("dealer")
    need = make_need(actor_of(person, organisation), problem="Cells that need no water at all", solution="")
    page = sign_in(client, person, organisation).get(f"/market/needs/{need.public_id}/matches").text
    assert "Nothing fits well" in page


def test_declining_and_looking_again(sign_in: SignIn, client: FlaskClient) -> None:
    listing = make_listing()
    person, organisation = member("dealer")
    need = make_need(actor_of(person, organisation))
    browser = sign_in(client, person, organisation)
    address = f"/market/needs/{need.public_id}/matches"
    assert browser.post(f"{address}/{listing.public_id}/decline", data={"reason": "price"}).status_code == 303
    assert "Passed by" in browser.get(address).text
    assert browser.post(f"{address}/{listing.public_id}/decline", data={"reason": "x"}).status_code == 422
    assert browser.post(f"{address}/{listing.public_id}/restore").status_code == 303
    assert "Passed by" not in browser.get(address).text


def test_no_match_says_what_to_do(sign_in: SignIn, client: FlaskClient) -> None:
    make_listing(territories=["JP"])
    person, organisation = member("dealer")
    need = make_need(actor_of(person, organisation))
    page = sign_in(client, person, organisation).get(f"/market/needs/{need.public_id}/matches").text
    assert "No offer fits yet" in page


@pytest.mark.parametrize("visibility", ["anonymous", "summary", "full"])
def test_owners_see_what_licensees_show(app: Flask, sign_in: SignIn, client: FlaskClient, visibility: str) -> None:
    owner, company = member("dealer")
    seeker, other = member("dealer")
    make_listing(make_asset(company))
    need = make_need(
        actor_of(seeker, other), visibility=visibility, summary="A maker of cells", title="Secret project Nightingale"
    )
    page = sign_in(client, owner, company).get("/market/interest").text
    assert "H01M 10/0525" in page
    assert ("Nightingale" in page) == (visibility == "full")
    assert (other.name in page) == (visibility == "full")
    assert ("A maker of cells" in page) == (visibility != "anonymous")
    assert need.public_id not in page
    assert "budget" not in page


def test_nobody_seeks_anything_yet(sign_in: SignIn, client: FlaskClient) -> None:
    assert "Nobody yet" in sign_in(client, *member("viewer")).get("/market/interest").text

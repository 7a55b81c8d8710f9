"""From a need to a licence in force, and what a second licensee is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from ipplatform.demo.people import PASSWORD
from ipplatform.foundation.clock import now
from tests.journeys.conftest import Visit
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
OFFER = "Soil moisture without a probe: the antenna measures"
ASSET = "Measuring soil moisture from the impedance of a buried radio antenna"


def search(licensee: Visitor) -> None:
    licensee.go("/search?q=soil+moisture+antenna")
    licensee.sees(OFFER)
    licensee.look("search-en")
    licensee.go("/search?q=土壤水分")
    licensee.sees(OFFER)
    licensee.look("search-zh")
    licensee.go("/search?q=固态电解质")
    licensee.sees("薄膜")
    expect(licensee.page.locator("main mark").first).to_be_visible()
    licensee.go("/search")
    every = count(licensee)
    licensee.page.locator("input[type=checkbox][value=utility_model]").first.check()
    licensee.page.wait_for_url(re.compile("utility_model")) if "utility_model" in licensee.page.url else licensee.press(
        "Apply"
    )
    expect(licensee.page).to_have_url(re.compile("utility_model"))
    assert 0 < count(licensee) < every
    licensee.look("facets")


def count(licensee: Visitor) -> int:
    return int(re.sub(r"\D", "", licensee.page.locator("main [role=status]").first.inner_text()))


def state_need(licensee: Visitor) -> None:
    licensee.go("/market/needs/new")
    licensee.fill(
        title="Soil moisture in vineyards without probes",
        problem="Probes corrode and break under the plough; antenna nodes in the soil already send our readings.",
        solution="Measure moisture with the node's own antenna.",
        licence_years="5",
        budget="900000",
        currency="CNY",
    )
    licensee.page.locator("[name=classes]").first.fill("G01N 22/04")
    licensee.choose("fields_of_use", "iot.agriculture")
    licensee.choose("territories", "CN")
    licensee.look("need-form")
    licensee.page.locator("main form [type=submit]").last.click()
    licensee.sees(OFFER)
    licensee.sees("G01N 22/04")
    licensee.look("matches")
    licensee.follow(OFFER)


def ask(licensee: Visitor) -> str:
    licensee.follow("Ask for a licence")
    licensee.fill(message="We would like to use it in vineyards, exclusively in China.")
    licensee.look("inquiry")
    licensee.press("Send the inquiry")
    licensee.sees("What has happened")
    licensee.look("asked")
    return licensee.page.url


def offer(owner: Visitor, negotiation: str, **changes: str) -> None:
    """An exclusive licence for farming in China, or what ``changes`` say."""
    owner.page.goto(f"{negotiation}/offer")
    start = (now() + timedelta(days=3)).date()
    terms = {
        "start": start.isoformat(),
        "end": start.replace(year=start.year + 5, day=min(start.day, 28)).isoformat(),
        "lump_sum": "320000",
        "currency": "CNY",
        "governing_law": "CN",
        "valid_until": (start + timedelta(days=20)).isoformat(),
    }
    owner.choose("exclusivity", "exclusive")
    owner.choose("acts", "make", "use", "offer", "sell", "import")
    owner.choose("territories", "CN")
    owner.choose("fields_of_use", "iot.agriculture")
    owner.choose("price_model", "lump_sum")
    owner.choose("language", "both")
    owner.fill(**{**terms, **changes})
    owner.look("offer-form")
    owner.press("Send the offer")


def counter(licensee: Visitor, negotiation: str) -> None:
    licensee.page.goto(negotiation)
    licensee.follow("Make a counter-offer")
    licensee.fill(lump_sum="280000", message="This is what our budget allows.")
    licensee.press("Send the offer")
    licensee.sees(re.compile("280,000"))
    licensee.look("countered")


def sign(somebody: Visitor, negotiation: str, *, look: str) -> None:
    somebody.page.goto(negotiation)
    somebody.follow("Open the agreement")
    somebody.page.locator("main input[name=password]").fill(PASSWORD)
    somebody.look(look)
    somebody.press("Sign the agreement")
    expect(somebody.page.locator("main input[name=password]")).to_have_count(0)


def test_a_licensee_finds_negotiates_and_signs_and_the_second_is_told_why_not(visit: Visit) -> None:
    licensee, owner, second = visit("licensee"), visit("owner"), visit("second")
    licensee.sign_in("licensee@demo.example")
    search(licensee)
    state_need(licensee)
    negotiation = ask(licensee)

    owner.sign_in("fenlight@demo.example")
    owner.go("/negotiations")
    owner.page.locator("main tbody a", has_text=ASSET).first.click()
    owner.look("inquiry")
    offer(owner, negotiation)
    owner.sees("Offer 1")
    counter(licensee, negotiation)
    owner.page.goto(negotiation)
    owner.look("compared")
    owner.press("Accept this offer")
    owner.sees("Nobody has signed yet.")
    sign(owner, negotiation, look="signing")
    owner.look("signed-by-one")
    sign(licensee, negotiation, look="signing")
    licensee.sees("The licence is in force")
    licensee.look("executed")

    second.sign_in("zhanqiao@demo.example")
    second.go(licensee_listing(licensee, negotiation))
    second.page.locator("main a[href*='/negotiations/new']").click()
    second.fill(message="我们希望在山东的果园使用。")
    second.page.locator("main form [type=submit]").last.click()
    offer(owner, second.page.url)
    owner.sees("These rights are not free")
    owner.sees(re.compile("China"))
    owner.sees(re.compile("farming"))
    owner.look("refused")


def licensee_listing(licensee: Visitor, negotiation: str) -> str:
    licensee.page.goto(negotiation)
    address = licensee.page.locator("aside a[href^='/listings/'], main a[href^='/listings/']").first.get_attribute(
        "href"
    )
    assert address is not None
    return address

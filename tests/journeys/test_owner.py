"""From signing up to a published offer: the owner's way, with the registrar's part of it."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from ipplatform.demo.documents import drawing
from tests.factories.accounts import uscc
from tests.journeys.conftest import Visit
from tests.journeys.server import ROOT
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
ORGANISATION = "Marrowby Valves Ltd."
PARTS = ["Ball", "Cage", "Seat"]
PASSWORD = "a kettle, two herons and rain"


def sign_up(somebody: Visitor, *, organisation: str, name: str = "Tilda Marrowby") -> None:
    """A new organisation of a new person; both numbers are of nobody."""
    number = secrets.randbelow(10**8)
    somebody.go("/account/sign-up")
    somebody.fill(
        name=name,
        email=f"person{number}@journeys.example",
        password=PASSWORD,
        organisation_name=organisation,
        country="CN",
        identifier_scheme="uscc",
        identifier=uscc(number),
    )
    somebody.look("sign-up")
    somebody.page.locator("main form [type=submit]").click()
    expect(somebody.page).to_have_url(re.compile("/home"))


def draft_patent(owner: Visitor, answers: dict[str, Any]) -> None:
    """Through every page of the wizard; ends at the documents."""
    owner.go("/filings/new")
    owner.look("kind")
    owner.choose("kind", "patent")
    owner.page.locator("main [type=submit]").click()
    tasks = owner.page.url
    owner.look("tasks")
    for task in ("title", "abstract", "claims", "description", "classes"):
        owner.page.goto(f"{tasks}/tasks/{task}")
        owner.fill(**{name: value for name, value in answers.items() if owner.page.locator(f"[name={name}]").count()})
        if task == "title":
            owner.choose("language", "en")
        owner.look(task)
        owner.page.locator("main button[value=save]").click()
        expect(owner.page).to_have_url(tasks)
    owner.page.goto(f"{tasks}/tasks/inventors")
    owner.fill(**{"inventors-0-name": "Tilda Marrowby", "inventors-0-country": "CN"})
    owner.look("inventors")
    owner.page.locator("main button.btn[value=continue]").click()
    owner.page.goto(f"{tasks}/documents")


def upload(owner: Visitor, name: str, content: bytes) -> None:
    """Send a file slowly enough to see its progress; the page then lists it with its digest."""
    session = owner.context.new_cdp_session(owner.page)
    limits = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 6_000}
    session.send("Network.emulateNetworkConditions", limits)
    owner.page.set_input_files("#file", {"name": name, "mimeType": "application/pdf", "buffer": content})
    expect(owner.page.locator("[data-upload-list] progress")).to_be_visible()
    expect(owner.page.locator(".file-name", has_text=name).locator("a")).to_be_visible()
    session.send("Network.emulateNetworkConditions", {**limits, "latency": 0, "uploadThroughput": -1})
    session.detach()


def await_inclusion(somebody: Visitor) -> None:
    """Load the page again until the log has signed what it shows; normally within a second."""
    download = somebody.page.locator("main a[download]").first
    for _attempt in range(60):
        if download.is_visible():
            return
        somebody.page.wait_for_timeout(250)
        somebody.page.reload()
    raise AssertionError("the filing did not come into a signed checkpoint")


def verify(bundle: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ipplatform", "evidence", "verify", str(bundle)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def decide(registrar: Visitor, organisation: str, title: str, outcome: str) -> None:
    registrar.sign_in("registrar@demo.example")
    registrar.go("/office/queue?status=submitted")
    registrar.look("queue")
    registrar.page.locator("main tbody tr", has_text=organisation).locator("a").last.click()
    registrar.look("case")
    registrar.press("Take the case")
    registrar.sees(title)
    registrar.look("examining")
    registrar.page.locator(f"input[name=outcome][value={outcome}]").check()
    registrar.press("Record the decision")
    registrar.look("decided")


def test_an_owner_registers_proves_and_offers_a_patent(visit: Visit, answers: dict[str, Any], tmp_path: Path) -> None:
    owner = visit()
    sign_up(owner, organisation=ORGANISATION)
    owner.look("home")
    draft_patent(owner, answers)
    upload(owner, "drawings.pdf", drawing(answers["title"], "en", PARTS))
    owner.look("documents")

    owner.go(owner.page.url.removeprefix(owner.address).replace("/documents", "/check"))
    owner.look("check")
    owner.page.get_by_role("button", name="Submit the filing").dblclick()
    owner.sees("Receipt")
    await_inclusion(owner)
    owner.sees("In the signed log")
    expect(owner.page.locator("#case-history")).not_to_contain_text("awaiting inclusion")
    owner.look("receipt")
    receipt = owner.page.url
    owner.page.go_back()
    owner.page.goto(receipt)
    bundle = owner.download(owner.page.locator("main a[download]").first, tmp_path)
    found = verify(bundle)
    assert found.returncode == 0, found.stdout + found.stderr
    owner.go("/filings")
    expect(owner.page.get_by_role("link", name=answers["title"])).to_have_count(1)
    owner.page.goto(receipt)
    owner.follow("Public proof")
    owner.look("proof")
    verify_in_browser(owner, bundle)

    decide(visit("registrar"), ORGANISATION, answers["title"], "register")
    owner.page.goto(receipt)
    await_inclusion(owner)
    owner.follow("See the register entry")
    owner.sees("In force")
    owner.look("register")
    publish(owner, answers["title"])


def verify_in_browser(owner: Visitor, bundle: Path) -> None:
    owner.go("/verify")
    owner.page.set_input_files("#verify-file", str(bundle))
    expect(owner.page.locator("[data-verify-verdict]")).to_contain_text("The evidence holds.")
    owner.look("verified")
    damaged = bytearray(bundle.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    bundle.write_bytes(damaged)
    assert verify(bundle).returncode in (1, 2)


def publish(owner: Visitor, title: str) -> None:
    owner.go("/market/listings/new")
    owner.look("listing-choose")
    owner.page.locator("main").get_by_role("link", name=re.compile(re.escape(title))).first.click()
    owner.fill(
        title="Valve that stops a burst pipe by itself",
        problem="Nobody is at home when a pipe bursts.",
        solution="A ball in the stream closes the pipe when the flow doubles.",
        advantage="Closes in 0.4 s without electricity.",
        applications="Houses, laboratories, irrigation.",
        amount="25000",
        currency="CNY",
    )
    owner.choose("exclusivities", "exclusive", "ordinary")
    owner.choose("acts", "make", "use", "sell")
    owner.choose("territories", "CN", "EU")
    owner.choose("fields_of_use", "iot.home", "iot.agriculture")
    owner.choose("price_model", "lump_sum")
    owner.look("listing-form")
    owner.page.locator("main form [type=submit]").last.click()
    owner.press("Publish")
    owner.sees("Published")
    owner.look("listing")
    owner.go("/search?q=burst+pipe+valve")
    offer = owner.page.get_by_role("link", name="Valve that stops a burst pipe by itself")
    for _attempt in range(40):
        if offer.count():
            break
        owner.page.wait_for_timeout(250)
        owner.page.reload()
    owner.look("found")
    expect(offer.first).to_be_visible()

"""A person at a browser, who notices what is wrong with a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from ipplatform.demo.people import PASSWORD
from tests.journeys.server import ROOT

AXE = next((ROOT / "tests" / "vendor").glob("axe-core-*/axe.min.js"))
ARTEFACTS = ROOT / "artefacts" / "journeys"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 375, "height": 812}
RUN_AXE = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
OVERFLOW = """() => [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right
  > document.documentElement.clientWidth + 1 && one.offsetParent).slice(0, 5).map(one => one.outerHTML.slice(0, 160))"""
BROKEN_LINES = """() => [...document.querySelectorAll('.table-cards time, .facts > time, .reference, .timeline-when a')]
  .filter(one => one.offsetParent && one.getClientRects().length > 1).slice(0, 5).map(one => one.outerHTML.slice(0, 160))"""
WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


class Visitor:
    """``page`` is the Playwright page. Every complaint of the browser or of axe is collected and raised at the end."""

    def __init__(self, context: BrowserContext, address: str, journey: str):
        self.context = context
        self.address = address
        self.journey = journey
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self._shots = 0

    def _listen(self, message: ConsoleMessage) -> None:
        """Errors include everything the content policy refused; an answer of 4xx that a journey expects is no error."""
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.go("/account/sign-in")
        self.fill(email=email, password=password)
        self.page.locator("main form [type=submit]").first.click()
        expect(self.page.locator("[data-menu] summary").first).to_be_visible()

    def fill(self, **answers: str) -> None:
        """Answers by the names of fields."""
        for name, answer in answers.items():
            field = self.page.locator(f"[name={name}]:not([type=hidden])").first
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(answer)
            else:
                field.fill(answer)

    def fill_plainly(self, **answers: str) -> None:
        """The same without asking the page, which may run no scripts."""
        for name, answer in answers.items():
            self.page.locator(f"main [name={name}]:not([type=hidden])").first.fill(answer)

    def choose(self, name: str, *values: str) -> None:
        """Exactly these boxes or this radio button, opening what they are folded into."""
        boxes = self.page.locator(f"input[name={name}]")
        for box in boxes.all():
            wanted = box.get_attribute("value") in values
            if wanted != box.is_checked():
                self._unfold(box)
                box.set_checked(wanted)

    def _unfold(self, box: Locator) -> None:
        box.evaluate("""one => { for (let fold = one.closest('details'); fold; fold = fold.parentElement.closest('details'))
          fold.open = true }""")

    def press(self, name: str | re.Pattern[str], *, scope: str = "main") -> None:
        self.page.locator(scope).get_by_role("button", name=name).first.click()

    def follow(self, name: str | re.Pattern[str], *, scope: str = "main") -> None:
        self.page.locator(scope).get_by_role("link", name=name).first.click()

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.main).to_contain_text(text)

    def look(self, name: str) -> None:
        """Keep pictures at both widths; axe finds nothing, and on a phone nobody scrolls sideways or reads a time in two lines."""
        self.page.wait_for_load_state("load")
        self._shots += 1
        self.page.set_viewport_size(NARROW)
        self._shoot(name, 375)
        inside, window = self.page.evaluate(WIDTHS)
        if inside > window:
            wide = self.page.evaluate(OVERFLOW)
            self.complaints.append(f"{self.page.url} is {inside - window} px too wide for a phone: {wide}")
        broken = self.page.evaluate(BROKEN_LINES)
        if broken:
            self.complaints.append(f"{self.page.url} breaks a time or number into two lines on a phone: {broken}")
        self.page.set_viewport_size(WIDE)
        self._shoot(name, 1440)
        self._ask_axe()

    def _shoot(self, name: str, width: int) -> None:
        folder = ARTEFACTS / self.journey
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{self._shots:02}-{name}-{width}.png", full_page=True)

    def _ask_axe(self) -> None:
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        for violation in self.page.evaluate(RUN_AXE):
            self.complaints.append(f"{self.page.url}: {violation['id']}: {_places(violation)}")

    def download(self, link: Locator, folder: Path) -> Path:
        with self.page.expect_download() as expected:
            link.click()
        target = folder / expected.value.suggested_filename
        expected.value.save_as(target)
        return target


def _places(violation: dict[str, Any]) -> str:
    return json.dumps([{"html": node["html"][:160], "why": node["failureSummary"]} for node in violation["nodes"][:3]])


@contextmanager
def visitor(browser: Browser, address: str, journey: str, **options: Any) -> Iterator[Visitor]:
    """A person with a browser profile of their own; at the end nothing may have been complained about."""
    options.setdefault("locale", "en-GB")
    context = browser.new_context(viewport=WIDE, accept_downloads=True, reduced_motion="reduce", **options)
    one = Visitor(context, address, journey)
    try:
        yield one
        assert not one.complaints, "\n".join(one.complaints)
    finally:
        context.close()

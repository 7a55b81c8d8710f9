"""The receipt of a filing brings itself up to date, all of it, without being loaded again."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from ipplatform.domain.evidence import sequencer
from tests.conftest import SignIn
from tests.factories import actor_of, member
from tests.factories.filings import submitted
from tests.journeys.desk import served

pytestmark = pytest.mark.browser


def test_receipt_status_and_history_leave_waiting_together(browser: Browser, app: Flask, sign_in: SignIn) -> None:
    person = member("filer")
    filing = submitted(actor_of(*person), sequenced=False)
    cookie = sign_in(app.test_client(), *person).get_cookie("ipplatform")
    assert cookie is not None
    with served(app) as address:
        context = browser.new_context()
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/filings/{filing.public_id}")
        page.evaluate("() => { globalThis.sameDocument = true }")
        history = page.locator("#case-history")
        expect(history).to_contain_text("recorded, awaiting inclusion")
        expect(page.locator("#receipt")).to_contain_text("appears here by itself")
        sequencer.run_all()
        expect(page.locator("#receipt")).to_contain_text("In the signed log", timeout=10_000)
        expect(page.locator("main")).not_to_contain_text("awaiting inclusion")
        expect(history).to_contain_text("Application")
        assert page.evaluate("() => globalThis.sameDocument"), "the page was not loaded again"
        context.close()

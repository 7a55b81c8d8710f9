"""The office's people: what the auditor finds after one byte was changed, and what the administrator may see."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.server import Service
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser


@contextmanager
def changed_title(service: Service) -> Iterator[str]:
    """One letter of a registered title changed behind the service's back; gives the asset's number."""
    with sqlite3.connect(service.database, timeout=30) as connection:
        number, title = connection.execute(
            "SELECT public_id, title FROM asset WHERE title LIKE 'Pruning a convolutional%'"
        ).fetchone()
        connection.execute("UPDATE asset SET title = ? WHERE public_id = ?", ("Q" + title[1:], number))
    try:
        yield number
    finally:
        with sqlite3.connect(service.database, timeout=30) as connection:
            connection.execute("UPDATE asset SET title = ? WHERE public_id = ?", (title, number))


def verify_everything(auditor: Visitor, expected: str | re.Pattern[str]) -> None:
    auditor.go("/office/audit")
    auditor.press("Verify everything")
    expect(auditor.page.locator("#audit-progress")).to_contain_text(expected, timeout=60_000)


def test_the_auditor_verifies_everything_and_is_told_what_was_changed(visit: Visit, service: Service) -> None:
    auditor = visit("auditor")
    auditor.sign_in("auditor@demo.example")
    auditor.go("/office/audit")
    auditor.look("console")
    for part in ("records", "access"):
        auditor.go(f"/office/audit/{part}")
        auditor.look(part)
    verify_everything(auditor, "Nothing was found")
    auditor.look("whole")
    with changed_title(service):
        verify_everything(auditor, "asset.title")
        auditor.sees("Qruning")
        auditor.look("found")
        auditor.page.locator("#audit-progress tbody a").first.click()
        auditor.sees("asset.title")
        auditor.look("record")
    verify_everything(auditor, "Nothing was found")


def test_the_administrator_makes_office_people_and_reads_no_unpublished_content(visit: Visit) -> None:
    administrator = visit("administrator")
    administrator.sign_in("administrator@demo.example")
    administrator.go("/admin/people")
    administrator.look("people")
    administrator.go("/office/audit")
    administrator.look("health")
    for path in ("/office/queue", "/office/audit/records"):
        answer = administrator.page.goto(administrator.address + path)
        assert answer is not None
        assert answer.status in (403, 404)
    administrator.look("refused")


def test_the_registrar_must_give_a_reason_to_find_an_application_deficient(visit: Visit) -> None:
    registrar = visit("registrar")
    registrar.sign_in("registrar.zh@demo.example")
    registrar.go("/account/profile")
    registrar.page.locator("form:has([name=lang]) button[value=en]").first.click()
    registrar.go("/office/queue?status=submitted")
    registrar.page.locator("main tbody tr", has_text="珩盾金融安全科技有限公司").locator("a").first.click()
    registrar.press("Take the case")
    registrar.page.locator("input[name=outcome][value=deficient]").check()
    registrar.press("Record the decision")
    registrar.sees("Give at least one reason in words.")
    registrar.look("reason-missing")
    registrar.page.locator("#label-reason-title").click()
    registrar.page.locator("textarea[name=reason-title]").fill("请补充软件全称。")
    registrar.press("Record the decision")
    registrar.sees("请补充软件全称。")
    registrar.look("deficient")

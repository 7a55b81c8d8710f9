"""The same service without scripts, with the keyboard alone, and in Chinese from start to end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from ipplatform.demo.documents import drawing
from tests.journeys.conftest import Visit
from tests.journeys.test_owner import sign_up
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
FOCUSED = "() => document.activeElement.id || document.activeElement.value || document.activeElement.textContent.trim()"
OUTLINED = """() => { const look = getComputedStyle(document.activeElement);
  return look.outlineStyle !== 'none' || look.boxShadow !== 'none' }"""


def test_without_scripts_a_patent_is_drafted_with_a_file_and_submitted(visit: Visit, answers: dict[str, Any]) -> None:
    owner = visit("plain", java_script_enabled=False)
    owner.page.goto(f"{owner.address}/account/sign-in")
    owner.fill_plainly(email="fenlight@demo.example", password="riverside-demo-2026")
    owner.page.locator("main form [type=submit]").first.click()
    owner.page.goto(f"{owner.address}/filings/new")
    owner.page.check("#kind-patent")
    owner.page.locator("main [type=submit]").click()
    tasks = owner.page.url
    for task in ("title", "abstract", "claims", "description", "classes"):
        owner.page.goto(f"{tasks}/tasks/{task}")
        owner.fill_plainly(
            **{name: value for name, value in answers.items() if owner.page.locator(f"[name={name}]").count()}
        )
        if task == "title":
            owner.page.check("input[name=language][value=en]")
        owner.page.locator("main button[value=save]").click()
    owner.page.goto(f"{tasks}/tasks/inventors")
    owner.page.fill("[name=inventors-0-name]", "Rosamund Tidewell")
    owner.page.select_option("[name=inventors-0-country]", "CN")
    owner.page.locator("button[value='add:inventors']").click()
    owner.page.fill("[name=inventors-1-name]", "Aurelio Brancaforte")
    owner.page.select_option("[name=inventors-1-country]", "IT")
    owner.page.locator("main button[value=save]").click()
    owner.page.goto(f"{tasks}/documents")
    content = drawing(answers["title"], "en", ["Ball", "Cage"])
    owner.page.set_input_files("#file", {"name": "figures.pdf", "mimeType": "application/pdf", "buffer": content})
    owner.page.get_by_role("button", name="Add", exact=True).click()
    owner.sees("figures.pdf")
    owner.page.goto(f"{tasks}/check")
    owner.sees("Aurelio Brancaforte")
    owner.page.get_by_role("button", name="Submit the filing").click()
    owner.sees("Receipt")


def test_the_main_form_is_filled_with_the_keyboard_alone(visit: Visit) -> None:
    owner = visit("keyboard")
    owner.sign_in("ostrel@demo.example")
    owner.go("/filings/new")
    keys = owner.page.keyboard
    keys.press("Tab")
    assert "content" in owner.page.evaluate(FOCUSED).lower()
    keys.press("Enter")
    tab_to(owner, "kind-patent")
    keys.press("Space")
    tab_to(owner, "Start the draft")
    keys.press("Enter")
    expect(owner.page.get_by_text("Work through the tasks")).to_be_visible()
    owner.go(owner.page.url.removeprefix(owner.address) + "/tasks/title")
    tab_to(owner, "field-title")
    keys.type("Clasp that opens with one hand")
    tab_to(owner, "field-language-en")
    keys.press("Space")
    tab_to(owner, "continue")
    keys.press("Enter")
    expect(owner.page.locator("#field-abstract")).to_be_visible()


def tab_to(owner: Visitor, wanted: str) -> None:
    """Press Tab until the control with that id, value or text has the focus; each stop on the way shows where it is."""
    for _stop in range(60):
        owner.page.keyboard.press("Tab")
        found = owner.page.evaluate(FOCUSED)
        assert owner.page.evaluate(OUTLINED), f"no visible focus on {found}"
        if found == wanted:
            return
    raise AssertionError(f"{wanted} cannot be reached with the keyboard")


def test_chinese_from_start_to_end(visit: Visit) -> None:
    owner = visit("chinese", locale="zh-CN")
    owner.go("/")
    expect(owner.page.locator("html")).to_have_attribute("lang", re.compile("zh"))
    owner.look("home")
    sign_up(owner, organisation="墨汀仪器有限公司", name="石听澜")
    expect(owner.page.locator("html")).to_have_attribute("lang", re.compile("zh"))
    owner.go("/filings/new")
    owner.choose("kind", "utility_model")
    owner.page.locator("main [type=submit]").click()
    tasks = owner.page.url
    texts = {
        "title": "一种单手开启的试剂瓶盖",
        "abstract": "本实用新型公开了一种单手开启的试剂瓶盖，包括盖体与弹性卡扣，按压两侧即可开启。",
        "claims": "1. 一种单手开启的试剂瓶盖，其特征在于，包括盖体和设于盖体两侧的弹性卡扣。",
        "description": "现有试剂瓶盖需双手开启。附图1示出盖体(1)和弹性卡扣(2)。",
        "classes": "B65D 43/16",
    }
    for task, text in texts.items():
        owner.page.goto(f"{tasks}/tasks/{task}")
        owner.fill(**{task: text})
        if task == "title":
            owner.choose("language", "zh")
        owner.page.locator("main button[value=save]").click()
        expect(owner.page).to_have_url(tasks)
    owner.page.goto(f"{tasks}/tasks/inventors")
    owner.fill(**{"inventors-0-name": "石听澜", "inventors-0-country": "CN"})
    owner.page.locator("main button[value=save]").click()
    owner.page.goto(f"{tasks}/documents")
    content = drawing(texts["title"], "zh", ["盖体", "弹性卡扣"])
    owner.page.set_input_files("#file", {"name": "附图.pdf", "mimeType": "application/pdf", "buffer": content})
    expect(owner.page.locator(".file-name", has_text="附图.pdf").locator("a")).to_be_visible()
    owner.look("documents")
    owner.page.goto(f"{tasks}/check")
    owner.look("check")
    owner.page.locator("main form[action$='/submit'] [type=submit]").click()
    owner.sees(texts["title"])
    owner.look("receipt")
    owner.go("/search?q=电子封签")
    owner.sees("封签")
    owner.page.locator("main .results a", has_text="封签").first.click()
    owner.look("listing")
    owner.page.locator("main a[href*='/negotiations/new'], aside a[href*='/negotiations/new']").first.click()
    owner.fill(message="我们希望在国内铁路口岸使用，请报价。")
    owner.page.locator("main form [type=submit]").last.click()
    owner.sees("我们希望在国内铁路口岸使用")
    owner.look("negotiation")
    expect(owner.page.locator("html")).to_have_attribute("lang", re.compile("zh"))

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.filings import queries
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import db
from tests.conftest import SignIn
from tests.factories import actor_of, member
from tests.factories.filings import CLAIMS, decided, draft, look_again, png, submitted

ABSTRACT = "A plate with a channel carries heat away from battery cells."


@pytest.fixture
def filer() -> tuple[Person, Organisation]:
    return member("filer")


@pytest.fixture
def browser(client: FlaskClient, sign_in: SignIn, filer: tuple[Person, Organisation]) -> FlaskClient:
    return sign_in(client, *filer)


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found.group(1)


def _post_task(browser: FlaskClient, address: str, task: str, answers: dict[str, str], **more: str) -> Any:
    page = browser.get(f"{address}/tasks/{task}")
    assert page.status_code == 200
    return browser.post(
        f"{address}/tasks/{task}",
        data={"version": _field(page.text, "version"), "action": "continue", **answers, **more},
    )


def test_a_patent_is_registered_page_by_page_without_scripts(app: Flask, browser: FlaskClient) -> None:
    begun = browser.post("/filings", data={"kind": "patent"})
    address = begun.location
    steps = {
        "title": {"title": "Cooling plate", "language": "en"},
        "abstract": {"abstract": ABSTRACT},
        "claims": {"claims": CLAIMS},
        "description": {"description": "Cells become hot; figure 1 shows the plate."},
        "inventors": {"inventors-0-name": "Wen Ling", "inventors-0-country": "CN"},
        "owners": {"owners-0-name": "Northfield Cells Ltd", "owners-0-country": "GB", "owners-0-share": ""},
        "priority": {"priorities-0-country": "", "priorities-0-number": "", "priorities-0-date": ""},
        "classes": {"classes": "H01M 10/0525"},
    }
    following = f"{address}/tasks/title"
    for task, answers in steps.items():
        assert following.endswith(f"/tasks/{task}")
        saved = _post_task(browser, address, task, answers)
        assert saved.status_code == 303, saved.text
        following = saved.location
    assert following.endswith("/documents")
    check = browser.get(f"{address}/check")
    assert "Add this document: Drawings." in check.text
    added = browser.post(f"{address}/documents", data={"role": "drawings", "file": (io.BytesIO(png()), "figure 1.png")})
    assert added.status_code == 303
    check = browser.get(f"{address}/check")
    key = _field(check.text, "idempotency_key")
    for _click in range(2):
        assert browser.post(f"{address}/submit", data={"idempotency_key": key}).location == address
    receipt = browser.get(address)
    assert "Recorded, awaiting inclusion" in receipt.text
    assert "figure 1.png" in receipt.text
    sequencer.run_once()
    receipt = browser.get(address)
    assert "awaiting inclusion" not in receipt.text
    assert f"{address}/evidence" in receipt.text
    assert db.session.scalar(select(func.count()).select_from(Record)) == 1


def test_going_back_and_submitting_again_shows_the_same_receipt(browser: FlaskClient, filer: Any) -> None:
    filing = submitted(actor_of(*filer))
    again = browser.post(f"/filings/{filing.public_id}/submit", data={"idempotency_key": "another"})
    assert again.location == f"/filings/{filing.public_id}"
    assert browser.get(f"/filings/{filing.public_id}/check").status_code == 303
    assert browser.get(f"/filings/{filing.public_id}/tasks/title").status_code == 303


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("T" * 10_000, "Use at most 500 characters; this has 10000."),
        ("Cooling\x00plate", "Remove the invisible character U+0000 at position 8."),
        ("Plate \u202egpj.exe", "Remove the invisible character U+202E at position 7."),
        ("   ", "Enter the title."),
    ],
)
def test_what_cannot_be_filed_is_named_and_kept_as_typed(
    browser: FlaskClient, filer: Any, typed: str, complaint: str
) -> None:
    filing = draft(actor_of(*filer), language="en")
    answer = _post_task(browser, f"/filings/{filing.public_id}", "title", {"title": typed, "language": "en"})
    assert answer.status_code == 422
    assert complaint in answer.text
    look_again()
    assert filing.fields["title"] == typed


@pytest.mark.parametrize(
    ("task", "answers", "complaint"),
    [
        ("abstract", {"abstract": "plate " * 151}, "Shorten the abstract to 150 words; it has 151."),
        ("claims", {"claims": "1. A plate.\n3. The plate of claim 1."}, "claim 2 is expected where 3 stands"),
        (
            "owners",
            {"owners-0-name": "Ada Moor", "owners-0-country": "GB", "owners-0-share": "1/2"},
            "The shares add up to 1/2. They must add up to exactly 1.",
        ),
        (
            "priority",
            {"priorities-0-country": "DE", "priorities-0-number": "10 2001 1", "priorities-0-date": "2001-02-03"},
            "Priority can be claimed for 12 months; this one ended on 2002-02-03.",
        ),
    ],
)
def test_what_breaks_a_rule_is_said_on_its_own_page(
    browser: FlaskClient, filer: Any, task: str, answers: dict[str, str], complaint: str
) -> None:
    filing = draft(actor_of(*filer))
    answer = _post_task(browser, f"/filings/{filing.public_id}", task, answers)
    assert answer.status_code == 422
    assert complaint in answer.text
    assert complaint in browser.get(f"/filings/{filing.public_id}/tasks/{task}?check").text


@pytest.mark.parametrize("title", ["电池冷却板", "لوحة تبريد", "Cooling 🧊 plate", "Plaque e\u0301lectrique"])
def test_titles_of_every_script_are_taken(browser: FlaskClient, filer: Any, title: str) -> None:
    filing = draft(actor_of(*filer), language="en")
    answer = _post_task(browser, f"/filings/{filing.public_id}", "title", {"title": title, "language": "zh"})
    assert answer.status_code == 303
    look_again()
    assert filing.title == title


def test_a_field_is_saved_while_it_is_typed(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer), language="en")
    address = f"/filings/{filing.public_id}/tasks/abstract/autosave"
    first = browser.post(address, data={"version": "99", "abstract": "Half a sent"})
    assert first.get_json()["version"] > 1
    look_again()
    assert filing.fields["abstract"] == "Half a sent"


def test_an_older_window_is_warned_and_overwrites_only_when_told_twice(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer), language="en")
    address = f"/filings/{filing.public_id}/tasks/abstract"
    old = _field(browser.get(address).text, "version")
    browser.post(f"{address}/autosave", data={"version": old, "abstract": "From the first window"})
    refused = browser.post(f"{address}/autosave", data={"version": old, "abstract": "From the second window"})
    assert refused.status_code == 409
    page = browser.post(address, data={"version": old, "abstract": "From the second window"})
    assert page.status_code == 409
    assert "From the first window" in page.text
    assert "From the second window" in page.text
    agreed = browser.post(address, data={"version": _field(page.text, "version"), "abstract": "From the second window"})
    assert agreed.status_code == 303
    look_again()
    assert filing.fields["abstract"] == "From the second window"


def test_two_windows_on_different_tasks_do_not_meet(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer), language="en")
    address = f"/filings/{filing.public_id}/tasks"
    old = _field(browser.get(f"{address}/abstract").text, "version")
    browser.post(f"{address}/title/autosave", data={"version": old, "title": "Plate", "language": "en"})
    assert browser.post(f"{address}/abstract", data={"version": old, "abstract": ABSTRACT}).status_code == 303


def test_inventors_are_added_and_removed_without_scripts(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer), language="en")
    address = f"/filings/{filing.public_id}"
    one = {"inventors-0-name": "Ada Moor", "inventors-0-country": "GB"}
    assert _post_task(browser, address, "inventors", one, action="add:inventors").status_code == 303
    assert 'name="inventors-1-name"' in browser.get(f"{address}/tasks/inventors").text
    two = {**one, "inventors-1-name": "Wen Ling", "inventors-1-country": "CN"}
    assert _post_task(browser, address, "inventors", two, action="remove:inventors:0").status_code == 303
    look_again()
    assert filing.fields["inventors"] == [{"name": "Wen Ling", "country": "CN"}]


def test_errors_of_a_row_lead_to_its_field(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer), language="en")
    answers = {
        "owners-0-name": "",
        "owners-0-country": "",
        "owners-0-share": "",
        "owners-1-name": "Ada Moor",
        "owners-1-country": "",
        "owners-1-share": "half",
    }
    page = _post_task(browser, f"/filings/{filing.public_id}", "owners", answers)
    assert page.status_code == 422
    assert 'href="#field-owners-0-country"' in page.text
    assert 'id="field-owners-0-country"' in page.text
    assert "such as 1/2 or 0.5" in page.text


def test_a_large_file_is_streamed_and_shown_with_size_and_digest(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer))
    address = f"/filings/{filing.public_id}/documents"
    content = png(b"x" * 3_000_000)
    sent = browser.post(
        f"{address}/raw?role=drawings&name=big.png", data=content, content_type="application/octet-stream"
    )
    assert sent.status_code == 201, sent.text
    page = browser.get(address)
    assert sent.get_json()["sha256"] in page.text
    assert "3 MB" in page.text
    document = sent.get_json()["id"]
    assert browser.get(f"{address}/{document}").data == content
    assert browser.post(f"{address}/{document}/remove").status_code == 303
    assert "big.png" not in browser.get(address).text.split("Added so far")[1]


@pytest.mark.parametrize(
    ("role", "name", "content", "message"),
    [
        ("drawings", "empty.png", b"", "is empty"),
        ("drawings", "page.html", b"<html><script>", "is not taken here"),
        ("nothing", "a.png", png(), "Choose what the document is."),
        ("drawings", "notes.txt", b"only words", "is not taken here"),
    ],
)
def test_a_file_that_is_not_taken_is_said_so_and_nothing_is_added(
    browser: FlaskClient, filer: Any, role: str, name: str, content: bytes, message: str
) -> None:
    filing = draft(actor_of(*filer))
    address = f"/filings/{filing.public_id}/documents"
    page = browser.post(address, data={"role": role, "file": (io.BytesIO(content), name)})
    assert page.status_code == 422
    assert message in page.text
    raw = browser.post(f"{address}/raw?role={role}&name={name}", data=content, content_type="application/octet-stream")
    assert raw.status_code == 422
    assert message in " ".join(raw.get_json()["messages"])
    assert queries.attachments(filing.id) == []


def test_a_form_without_a_file_says_so(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer))
    page = browser.post(
        f"/filings/{filing.public_id}/documents", data={"role": "drawings"}, content_type="multipart/form-data"
    )
    assert page.status_code == 422
    assert "Choose a file." in page.text


def test_an_upload_that_broke_off_leaves_nothing(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer))
    body = b'--b\r\nContent-Disposition: form-data; name="role"\r\n\r\ndrawings\r\n--b\r\n'
    body += b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + png() + b"cut"
    page = browser.post(
        f"/filings/{filing.public_id}/documents", data=body, content_type="multipart/form-data; boundary=b"
    )
    assert page.status_code == 422
    assert queries.attachments(filing.id) == []


def test_uploads_need_the_form_token(app: Flask, browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer))
    app.config["WTF_CSRF_ENABLED"] = True
    address = f"/filings/{filing.public_id}/documents"
    for field in ({}, {"csrf_token": "wrong"}):
        page = browser.post(address, data={**field, "role": "drawings", "file": (io.BytesIO(png()), "a.png")})
        assert page.status_code == 400
    raw = browser.post(f"{address}/raw?role=drawings&name=a.png", data=png(), content_type="image/png")
    assert raw.status_code == 400
    token = _field(browser.get(address).text, "csrf_token")
    page = browser.post(address, data={"csrf_token": token, "role": "drawings", "file": (io.BytesIO(png()), "a.png")})
    assert page.status_code == 303
    raw = browser.post(
        f"{address}/raw?role=drawings&name=b.png",
        data=png(b"b"),
        headers={"X-CSRFToken": token},
        content_type="image/png",
    )
    assert raw.status_code == 201


def test_a_viewer_reads_and_a_stranger_finds_nothing(app: Flask, sign_in: SignIn, filer: Any) -> None:
    filing = draft(actor_of(*filer))
    viewer, _ = member("viewer", organisation=filer[1])
    watching = sign_in(app.test_client(), viewer, filer[1])
    assert watching.get(f"/filings/{filing.public_id}").status_code == 200
    assert watching.post(f"/filings/{filing.public_id}/submit").status_code == 403
    saved = watching.post(f"/filings/{filing.public_id}/tasks/title", data={"title": "Mine", "language": "en"})
    assert saved.status_code == 403
    strange = sign_in(app.test_client(), *member("administrator"))
    for path in ("", "/check", "/tasks/title", "/documents"):
        assert strange.get(f"/filings/{filing.public_id}{path}").status_code == 404
    assert strange.post(f"/filings/{filing.public_id}/submit").status_code == 404


def test_what_was_sent_after_the_session_ended_is_not_lost(app: Flask, sign_in: SignIn, filer: Any) -> None:
    filing = draft(actor_of(*filer), language="en")
    lost = app.test_client().post(f"/filings/{filing.public_id}/tasks/abstract", data={"abstract": ABSTRACT})
    assert lost.status_code in (302, 303, 401)


def test_an_incomplete_draft_names_each_gap_with_its_page(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer), title="Plate", language="en")
    page = browser.get(f"/filings/{filing.public_id}/check")
    for task, field in (("abstract", "abstract"), ("claims", "claims"), ("inventors", "inventors")):
        assert f'href="/filings/{filing.public_id}/tasks/{task}?check=1#field-{field}"' in page.text
    refused = browser.post(f"/filings/{filing.public_id}/submit", data={"idempotency_key": "one"})
    assert refused.status_code == 422
    assert "Enter the abstract." in refused.text


def test_a_deficiency_is_answered_with_an_amended_application(browser: FlaskClient, filer: Any) -> None:
    filing, _ = decided(actor_of(*filer), "deficient", "Claim 1 names no material.")
    page = browser.get(f"/filings/{filing.public_id}")
    assert "Claim 1 names no material." in page.text
    begun = browser.post(f"/filings/{filing.public_id}/answer")
    assert browser.post(f"/filings/{filing.public_id}/answer").location == begun.location
    assert "Claim 1 names no material." in browser.get(begun.location).text
    _post_task(browser, begun.location, "claims", {"claims": "1. A cooling plate of aluminium."})
    sent = browser.post(f"{begun.location}/submit", data={"idempotency_key": "one"})
    assert sent.location == begun.location
    look_again()
    assert filing.status == "answered"
    assert queries.latest_submission(filing).content["claims"] == [  # type: ignore[index]
        {"number": 1, "text": "A cooling plate of aluminium."}
    ]


def test_an_application_is_withdrawn_with_a_reason(browser: FlaskClient, filer: Any) -> None:
    filing = submitted(actor_of(*filer))
    browser.post(f"/filings/{filing.public_id}/withdraw", data={"reason": "Sold."})
    page = browser.get(f"/filings/{filing.public_id}")
    assert "Sold." in page.text
    assert "Withdraw the application" not in page.text


def test_a_draft_is_discarded_on_request_only(browser: FlaskClient, filer: Any) -> None:
    filing = draft(actor_of(*filer))
    assert browser.post(f"/filings/{filing.public_id}/discard").status_code == 303
    assert browser.get(f"/filings/{filing.public_id}").status_code == 404
    db.session.expunge_all()
    kept = submitted(actor_of(*filer))
    assert browser.post(f"/filings/{kept.public_id}/discard").status_code == 409


def test_the_list_says_what_to_do_when_it_is_empty(browser: FlaskClient, filer: Any) -> None:
    assert "No filings yet" in browser.get("/filings").text
    draft(actor_of(*filer))
    assert "Cooling plate for battery cells" in browser.get("/filings").text
    assert "Nothing fits these filters" in browser.get("/filings?status=registered").text


def test_an_unknown_kind_or_task_is_refused(browser: FlaskClient, filer: Any) -> None:
    assert browser.post("/filings", data={"kind": "spaceship"}).status_code == 422
    filing = draft(actor_of(*filer))
    assert browser.get(f"/filings/{filing.public_id}/tasks/secrets").status_code == 404
    assert browser.get("/filings/not-a-number").status_code == 404


def test_every_kind_has_all_its_pages(browser: FlaskClient, app: Flask) -> None:
    from ipplatform.domain.filings import kinds

    for name, kind in kinds.registry().items():
        address = browser.post("/filings", data={"kind": name}).location
        for task in kind.tasks:
            assert browser.get(f"{address}/tasks/{task.name}").status_code == 200
        assert browser.get(f"{address}/documents").status_code == 200
        assert browser.get(f"{address}/check").status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Filing)) == len(kinds.registry())

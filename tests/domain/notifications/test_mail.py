from __future__ import annotations

import smtplib
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from flask import Flask

from ipplatform.domain.notifications import jobs as mails
from ipplatform.domain.notifications import services
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases

sent: list[EmailMessage] = []


class SlowServer:
    """Takes a mail, and fails the test when a transaction is open while it would keep everybody waiting."""

    def __init__(self, *_address: Any, **_options: Any):
        pass

    def __enter__(self) -> SlowServer:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send_message(self, message: EmailMessage) -> None:
        assert not db.session().in_transaction()
        sent.append(message)


@both_databases
def test_no_transaction_is_open_while_a_mail_server_answers(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sent.clear()
    monkeypatch.setattr(smtplib, "SMTP", SlowServer)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url="smtp://mail.example")
    with transaction():
        context = {"name": "Wen Ling", "path": "/account/reset/x", "minutes": 60}
        services.mail(to="wen@example.com", template="password_reset", locale="en", context=context)
    assert jobs.run_all() == 1
    assert [message["To"] for message in sent] == ["wen@example.com"]
    assert jobs.run_all() == 0


@both_databases
def test_no_transaction_is_open_while_a_mail_is_made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    render, open_meanwhile = mails._renderer[0], []

    def rendering(template: str, locale: str, context: dict[str, Any]) -> tuple[str, str, str | None]:
        open_meanwhile.append(db.session().in_transaction())
        return render(template, locale, context)

    monkeypatch.setattr(mails, "_renderer", [rendering])
    with transaction():
        context = {"name": "Wen Ling", "path": "/account/reset/x", "minutes": 60}
        services.mail(to="wen@example.com", template="password_reset", locale="zh", context=context)
    assert jobs.run_all() == 1
    assert open_meanwhile == [False]


def received(number: int, *, to: str = "wen@example.com", locale: str = "en") -> None:
    context = {"name": "Wen Ling", "number": f"F-{number}", "documents": number - 1, "path": f"/filings/{number}"}
    context |= {"kind": "patent", "at": f"2026-11-28T02:0{number}:00+00:00"}
    services.listed(
        to=to,
        template="filing_received",
        several="filing_received_several",
        locale=locale,
        context=context,
        key=f"received/{number}",
    )


@both_databases
def test_who_files_much_at_once_gets_one_mail_that_names_each(app: Flask) -> None:
    with transaction():
        for number in (1, 2, 3):
            received(number)
        received(4, to="li@example.com")
    assert jobs.run_all() == 4
    [alone, several] = sorted(mails_written(app), key=lambda mail: str(mail["To"]))
    assert alone["Subject"] == "Received: filing F-4"
    assert several["To"] == "wen@example.com"
    assert several["Subject"] == "Received: 3 filings"
    for kind in ("plain", "html"):
        body = several.get_body((kind,))
        assert body is not None
        for number in (1, 2, 3):
            assert f"F-{number}" in body.get_content()
            assert f"{app.config['SETTINGS'].base_url}/filings/{number}" in body.get_content()
    plain = several.get_body(("plain",))
    assert plain is not None
    lines = (
        plain.get_content().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").splitlines()
    )
    assert "F-1 · Patent · Nov 28, 2026, 10:01:00 AM UTC+8" in lines
    assert "F-2 · Patent · Nov 28, 2026, 10:02:00 AM UTC+8 · 1 document" in lines
    assert "F-3 · Patent · Nov 28, 2026, 10:03:00 AM UTC+8 · 2 documents" in lines
    assert [lines[place + 1] for place, line in enumerate(lines) if line.startswith("F-")] == [
        f"{app.config['SETTINGS'].base_url}/filings/{number}" for number in (1, 2, 3)
    ]


@both_databases
def test_the_mail_that_names_each_is_in_the_language_of_its_reader(app: Flask) -> None:
    with transaction():
        received(1, locale="zh")
        received(2, locale="zh")
    jobs.run_all()
    [mail] = mails_written(app)
    assert mail["Subject"] == "已收到 2 件申请"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "filing" not in plain.get_content().replace("/filings/", "")


def mails_written(app: Flask) -> list[EmailMessage]:
    folder = app.config["SETTINGS"].mail_folder
    return [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.iterdir())]

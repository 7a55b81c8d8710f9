from __future__ import annotations

import smtplib
from dataclasses import replace
from email.message import EmailMessage
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

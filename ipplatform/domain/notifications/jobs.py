from __future__ import annotations

import secrets
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

from ipplatform.foundation import settings
from ipplatform.foundation.clock import now
from ipplatform.foundation.jobs import job, job_of_several
from ipplatform.foundation.storage import write_durably

Renderer = Callable[[str, str, dict[str, Any]], tuple[str, str, str | None]]
_renderer: list[Renderer] = []


def use_renderer(renderer: Renderer) -> None:
    """``renderer(template, locale, context)`` gives subject, text and HTML (or None); set once at start."""
    _renderer[:] = [renderer]


@job("mail", own_transactions=True)
def send(payload: dict[str, Any]) -> None:
    """Deliver one mail: by SMTP when configured, else as a file in the mail folder.

    In no transaction: on SQLite nobody could write while a mail is made and its server thinks about it.
    """
    message = compose(payload)
    address = settings.current().smtp_url
    if address:
        _by_smtp(message, address)
    else:
        name = f"{now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}.eml"
        write_durably(settings.current().mail_folder / name, message.as_bytes())


@job_of_several("listed mail", alike=lambda payload: (payload["to"], payload["locale"], payload["template"]))
def send_list(payloads: list[dict[str, Any]]) -> None:
    """One mail for all of them: who files five hundred applications at once wants to read of it once."""
    if len(payloads) == 1:
        return send(payloads[0])
    contexts = [payload["context"] for payload in payloads]
    whole = {"name": contexts[-1]["name"], "listed": contexts}
    return send({**payloads[0], "template": payloads[0]["several"], "context": whole})


def compose(payload: dict[str, Any]) -> EmailMessage:
    subject, text, html = _renderer[0](payload["template"], payload["locale"], payload["context"])
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.current().mail_sender
    message["To"] = payload["to"]
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain="ipplatform.invalid")
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


def _by_smtp(message: EmailMessage, address: str) -> None:
    parts = urlsplit(address)
    client = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with client(parts.hostname or "localhost", parts.port or 0, timeout=30) as connection:
        if parts.scheme == "smtp+starttls":
            connection.starttls()
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        connection.send_message(message)

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.foundation.db import db
from tests.conftest import SignIn
from tests.factories import bearer, member

FORM = "application/x-www-form-urlencoded"
FILE = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n'
    b"Content-Type: application/xml\r\n\r\n<a/>\r\n--x--\r\n"
)
SENT = [
    ("/filings", FORM, b"kind=patent"),
    ("/account/language", FORM, b"lang=zh"),
    ("/assets/import", "multipart/form-data; boundary=x", FILE),
    ("/api/v1/needs", "application/json", b"{}"),
    ("/api/v1/imports", "multipart/form-data; boundary=x", FILE),
    ("/api/v1/documents?name=a.txt", "application/octet-stream", b"text"),
]


class SlowBody(io.BytesIO):
    """Notes whether a transaction was open each time a piece of it was waited for."""

    def __init__(self, content: bytes):
        super().__init__(content)
        self.open_while_waiting: list[bool] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self._note()
        return super().read(size)

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        self._note()
        return super().readinto(buffer)

    def _note(self) -> None:
        self.open_while_waiting.append(db.session().in_transaction())


@pytest.mark.parametrize(("address", "media_type", "content"), SENT)
def test_no_transaction_is_open_while_a_slow_sender_sends(
    app: Flask, client: FlaskClient, sign_in: SignIn, address: str, media_type: str, content: bytes
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    person, organisation = member("administrator")
    body = SlowBody(content)
    headers = {**bearer(person, organisation), "Content-Length": str(len(content))}
    answer = sign_in(client, person, organisation).post(
        address, input_stream=body, content_type=media_type, headers=headers
    )
    assert answer.status_code < 500
    assert body.open_while_waiting
    assert not any(body.open_while_waiting)

"""A document that was changed at rest: refused before its first byte, or a download that everybody sees break off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import IncompleteRead
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from ipplatform.domain.assets.models import Document
from ipplatform.entrypoints.http import downloads, logs
from ipplatform.foundation import storage
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.secretbox import Damaged
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.entrypoints.http.breaking import CHUNK, SIZE
from tests.factories import actor_of, member
from tests.factories.filings import png, received
from tests.processes import ROOT, answers, free_port, wait_for

CONTENT = png(b"a drawing " * 60_000)  # Ten chunks.


@pytest.fixture
def kept(app: Flask, client: FlaskClient, sign_in: SignIn) -> Iterator[SimpleNamespace]:
    logs.configure("ERROR")
    person, organisation = member("filer")
    document = received(actor_of(person, organisation), organisation, content=CONTENT)
    browser = sign_in(client, person, organisation)
    path = storage.path_of(document.storage_key)
    address = f"/assets/documents/{document.public_id}"
    yield SimpleNamespace(id=document.id, path=path, address=address, browser=browser)
    logs.configure(app.config["SETTINGS"].log_level)


def flip(path: Path, at: int) -> None:
    sealed = bytearray(path.read_bytes())
    sealed[at] ^= 1
    path.write_bytes(sealed)


def swap(kept: SimpleNamespace) -> None:
    """Another document's file in its place: every chunk authenticates."""
    with transaction():
        db.session.get_one(Document, kept.id).storage_key = storage.put_stream([CONTENT[:-1] + b"!"])


def test_what_is_whole_is_sent_whole(kept: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept.browser.get(kept.address).data == CONTENT
    monkeypatch.setattr(downloads, "CHECKED_WHOLE", 0)
    assert kept.browser.get(kept.address).data == CONTENT


@both_databases
@pytest.mark.parametrize("damage", ["first chunk", "last byte", "cut", "swapped", "gone"])
def test_a_damaged_document_is_refused_before_its_first_byte(kept: SimpleNamespace, damage: str) -> None:
    if damage == "first chunk":
        flip(kept.path, 100)
    elif damage == "last byte":
        flip(kept.path, -1)
    elif damage == "cut":
        kept.path.write_bytes(kept.path.read_bytes()[:-CHUNK])
    elif damage == "swapped":
        swap(kept)
    else:
        kept.path.unlink()
    with capture_logs() as logged:
        answer = kept.browser.get(kept.address)
    assert answer.status_code == 409
    assert "The stored file is missing or damaged." in answer.text
    assert [line["code"] for line in logged if line["log_level"] == "error"] == ["document_damaged"]


@pytest.mark.parametrize("damage", ["last byte", "swapped"])
def test_one_too_large_to_be_read_twice_breaks_off_before_its_last_chunk(
    kept: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(downloads, "CHECKED_WHOLE", len(CONTENT) - 1)
    if damage == "swapped":
        swap(kept)
    else:
        flip(kept.path, -1)
    answer = kept.browser.get(kept.address, buffered=False)
    assert (answer.status_code, answer.content_length) == (200, len(CONTENT))
    came = b""
    with capture_logs() as logged, pytest.raises(Damaged):
        for chunk in answer.response:
            came += chunk
    assert CHUNK < len(came) < len(CONTENT)
    assert [(line["event"], line["code"]) for line in logged] == [("download broken off", "document_damaged")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """gunicorn as it serves in production, in front of tests/entrypoints/http/breaking.py."""
    port = free_port()
    log = tmp_path / "web.log"
    command = [str(Path(sys.executable).parent / "gunicorn"), "tests.entrypoints.http.breaking:app"]
    environment = {**os.environ, "PORT": str(port), "WEB_CONCURRENCY": "1", "WEB_THREADS": "2", "PYTHONPATH": str(ROOT)}
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        found = SimpleNamespace(address=f"http://127.0.0.1:{port}", log=log)
        wait_for(lambda: answers(f"{found.address}/whole"), 60, "the web process answers")
        yield found
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def test_the_server_ends_the_connection_short_of_what_it_announced(server: SimpleNamespace) -> None:
    with urlopen(f"{server.address}/whole", timeout=30) as answer:
        assert len(answer.read()) == SIZE
    with urlopen(f"{server.address}/damaged", timeout=30) as answer:
        assert answer.headers["Content-Length"] == str(SIZE)
        with pytest.raises(IncompleteRead):
            answer.read()
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines if line["level"] == "error"] == ["download broken off"]

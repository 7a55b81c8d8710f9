"""The page /verify, open in a browser that has everything it needs and may then lose its network."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect
from werkzeug.serving import make_server

from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db, transaction

ZIP = "application/zip"
Members = dict[str, bytes]
Change = Callable[[Members], None]


@dataclass
class Desk:
    """A page with the verifier open, and what it sent."""

    page: Page
    sent: list[Request] = field(default_factory=list)

    def note(self, request: Request) -> None:
        self.sent.append(request)

    def choose(self, name: str, data: bytes, *more: tuple[str, bytes]) -> str:
        """The verdict over the files."""
        files: Any = [{"name": one, "mimeType": ZIP, "buffer": held} for one, held in ((name, data), *more)]
        self.page.evaluate("() => { document.querySelector('[data-verify-verdict]').hidden = true }")
        self.page.set_input_files("#verify-file", files)
        return self.verdict

    @property
    def verdict(self) -> str:
        verdict = self.page.locator("[data-verify-verdict]")
        expect(verdict).to_be_visible(timeout=30_000)
        return str(verdict.get_attribute("data-outcome"))

    @property
    def report(self) -> str:
        return self.page.locator("[data-verify-results]").inner_text()

    @property
    def refuted_part(self) -> str | None:
        return self.page.locator("[data-verify-results] .not-met").get_attribute("data-part", timeout=2000)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def opened(browser: Browser, address: str, script: str = "", **options: Any) -> Iterator[Desk]:
    """Nothing may be asked of any network once the page is loaded, and none is there."""
    context = browser.new_context(**options)
    try:
        context.add_init_script(script)
        desk = Desk(context.new_page())
        desk.page.goto(f"{address}/verify")
        desk.page.wait_for_selector("[data-verify-form]:not([hidden])")
        desk.page.on("request", desk.note)
        context.set_offline(True)
        yield desk
        assert [request.url for request in desk.sent if not request.url.startswith("blob:")] == []
    finally:
        context.close()


def bundle_of(record: int) -> bytes:
    with transaction(reads_only=True):
        found = db.session.get_one(Record, record, populate_existing=True)
        data = b"".join(archive.stream(contents.members(found, with_filing=True)))
    db.session.remove()
    return data


def unpacked(data: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(data)) as original:
        return {info.filename: original.read(info) for info in original.infolist()}


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as changed:
        for name, content in members.items():
            changed.writestr(name, content)
    return out.getvalue()


def twin(data: bytes, change: Change) -> bytes:
    """As a forger leaves it: changed, with lists of digests that fit."""
    members = unpacked(data)
    change(members)
    entries = [contents.of_bytes(item, members[item]) for item in members if not item.endswith("SUMS")]
    members["SHA256SUMS"] = "".join(f"{item.sha256}  {item.name}\n" for item in entries).encode()
    members["SHA512SUMS"] = "".join(f"{item.sha512}  {item.name}\n" for item in entries).encode()
    return zipped(members)


def flip(name: str, at: int = -2) -> Change:
    def change(members: Members) -> None:
        data = bytearray(members[name])
        data[at] ^= 1
        members[name] = bytes(data)

    return change


def without(*names: str) -> Change:
    def change(members: Members) -> None:
        for name in names:
            del members[name]

    return change


def without_line(name: str, mark: str) -> Change:
    """Every checkpoint in `name` loses its signature lines that hold `mark`."""

    def change(members: Members) -> None:
        for proof in [item for item in members if item.endswith(".tlog-proof") and item.startswith(name)]:
            lines = members[proof].decode().split("\n")
            members[proof] = "\n".join(line for line in lines if mark not in line).encode()

    return change

"""The page /verify in Chromium: bundles are checked with WebCrypto, and nothing leaves the browser."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect
from werkzeug.serving import make_server

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.foundation.db import db, transaction
from tests.factories.evidence import make_record, make_records, stored_document

pytestmark = pytest.mark.browser
ASSET = "0123456789abcdef"
ZIP = "application/zip"


@dataclass
class Desk:
    """A page with the verifier open, and what it sent."""

    page: Page
    sent: list[Request] = field(default_factory=list)

    def note(self, request: Request) -> None:
        self.sent.append(request)

    def choose(self, name: str, data: bytes, media_type: str = ZIP) -> str:
        self.page.set_input_files("#verify-file", {"name": name, "mimeType": media_type, "buffer": data})
        verdict = self.page.locator("[data-verify-verdict]")
        expect(verdict).to_be_visible()
        expect(self.page.locator("[data-verify]")).not_to_have_attribute("aria-busy", "true")
        return str(verdict.get_attribute("data-outcome"))

    @property
    def report(self) -> str:
        return self.page.locator("[data-verify-results]").inner_text()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Desk]:
    context = browser.new_context()
    opened = Desk(context.new_page())
    opened.page.goto(f"{address}/verify")
    opened.page.wait_for_selector("[data-verify-form]:not([hidden])")
    opened.page.on("request", opened.note)
    yield opened
    assert [request.url for request in opened.sent if not request.url.startswith("blob:")] == []
    context.close()


@pytest.fixture
def bundle(app: Flask) -> bytes:
    make_records(5)
    record = make_record(
        asset=ASSET, documents=[stored_document(b"claims"), stored_document(b"drawing", "图 1.png", "drawing")]
    )
    make_record(asset=ASSET)
    make_records(300)
    sequencer.run_once()
    with transaction(reads_only=True):
        data = b"".join(archive.stream(contents.members(record, with_filing=True)))
    db.session.remove()
    return data


def rebuilt(data: bytes, change: Callable[[dict[str, bytes]], None], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as original:
        members = {info.filename: original.read(info) for info in original.infolist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as changed:
        for name, content in members.items():
            changed.writestr(name, content)
    return out.getvalue()


def forge(name: str, at: int = -2) -> Callable[[dict[str, bytes]], None]:
    """Change a byte and write the lists of digests anew."""

    def change(members: dict[str, bytes]) -> None:
        data = bytearray(members[name])
        data[at] ^= 1
        members[name] = bytes(data)
        entries = [contents.of_bytes(item, members[item]) for item in members if not item.endswith("SUMS")]
        members["SHA256SUMS"] = "".join(f"{item.sha256}  {item.name}\n" for item in entries).encode()
        members["SHA512SUMS"] = "".join(f"{item.sha512}  {item.name}\n" for item in entries).encode()

    return change


def test_a_bundle_is_verified_and_nothing_is_sent(desk: Desk, bundle: bytes) -> None:
    assert desk.choose("evidence-1.zip", bundle) == "verified"
    assert "图 1.png" in desk.report
    assert "of 307" in desk.report
    assert "Refuted" not in desk.report
    assert desk.choose("claims.pdf", b"claims", "application/pdf") == "verified"
    assert desk.choose("other.pdf", b"other", "application/pdf") == "refuted"


def test_a_compressed_bundle_is_verified_too(desk: Desk, bundle: bytes) -> None:
    assert desk.choose("evidence-1.zip", rebuilt(bundle, lambda members: None)) == "verified"


@pytest.mark.parametrize(
    "name",
    ["filing/manifest.json", "filing/001-claims.pdf", "filing/salt.hex", "log/entry.json", "log/entry.tlog-proof",
     "history/000000000006.json"],
)  # fmt: skip
def test_a_forged_bundle_is_refuted(desk: Desk, bundle: bytes, name: str) -> None:
    assert desk.choose("evidence-1.zip", rebuilt(bundle, forge(name))) == "refuted"
    assert "Refuted:" in desk.report


def test_another_signature_is_refuted(desk: Desk, bundle: bytes) -> None:
    assert desk.choose("evidence-1.zip", rebuilt(bundle, forge("log/entry.tlog-proof", -12))) == "refuted"


@pytest.mark.parametrize("name", ["../a", "a/b/c/d", "/a"])
def test_a_zip_with_odd_names_is_unusable(desk: Desk, bundle: bytes, name: str) -> None:
    odd = rebuilt(bundle, lambda members: members.update({name: b"x"}))
    assert desk.choose("evidence-1.zip", odd) == "unusable"


def test_a_bomb_is_unusable(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("log/entry.json", b"\x00" * 20_000_000)
    assert desk.choose("evidence-1.zip", out.getvalue()) == "unusable"


def test_a_document_alone_gets_its_digest(desk: Desk) -> None:
    assert desk.choose("claims.pdf", b"claims", "application/pdf") == "digest"

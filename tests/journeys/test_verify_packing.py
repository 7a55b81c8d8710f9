"""What people drop on /verify that is no bundle as it was downloaded: packed again, damaged, a certificate."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.ids import display_id
from tests.factories.certificates import filer, issued
from tests.factories.evidence import make_record, stored_document
from tests.factories.holder import enrolled, record_of, signed, signer
from tests.journeys.desk import bundle_of, opened, served, unpacked, zipped

pytestmark = pytest.mark.browser
NAME = "evidence-1.zip"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as found:
        yield found


@pytest.fixture
def whole(app: Flask) -> bytes:
    record = make_record(documents=[stored_document(b"claims")])
    sequencer.run_all()
    return bundle_of(record.id)


@pytest.mark.parametrize("outer", ["", "evidence (1)"], ids=["files", "their_folder"])
def test_a_bundle_packed_again_is_judged_by_its_files(
    browser: Browser, address: str, whole: bytes, tmp_path: Path, outer: str
) -> None:
    folder = tmp_path / "unpacked" / outer
    with zipfile.ZipFile(io.BytesIO(whole)) as original:
        original.extractall(folder)
    good = Path(shutil.make_archive(str(tmp_path / "good"), "zip", tmp_path / "unpacked")).read_bytes()
    with (folder / "log" / "entry.json").open("ab") as entry:
        entry.write(b" ")
    changed = Path(shutil.make_archive(str(tmp_path / "changed"), "zip", tmp_path / "unpacked")).read_bytes()
    with opened(browser, address) as desk:
        assert desk.choose(NAME, good) == "verified"
        assert desk.choose("claims.pdf", b"claims", (NAME, good)) == "verified"
        assert desk.choose(NAME, changed) == "refuted"
        assert "log/entry.json is not the file that SHA256SUMS lists" in desk.report


@pytest.mark.parametrize("outer", ["", "evidence (1)/"], ids=["files", "their_folder"])
def test_what_a_mac_adds_is_not_looked_at_and_named(browser: Browser, address: str, whole: bytes, outer: str) -> None:
    packed = {f"{outer}{name}": data for name, data in unpacked(whole).items()}
    added = {f"__MACOSX/{outer}._log": b"attributes", f"{outer}.DS_Store": b"view", f"{outer}log/._entry.json": b"x"}
    changed = packed | {f"{outer}log/entry.json": packed[f"{outer}log/entry.json"] + b" "}
    with opened(browser, address) as desk:
        assert desk.choose(NAME, zipped(added | packed)) == "verified"
        assert f"Not looked at, since they are named as a Mac names what it adds when it packs: {', '.join(added)}" in (
            desk.report
        )
        assert desk.choose(NAME, zipped(packed)) == "verified"
        assert "Not looked at" not in desk.report
        assert desk.choose(NAME, zipped(added | changed)) == "refuted"
        for other in ("Thumbs.db", f"{outer}.hidden", "__MACOSX"):
            assert desk.choose(NAME, zipped(packed | {other: b"x"})) != "verified", other


def test_a_flipped_byte_is_refuted_and_its_file_named(browser: Browser, address: str, whole: bytes) -> None:
    stored = bytearray(whole)
    stored[whole.index(unpacked(whole)["verify.sh"]) + 100] ^= 1
    deflated = bytearray(zipped(unpacked(whole)))
    with zipfile.ZipFile(io.BytesIO(bytes(deflated))) as packed:
        at = packed.getinfo("verify.sh").header_offset
    deflated[at + 30 + len("verify.sh")] |= 0x06  # a kind of block that there is not, RFC 1951 3.2.3
    with opened(browser, address) as desk:
        assert desk.choose(NAME, bytes(stored)) == "refuted"
        assert "verify.sh is not the file that SHA256SUMS lists" in desk.report
        assert desk.choose(NAME, bytes(deflated)) == "refuted"
        assert "verify.sh is damaged" in desk.report


def hostile(whole: bytes) -> dict[str, bytes]:
    link = zipfile.ZipInfo("log/")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    filled = io.BytesIO()
    with zipfile.ZipFile(filled, "w") as archive:
        archive.writestr(link, b"")
        archive.writestr("log/entry.json", b"{}")
    wrapped = {f"a/{name}": data for name, data in unpacked(whole).items()}
    return {
        "log/ is a folder or a link": filled.getvalue(),
        "log/ is a folder": zipped({"log/": b"x", "log/entry.json": b"{}"}, zipfile.ZIP_STORED),
        "The name ../ is": zipped({"../": b"", "log/entry.json": b"{}"}),
        "The name / is": zipped({"/": b"", "log/entry.json": b"{}"}),
        "The name LOG/ occurs twice": zipped({"log/": b"", "LOG/": b"", "log/entry.json": b"{}"}),
        "The name a/../b is": zipped(wrapped | {"a/../b": b""}),
        "The name a// is": zipped(wrapped | {"a//": b""}),
        "The name a/b/c/d/e is": zipped(wrapped | {"a/b/c/d/e": b""}),
        "SHA256SUMS is missing": zipped(wrapped | {"b/c": b""}),
    }


def test_folders_open_no_way_around_the_names(browser: Browser, address: str, whole: bytes) -> None:
    with opened(browser, address) as desk:
        for words, data in hostile(whole).items():
            assert desk.choose(NAME, data) == "unusable", words
            assert words in desk.report


def test_a_certificate_is_not_read_and_the_page_says_what_to_drop(browser: Browser, app: Flask, address: str) -> None:
    made = issued(filer())
    with transaction(reads_only=True):
        number = db.session.scalars(select(Record.id)).one()
    record = bundle_of(number)
    other = b"%PDF-1.7 another certificate"
    with opened(browser, address) as desk:
        assert desk.choose(made.name, made.content) == "digest"
        assert "Drop the evidence bundle (.zip) of its filing" in desk.report
        assert desk.choose(made.name, made.content, (NAME, record)) == "digest"
        assert "This is the certificate that is in the bundle" in desk.report
        assert desk.choose(made.name, other, (NAME, record)) == "digest"
        assert "not the certificate in the bundles" in desk.report
        assert desk.choose("drawings.pdf", other, (NAME, record)) == "refuted"
        assert "drop that filing’s bundle first" in desk.report


def test_numbers_kinds_and_roles_are_those_of_other_pages(browser: Browser, address: str, app: Flask) -> None:
    _, _, actor = signer("filer")
    documents = [stored_document(b"drawing", "图 1.png", "drawings"), stored_document(b"odd", "odd.txt", "of_2046")]
    record = record_of(actor, documents=documents)
    signed(actor, record, *enrolled(actor))
    sequencer.run_all()
    data, number = bundle_of(record.id), display_id(record.public_id)
    with opened(browser, address, locale="zh-CN") as desk:
        assert desk.choose("图 1.png", b"drawing", (NAME, data)) == "verified"
        shown = desk.report
        assert f"{number}（登记申请）" in shown
        assert shown.count(number) == 2
        assert record.public_id not in shown
        assert shown.count("附图") == 2
        assert "经办人" in shown
        assert "of_2046" in shown, "what this platform does not know stands as it is"
        assert not {"registration", "drawings", "filer"} & set(shown.replace("（", " ").replace("）", " ").split())

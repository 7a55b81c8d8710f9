"""The page /verify in Chromium: bundles are checked with WebCrypto, without a network, and each forgery is named."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import keys, sequencer
from ipplatform.domain.evidence.succession import services as succession
from ipplatform.domain.evidence.time import renewal, stamping
from ipplatform.domain.evidence.witness import client
from tests.authorities import Authority, MakeAuthority
from tests.domain.evidence.time.conftest import Configure, configure  # noqa: F401
from tests.domain.evidence.witness.conftest import Zones, demand, zones  # noqa: F401
from tests.domain.evidence.witness.test_client import Demand
from tests.factories.erasure import make_scene, registered
from tests.factories.evidence import make_record, make_records, stored_document
from tests.factories.holder import (
    Authenticator,
    enrolled,
    enrolled_passkey,
    key_pair,
    record_of,
    signed,
    signed_by_passkey,
    signer,
)
from tests.factories.succession import move_on
from tests.journeys.desk import (
    Desk,
    Members,
    bundle_of,
    flip,
    opened,
    served,
    twin,
    unpacked,
    without,
    without_line,
    zipped,
)
from tests.journeys.visitor import visitor

pytestmark = pytest.mark.browser
ASSET = "0123456789abcdef"
NAME = "evidence-1.zip"
STEM = "filing/submitter"
NO_ED25519 = """
const known = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (form, key, algorithm, ...rest) => algorithm.name === "Ed25519"
  ? Promise.reject(new DOMException("unknown", "NotSupportedError")) : known(form, key, algorithm, ...rest);
"""
LARGE = """async (size) => {
  const { digestsOf } = await import("/static/js/verify/digests.js");
  const piece = new Uint8Array(2 ** 20).fill(7);
  let beats = 0;
  const clock = setInterval(() => { beats += 1 }, 10);
  const found = await digestsOf(Array.from({ length: size }, () => piece), size * 2 ** 20);
  clearInterval(clock);
  return [found.sha256, found.sha512, beats];
}"""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as found:
        yield found


@pytest.fixture
def authorities(make_authority: MakeAuthority) -> list[Authority]:
    return [make_authority("east"), make_authority("west", intermediate=True)]


@pytest.fixture
def whole(app: Flask, zones: Zones, demand: Demand, configure: Configure, authorities: list[Authority]) -> bytes:  # noqa: F811
    """A bundle with every part but those of an ended log: four signatures, a history, a witness, stamps and a renewal."""
    demand(zones("b"))
    configure(*authorities)
    make_records(5)
    _, organisation, actor = signer("filer")
    _, _, other = signer("signatory", organisation=organisation)
    documents = [stored_document(b"claims"), stored_document(b"drawing", "图 1.png", "drawing")]
    record = record_of(actor, asset=ASSET, documents=documents)
    signed(actor, record, *enrolled(actor))
    signed(other, record, *enrolled(other, key_pair("p384")))
    signed_by_passkey(actor, record, *enrolled_passkey(actor))
    signed_by_passkey(other, record, *enrolled_passkey(other, Authenticator(private=key_pair("ed25519"))))
    make_record(asset=ASSET)
    make_records(300)
    sequencer.run_all()
    with client.Client() as asking:
        asking.round(patiently=True)
    stamping.stamp_newest()
    assert renewal.renew(every=True).problem == ""
    return bundle_of(record.id)


def test_every_part_is_verified_with_the_network_off(
    browser: Browser, address: str, whole: bytes, authorities: list[Authority]
) -> None:
    with opened(browser, address) as desk:
        assert desk.choose(NAME, whole) == "verified"
        shown = desk.report
        for text in ("图 1.png", "with a passkey, as http://localhost", "ML-DSA-44", "b-ed saw this tree", "quorum enough is met",
                     "the entry existed by", "(renewal 1)", "another filing about the same asset"):  # fmt: skip
            assert text in shown, text
        assert shown.count("signed this manifest") == 4
        assert "root certificates came from the bundle" in shown
        roots = b"".join(item.root_file.read_bytes() for item in authorities).decode()
        desk.page.locator("details summary").first.click()
        desk.page.fill("#verify-trust", f"{keys.policy().text}\n{roots}")
        assert desk.choose(NAME, zipped(unpacked(whole))) == "verified"
        assert "root certificates came from the bundle" not in desk.report
        desk.page.fill("#verify-trust", "nonsense")
        desk.page.set_input_files("#verify-file", [{"name": NAME, "mimeType": "", "buffer": whole}])
        expect(desk.page.locator("#verify-trust-problem")).to_contain_text("nonsense")
        foreign = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        desk.page.fill("#verify-trust", foreign)
        assert desk.choose(NAME, whole) == "refuted"
        assert "a log whose keys are not among those trusted here" in desk.report


def another_time(members: Members) -> None:
    members["time/east.tsr"] = members["time/west.tsr"]


def without_lists(members: Members) -> None:
    members["time/east.crl"] = members["time/west.crl"]


def with_another_root(members: Members) -> None:
    members["time/east.pem"] = members["time/west.pem"]


def test_each_forgery_is_refuted_and_its_part_named(browser: Browser, address: str, whole: bytes) -> None:
    mldsa = next(key for key in keys.verifier_keys() if key.algorithm == 6)
    line = f"{mldsa.name} {base64.b64encode(mldsa.key_id).decode()[:5]}"
    history = next(name for name in unpacked(whole) if name.startswith("history/") and name.endswith(".json"))
    twins = {
        "manifest": (flip("filing/manifest.json"), {"manifest", "document"}),
        "document": (flip("filing/001-claims.pdf"), {"document"}),
        "salt": (flip("filing/salt.hex", 3), {"commitment"}),
        "uploaded": (flip(f"{STEM}.001.sig"), {"holder"}),
        "ecdsa": (flip(f"{STEM}.002.sig", -3), {"holder"}),
        "passkey": (flip(f"{STEM}.003.sig", -3), {"holder"}),
        "authenticator": (flip(f"{STEM}.003.authenticator-data", 0), {"holder"}),
        "asked": (flip(f"{STEM}.004.client-data.json", 50), {"holder"}),
        "stripped signature": (without(f"{STEM}.002.sig", f"{STEM}.002.spki.pem"), {"holder"}),
        "entry": (flip("log/entry.json", 20), {"inclusion", "commitment"}),
        "ML-DSA stripped": (without_line("", line), {"signature"}),
        "path": (flip("log/entry.tlog-proof", 50), {"inclusion", "signature"}),
        "witness stripped": (without_line("", "b.example/witness"), {"witnesses"}),
        "history": (flip(history, 20), {"history"}),
        "swapped stamp": (another_time, {"time"}),
        "stamp": (flip("time/west.tsr", -5), {"time"}),
        "renewal": (flip("time/renewal-001-east.tsr", -5), {"time"}),
        "stamped head": (flip("time/checkpoint.txt", 30), {"time"}),
        "lists": (without_lists, {"time"}),
        "root": (with_another_root, {"time"}),
    }
    with opened(browser, address) as desk:
        for name, (change, parts) in twins.items():
            assert desk.choose(NAME, twin(whole, change)) == "refuted", name
            assert desk.refuted_part in parts, f"{name}: {desk.report}"
        assert desk.choose(NAME, zipped(unpacked(whole) | {"README.txt": b"other"})) == "refuted"
        assert desk.refuted_part == "files"


def test_a_browser_without_ed25519_judges_alike(browser: Browser, address: str, whole: bytes) -> None:
    with opened(browser, address, NO_ED25519) as desk:
        assert desk.choose(NAME, whole) == "verified"
        assert desk.choose(NAME, twin(whole, flip(f"{STEM}.001.sig"))) == "refuted"
        found = desk.page.evaluate(LARGE, 70)
    data = b"\x07" * 2**20 * 70
    assert found[:2] == [hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest()]
    assert found[2] > 10, "the page stayed alive meanwhile"


def test_documents_are_looked_for_in_bundles_that_hold(browser: Browser, address: str, whole: bytes) -> None:
    public = twin(
        whole, lambda members: [members.pop(name) for name in list(members) if name.startswith("filing/")] and None
    )
    with opened(browser, address) as desk:
        assert desk.choose("claims.pdf", b"claims") == "digest"
        assert hashlib.sha256(b"claims").hexdigest() in desk.report
        assert desk.choose("drawing.png", b"drawing", (NAME, whole)) == "verified"
        assert "byte for byte “图 1.png”" in desk.report
        assert desk.choose("other.pdf", b"other") == "refuted", "held against the bundle from before"
        assert desk.choose("claims.pdf", b"claims", (NAME, public)) == "digest"
        assert "use the holder’s bundle" in desk.report
        assert desk.choose("other.zip", zipped({"a.txt": b"a"}), (NAME, public)) == "digest"


def hostile() -> dict[str, bytes]:
    bomb, large = io.BytesIO(), {"log/entry.json": b"{}"}
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as opened_bomb:
        opened_bomb.writestr("log/entry.json", b"\x00" * 20_000_000)
    cut = bytearray(zipped(large, zipfile.ZIP_STORED))
    cut[cut.index(b"log/entry.json")] ^= 1
    return {
        "is not one a bundle has": zipped(large | {"../a": b"x"}),
        "The name a/b/c/d is": zipped(large | {"a/b/c/d": b"x"}),
        "The name /a is": zipped(large | {"/a": b"x"}),
        "occurs twice": zipped(large | {"README.txt": b"1", "readme.txt": b"2"}),
        "grows more than 100 times": bomb.getvalue(),
        "is damaged": bytes(cut),
        "SHA256SUMS is missing": zipped(large),
    }


def test_hostile_files_are_unusable_and_say_why(browser: Browser, address: str, app: Flask) -> None:
    with opened(browser, address) as desk:
        for words, data in hostile().items():
            assert desk.choose(NAME, data) == "unusable", words
            assert words in desk.report


def test_an_ended_log_is_verified_and_its_forgeries_are_named(browser: Browser, app: Flask, tmp_path: Path) -> None:
    record = make_record(asset=ASSET).id
    make_records(4)
    sequencer.run_all()
    old = bundle_of(record)
    succession.freeze(actor=SYSTEM, reason="fork")
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, origin="second.example/log", log_store=str(tmp_path / "log-2"))
    succession.succeed(actor=SYSTEM)
    sequencer.run_all()
    data = bundle_of(record)
    with served(app) as address, opened(browser, address) as desk:
        assert desk.choose(NAME, data, ("evidence-old.zip", old)) == "verified"
        assert "which ended" in desk.report
        for part in ("entry.json", "entry.tlog-proof", "anchor.json", "anchor.tlog-proof", "manifest.json", "salt.hex"):
            assert desk.choose(NAME, twin(data, flip(f"former/001-{part}", 40))) == "refuted", part
            assert desk.refuted_part == "former", part


@pytest.mark.parametrize("entered", [True, False], ids=["in_both", "only_in_the_first"])
def test_a_log_that_ended_twice_is_followed_to_the_present_one(
    browser: Browser, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entered: bool
) -> None:
    record = make_record(asset=ASSET).id
    sequencer.run_all()
    assert list(move_on(app, tmp_path, monkeypatch, entered=entered)) == [2, 3]
    data = bundle_of(record)
    with served(app) as address, opened(browser, address) as desk:
        assert desk.choose(NAME, data) == "verified"
        for part in (
            "001-anchor.json",
            "001-anchor.tlog-proof",
            "002-anchor.json",
            "002-manifest.json",
            "002-salt.hex",
        ):
            assert desk.choose(NAME, twin(data, flip(f"former/{part}", 40))) == "refuted", part
            assert desk.refuted_part == "former", part


def test_an_erasure_is_verified_and_its_forgeries_are_named(browser: Browser, address: str, app: Flask) -> None:
    scene = make_scene()
    made = registered(scene)
    scene.erase(made)
    sequencer.run_all()
    assert made.record is not None
    data = bundle_of(made.record.id)
    with opened(browser, address) as desk:
        assert desk.choose(NAME, data) == "verified"
        assert "The content was erased under request" in desk.report
        for part in ("entry.json", "entry.tlog-proof", "manifest.json", "salt.hex"):
            assert desk.choose(NAME, twin(data, flip(f"erasure/{part}", 30))) == "refuted", part
            assert desk.refuted_part == "erasure", part


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_page_is_for_everybody(browser: Browser, address: str, whole: bytes, locale: str) -> None:
    with visitor(browser, address, f"verify-{locale[:2]}", locale=locale) as somebody:
        somebody.go("/verify")
        desk = Desk(somebody.page)
        for name, data, outcome in (
            ("whole", whole, "verified"),
            ("refuted", twin(whole, flip("time/west.tsr", -5)), "refuted"),
        ):
            assert desk.choose(NAME, data) == outcome
            somebody.look(name)
        members, gone = unpacked(whole), "filing/001-claims.pdf"
        for changed, english, chinese in (
            (members | {"notes.txt": b"mine"}, "does not list the files that are here: notes.txt", "未列出此处的文件：notes.txt"),
            ({name: data for name, data in members.items() if name != gone}, f"lists files that are not here: {gone}",
             f"列有此处没有的文件：{gone}"),
        ):  # fmt: skip
            assert desk.choose(NAME, zipped(changed)) == "refuted"
            assert f"SHA256SUMS {chinese if locale == 'zh-CN' else english}" in desk.report
        words = "证据不成立" if locale == "zh-CN" else "The evidence does not hold"
        somebody.sees(words)
        expect(somebody.page.locator("[data-verify-verdict]")).to_be_focused()


def test_without_scripts_the_page_says_what_to_do(browser: Browser, address: str, app: Flask) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/verify")
    expect(page.get_by_text("unpack it and follow VERIFY.txt")).to_be_visible()
    expect(page.locator("main")).to_contain_text("sh verify.sh")
    expect(page.locator("#verify-file")).not_to_be_visible()
    context.close()

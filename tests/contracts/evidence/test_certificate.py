"""Certificates read by poppler's tools (pdfsig, pdftotext, pdfdetach), pyHanko and openssl, with tampered twins."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ipplatform.domain.evidence import queries as log
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.certificate import keys
from ipplatform.domain.evidence.certificate.services import Issued
from ipplatform.domain.evidence.formats import proof
from ipplatform.foundation.coroutines import result_of
from ipplatform.foundation.db import transaction
from ipplatform.foundation.ids import display_id
from tests.authorities import MakeAuthority
from tests.domain.evidence.time.conftest import written
from tests.factories.certificates import filer, issued, issued_for, said

VALID, INVALID = "Signature Validation: Signature is Valid.", "Signature Validation: Digest Mismatch."
LONG = {
    "english": "A method of cooling " * 500,
    "one run": "x" * 10_000,
    "chinese": "一种用于电池单元的冷却板及其制造方法" * 556,
    "arabic": "لوحة تبريد لخلايا البطارية " * 380,
    "emoji": "🚀 plate 👨‍👩‍👧‍👦 " * 600,
    "thai": "แผ่นทำความเย็น हिन्दी " * 450,
    "markup": '#set page(width: 1cm) *x* _y_ $z$ <a> @b \\ " ` // [d] #panic() ' * 150,
}


def stored(folder: Path, one: Issued) -> Path:
    (folder / one.name).write_bytes(one.content)
    return folder / one.name


def text_of(file: Path) -> str:
    ended = subprocess.run(["pdftotext", "-enc", "UTF-8", str(file), "-"], capture_output=True, text=True, check=True)
    return " ".join(ended.stdout.replace("\u200b", "").split())


def signed_range(file: Path) -> tuple[int, int]:
    """Where the signature stands: the bytes between are all that it does not cover."""
    found = re.search(r"Signed Ranges: \[0 - (\d+)\], \[(\d+) - (\d+)\]", said(file, "pdfsig", "-nocert"))
    assert found
    assert int(found[3]) == file.stat().st_size
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pdfsig_finds_the_signature_valid_over_the_whole_file(app: Flask, tmp_path: Path, language: str) -> None:
    file = stored(tmp_path, issued(filer(), language=language))
    told = said(file, "pdfsig")
    assert VALID in told
    assert "Total document signed" in told
    assert "Signature Type: ETSI.CAdES.detached" in told
    assert "Signing Hash Algorithm: SHA-256" in told
    assert "Certificate issuer is unknown" in told


@pytest.mark.parametrize("where", ["beginning", "middle", "before the signature", "after the signature", "end"])
def test_a_tampered_twin_is_refused(app: Flask, tmp_path: Path, where: str) -> None:
    file = stored(tmp_path, issued(filer()))
    first, second = signed_range(file)
    size = file.stat().st_size
    data = bytearray(file.read_bytes())
    # A comment behind the header, the middle of a stream, and bytes that no reader needs to show the signature.
    place = {
        "beginning": 12,
        "middle": first // 2,
        "before the signature": first - 20,
        "after the signature": data.index(b"/M (D", second) + 12,
        "end": size - 1,
    }[where]
    data[place] ^= 1
    file.write_bytes(bytes(data))
    assert VALID not in said(file, "pdfsig", "-nocert")


def test_another_signature_in_its_place_is_refused(app: Flask, tmp_path: Path) -> None:
    actor = filer()
    one, other = (stored(tmp_path, issued(actor, title=title)) for title in ("One", "Two"))
    begins, ends = signed_range(one)
    from_other, _ = signed_range(other)
    length = ends - begins
    data = one.read_bytes()
    theirs = other.read_bytes()[from_other : from_other + length]
    one.write_bytes(data[:begins] + theirs + data[ends:])
    assert INVALID in said(one, "pdfsig", "-nocert")


def test_what_is_added_behind_is_not_signed(app: Flask, tmp_path: Path) -> None:
    file = stored(tmp_path, issued(filer()))
    with file.open("ab") as handle:
        handle.write(b"\n%% more\n")
    assert "Total document signed" not in said(file, "pdfsig", "-nocert")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Certificate of Filing",
                "Application for registration · Patent",
                "Northfield Cells Ltd",
                "as the platform states",
                "signed with Ed25519 and ML-DSA-44",
                "No independent time-stamping authority is configured.",
                "None is demanded",
                "What it does not prove. Who made the work",
                "The signature carries no time stamp.",
            ],
        ),
        (
            "zh",
            [
                "申请证书",
                "登记申请 · 发明专利",
                "Northfield Cells Ltd",
                "以平台陈述为准",
                "未配置任何独立的时间戳机构",
                "未要求见证方",
                "本证书不证明",
                "签名未带时间戳",
            ],
        ),
    ],
)
def test_pdftotext_reads_what_it_says(app: Flask, tmp_path: Path, language: str, expected: list[str]) -> None:
    one = issued(filer(), language=language, title="Cooling plate 冷却板")
    text = text_of(stored(tmp_path, one))
    spaceless = text.replace(" ", "")
    record = record_of(one)
    for part in ["Cooling plate 冷却板", display_id(one.filing), *expected]:
        assert part.replace(" ", "") in spaceless, part
    assert record["commitment"] in spaceless
    assert f"http://localhost/verify/{display_id(one.filing)}" in spaceless


def record_of(one: Issued) -> dict[str, Any]:
    with transaction(reads_only=True):
        found = log.record_by_filing(one.filing)
        assert found is not None
        return {"commitment": found.commitment.hex(), "leaf": bytes(found.leaf), "manifest": found.manifest}


def test_pdfdetach_gives_the_proof_back_and_nothing_confidential(app: Flask, tmp_path: Path) -> None:
    one = issued(filer(), title="A secret title")
    file = stored(tmp_path, one)
    folder = tmp_path / "attached"
    folder.mkdir()
    said(file, "pdfdetach", "-saveall", "-o", str(folder))
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(found) == ["entry.json", "entry.tlog-proof", "policy.txt", "vkeys.txt"]
    assert found["entry.json"] == record_of(one)["leaf"]
    assert proof.parse(found["entry.tlog-proof"]).index == 0
    assert not any(b"secret" in data for data in found.values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_says_that_it_is_pdf_a_3_and_every_attachment_is_associated(app: Flask, language: str) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(BytesIO(issued(filer(), language=language).content))
    root = reader.root
    metadata = root["/Metadata"].data.decode()
    assert re.search(r'pdfaid:part(>|=")3', metadata)
    assert re.search(r'pdfaid:conformance(>|=")B', metadata)
    files = {str(one["/F"]): one for one in (item.get_object() for item in root["/AF"])}
    assert {name: one["/AFRelationship"] for name, one in files.items()} == {
        "entry.json": "/Data", "entry.tlog-proof": "/Data", "policy.txt": "/Supplement", "vkeys.txt": "/Supplement",
    }  # fmt: skip
    assert all(one["/EF"]["/F"]["/Subtype"] for one in files.values())
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert str(root["/Lang"]).startswith(language)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", LONG)
def test_no_title_breaks_the_page(app: Flask, tmp_path: Path, language: str, kind: str) -> None:
    file = stored(tmp_path, issued_for(LONG[kind][:10_000], language=language))
    assert re.search(r"Pages: +1\n", said(file, "pdfinfo"))
    assert VALID in said(file, "pdfsig", "-nocert")
    boxes = subprocess.run(["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True).stdout
    places = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="([\d.]+)"', boxes)
    assert len(places) > 50
    # The inner frame stands 19 mm from the edges of an A4 page.
    assert min(float(left) for left, _right, _low in places) > 54
    assert max(float(right) for _left, right, _low in places) < 595 - 54
    assert max(float(low) for _left, _right, low in places) < 842 - 54


@pytest.fixture
def stamped(app: Flask, make_authority: MakeAuthority, tmp_path: Path) -> tuple[Path, Path]:
    """A certificate whose signature carries a token, and the root of the authority."""
    authority = make_authority(intermediate=True)
    file = written(tmp_path / "authorities.toml", authority)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
    one = issued(filer())
    assert one.stamped_by == "northclock"
    return stored(tmp_path, one), authority.root_file


def test_with_an_authority_the_signature_is_pades_with_a_time_stamp(
    app: Flask, stamped: tuple[Path, Path], tmp_path: Path
) -> None:
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    file, root = stamped
    assert VALID in said(file, "pdfsig", "-nocert")
    assert "The signature carries a time stamp of northclock." in text_of(file)
    trusted = [x509.Certificate.load(pem.unarmor(root.read_bytes())[2])]
    own = x509.Certificate.load(keys.load().certificate.public_bytes(_der()))
    [signature] = PdfFileReader(BytesIO(file.read_bytes())).embedded_signatures
    status = result_of(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=ValidationContext(trust_roots=[own], allow_fetching=False),
            ts_validation_context=ValidationContext(trust_roots=trusted, allow_fetching=False),
        )
    )
    assert status.intact
    assert status.valid
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted


def test_openssl_verifies_the_token_over_the_signature(stamped: tuple[Path, Path], tmp_path: Path) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    file, root = stamped
    [signature] = PdfFileReader(BytesIO(file.read_bytes())).embedded_signatures
    info = signature.signer_info
    [token] = [item["values"][0] for item in info["unsigned_attrs"] if "time_stamp" in item["type"].native]
    (tmp_path / "token.der").write_bytes(token.dump())
    (tmp_path / "signature").write_bytes(info["signature"].native)
    command = ["openssl", "ts", "-verify", "-token_in", "-in", "token.der", "-data", "signature", "-CAfile"]
    command += [str(root), "-untrusted", str(root.parent / "issuer.pem")]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in ended.stdout, ended.stderr
    value = info["signature"].native
    (tmp_path / "signature").write_bytes(value[:-1] + bytes([value[-1] ^ 1]))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def _der() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER


def test_every_command_that_the_bundle_shows_works(app: Flask, tmp_path: Path) -> None:
    one = issued(filer())
    with transaction(reads_only=True):
        record = log.record_by_filing(one.filing)
        assert record is not None
        data = b"".join(archive.stream(contents.members(record, with_filing=True)))
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(tmp_path)
    shown = [line.strip() for line in (tmp_path / "VERIFY.txt").read_text().splitlines() if line.startswith("    pdf")]
    assert [line.split()[0] for line in shown] == ["pdfsig", "pdfdetach"]
    printed = []
    for line in shown:
        ended = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
        printed.append(ended.stdout)
    assert VALID in printed[0]
    assert "entry.tlog-proof" in printed[1]
    script = subprocess.run(["sh", "verify.sh"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert script.returncode == 0, script.stdout

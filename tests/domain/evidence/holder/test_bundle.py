"""Signatures in bundles: what verifies with this product and with openssl alone, and what each tampered twin says."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from ipplatform.domain.evidence import keys, sequencer, verify
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import transaction
from tests.factories.evidence import stored_document
from tests.factories.holder import (
    Authenticator,
    enrolled,
    enrolled_passkey,
    key_pair,
    pem,
    record_of,
    signed,
    signed_by_passkey,
    signer,
)

Members = dict[str, bytes]
STEM = "filing/submitter"


def members_of(record: Record) -> Members:
    with transaction(reads_only=True):
        data = b"".join(archive.stream(contents.members(record, with_filing=True)))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist()}


@pytest.fixture
def members(app: Flask) -> Members:
    """A bundle with four signatures: Ed25519, P-384, a passkey with ES256 and one with EdDSA."""
    _, organisation, actor = signer("filer")
    _, _, other = signer("signatory", organisation=organisation)
    record = record_of(actor, documents=[stored_document(b"claims")])
    signed(actor, record, *enrolled(actor))
    signed(other, record, *enrolled(other, key_pair("p384")))
    signed_by_passkey(actor, record, *enrolled_passkey(actor))
    signed_by_passkey(other, record, *enrolled_passkey(other, Authenticator(private=key_pair("ed25519"))))
    sequencer.run_once()
    return members_of(record)


def listed(members: Members) -> Members:
    """As a forger leaves it: with lists of digests that fit."""
    names = [name for name in members if not name.endswith("SUMS")]
    for listing, algorithm in (("SHA256SUMS", "sha256"), ("SHA512SUMS", "sha512")):
        lines = [f"{hashlib.new(algorithm, members[name]).hexdigest()}  {name}\n" for name in names]
        members[listing] = "".join(lines).encode()
    return members


def report(members: Members) -> tuple[int, str]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as changed:
        for name, content in members.items():
            changed.writestr(name, content)
    with Bundle(io.BytesIO(out.getvalue())) as opened:
        checks = list(verify.verify(opened, keys.policy()))
    return verify.outcome(checks), "\n".join(check.line for check in checks)


def unpack(members: Members, folder: Path) -> Path:
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def script(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "verify.sh"], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_a_bundle_with_signatures_verifies_here_and_with_openssl_alone(members: Members, tmp_path: Path) -> None:
    outcome, text = report(members)
    assert outcome == verify.VERIFIED
    assert text.count("ok       holder:") == 4
    assert "with a passkey, as asked by http://localhost" in text
    ended = script(unpack(members, tmp_path))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("ok       holder:") == 4
    assert ended.stderr == ""


def test_every_command_shown_for_signatures_works(members: Members, tmp_path: Path) -> None:
    folder = unpack(members, tmp_path)
    shown = (folder / "VERIFY.txt").read_text().split("The holder's own signatures", 1)[1]
    commands = [line.strip() for line in shown.splitlines() if line.startswith("    ")]
    printed = []
    for command in commands:
        ended = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, command + ended.stderr
        printed.append(ended.stdout.strip())
    assert sum("Verif" in text for text in printed) == 4
    assert printed.count("1") == 2
    data = (folder / f"{STEM}.003.authenticator-data").read_bytes()
    assert any(text.endswith(data[:32].hex()) for text in printed)


def test_the_description_says_who_signed_what_with_which_key(members: Members) -> None:
    described = canonical.loads(members[f"{STEM}.json"])
    assert described["context"] == "ipplatform.example/log/holder-signature/v1\n"
    first, _, third, _ = described["signatures"]
    assert (first["algorithm"], first["kind"], first["roles"]) == ("ed25519", "uploaded", ["filer"])
    assert (third["algorithm"], third["kind"], third["rp_id"]) == ("ecdsa-p256-sha256", "passkey", "localhost")
    assert "README.txt" in members
    assert b"not\n  is signed itself" not in members["README.txt"]


def flipped(name: str, at: int = -3) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        data = bytearray(members[name])
        data[at] ^= 1
        members[name] = bytes(data)

    return change


def without(*names: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        for name in names:
            del members[name]

    return change


def with_another_key(members: Members) -> None:
    members[f"{STEM}.001.spki.pem"] = pem(key_pair())


def from_another_filing(members: Members) -> None:
    members[f"{STEM}.003.client-data.json"] = members[f"{STEM}.003.client-data.json"].replace(
        b'challenge":"', b'challenge":"A'
    )


def described_as_uploaded(members: Members) -> None:
    value = json.loads(members[f"{STEM}.json"])
    value["signatures"][2]["kind"] = "uploaded"
    members[f"{STEM}.json"] = canonical.dumps(value)


def unverified_user(members: Members) -> None:
    data = bytearray(members[f"{STEM}.003.authenticator-data"])
    data[32] &= ~4
    members[f"{STEM}.003.authenticator-data"] = bytes(data)


TWINS: dict[str, Callable[[Members], None]] = {
    "signature": flipped(f"{STEM}.001.sig"),
    "ecdsa signature": flipped(f"{STEM}.002.sig"),
    "assertion": flipped(f"{STEM}.003.sig"),
    "key": flipped(f"{STEM}.001.spki.pem", 40),
    "another key": with_another_key,
    "authenticator data": flipped(f"{STEM}.003.authenticator-data", -1),
    "rp id": flipped(f"{STEM}.004.authenticator-data", 0),
    "user verification": unverified_user,
    "client data": flipped(f"{STEM}.004.client-data.json"),
    "challenge": from_another_filing,
    "signature stripped": without(f"{STEM}.002.sig"),
    "signature and key stripped": without(f"{STEM}.002.sig", f"{STEM}.002.spki.pem"),
    "client data stripped": without(f"{STEM}.003.client-data.json"),
    "assertion made plain": without(f"{STEM}.003.client-data.json", f"{STEM}.003.authenticator-data"),
    "description stripped": without(f"{STEM}.json"),
}


@pytest.mark.parametrize("twin", TWINS)
def test_a_tampered_twin_is_refuted_whatever_the_lists_say(members: Members, tmp_path: Path, twin: str) -> None:
    TWINS[twin](members)
    outcome, text = report(listed(members))
    assert outcome == verify.REFUTED, text
    assert "REFUTED  holder" in text or "submitter" in text
    ended = script(unpack(members, tmp_path))
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "VERIFIED" not in ended.stdout.splitlines()


def test_a_false_description_is_refuted_here(members: Members) -> None:
    described_as_uploaded(members)
    assert report(listed(members))[0] == verify.REFUTED


def test_without_signatures_the_bundle_says_what_that_means(members: Members, tmp_path: Path) -> None:
    for name in [name for name in members if name.startswith(f"{STEM}.")]:
        del members[name]
    outcome, text = report(listed(members))
    assert outcome == verify.VERIFIED
    assert "note     holder: none in this bundle" in text
    assert script(unpack(members, tmp_path)).returncode == 0


def test_signatures_without_their_manifest_are_refuted(members: Members, tmp_path: Path) -> None:
    without("filing/manifest.json", "filing/salt.hex", "filing/001-claims.pdf")(members)
    assert report(listed(members))[0] == verify.REFUTED
    assert script(unpack(members, tmp_path)).returncode == 1


def test_a_public_bundle_holds_no_signature(app: Flask) -> None:
    _, _, actor = signer()
    record = record_of(actor)
    signed(actor, record, *enrolled(actor))
    sequencer.run_once()
    with transaction(reads_only=True):
        names = [member.name for member in contents.members(record, with_filing=False)]
    assert not any("submitter" in name for name in names)

"""Other people's tools over our bytes, with the product not imported by them."""

from __future__ import annotations

import base64
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys, sequencer
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.foundation.db import transaction
from tests.contracts.evidence.conftest import relist
from tests.databases import both_databases
from tests.factories.evidence import make_record, make_records, stored_document

SPKI = bytes.fromhex("302a300506032b6570032100")
SHELLS = [shell for shell in ("sh", "dash", "bash") if shutil.which(shell)]


@pytest.fixture
def unpacked(app: Flask, tmp_path: Path) -> Path:
    """A bundle as its receiver unpacks it."""
    make_records(5)
    record = make_record(
        asset="0" * 16, documents=[stored_document(b"claims"), stored_document(b"drawing", "图 1.png")]
    )
    make_record(asset="0" * 16)
    make_records(9)
    sequencer.run_once()
    with transaction(reads_only=True):
        data = b"".join(archive.stream(contents.members(record, with_filing=True)))
    folder = tmp_path / "a bundle"
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(folder)
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_verifies_with_a_shell_and_openssl(unpacked: Path, shell: str) -> None:
    for arguments in ([keys.policy().logs[0].vkey], []):
        ended = run(unpacked, shell, "verify.sh", *arguments)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert ended.stdout.rstrip().endswith("VERIFIED")
        assert ended.stderr == ""
    for part in ("files:", "document: filing/002", "commitment:", "inclusion:", "history:", "signature:"):
        assert part in ended.stdout


@pytest.mark.parametrize(
    "name",
    ["filing/manifest.json", "filing/001-claims.pdf", "filing/salt.hex", "log/entry.json", "log/entry.tlog-proof",
     "history/000000000006.json"],
)  # fmt: skip
def test_the_script_refutes_a_changed_byte_even_with_rewritten_lists(unpacked: Path, name: str) -> None:
    path = unpacked / name
    data = path.read_bytes()
    path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    relist(unpacked)
    ended = run(unpacked, "sh", "verify.sh", keys.policy().logs[0].vkey)
    assert ended.returncode in (1, 2), ended.stdout
    assert "VERIFIED" not in ended.stdout.replace("UNVERIFIED", "")


def test_the_script_refutes_a_damaged_file_and_a_foreign_key(unpacked: Path) -> None:
    foreign = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    assert run(unpacked, "sh", "verify.sh", foreign).returncode == 1
    (unpacked / "README.txt").write_bytes(b"other")
    ended = run(unpacked, "sh", "verify.sh")
    assert ended.returncode == 1
    assert "README.txt" in ended.stdout


@both_databases
def test_openssl_verifies_the_published_checkpoint(app: Flask, settings: Settings, tmp_path: Path) -> None:
    make_records(3)
    sequencer.run_once()
    text, _, line = (settings.log_dir / "checkpoint").read_text().partition("\n\n")
    vkey = (settings.log_dir / "policy").read_text().split()[1]
    (tmp_path / "text").write_text(text + "\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(line.split()[2])[4:])
    (tmp_path / "key.der").write_bytes(SPKI + base64.b64decode(vkey.split("+", 2)[2])[1:])
    command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature"
    assert run(tmp_path, *command.split()).returncode == 0
    (tmp_path / "text").write_text(text.replace("3", "4", 1) + "\n")
    assert run(tmp_path, *command.split()).returncode != 0

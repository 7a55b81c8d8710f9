from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from ipplatform.domain.evidence import keys, sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db, transaction
from tests.factories.evidence import make_record, make_records, stored_document

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def bundle(app: Flask, tmp_path: Path) -> Path:
    record = make_record(documents=[stored_document(b"claims")])
    sequencer.run_once()
    path = tmp_path / "bundle.zip"
    ended = app.test_cli_runner().invoke(args=["evidence", "export", record.public_id, "-o", str(path)])
    assert ended.exit_code == 0, ended.output
    return path


def verify(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a stranger runs it: no database, no keys, nothing but the bundle."""
    command = [sys.executable, "-m", "ipplatform", "evidence", "verify", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "DATA_DIR": str(folder / "nowhere"), "DATABASE_URL": "sqlite:////nowhere"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_bundle_is_verified_offline_and_each_check_says_what_it_proves(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text(keys.policy().text)
    ended = verify(tmp_path, str(bundle), "--policy", "policy")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.endswith("VERIFIED\n")
    assert "ok       inclusion: the entry is number 0 in" in ended.stdout
    assert not (tmp_path / "nowhere").exists()
    assert verify(tmp_path, str(bundle), "--vkey", keys.policy().logs[0].vkey).returncode == 0


def test_a_refuted_bundle_ends_with_one_and_an_unusable_input_with_two(bundle: Path, tmp_path: Path) -> None:
    foreign = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    assert verify(tmp_path, str(bundle), "--vkey", foreign).returncode == 1
    assert verify(tmp_path, "absent.zip").returncode == 2
    assert verify(tmp_path, str(bundle), "--vkey", "nonsense").returncode == 2
    assert verify(tmp_path, str(bundle), "--policy", "absent").returncode == 2


def test_what_a_mac_adds_is_named_and_decides_nothing(bundle: Path, tmp_path: Path) -> None:
    added = ["__MACOSX/._log", ".DS_Store", "log/._entry.json"]
    with zipfile.ZipFile(bundle, "a") as packed:
        for name in added:
            packed.writestr(name, b"attributes")
    ended = verify(tmp_path, str(bundle))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"not looked at, since they are named as a Mac names what it adds when it packs: {', '.join(added)}" in (
        ended.stdout
    )
    with zipfile.ZipFile(bundle, "a") as packed:
        packed.writestr("Thumbs.db", b"pictures")
    assert verify(tmp_path, str(bundle)).returncode == 1


@pytest.mark.parametrize("outer", ["", "bundle"], ids=["files", "their folder"])
def test_a_bundle_unpacked_and_packed_again_is_judged_by_its_files(bundle: Path, tmp_path: Path, outer: str) -> None:
    unpacked = tmp_path / "unpacked" / outer
    with zipfile.ZipFile(bundle) as original:
        original.extractall(unpacked)
    whole = shutil.make_archive(str(tmp_path / "whole"), "zip", tmp_path / "unpacked")
    assert "log/" in " ".join(zipfile.ZipFile(whole).namelist()).split(" ") or outer
    ended = verify(tmp_path, whole)
    assert ended.returncode == 0, ended.stdout
    with (unpacked / "log" / "entry.json").open("ab") as entry:
        entry.write(b" ")
    ended = verify(tmp_path, shutil.make_archive(str(tmp_path / "changed"), "zip", tmp_path / "unpacked"))
    assert ended.returncode == 1
    assert "REFUTED  files: log/entry.json is not the file that SHA256SUMS lists" in ended.stdout


def test_a_byte_flipped_inside_the_zip_is_refuted_and_its_file_named(bundle: Path, tmp_path: Path) -> None:
    data = bytearray(bundle.read_bytes())
    with zipfile.ZipFile(bundle) as original:
        data[data.index(original.read("verify.sh")) + 100] ^= 1
    (tmp_path / "flipped.zip").write_bytes(data)
    ended = verify(tmp_path, "flipped.zip")
    assert ended.returncode == 1
    assert "REFUTED  files: verify.sh is damaged" in ended.stdout
    (tmp_path / "cut.zip").write_bytes(data[:-30])
    assert verify(tmp_path, "cut.zip").returncode == 2


def test_export_says_what_is_wrong(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert "no such filing" in runner.invoke(args=["evidence", "export", "0" * 16]).output
    assert "awaits inclusion" in runner.invoke(args=["evidence", "export", make_record().public_id]).output


def test_the_audit_command_names_record_field_expected_and_found(app: Flask) -> None:
    record = make_records(3)[1]
    runner = app.test_cli_runner()
    assert "3 entries" in runner.invoke(args=["sequencer", "--once"]).output
    whole = runner.invoke(args=["audit", "run", "--full"])
    assert whole.exit_code == 0
    assert "0 findings" in whole.output
    with transaction():
        db.session.get_one(Record, record.id).kind = "correction"
    broken = runner.invoke(args=["audit", "run", "--full"])
    assert broken.exit_code == 1
    assert f"{record.public_id}: kind: expected registration, found correction; last whole" in broken.output
    assert runner.invoke(args=["audit", "run", "--record", record.public_id]).exit_code == 1
    assert "no such record" in runner.invoke(args=["audit", "run", "--record", "0" * 16]).output

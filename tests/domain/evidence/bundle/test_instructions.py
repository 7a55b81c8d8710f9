"""VERIFY.txt, every command of it, and what README.txt answers a court."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
from flask import Flask

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession import services as succession
from ipplatform.domain.evidence.time import renewal, stamping
from ipplatform.domain.evidence.witness import client
from ipplatform.foundation.db import db, transaction
from tests.architecture.tree import ROOT
from tests.authorities import MakeAuthority
from tests.contracts.evidence.conftest import relist
from tests.domain.evidence.time.conftest import Configure, configure  # noqa: F401
from tests.domain.evidence.witness.conftest import Zones, demand, zones  # noqa: F401
from tests.domain.evidence.witness.test_client import Demand
from tests.factories.erasure import make_scene, registered
from tests.factories.evidence import make_record, make_records, stored_document
from tests.factories.holder import enrolled, enrolled_passkey, key_pair, record_of, signed, signed_by_passkey, signer
from tests.factories.succession import move_on

ASSET = "0123456789abcdef"
TOOLS = (
    "sh", "sed", "grep", "head", "tail", "cut", "tr", "cmp", "wc", "od", "sha256sum", "sha512sum", "cat", "cp", "mktemp",
    "rm", "mv", "dirname", "unzip", "find", "sort",
)  # fmt: skip
LISTED = "  { 2.16.840.1.101.3.4.3.17, id-ml-dsa-44, ML-DSA-44, MLDSA44 } @ default"


def zipped(record: int) -> bytes:
    with transaction(reads_only=True):
        found = db.session.get_one(Record, record, populate_existing=True)
        return b"".join(archive.stream(contents.members(found, with_filing=True)))


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PATH of nothing but the tools that VERIFY.txt names, with an openssl that knows ML-DSA whatever is installed."""
    folder = tmp_path_factory.mktemp("tools")
    for name in TOOLS:
        found = which(name)
        if found is None:
            pytest.skip(f"needs {name}")
        (folder / name).symlink_to(found)
    newer = ROOT / "tests/contracts/evidence/openssl_3_5.py"
    script = (
        f"#!{which('sh')}\n[ \"$1\" = list ] && {{ echo '{LISTED}'; exit 0; }}\n"
        f'[ "$1" = pkeyutl ] && exec {sys.executable} {newer} {which("openssl")} "$@"\nexec {which("openssl")} "$@"\n'
    )
    (folder / "openssl").write_text(script)
    (folder / "openssl").chmod(0o755)
    return folder


def run(command: str, folder: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    alone = {"PATH": str(tools), "TMPDIR": os.environ.get("TMPDIR", "/tmp")}
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=alone, capture_output=True, text=True, check=False, timeout=120
    )


def commands(folder: Path) -> list[str]:
    """What VERIFY.txt shows indented, but for the keys it lists; a line that opens a bracket goes on in the next."""
    shown = [line[4:] for line in (folder / "VERIFY.txt").read_text().splitlines() if line.startswith("    ")]
    vkeys = (folder / "log/vkeys.txt").read_text().splitlines()
    whole: list[str] = []
    for line in (line for line in shown if line not in vkeys):
        if line.startswith(" "):
            whole[-1] += f"\n{line}"
        else:
            whole.append(line)
    return whole


def printed(data: bytes, folder: Path, tools: Path) -> list[tuple[str, str]]:
    """Each command with what it prints, run in order in the unpacked bundle."""
    unpacked(data, folder / "bundle")
    (folder / "bundle.zip").write_bytes(data)
    (folder / "roots.pem").write_bytes(b"".join(path.read_bytes() for path in folder.rglob("root.pem")))
    (folder / "bundle/roots.pem").write_bytes((folder / "roots.pem").read_bytes())
    vkeys = (folder / "bundle/log/vkeys.txt").read_text().splitlines()
    found: list[tuple[str, str]] = []
    for command in commands(folder / "bundle"):
        here = folder if command == "unzip bundle.zip -d bundle" else folder / "bundle"
        text = command.replace("unzip ", "unzip -qo ").replace("cd bundle", ":")
        for key in vkeys:
            text = text.replace("'VKEY'", f"'{key}'", 1)
        ended = run(text, here, tools)
        assert ended.returncode == 0, command + ended.stdout + ended.stderr
        found.append((command, ended.stdout))
    return found


def assert_each_refuted(data: bytes, parts: Sequence[str], tmp_path: Path, tools: Path) -> None:
    """One changed byte in any of these files of ended logs, whose sums are made anew, is seen by verify.sh."""
    for part in parts:
        folder = unpacked(data, tmp_path / part)
        path = folder / f"former/{part}"
        raw = bytearray(path.read_bytes())
        raw[40] ^= 1
        path.write_bytes(raw)
        relist(folder)
        ended = run("sh verify.sh", folder, tools)
        assert ended.returncode in (1, 2), part + ended.stdout
        assert "VERIFIED\n" not in ended.stdout


def test_every_command_works_for_signatures_witnesses_holders_and_stamps(
    app: Flask, zones: Zones, demand: Demand, configure: Configure, make_authority: MakeAuthority,  # noqa: F811
    tmp_path: Path, tools: Path,
) -> None:  # fmt: skip
    demand(zones("b"))
    configure(make_authority("east"))
    _, _, actor = signer("filer")
    record = record_of(actor, asset=ASSET, documents=[stored_document(b"claims")])
    signed(actor, record, *enrolled(actor))
    signed(actor, record, *enrolled(actor, key_pair("p384")))
    signed_by_passkey(actor, record, *enrolled_passkey(actor))
    make_record(asset=ASSET)
    sequencer.run_all()
    with client.Client() as asking:
        asking.round(patiently=True)
    stamping.stamp_newest()
    assert renewal.renew(every=True).problem == ""
    found = printed(zipped(record.id), tmp_path, tools)
    shown = "".join(text for _, text in found)
    assert shown.count("Signature Verified Successfully") == 5, "two of the log, two of the witness, one of the holder"
    assert shown.count("Verified OK") == 2
    assert shown.count("Verification: OK") == 2
    assert len(found) > 30
    assert next(text for command, text in found if command.startswith("for file")) == "1\n"
    hmac = next(text for command, text in found if "-mac HMAC" in command).split()[-1]
    assert hmac in next(text for command, text in found if command == "cat log/entry.json")


def test_every_command_works_for_an_ended_log_and_the_script_refutes_its_forgeries(
    app: Flask, tmp_path: Path, tools: Path
) -> None:
    _, _, actor = signer("filer")
    record = record_of(actor, documents=[stored_document(b"claims")])
    signed(actor, record, *enrolled(actor))
    make_records(4)
    sequencer.run_all()
    succession.freeze(actor=SYSTEM, reason="fork")
    app.config["SETTINGS"] = replace(
        app.config["SETTINGS"], origin="second.example/log", log_store=str(tmp_path / "log-2")
    )
    succession.succeed(actor=SYSTEM)
    sequencer.run_all()
    data = zipped(record.id)
    (tmp_path / "whole").mkdir()
    found = printed(data, tmp_path / "whole", tools)
    assert "".join(text for _, text in found).count("Signature Verified Successfully") == 5
    said = next(text for command, text in found if command.startswith("sh verify.sh"))
    assert "ok       former log: the same filing was in ipplatform.example/log" in said
    assert "ok       holder:" in said
    parts = ("entry.json", "entry.tlog-proof", "anchor.json", "anchor.tlog-proof", "manifest.json", "salt.hex")
    assert_each_refuted(data, [f"001-{part}" for part in parts], tmp_path, tools)


@pytest.mark.parametrize("entered", [True, False], ids=["in_both", "only_in_the_first"])
def test_every_command_leads_over_two_successions(
    app: Flask, tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch, entered: bool
) -> None:
    record = make_record(documents=[stored_document(b"claims")])
    sequencer.run_all()
    assert list(move_on(app, tmp_path, monkeypatch, entered=entered)) == [2, 3]
    data = zipped(record.id)
    (tmp_path / "whole").mkdir()
    found = printed(data, tmp_path / "whole", tools)
    said = next(text for command, text in found if command.startswith("sh verify.sh"))
    assert "in ipplatform.example/log, which ended; entry 0 of log2.example commits" in said
    stood = "the same filing was in" if entered else "the filing was not in"
    assert f"{stood} log2.example, which ended; entry 0 of the present log commits" in said
    parts = ("001-anchor.json", "001-anchor.tlog-proof", "002-anchor.json", "002-manifest.json", "002-salt.hex")
    assert_each_refuted(data, parts, tmp_path, tools)


def test_every_command_works_for_an_erasure_and_the_script_refutes_its_forgeries(
    app: Flask, tmp_path: Path, tools: Path
) -> None:
    scene = make_scene()
    made = registered(scene)
    scene.erase(made)
    sequencer.run_all()
    assert made.record is not None
    data = zipped(made.record.id)
    (tmp_path / "whole").mkdir()
    found = printed(data, tmp_path / "whole", tools)
    assert "ok       erasure:" in next(text for command, text in found if command.startswith("sh verify.sh"))
    assert [text for command, text in found if "erasure/manifest.json" in command and "grep" in command] == ["1\n"]
    for name in ("entry.json", "entry.tlog-proof", "manifest.json", "salt.hex"):
        folder = unpacked(data, tmp_path / name)
        path = folder / "erasure" / name
        raw = bytearray(path.read_bytes())
        raw[30] ^= 1
        path.write_bytes(raw)
        relist(folder)
        assert run("sh verify.sh", folder, tools).returncode in (1, 2), name


def test_the_bundle_answers_a_court_in_both_languages_as_the_operator_states(app: Flask, tmp_path: Path) -> None:
    record = make_record()
    sequencer.run_once()
    silent = unpacked(zipped(record.id), tmp_path / "silent")
    assert "Qualification:  not stated by the operator" in (silent / "README.txt").read_text()
    assert "资质：    运营者未作说明" in (silent / "README.zh.txt").read_text()
    app.config["SETTINGS"] = replace(
        app.config["SETTINGS"], operator_name="Harbour Registry Ltd", operator_registration="91310000MA1K00000X",
        operator_qualification="No. 1 of 2026", operator_interest="none",
    )  # fmt: skip
    first = zipped(record.id)
    folder = unpacked(first, tmp_path / "stated")
    for name, title in (("README.txt", "For a court"), ("README.zh.txt", "供法院参考")):
        text = (folder / name).read_text()
        for words in (title, "Harbour Registry Ltd", "91310000MA1K00000X", "No. 1 of 2026", "ML-DSA-44"):
            assert words in text
    assert "Article 18" in (folder / "README.txt").read_text()
    assert "第十八条" in (folder / "README.zh.txt").read_text()
    assert zipped(record.id) == first

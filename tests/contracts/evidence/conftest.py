"""Evidence as somebody has it who has nothing of ours: files in a folder, and keys from elsewhere.

vkeys             the log's verifier keys, from a source the verifier trusts
roots.pem         the root of the time-stamping authority, likewise
older/checkpoint  a head somebody kept
log/              what the log publishes now: checkpoint and tiles
bundle/           the bundle of one filing, unpacked
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from config import Settings, from_environment
from ipplatform import create_app
from ipplatform.domain.evidence import keys, sequencer
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.formats.signing import SigningKey
from ipplatform.domain.evidence.time import stamping
from ipplatform.foundation.db import db, transaction
from tests.authorities import Authority
from tests.conftest import copy_keys
from tests.domain.evidence.time.conftest import written
from tests.factories.evidence import make_record, make_records, stored_document

OLDER, NEWER = 120, 300
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Evidence:
    """`folder` is laid out as above and never changed; `stolen` are the log's private keys, for forgers."""

    folder: Path
    stolen: tuple[SigningKey, ...]

    def copy(self, to: Path) -> Path:
        return shutil.copytree(self.folder, to)


def relist(bundle: Path) -> None:
    """Lists of digests that fit the files, as a forger leaves them."""
    for listing, algorithm in (("SHA256SUMS", "sha256"), ("SHA512SUMS", "sha512")):
        names = [line.split("  ", 1)[1] for line in (bundle / listing).read_text().splitlines()]
        lines = [f"{hashlib.new(algorithm, (bundle / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
        (bundle / listing).write_text("".join(lines))


Judge = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, made_keys: Path) -> Evidence:
    """Made by the product; what reads it imports nothing of ours."""
    data, folder = tmp_path_factory.mktemp("installation"), tmp_path_factory.mktemp("evidence")
    shutil.copy(sqlite_template, data / "test.sqlite3")
    authority = Authority(data / "authorities" / "north", "north")
    settings = from_environment(
        environment="test",
        data_dir=data,
        database_url=f"sqlite:///{data / 'test.sqlite3'}",
        secret_key="only for tests",
        log_level="CRITICAL",
        base_url="http://localhost",
    )
    settings = replace(settings, time_authorities=written(data / "authorities.toml", authority))
    copy_keys(made_keys, settings)
    application = create_app(settings)
    with application.app_context():
        keys.ensure()
        stolen = _make(application, settings, folder)
        db.session.remove()
        db.engine.dispose()
    shutil.copy(authority.root_file, folder / "roots.pem")
    authority.stop()
    return Evidence(folder, stolen)


def _make(app: Flask, settings: Settings, folder: Path) -> tuple[SigningKey, ...]:
    make_records(70)
    record = make_record(documents=[stored_document(b"claims"), stored_document(b"drawing", "图 1.png")])
    make_records(OLDER - 71)
    sequencer.run_once()
    (folder / "older").mkdir()
    shutil.copy(settings.log_dir / "checkpoint", folder / "older")
    make_records(NEWER - OLDER)
    sequencer.run_once()
    stamping.stamp_newest()
    with transaction(reads_only=True):
        data = b"".join(archive.stream(contents.members(record, with_filing=True)))
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(folder / "bundle")
    shutil.copytree(settings.log_dir, folder / "log")
    (folder / "vkeys").write_text("".join(f"{key.vkey}\n" for key in keys.policy().logs))
    return tuple(keys.signing_keys(NEWER))


@pytest.fixture(scope="session")
def judge() -> Judge:
    """`judge([command…], folders)`: what a verifier prints of each folder: "ok", or why it refuses."""

    def judged(command: list[str], folders: dict[str, Path]) -> dict[str, str]:
        names = {str(folder): name for name, folder in folders.items()}
        ended = subprocess.run([*command, *names], capture_output=True, text=True, check=False, timeout=300)
        assert ended.stderr == "", ended.stderr
        lines = [line.split("\t", 1) for line in ended.stdout.splitlines()]
        answers = {names[folder]: answer for folder, answer in lines}
        assert answers.keys() == folders.keys()
        assert ended.returncode == (0 if set(answers.values()) == {"ok"} else 1)
        return answers

    return judged

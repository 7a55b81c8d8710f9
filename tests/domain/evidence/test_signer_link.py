"""The signer as a process of its own behind a socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys, sequencer, signer, signer_link
from ipplatform.domain.evidence.formats import checkpoint, merkle
from tests.factories.evidence import make_records


@pytest.fixture
def apart(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A signer process; the application's own process can no longer open the keys."""
    address = tmp_path / "run" / "signer.sock"
    environment = os.environ | {
        "DATA_DIR": str(settings.data_dir), "SIGNER_SOCKET": str(address), "LOG_LEVEL": "CRITICAL",
        "DATABASE_URL": settings.database_url, "SECRET_KEY": "only for tests",
        "KEY_PASSPHRASE_FILE": str(tmp_path / "elsewhere"),
    }  # fmt: skip
    os.rename(settings.key_passphrase_file, tmp_path / "elsewhere")
    process = subprocess.Popen([sys.executable, "-m", "ipplatform", "signer"], env=environment)
    while not answers(address):
        assert process.poll() is None
        time.sleep(0.05)
    app.config["SETTINGS"] = replace(settings, signer_socket=address)
    yield process
    process.terminate()
    assert process.wait(60) == 0


def answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        return link.connect_ex(str(address)) == 0


def test_heads_are_signed_by_a_process_that_alone_has_the_keys(
    app: Flask, settings: Settings, apart: subprocess.Popen[bytes]
) -> None:
    with pytest.raises(keys.KeyProblem):
        keys.signing_keys(1)
    for size in (3, 303):
        make_records(size - (signer.head() or signer.Head(0, b"")).size)
        sequencer.run_all()
        assert keys.open_checkpoint((settings.log_dir / "checkpoint").read_bytes()).size == size


def test_it_refuses_what_does_not_extend_its_last_head_whoever_asks(app: Flask, apart: subprocess.Popen[bytes]) -> None:
    make_records(5)
    sequencer.run_all()
    forged = checkpoint.Checkpoint("ipplatform.example/log", 6, b"x" * 32)
    with pytest.raises(signer.Refused, match="does not extend"):
        signer_link.sign(forged, lambda old: [b"y" * 32])
    with pytest.raises(signer.Refused, match="5 were signed"):
        signer_link.sign(checkpoint.Checkpoint("ipplatform.example/log", 0, merkle.EMPTY_ROOT), lambda old: [])
    with pytest.raises(signer.Refused, match=r"of other\.example"):
        signer_link.sign(checkpoint.Checkpoint("other.example", 6, b"x" * 32), lambda old: [])


def test_what_is_no_request_is_refused_and_the_next_is_answered(app: Flask, apart: subprocess.Popen[bytes]) -> None:
    for line in (b"\n", b"{}\n", b"[]\n", b'{"text":5}\n', b"x" * 65_536 + b"\n", b"\xff\n"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.connect(str(app.config["SETTINGS"].signer_socket))
            link.sendall(line)
            assert link.makefile("rb").readline().startswith(b'{"refused":'), line[:20]
    make_records(1)
    assert sequencer.run_once() == 1


def test_without_a_signer_the_sequencer_stops_and_goes_on_when_it_is_back(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    app.config["SETTINGS"] = replace(settings, signer_socket=tmp_path / "nobody.sock")
    make_records(2)
    with pytest.raises(sequencer.Halt, match="ipplatform signer"):
        sequencer.run_once()
    app.config["SETTINGS"] = settings
    sequencer.run_all()
    assert keys.open_checkpoint((settings.log_dir / "checkpoint").read_bytes()).size == 2

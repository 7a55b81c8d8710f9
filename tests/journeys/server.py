"""The whole service as `make run` starts it: web, worker and sequencer on a folder of their own, with the demo inside."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Service:
    """Where the service answers and keeps its data."""

    address: str
    data_dir: Path

    @property
    def database(self) -> Path:
        return self.data_dir / "ipplatform.sqlite3"


def demo_folder(shared: Path) -> Path:
    """A DATA_DIR with the demo, made by whichever test process comes first and copied by the others."""
    folder = shared / "journeys-demo"
    with (shared / "journeys-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            for words in (("setup",), ("demo", "load")):
                _command(*words, environment=environment(folder, 0))
            (folder / "complete").touch()
    return folder


@contextmanager
def serving(template: Path, folder: Path, *, at_localhost: bool = False) -> Iterator[Service]:
    """Web, worker and sequencer on a copy of ``template``; ended in any case.

    ``at_localhost`` makes that its address: browsers have passkeys there and over https only.
    """
    shutil.copytree(template, folder)
    port = _free_port()
    surroundings = environment(folder, port)
    if at_localhost:
        surroundings["BASE_URL"] = f"http://localhost:{port}"
    programs = [
        [sys.executable, "-m", "gunicorn", "wsgi:app"],
        [sys.executable, "-m", "ipplatform", "worker"],
        [sys.executable, "-m", "ipplatform", "sequencer"],
    ]
    log = (folder / "processes.log").open("wb")
    running = [
        subprocess.Popen(one, cwd=ROOT, env=surroundings, stdout=log, stderr=subprocess.STDOUT) for one in programs
    ]
    service = Service(f"http://{'localhost' if at_localhost else '127.0.0.1'}:{port}", folder)
    try:
        _await(service.address, folder)
        yield service
    finally:
        for process in running:
            process.terminate()
        for process in running:
            _end(process)
        log.close()


def environment(folder: Path, port: int) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CI")},
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "BASE_URL": "http://zone.example",
        "WEB_CONCURRENCY": "1",
        "LOG_LEVEL": "WARNING",
    }


def _command(*words: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ipplatform", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(address: str, folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError((folder / "processes.log").read_text(errors="replace")[-4000:])


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

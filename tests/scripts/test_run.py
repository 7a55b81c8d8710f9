"""``make run`` starts the service, keeps its data, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import MARK, ROOT, answers, free_port, kill_marked, marked, new_mark, wait_for


@dataclass
class Run:
    process: subprocess.Popen[bytes]
    address: str
    mark: str
    output: Path

    def interrupt(self, number: signal.Signals) -> int:
        """Send what a terminal sends: the signal to the whole foreground group. The exit status."""
        os.killpg(self.process.pid, number)
        return self.process.wait(timeout=30)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def start(tmp_path: Path, data_dir: Path) -> Iterator[object]:
    mark = new_mark()

    def begin() -> Run:
        port, output = free_port(), tmp_path / "output"
        environment = {**os.environ, MARK: mark, "PORT": str(port), "DATA_DIR": str(data_dir)}
        environment.pop("DATABASE_URL", None)
        with output.open("wb") as sink:
            process = subprocess.Popen(
                ["make", "run"], cwd=ROOT, env=environment, stdout=sink, stderr=sink, start_new_session=True
            )
        run = Run(process, f"http://localhost:{port}", mark, output)
        wait_for(lambda: "is ready" in output.read_text() or process.poll() is not None, 90, "the service is ready")
        assert process.poll() is None, output.read_text()
        return run

    yield begin
    kill_marked(mark)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_every_process_ends_with_the_command_that_started_it(start: object, number: signal.Signals) -> None:
    run: Run = start()  # type: ignore[operator]
    running = " ".join(marked(run.mark).values())
    assert "gunicorn" in running
    assert "ipplatform worker" in running
    assert "ipplatform sequencer" in running
    run.interrupt(number)
    wait_for(lambda: not marked(run.mark), 5, f"every process ended; left: {marked(run.mark)}")


def test_the_demo_is_there_and_a_second_run_keeps_it(start: object, data_dir: Path) -> None:
    first: Run = start()  # type: ignore[operator]
    assert answers(f"{first.address}/readyz")
    assert b"<html" in urllib.request.urlopen(first.address).read()
    assert "@" in first.output.read_text(), "the demo sign-ins are printed"
    assert first.interrupt(signal.SIGINT) in (0, 2)
    session_key = (data_dir / "keys" / "session.key").read_bytes()
    second: Run = start()  # type: ignore[operator]
    assert (data_dir / "keys" / "session.key").read_bytes() == session_key
    assert second.interrupt(signal.SIGINT) in (0, 2)

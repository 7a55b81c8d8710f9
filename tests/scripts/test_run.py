"""``make run`` starts the service, keeps its data, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
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
def mark() -> Iterator[str]:
    made = new_mark()
    yield made
    kill_marked(made)


def start(folder: Path, mark: str, number: int) -> Run:
    """Run ``make run`` on the data in ``folder`` until it says that the service is ready."""
    port, output = free_port(), folder / f"output-{number}"
    environment = {**os.environ, MARK: mark, "PORT": str(port), "DATA_DIR": str(folder / "var")}
    environment.pop("DATABASE_URL", None)
    environment.pop("BASE_URL", None)
    # Whoever runs the tests under nohup ignores SIGHUP, and what they start would inherit that.
    command = ["env", "--default-signal=HUP,INT,TERM", "make", "run"]
    with output.open("wb") as sink:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sink, stderr=sink, start_new_session=True)
    wait_for(lambda: "is ready" in output.read_text() or process.poll() is not None, 300, "the service is ready")
    assert process.poll() is None, output.read_text()
    return Run(process, f"http://localhost:{port}", mark, output)


def addresses(mark: str) -> set[str]:
    """The address of the service as each of its three processes knows it."""
    found = set()
    for number, command in marked(mark).items():
        if any(name in command for name in ("gunicorn", "ipplatform worker", "ipplatform sequencer")):
            environ = Path(f"/proc/{number}/environ").read_text().split("\0")
            found.add(dict(one.split("=", 1) for one in environ if "=" in one).get("BASE_URL", ""))
    return found


@pytest.mark.slow
def test_it_starts_with_the_demo_keeps_the_data_and_leaves_no_process_however_it_is_ended(
    tmp_path: Path, mark: str
) -> None:
    keys = []
    for number, how in enumerate((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)):
        run = start(tmp_path, mark, number)
        running = " ".join(marked(mark).values())
        assert all(name in running for name in ("gunicorn", "ipplatform worker", "ipplatform sequencer")), running
        assert answers(f"{run.address}/readyz")
        assert addresses(mark) == {run.address}, "what each process puts into mails and the log's policy"
        assert "owner@demo.example" in run.output.read_text(), "the demo sign-ins are printed"
        keys.append((tmp_path / "var" / "keys" / "session.key").read_bytes())
        run.interrupt(how)
        wait_for(lambda: not marked(mark), 10, f"every process ended after {how.name}; left: {marked(mark)}")
    assert len(set(keys)) == 1, "a second run keeps keys and data"

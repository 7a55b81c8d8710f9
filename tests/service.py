"""The three processes of the service on a database of their own, started, killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from config import from_environment
from ipplatform import create_app
from ipplatform.foundation.db import db
from tests.processes import MARK, ROOT, answers, free_port, kill_marked, marked, new_mark, wait_for

BIN = Path(sys.executable).parent
COMMANDS = {
    "web": [str(BIN / "gunicorn"), "wsgi:app"],
    "worker": [str(BIN / "ipplatform"), "worker"],
    "sequencer": [str(BIN / "ipplatform"), "sequencer"],
}


@dataclass
class Service:
    """Processes by name, each the leader of its own group. `more` are further environment variables."""

    folder: Path
    database_url: str
    port: int
    mark: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            MARK: self.mark,
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "PORT": str(self.port),
            "SECRET_KEY": "only for tests",
            "LOG_LEVEL": "ERROR",
            "WEB_THREADS": "4",
            "IPPLATFORM_ENVIRONMENT": "test",
            **self.more,
        }

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as output:
            self.running[name] = subprocess.Popen(
                COMMANDS[name],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """kill -9 of the process and its children."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)

    def await_web(self, seconds: float = 60) -> None:
        wait_for(lambda: answers(f"{self.address}/readyz"), seconds, f"the web process answers; {self.messages()}")

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
        left = marked(self.mark)
        kill_marked(self.mark)
        assert left == {}, f"processes that did not end when asked: {left}"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``ipplatform …`` on the same installation."""
        command = [str(BIN / "ipplatform"), *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True)

    def messages(self) -> str:
        """The ends of the processes' outputs."""
        ends = [f"{file.name}: {file.read_text()[-2000:]}" for file in self.folder.glob("*.log") if file.stat().st_size]
        return "\n".join(ends)

    def here(self, *arguments: str, **changes: object) -> str:
        """As `command`, in this process: starting a Python takes most of the time of a command."""
        with self.application(**changes) as app:
            done = app.test_cli_runner().invoke(args=arguments)
        assert done.exit_code == 0, f"{done.output} {done.exception}"
        return done.output

    @contextmanager
    def application(self, **changes: object) -> Iterator[Flask]:
        """The same installation in this process, inside an application context; `changes` of its settings."""
        app = create_app(
            from_environment(
                environment="test",
                data_dir=self.folder,
                database_url=self.database_url,
                secret_key="only for tests",
                log_level="CRITICAL",
                **changes,
            )
        )
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()


@contextmanager
def service(database_url: str, folder: Path) -> Iterator[Service]:
    """An installation that is set up and whose processes are not started yet; every process ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Service(folder, database_url, free_port(), new_mark())
    made.here("setup")
    try:
        yield made
    finally:
        made.stop()

"""A throw-away PostgreSQL cluster: started on a private Unix socket, gone when the process that started it is."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

APP_ROLE = "ipplatform"  # what the service signs in as: owner of its database, never a superuser
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class PostgresMissing(Exception):
    """PostgreSQL's server programs are not installed."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster. ``sockets`` is the folder of its only socket."""

    sockets: Path

    def url(self, database: str, role: str = APP_ROLE) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={self.sockets}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(host=str(self.sockets), user="postgres", dbname=database, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def create(self, name: str, template: str | None = None) -> str:
        """Create a database owned by the application's role; its address."""
        source = f" TEMPLATE {template}" if template else ""
        self.execute(f"CREATE DATABASE {name} OWNER {APP_ROLE}{source}")
        return self.url(name)

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def programs() -> Path:
    """Folder of ``initdb`` and ``postgres``, the newest version installed.

    Raises PostgresMissing, whose message says what to install.
    """
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True):
        if (folder / "initdb").exists():
            return folder
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise PostgresMissing("PostgreSQL's server is not installed: apt-get install postgresql")


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster and stop it at the end. ``durable`` keeps fsync on, as trials and benchmarks must."""
    folder = Path(tempfile.mkdtemp(prefix="ipp-pg-"))
    owner = _owner()
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o755)
    server: subprocess.Popen[bytes] | None = None
    try:
        _initialise(folder, owner)
        server = _start(folder, owner, durable=durable)
        started = Cluster(sockets=folder)
        _await_answer(started, server, folder / "server.log")
        started.execute(f"CREATE ROLE {APP_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
        yield started
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root. None where we are somebody else already."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _as(owner: pwd.struct_passwd | None) -> list[str]:
    """Command prefix that gives up root and makes the server stop when this process dies."""
    prefix = ["setpriv", "--pdeathsig", "INT"]
    if owner is not None:
        prefix += [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    return prefix


def _initialise(folder: Path, owner: pwd.struct_passwd | None) -> None:
    options = ["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    command = [*_as(owner), str(programs() / "initdb"), "--pgdata", str(folder / "data"), *options]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def _start(folder: Path, owner: pwd.struct_passwd | None, *, durable: bool) -> subprocess.Popen[bytes]:
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=150"]
    settings += () if durable else _FAST
    command = [*_as(owner), str(programs() / "postgres"), "-D", str(folder / "data")]
    for setting in settings:
        command += ["-c", setting]
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)


def _await_answer(started: Cluster, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            started.execute("SELECT 1")
        except psycopg.OperationalError:
            if server.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not answer within 30 seconds: {log.read_text()}")

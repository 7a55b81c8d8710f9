"""Starting the service's own processes for tests, and finding any that outlive them."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

MARK = "IPPLATFORM_STARTED_BY_TEST"
ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def new_mark() -> str:
    """A value for the environment variable MARK, by which descendants are found whatever became of their parents."""
    return secrets.token_hex(8)


def marked(mark: str) -> dict[int, str]:
    """Command lines by process id of every living process that carries ``mark``."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return found


def cpu_seconds(leader: int) -> float:
    """Processor seconds that the living processes of the group ``leader`` leads have used so far."""
    used = 0
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if folder.name.isdigit() and os.getpgid(int(folder.name)) == leader:
                used += sum(map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:13]))
    return used / os.sysconf("SC_CLK_TCK")


def kill_marked(mark: str) -> None:
    for process in marked(mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return when ``condition`` holds; AssertionError saying ``what`` did not happen after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} seconds: {what}")

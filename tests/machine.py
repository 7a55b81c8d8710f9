"""What a measurement was made on."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from tests.postgres import PostgresMissing, programs


def now_text() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def described() -> str:
    """Processor, cores, memory, system and the versions that matter, on one line."""
    return " · ".join(
        [
            f"{_processor()}, {os.cpu_count()} cores, {_memory_gib()} GiB",
            f"{_system()}, Linux {platform.release().split('-')[0]}",
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_postgres()}",
        ]
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")


def _postgres() -> str:
    try:
        shown = subprocess.run([programs() / "postgres", "--version"], capture_output=True, text=True, check=True)
    except PostgresMissing:
        return "no PostgreSQL"
    return "PostgreSQL " + shown.stdout.split()[2]

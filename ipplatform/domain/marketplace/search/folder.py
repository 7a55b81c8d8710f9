"""Where the index lies on this node: one folder per version, a file that names the one in use, a writer's lock.

``index/current`` names the version; ``index/<version>/`` holds the engine's files, ``frequencies`` (statistics of
character grams) and ``position`` (how far in the change feed it is). Readers notice a new version or commit by
looking at two files' times.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipplatform.domain.marketplace.search import grams
from ipplatform.domain.marketplace.search.engine import FORMAT, Engine
from ipplatform.foundation import settings
from ipplatform.foundation.clock import now
from ipplatform.foundation.storage import write_durably


@dataclass
class Position:
    """Applied up to ``applied``; ``gaps`` are smaller ids not seen yet (their transaction may still run)."""

    applied: int = 0
    gaps: dict[int, float] = field(default_factory=dict)
    documents: int = 0
    at: float = 0.0

    def dump(self) -> bytes:
        gaps = {str(identity): seen for identity, seen in self.gaps.items()}
        return json.dumps({"applied": self.applied, "gaps": gaps, "documents": self.documents, "at": self.at}).encode()

    @classmethod
    def load(cls, content: bytes) -> Position:
        value: dict[str, Any] = json.loads(content)
        gaps = {int(identity): float(seen) for identity, seen in value["gaps"].items()}
        return cls(int(value["applied"]), gaps, int(value["documents"]), float(value["at"]))


@dataclass
class Opened:
    """A version in use, open for reading."""

    name: str
    engine: Engine
    frequencies: grams.Frequencies
    committed: int


_opened: dict[Path, Opened] = {}


def current() -> Opened | None:
    """The index in use, as of its last commit; None before the first is built."""
    folder = settings.current().index_dir
    name = current_name()
    if name is None:
        return None
    known = _opened.get(folder)
    try:
        committed = (folder / name / "meta.json").stat().st_mtime_ns
        if known is None or known.name != name:
            _opened[folder] = known = _open(folder / name, committed)
        elif known.committed != committed:
            known.engine.reload()
            known.committed = committed
    except FileNotFoundError:
        return known
    return known


def current_name() -> str | None:
    with suppress(FileNotFoundError):
        name = (settings.current().index_dir / "current").read_text().strip()
        if name.startswith(f"v{FORMAT}-") and "/" not in name:
            return name
    return None


def new_version() -> Path:
    """An empty folder for an index to be built beside the live one."""
    folder = settings.current().index_dir / f"v{FORMAT}-{int(now().timestamp())}-{secrets.token_hex(3)}"
    folder.mkdir(parents=True)
    return folder


def publish(version: Path, position: Position, frequencies: grams.Frequencies) -> None:
    """Put ``version`` in use and remove the others; processes that still read an old one keep their open files."""
    write_durably(version / "frequencies", frequencies.dump())
    write_durably(version / "position", position.dump())
    write_durably(version.parent / "current", version.name.encode())
    for other in version.parent.iterdir():
        if other.is_dir() and other != version:
            shutil.rmtree(other, ignore_errors=True)


def position_of(name: str) -> Position:
    return Position.load((settings.current().index_dir / name / "position").read_bytes())


def save_position(name: str, position: Position) -> None:
    write_durably(settings.current().index_dir / name / "position", position.dump())


@contextmanager
def writing() -> Iterator[bool]:
    """Hold the node's writer lock for the block; False when another process holds it."""
    folder = settings.current().index_dir
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def _open(path: Path, committed: int) -> Opened:
    frequencies = grams.Frequencies.load((path / "frequencies").read_bytes())
    return Opened(path.name, Engine(path), frequencies, committed)

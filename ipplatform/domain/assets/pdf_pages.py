"""Pages of a PDF, counted in a process of its own: a hostile file can neither hang nor crash the service."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import IO

SECONDS = 20
MOST_BYTES = 200 * 1024 * 1024
_CHILD = Path(__file__).with_name("pdf_pages_child.py")


def count(chunks: Iterable[bytes], size: int) -> int | None:
    """How many pages the PDF in ``chunks`` has; None when that cannot be told (damaged, locked, too large, too slow).

    The child gets the bytes through a pipe, so that no plain copy of a confidential file touches the disk.
    """
    if size > MOST_BYTES:
        return None
    child = subprocess.Popen(  # noqa: S603  both arguments are our own
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    guard = threading.Timer(SECONDS, child.kill)
    guard.start()
    try:
        assert child.stdin is not None
        _feed(child.stdin, chunks)
        output, _nothing = child.communicate()
    finally:
        guard.cancel()
        child.kill()
        child.wait()
    answer = output.strip()
    return int(answer) if child.returncode == 0 and answer.isdigit() and 0 < int(answer) < 1_000_000 else None


def _feed(pipe: IO[bytes], chunks: Iterable[bytes]) -> None:
    """Write all of it; a child that died early breaks the pipe, which its exit code will tell."""
    try:
        for chunk in chunks:
            pipe.write(chunk)
        pipe.flush()
    except BrokenPipeError:
        return

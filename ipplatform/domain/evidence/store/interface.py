"""What every place of publication can do. Names are the paths of C2SP tlog-tiles, without a slash at the front."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=2"
A_WHILE = "public, max-age=3600"
TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"


class Mismatch(Exception):
    """A published file has other bytes than the log now says; the message tells an operator what to do."""


class StoreError(OSError):
    """The place of publication does not answer, or refuses; nothing says that what was asked was done."""


@dataclass(frozen=True)
class File:
    """A file to publish once and for ever."""

    name: str
    content: bytes


class Store(Protocol):
    def where(self, name: str) -> str:
        """Path or address of the file, as an operator would look for it."""

    def read(self, name: str) -> bytes | None:
        """The file's bytes, None when there is none. Raises StoreError or another OSError."""

    def create(self, files: Iterable[File]) -> None:
        """Make files durable that must not change: one that exists is compared. Raises Mismatch, OSError."""

    def replace(self, name: str, content: bytes, *, instead_of: bytes | None) -> None:
        """Put a file in the place of one with the bytes `instead_of` (None: of none), whole or not at all.

        Raises Mismatch when something else stands there.
        """

    def names(self, folder: str) -> list[str]:
        """Names of the files directly in `folder`, without it, sorted."""

    def remove(self, folder: str) -> None:
        """Drop a folder with its files; none is fine."""


def kept_as(name: str) -> tuple[str, str]:
    """Media type and caching of a published file, wherever it is served from."""
    if name.startswith("tile/"):
        return BINARY, FOR_EVER
    return TEXT, SHORTLY if name == "checkpoint" else A_WHILE


def changed(where: str) -> Mismatch:
    return Mismatch(
        f"The published file {where} has other bytes than the database's log. One of them was changed. "
        "Run `ipplatform log fsck` to find which, restore it, and start the sequencer again."
    )


def overtaken(where: str) -> Mismatch:
    return Mismatch(
        f"{where} was replaced while this sequencer was about to replace it. Is another sequencer running with the "
        "same place of publication? Stop it, run `ipplatform log fsck`, and start one sequencer again."
    )

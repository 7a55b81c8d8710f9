"""Reads bundles of unknown origin: bounded, and only names and kinds of files that a bundle can have."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MOST_MEMBERS = 5_000
LARGEST_TOTAL = 8 * 2**30
LARGEST_TEXT = 4 * 2**20
HIGHEST_RATIO = 100
CHUNK = 64 * 1024

_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/){0,2}[A-Za-z0-9_][A-Za-z0-9._-]*")
_KINDS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Unusable(Exception):
    """The file is not a bundle this reader accepts; nothing was decided about its evidence."""


class Bundle:
    """An opened bundle. Use as a context manager."""

    def __init__(self, file: Path | BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Unusable(f"not a zip file: {error}") from error
        self._members = _checked(self._archive.infolist())

    def __enter__(self) -> Bundle:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def size(self, name: str) -> int:
        return self._member(name).file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a member; never more than its directory entry says. Raises Unusable when they are damaged."""
        info = self._member(name)
        try:
            with self._archive.open(info) as handle:
                while chunk := handle.read(CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise Unusable(f"{name} cannot be unpacked: {error}") from error

    def read(self, name: str) -> bytes:
        """A member as a whole. Raises Unusable over 4 MiB: only texts are read like this."""
        if self.size(name) > LARGEST_TEXT:
            raise Unusable(f"{name} is larger than a bundle's texts are")
        return b"".join(self.chunks(name))

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise Unusable(f"{name} is missing")
        return self._members[name]


def _checked(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > MOST_MEMBERS:
        raise Unusable(f"more than {MOST_MEMBERS} files")
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for info in infos:
        _check(info)
        if info.filename.lower() in folded:
            raise Unusable(f"the name {info.filename!r} occurs twice")
        folded.add(info.filename.lower())
        found[info.filename] = info
    if sum(info.file_size for info in infos) > LARGEST_TOTAL:
        raise Unusable("the files are larger than a bundle may be")
    return found


def _check(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if not _NAME.fullmatch(name) or ".." in name or len(name) > 200 or info.orig_filename != name:
        raise Unusable(f"the name {name[:100]!r} is not one a bundle has")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.is_dir() or kind not in (0, stat.S_IFREG):
        raise Unusable(f"{name} is a folder or a link")
    if info.flag_bits & 0x1 or info.compress_type not in _KINDS:
        raise Unusable(f"{name} is encrypted or compressed in an unknown way")
    if info.file_size > HIGHEST_RATIO * max(info.compress_size, 1):
        raise Unusable(f"{name} grows more than {HIGHEST_RATIO} times when unpacked")

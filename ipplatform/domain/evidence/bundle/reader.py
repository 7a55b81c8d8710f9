"""Reads bundles of unknown origin: bounded, and only names and kinds of files that a bundle can have."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from ipplatform.domain.evidence.report import Refuted

MOST_MEMBERS = 5_000
LARGEST_TOTAL = 8 * 2**30
LARGEST_TEXT = 4 * 2**20
HIGHEST_RATIO = 100
LONGEST_NAME = 200
CHUNK = 64 * 1024

_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/){0,2}[A-Za-z0-9_][A-Za-z0-9._-]*")
# One folder that people may have packed a bundle in; what an unpacker makes of "evidence (1).zip" included.
_OUTER = re.compile(r"([A-Za-z0-9_][A-Za-z0-9 ()._-]*/).*", re.DOTALL)
# What a Mac adds when it packs a folder: no part of a bundle, never opened, and named in the result.
_ADDED = re.compile(r"__MACOSX/[ -~]*|(?:[ -~]*/)?(?:\.DS_Store|\._[ -.0-~]*)")
_LISTING = "SHA256SUMS"
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Unusable(Exception):
    """The file is not a bundle this reader accepts; nothing was decided about its evidence."""


class Bundle:
    """An opened bundle. Use as a context manager. `skipped` names the files that were not looked at."""

    def __init__(self, file: Path | BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Unusable(f"not a zip file: {error}") from error
        infos = self._archive.infolist()
        if len(infos) > MOST_MEMBERS:
            raise Unusable(f"more than {MOST_MEMBERS} files")
        if sum(info.file_size for info in infos) > LARGEST_TOTAL:
            raise Unusable("the files are larger than a bundle may be")
        self.skipped = [info.filename for info in infos if _is_added(info)]
        self._members = _checked([info for info in infos if not _is_added(info)])

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
        """The bytes of a member; never more than its directory entry says.

        Raises Refuted when they are not those that were packed, Unusable when they cannot be got at.
        """
        info = self._member(name)
        try:
            with self._archive.open(info) as handle:
                yield from _unpacked(name, handle)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
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


def _unpacked(name: str, handle: IO[bytes]) -> Iterator[bytes]:
    try:
        while chunk := handle.read(CHUNK):
            yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Refuted(f"{name} is damaged: its bytes are not those that were packed") from error


def _checked(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Files by their names in the bundle. Entries for folders are checked like files and then left out."""
    outer = _outer([info.filename for info in infos])
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for info in infos:
        name = info.filename.removeprefix(outer)
        _check(info, name, is_outer=bool(outer) and not name)
        if (alike := name.removesuffix("/").lower()) in folded:
            raise Unusable(f"the name {name!r} occurs twice")
        folded.add(alike)
        if not info.is_dir():
            found[name] = info
    return found


def _is_added(info: zipfile.ZipInfo) -> bool:
    return len(info.orig_filename) <= LONGEST_NAME and _ADDED.fullmatch(info.orig_filename) is not None


def _outer(names: list[str]) -> str:
    """The one folder that everything is in, with its slash, or nothing: a bundle whose folder was packed as well."""
    matched = _OUTER.fullmatch(names[0]) if names else None
    outer = matched[1] if matched else ""
    whole = f"{outer}{_LISTING}" in names and all(name.startswith(outer) for name in names)
    return outer if whole else ""


def _check(info: zipfile.ZipInfo, name: str, *, is_outer: bool) -> None:
    odd = not is_outer and not _NAME.fullmatch(name.removesuffix("/"))
    if odd or ".." in info.filename or len(info.filename) > LONGEST_NAME or info.orig_filename != info.filename:
        raise Unusable(f"the name {info.filename[:100]!r} is not one a bundle has")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG) or (info.is_dir() and info.file_size):
        raise Unusable(f"{name} is a folder or a link")
    if info.flag_bits & 0x1 or info.compress_type not in _METHODS:
        raise Unusable(f"{name} is encrypted or compressed in an unknown way")
    if info.file_size > HIGHEST_RATIO * max(info.compress_size, 1):
        raise Unusable(f"{name} grows more than {HIGHEST_RATIO} times when unpacked")

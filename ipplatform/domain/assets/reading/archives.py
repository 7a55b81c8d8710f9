"""Opening an uploaded file as one or more streams of XML: plain, gzip or zip, with limits against bombs."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ipplatform.foundation.errors import DomainError
from ipplatform.foundation.i18n import _l

CHUNK = 256 * 1024
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
# Weekly files shrink six- to fifteenfold; XML padded to attack shrinks a thousandfold.
MOST_RATIO = 120
RATIO_FREE_BYTES = 16 * 1024 * 1024
MOST_MEMBERS = 2_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Most bytes a whole file may unpack to, and most bytes of one document in it."""

    unpacked_bytes: int = 8 * 1024**3
    document_bytes: int = 64 * 1024**2


class UnusableFile(DomainError):
    """The file as a whole cannot be read, or not to its end; ``code`` says why."""

    status = 422
    code = "unusable_file"


MESSAGES: dict[str, Any] = {
    "zip_broken": _l("The zip file is damaged or was cut off."),
    "zip_encrypted": _l("The zip file is protected with a password."),
    "zip_many": _l("The zip file holds too many entries."),
    "zip_no_xml": _l("The zip file holds no XML file."),
    "zip_method": _l("The zip file is packed in a way that is not read. Pack it with the usual method (deflate)."),
    "bomb": _l("The file unpacks to far more than an office's file would. It was not read further."),
    "unpacked_large": _l("The file unpacks to more than the service reads at once."),
    "gzip_broken": _l("The gzip file is damaged or was cut off."),
    "empty": _l("The file is empty."),
    "not_xml": _l("The file is no XML, and no zip or gzip file with XML in it."),
}


def unusable(code: str) -> UnusableFile:
    return UnusableFile(MESSAGES[code], code=code)


@dataclass(frozen=True, slots=True)
class Member:
    """One stream of XML inside the file; ``name`` is empty for a file that is no archive."""

    name: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Opened:
    """The XML streams of a file, to be read in order, and the names of what lies beside them unread."""

    members: Iterator[Member]
    skipped: tuple[str, ...] = ()


def open_file(handle: BinaryIO, limits: Limits) -> Opened:
    """Open a seekable file, told by its first bytes, never by its name. Raises UnusableFile, now or while reading."""
    start = handle.read(512)
    handle.seek(0)
    if not start:
        raise unusable("empty")
    if start.startswith(ZIP_MAGICS):
        return _open_zip(handle, limits)
    if start.startswith(GZIP_MAGIC):
        return Opened(iter([Member("", _gunzip(handle, limits))]))
    if b"\x00" in start and not start.startswith(UTF16_BOMS):
        raise unusable("not_xml")
    plain = iter(lambda: handle.read(CHUNK), b"")
    return Opened(iter([Member("", _limited(plain, limits, packed=None))]))


def _open_zip(handle: BinaryIO, limits: Limits) -> Opened:
    try:
        archive = zipfile.ZipFile(handle)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unusable("zip_broken") from error
    infos = [info for info in archive.infolist() if not info.is_dir()]
    _refuse_bombs(infos, limits)
    wanted = [info for info in infos if _is_xml(info)]
    if not wanted:
        raise unusable("zip_no_xml")
    skipped = tuple(info.filename[:200] for info in infos if not _is_xml(info))
    return Opened((Member(info.filename[:200], _unzip(archive, info, limits)) for info in wanted), skipped)


def _is_xml(info: zipfile.ZipInfo) -> bool:
    return info.filename.lower().endswith(".xml")


def _refuse_bombs(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """A zip's directory tells before a byte is unpacked; what it hides is caught while unpacking."""
    if len(infos) > MOST_MEMBERS:
        raise unusable("zip_many")
    if any(info.flag_bits & 0x1 for info in infos):
        raise unusable("zip_encrypted")
    unpacked = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if unpacked > RATIO_FREE_BYTES and unpacked / packed > MOST_RATIO:
        raise unusable("bomb")
    if unpacked > limits.unpacked_bytes:
        raise unusable("unpacked_large")


def _unzip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    try:
        with archive.open(info) as entry:
            plain = iter(lambda: entry.read(CHUNK), b"")
            yield from _limited(plain, limits, packed=lambda: info.compress_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise unusable("zip_broken") from error
    except NotImplementedError as error:
        raise unusable("zip_method") from error


def _gunzip(handle: BinaryIO, limits: Limits) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=handle, mode="rb") as plain:
            yield from _limited(iter(lambda: plain.read(CHUNK), b""), limits, packed=handle.tell)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise unusable("gzip_broken") from error


def _limited(chunks: Iterable[bytes], limits: Limits, packed: Any) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limits.unpacked_bytes:
            raise unusable("unpacked_large")
        if packed is not None and total > RATIO_FREE_BYTES and total / max(1, packed()) > MOST_RATIO:
            raise unusable("bomb")
        yield chunk

"""Writes members as a zip, chunk by chunk, the same bytes every time: stored, fixed order, fixed dates."""

from __future__ import annotations

import hashlib
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from ipplatform.domain.evidence.bundle.contents import Member
from ipplatform.foundation.errors import DamagedFile
from ipplatform.foundation.secretbox import Damaged

FIXED_DATE = (1980, 1, 1, 0, 0, 0)


class Changed(Exception):
    """A document no longer has the bytes that were filed; the download breaks off rather than pass them on."""


class _Sink:
    """A file that is only written: zipfile puts sizes behind each member instead of seeking back."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        data = b"".join(self._waiting)
        self._waiting.clear()
        return data


def check_files(members: Sequence[Member]) -> None:
    """Reads the documents once before the first byte is sent, when it can still be refused.

    Raises DamagedFile when one is gone or is not what was filed.
    """
    try:
        for member in members:
            if member.is_file:
                deque(_checked(member), maxlen=0)
    except (Changed, Damaged, OSError, ValueError) as error:
        raise DamagedFile from error


def stream(members: Sequence[Member]) -> Iterator[bytes]:
    """The zip in pieces. Raises Changed when a member's bytes are not those its digest says."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for member in members:
            with archive.open(_info(member), "w") as handle:
                for chunk in _checked(member):
                    handle.write(chunk)
                    yield sink.take()
            yield sink.take()
    yield sink.take()


def _info(member: Member) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.name, FIXED_DATE)
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3
    info.external_attr = (0o100755 if member.name.endswith(".sh") else 0o100644) << 16
    info.file_size = member.size
    return info


def _checked(member: Member) -> Iterable[bytes]:
    digest = hashlib.sha256()
    for chunk in member.chunks():
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != member.sha256:
        raise Changed(member.name)

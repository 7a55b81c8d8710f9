"""Sending a document as it was received, so that no browser interprets it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

import structlog
from flask import Response

from ipplatform.domain.assets import documents
from ipplatform.domain.assets.models import Document
from ipplatform.foundation.errors import DamagedFile
from ipplatform.foundation.secretbox import Damaged

# Bytes. Up to here a document is read once before it is sent; reading a larger one would keep the reader waiting.
CHECKED_WHOLE = 64 * 1024**2


def send(document: Document) -> Response:
    """Raises DamagedFile before the first byte, for a document above CHECKED_WHOLE only if its start is damaged.

    Damage found later breaks the connection off short of the announced length, and is logged.
    """
    if document.size <= CHECKED_WHOLE:
        documents.check(document)
    chunks = documents.open_document(document)
    return sent(chunks, name=document.name, media_type=document.media_type, size=document.size)


def sent(chunks: Iterator[bytes], *, name: str, media_type: str, size: int) -> Response:
    """A streamed download; `size` in bytes. Scripts inside an uploaded page must never run on our origin.

    The first chunk is read now: a file that is gone, or damaged there, is a DamagedFile. No charset is added to the
    type: an XML file says its own.
    """
    try:
        first = next(chunks, b"")
    except (FileNotFoundError, Damaged) as error:
        raise DamagedFile from error
    response = Response(_until_damaged(chain([first], chunks)), content_type=media_type)
    response.content_length = size
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _until_damaged(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The server closes the connection on the error: the reader has fewer bytes than were announced."""
    try:
        yield from chunks
    except (OSError, Damaged) as error:
        structlog.get_logger().error("download broken off", code=DamagedFile.code, exc_info=error)
        raise

"""Sending a document as it was received, so that no browser interprets it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

from flask import Response

from ipplatform.domain.assets.documents import open_document
from ipplatform.domain.assets.models import Document
from ipplatform.foundation.errors import DamagedFile
from ipplatform.foundation.secretbox import Damaged


def send(document: Document) -> Response:
    return sent(open_document(document), name=document.name, media_type=document.media_type, size=document.size)


def sent(chunks: Iterator[bytes], *, name: str, media_type: str, size: int) -> Response:
    """A streamed download; `size` in bytes. Scripts inside an uploaded page must never run on our origin.

    The first chunk is read now: a file that is gone or damaged is a DamagedFile, not a download that
    breaks off. No charset is added to the type: an XML file says its own.
    """
    try:
        first = next(chunks, b"")
    except (FileNotFoundError, Damaged) as error:
        raise DamagedFile from error
    response = Response(chain([first], chunks), content_type=media_type)
    response.content_length = size
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

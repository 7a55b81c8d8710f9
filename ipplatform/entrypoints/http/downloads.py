"""Sending a document as it was received, so that no browser interprets it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response


def sent(chunks: Iterator[bytes], *, name: str, media_type: str, size: int) -> Response:
    """A streamed download; `size` in bytes. Scripts inside an uploaded page must never run on our origin."""
    response = Response(chunks, mimetype=media_type)
    response.content_length = size
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

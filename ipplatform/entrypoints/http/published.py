"""Answers with files of the public log."""

from __future__ import annotations

import hashlib

from flask import Response, request


def published_file(content: bytes, media_type: str, caching: str) -> Response:
    """Monitors and browsers of other origins may read the log: that is what it is for."""
    response = Response(content, content_type=media_type)
    response.set_etag(hashlib.sha256(content).hexdigest())
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response

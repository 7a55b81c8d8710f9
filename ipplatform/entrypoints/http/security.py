"""Headers that keep a page from doing what it was not written to do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from flask import Flask, Response, g, request

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; worker-src 'self'"
)

DATA = frozenset({"application/json", "application/problem+json"})
NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def csp_nonce() -> str:
    """The request's nonce for the few scripts that stand in a page."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _headers(response: Response) -> Response:
    headers = response.headers
    given = {name.lower() for name, _value in headers}
    headers.extend([(name, value) for name, value in _wanted(response) if name.lower() not in given])
    if request.endpoint != "static":
        headers.add("Vary", "Cookie, Accept-Language")
    return response


def _wanted(response: Response) -> Iterator[tuple[str, str]]:
    """What an answer carries unless its view has said otherwise."""
    yield "Content-Security-Policy", NOTHING if response.mimetype in DATA else POLICY.format(nonce=csp_nonce())
    yield from ALWAYS
    if request.is_secure:
        yield "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        yield "Cache-Control", "no-store" if g.get("standing") else "no-cache"


def init_app(app: Flask) -> None:
    app.after_request(_headers)

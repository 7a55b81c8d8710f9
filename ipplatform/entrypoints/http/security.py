"""Headers that keep a page from doing what it was not written to do."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Request, Response, g

from ipplatform.entrypoints.http.access import asked

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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
)


def csp_nonce() -> str:
    """The request's nonce for the few scripts that stand in a page."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _headers(response: Response) -> Response:
    headers, sent = response.headers, asked()
    given = {name.lower() for name, _value in headers}
    for name, value in _wanted(response, sent):
        if name.lower() not in given:
            headers.add(name, value)
    if sent.endpoint != "static":
        headers.add("Vary", "Cookie, Accept-Language")
    return response


def _wanted(response: Response, sent: Request) -> Iterator[tuple[str, str]]:
    """What an answer carries unless its view has said otherwise."""
    yield "Content-Security-Policy", NOTHING if response.mimetype in DATA else POLICY.format(nonce=csp_nonce())
    yield "Cross-Origin-Resource-Policy", "same-origin"
    if sent.is_secure:
        yield "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
    if sent.endpoint != "static":
        yield "Cache-Control", "no-store" if g.get("standing") else "no-cache"


def _always(serve: WSGIApplication) -> WSGIApplication:
    """What no view may say otherwise, added where headers are a plain list."""

    def serve_with(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *ALWAYS], *error)

        return serve(environ, cast("StartResponse", start))

    return serve_with


def init_app(app: Flask) -> None:
    app.after_request(_headers)
    app.wsgi_app = _always(app.wsgi_app)  # type: ignore[assignment, method-assign]

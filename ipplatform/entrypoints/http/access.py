"""Who may reach a route at all. Every view has exactly one of these; services check the rest again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from flask import Flask, Request, abort, current_app, g, request

from ipplatform.domain.accounts.actor import Actor
from ipplatform.entrypoints.http.advice import without_organisation
from ipplatform.foundation.errors import Forbidden, NotFound, Unauthenticated
from ipplatform.foundation.i18n import _

View = TypeVar("View", bound=Callable[..., Any])
UPLOAD_ALLOWANCE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Access:
    """``kind`` is public, signed_in, member, office or token; ``names`` are office roles or the token's scope."""

    kind: str
    names: frozenset[str] = frozenset()


def _mark(access: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return decorate


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return _mark(Access("public"))(view)


def signed_in(view: View) -> View:
    """Any person with a session."""
    return _mark(Access("signed_in"))(view)


def member(view: View) -> View:
    """A person acting in an organisation."""
    return _mark(Access("member"))(view)


def office(*roles: str) -> Callable[[View], View]:
    """A person of the office with one of ``roles``."""
    return _mark(Access("office", frozenset(roles)))


def token(scope: str) -> Callable[[View], View]:
    """An API token with ``scope``."""
    return _mark(Access("token", frozenset({scope})))


def writes(view: View) -> View:
    """A GET that must write (an auditor's read is recorded): its transaction may write from the start."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def direct(view: View) -> View:
    """A view that only writes new rows, through ``foundation.direct``, and reads with a session that cannot write."""
    view.direct = True  # type: ignore[attr-defined]
    return view


def accepts_upload(view: View) -> View:
    """A view that takes a document: the request may be as large as a document may be."""
    view.accepts_upload = True  # type: ignore[attr-defined]
    return view


def limits_body(size: int) -> Callable[[View], View]:
    """A view that takes at most ``size`` bytes, fewer than a form may have."""

    def decorate(view: View) -> View:
        view.largest_body = size  # type: ignore[attr-defined]
        return view

    return decorate


def bearer_token() -> str | None:
    """The token of this request's Authorization header, known or not."""
    scheme, _space, sent = request.headers.get("Authorization", "").partition(" ")
    return (sent.strip() or None) if scheme.lower() == "bearer" else None


class ViewRequest(Request):
    """A request that knows which function will answer it."""

    @cached_property
    def view(self) -> Any:
        """None when nothing is at this address."""
        endpoint = self.endpoint
        return None if endpoint is None else _method_of(current_app.view_functions.get(endpoint), self.method)


def asked() -> ViewRequest:
    """This request itself, for what every request goes through: flask's ``request`` looks it up anew at each dot."""
    found: ViewRequest = request._get_current_object()  # type: ignore[attr-defined]
    return found


def view_of_request() -> Any:
    """The function that will answer this request, or None."""
    return asked().view


def _method_of(function: Any, method: str) -> Any:
    cls = getattr(function, "view_class", None)
    if cls is None:
        return function
    return getattr(cls, method.lower(), None) or (getattr(cls, "get", None) if method == "HEAD" else None)


def check(access: Access, actor: Actor) -> None:
    """Return when ``actor`` may enter; raises Unauthenticated, Forbidden or NotFound."""
    if access.kind == "public":
        return
    if access.kind == "token":
        _check_token(access, actor)
        return
    if not actor.signed_in:
        raise Unauthenticated
    if access.kind == "member" and actor.organisation_id is None:
        raise without_organisation(actor)
    if access.kind == "office" and not actor.office & access.names:
        raise NotFound


def _check_token(access: Access, actor: Actor) -> None:
    if not actor.signed_in or actor.scopes is None:
        raise Unauthenticated(_without_token())
    if not access.names <= actor.scopes:
        raise Forbidden(
            _("This token lacks the scope %(scope)s.", scope=_(", ").join(sorted(access.names))), code="missing_scope"
        )


def _without_token() -> str:
    if bearer_token() is None:
        return _("Send an API token: Authorization: Bearer …")
    return _("This API token is unknown, expired or revoked. Make a new one under “API tokens” of your account.")


def init_app(app: Flask) -> None:
    app.before_request(_limit_body)
    app.before_request(_guard)


def _limit_body() -> None:
    sent = asked()
    if getattr(sent.view, "accepts_upload", False):
        sent.max_content_length = current_app.config["SETTINGS"].document_max_bytes + UPLOAD_ALLOWANCE
    smaller = getattr(sent.view, "largest_body", None)
    if smaller is not None:
        sent.max_content_length = smaller
    length = sent.content_length
    if length and length > (sent.max_content_length or 0):
        abort(413)


def _guard() -> None:
    sent = asked()
    if sent.endpoint is None or sent.method == "OPTIONS":
        return
    access = getattr(sent.view, "access", None)
    if access is not None:
        check(access, g.actor)


def refuse_unguarded_routes(app: Flask) -> None:
    """RuntimeError naming every route without an access decorator; static files excepted."""
    unguarded = [
        f"{rule.endpoint} {method}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if not hasattr(_method_of(app.view_functions[rule.endpoint], method), "access")
    ]
    if unguarded:
        raise RuntimeError("routes without an access decorator: " + ", ".join(unguarded))

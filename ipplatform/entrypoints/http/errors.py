"""Domain errors and HTTP errors become a page or problem+json (RFC 9457) here; unknown ones leak nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from ipplatform.domain.accounts.schemas import SignInSchema
from ipplatform.entrypoints.http import advice, keeping
from ipplatform.entrypoints.http.forms import Form, flatten
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, DomainError, Invalid, StoredDamage
from ipplatform.foundation.i18n import HTML_LANG, _, _l, current_locale, plain
from ipplatform.foundation.pagination import ForeignCursor
from ipplatform.foundation.secretbox import Damaged

TITLES = {
    400: _l("The request could not be understood"),
    401: _l("Sign in first"),
    403: _l("Not allowed"),
    404: _l("Page not found"),
    405: _l("Not possible here"),
    406: _l("Not available in that form"),
    409: _l("This cannot be done now"),
    410: _l("No longer here"),
    413: _l("Too large"),
    415: _l("Wrong type of content"),
    422: _l("Some answers need your attention"),
    429: _l("Too many tries"),
    500: _l("Something went wrong on our side"),
}


DEADLOCKED = frozenset({"40P01", "40001"})  # PostgreSQL: deadlock detected, serialization failure


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(ValidationError, _validation)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _raced)
    app.register_error_handler(StaleDataError, _raced)
    app.register_error_handler(OperationalError, _operational)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(Damaged, _damaged)
    app.register_error_handler(Exception, _unknown)


def wants_json() -> bool:
    return request.path.startswith("/api/")


def problem(status: int, code: str, detail: Any, **more: Any) -> Response:
    """An RFC 9457 problem document; ``type`` is an address in our API documentation."""
    body = {
        "type": f"/api#problem-{code}",
        "title": str(_title(status)),
        "status": status,
        "code": code,
        "detail": str(detail),
        "request_id": g.get("request_id"),
        **plain(more),
    }
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    response.headers["Content-Language"] = HTML_LANG[current_locale()]
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _title(status: int) -> Any:
    return TITLES.get(status, TITLES[400 if status < 500 else 500])


def page(status: int, message: Any, **context: Any) -> Response:
    context.setdefault("heading", _title(status))
    body = render_template("errors/error.html", status=status, message=message, **context)
    return make_response(body, status)


def _domain(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, StoredDamage):
        structlog.get_logger().error("stored data damaged", code=error.code, exc_info=error)
    fields = error.fields if isinstance(error, Invalid) else {}
    if wants_json():
        more: dict[str, Any] = {"errors": fields} if fields else {}
        if error.detail:
            more["context"] = error.detail
        return problem(error.status, error.code, error.message, **more)
    if error.status == 401:
        return _ask_to_sign_in()
    shown: dict[str, Any] = {
        "fields": fields,
        "damage": isinstance(error, StoredDamage),
        "advice": advice.advice(error),
    }
    if isinstance(error, ForeignCursor):  # nobody answered anything: the address itself is wrong
        shown |= {"fields": {}, "heading": TITLES[400]}
    return page(error.status, advice.message(error), code=error.code, **shown)


def _ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page and back; a form sent after the session ended goes along, sealed, to be sent again."""
    if request.method in ("GET", "HEAD"):
        flash(_("Sign in to continue."), "info")
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")), 303)
    kept = keeping.keep()
    target = _where_from()
    if kept is None:
        flash(_("Your session has ended. Sign in to continue."), "info")
        return redirect(url_for("account.sign_in", next=target), 303)
    flash(_("Your session has ended. What you sent is kept: sign in and it goes on from there."), "info")
    return render_template("account/sign_in.html", form=Form(SignInSchema()), next=target, kept=kept), 401


def _where_from() -> str:
    """Path and query of the page the form stood on; a referrer that is no address tells nothing."""
    try:
        back = urlsplit(request.referrer or "")
    except ValueError:
        return "/home"
    return f"{back.path}?{back.query}" if back.query else back.path or "/home"


def _validation(error: ValidationError) -> ResponseReturnValue:
    return _domain(Invalid(flatten(error.messages)))


def _csrf(error: CSRFError) -> ResponseReturnValue:
    message = _("This form was open too long or in another session. Go back, reload the page and send it again.")
    return page(400, message, code="csrf")


def _http(error: HTTPException) -> ResponseReturnValue:
    db.session.rollback()
    if error.code is None or error.code < 400:
        return error
    if error.response is not None:
        return error
    if wants_json():
        data = getattr(error, "data", None) or {}
        messages = data.get("errors") or data.get("messages")
        more = {"errors": _without_location(messages)} if messages else {}
        code = "invalid" if error.code == 422 else error.name.lower().replace(" ", "_")
        answer = problem(error.code, code, data.get("message") or _title(error.code), **more)
    else:
        answer = page(error.code, _explanation(error.code))
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


def _without_location(messages: Any) -> dict[str, list[Any]]:
    """webargs nests messages under where they came from (json, query); callers know where they sent a field."""
    if isinstance(messages, dict) and len(messages) == 1:
        (inner,) = messages.values()
        if next(iter(messages)) in ("json", "query", "headers", "path", "files", "form", "json_or_form"):
            return flatten(inner)
    return flatten(messages)


def _explanation(status: int) -> str:
    texts = {
        404: _("There is nothing at this address, or it is not public."),
        405: _("This address does not take that kind of request."),
        413: _("This is larger than the service accepts. Nothing was saved from it; your draft is unchanged."),
        429: _("Wait a while and try again."),
    }
    return texts.get(status, _("Go back and try again."))


def _raced(error: Exception) -> ResponseReturnValue:
    """Two did the same at once, and a constraint or a row that has gone stopped the second: no fault of the service."""
    structlog.get_logger().warning("raced", error=type(error).__name__)
    return _domain(Conflict(_("Somebody did the same at this moment, or it was sent twice. Look again."), code="raced"))


def _operational(error: OperationalError) -> ResponseReturnValue:
    return _raced(error) if getattr(error.orig, "sqlstate", None) in DEADLOCKED else _unknown(error)


def _unstorable(error: DataError) -> ResponseReturnValue:
    """PostgreSQL holds no NUL and no number beyond its column, not even to look for them (an address with %00)."""
    return _domain(DomainError(_("What was sent holds a character or a number that cannot be stored."), code="value"))


def _damaged(error: Damaged) -> ResponseReturnValue:
    """A sealed value that was changed is met wherever its row is read."""
    damage = StoredDamage()
    damage.__cause__ = error
    return _domain(damage)


def _unknown(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    structlog.get_logger().exception("unhandled error", error=type(error).__name__)
    message = _("The fault has been recorded. Nothing you had saved is lost. Try again in a moment.")
    if wants_json():
        return problem(500, "internal", message)
    return page(500, message)

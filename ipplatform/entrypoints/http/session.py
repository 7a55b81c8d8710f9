"""From a cookie or a bearer token to an Actor. Sessions are rows; Flask-Login carries their token in the cookie."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Request, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user

from ipplatform.domain.accounts import queries
from ipplatform.domain.accounts.actor import ANONYMOUS, Actor
from ipplatform.domain.accounts.queries import Standing
from ipplatform.entrypoints.http.access import asked, bearer_token
from ipplatform.entrypoints.http.keeping import PERSON

login_manager = LoginManager()
API = "/api/"


@dataclass
class SignedIn:
    """What Flask-Login keeps: the session's token and whose it is."""

    token: str
    standing: Standing
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token


class PageSessions(SecureCookieSessionInterface):
    """Pages alone have a cookie: a program brings its token each time, and no cookie is read or set for it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return self.make_null_session(app) if request.path.startswith(API) else super().open_session(app, request)


def actor() -> Actor:
    """Who asks: ANONYMOUS, a person's session, or a token's."""
    result: Actor = g.actor
    return result


def standing() -> Standing | None:
    """The person, organisation and roles behind the request, or None when nobody is signed in."""
    result: Standing | None = g.standing
    return result


def begin(token: str) -> None:
    """Put a new login session's token into the browser, after dropping whatever was there (session fixation).

    The CSRF token stays when the same person comes back: forms open in other tabs then still go through.
    """
    found = queries.standing_by_session(token)
    assert found is not None
    same_person = session.get(PERSON) == found.person.public_id
    csrf = session.get("csrf_token") if same_person else None
    session.clear()
    if csrf:
        session["csrf_token"] = csrf
    session[PERSON] = found.person.public_id
    login_user(SignedIn(token, found))
    _remember(found)


def end() -> None:
    """Sign this browser out. Whose it was stays, so that a form still open in another tab is kept for that person."""
    person = session.get(PERSON)
    logout_user()
    session.clear()
    if person:
        session[PERSON] = person
    _remember(None)


def init_app(app: Flask) -> None:
    app.session_interface = PageSessions()
    login_manager.session_protection = None
    login_manager.init_app(app)
    app.before_request(_load)


@login_manager.user_loader
def _by_session(token: str) -> SignedIn | None:
    found = queries.standing_by_session(token)
    return SignedIn(token, found) if found else None


def _load() -> None:
    g.actor, g.standing = ANONYMOUS, None
    sent = asked()
    if sent.endpoint == "static":
        return
    if sent.path.startswith(API):
        _remember(_by_bearer())
    elif isinstance(current_user._get_current_object(), SignedIn):
        _remember(current_user.standing)


def _by_bearer() -> Standing | None:
    sent = bearer_token()
    return None if sent is None else queries.standing_by_token(sent)


def _remember(found: Standing | None) -> None:
    g.standing = found
    g.actor = found.actor if found else ANONYMOUS

"""Signing up, in and out; language; switching organisation."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import queries, services, sessions
from ipplatform.domain.accounts.schemas import SignInSchema, SignUpSchema
from ipplatform.entrypoints.http import keeping, session
from ipplatform.entrypoints.http.access import public, signed_in
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.entrypoints.http.locale import COOKIE
from ipplatform.foundation.errors import Invalid, TooMany
from ipplatform.foundation.i18n import LOCALES, _, current_locale

blueprint = Blueprint("account", __name__, url_prefix="/account")
YEAR = 365 * 24 * 3600


def safe_next(target: str | None, fallback: str = "/home") -> str:
    """``target`` when it is a path of our own, else ``fallback``: no open redirect."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc or any(ord(one) < 32 for one in target) else target


def user_agent() -> str:
    return request.headers.get("User-Agent", "")[:200]


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if session.actor().signed_in:
        return redirect(safe_next(request.args.get("next")))
    return render_template("account/sign_in.html", form=Form(SignInSchema()), next=request.args.get("next", ""))


@blueprint.post("/sign-in")
@public
def sign_in_now() -> ResponseReturnValue:
    values, form = load(SignInSchema())
    target, kept = request.form.get("next", ""), request.form.get("kept", "")
    if values is not None:
        try:
            token = sessions.sign_in(**values, user_agent=user_agent(), address=request.remote_addr or "")
        except TooMany as error:
            form.errors = {"password": [error.message]}
            return render_template("account/sign_in.html", form=form, next=target, kept=kept), 429
        if token:
            session.begin(token)
            return _onward(target)
        form.errors = {"password": [_("The email address and password do not match.")]}
    return render_template("account/sign_in.html", form=form, next=target, kept=kept), 422


def _onward(target: str) -> ResponseReturnValue:
    """Where the person was going; a form kept from an ended session is offered for sending again."""
    found = session.standing()
    kept = keeping.reopen(request.form.get("kept", ""), found.person.public_id) if found else None
    if kept is None:
        return redirect(safe_next(target), 303)
    return render_template("account/continue.html", kept=kept)


@blueprint.get("/sign-up")
@public
def sign_up() -> ResponseReturnValue:
    return render_template("account/sign_up.html", form=Form(SignUpSchema()))


@blueprint.post("/sign-up")
@public
def sign_up_now() -> ResponseReturnValue:
    values, form = load(SignUpSchema())
    if values is not None:
        try:
            person, organisation = services.sign_up(**values, locale=current_locale())
        except Invalid as error:
            form.errors = {
                "organisation_name" if name == "name" else name: messages for name, messages in errors_of(error).items()
            }
        else:
            session.begin(sessions.begin(person, user_agent=user_agent(), organisation_id=organisation.id))
            flash(_("Welcome. %(name)s is registered.", name=organisation.name), "success")
            return redirect("/home", 303)
    return render_template("account/sign_up.html", form=form), 422


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    found = session.standing()
    if found and found.session_id:
        sessions.sign_out(session_id=found.session_id)
    session.end()
    return redirect("/", 303)


@blueprint.post("/switch")
@signed_in
def switch() -> ResponseReturnValue:
    found = session.standing()
    sessions.switch_organisation(
        actor=session.actor(),
        session_id=(found.session_id if found else None) or 0,
        organisation_public_id=request.form.get("organisation", ""),
    )
    return redirect("/home", 303)


@blueprint.post("/language")
@public
def language() -> ResponseReturnValue:
    """Remember the language in a cookie and, for a person signed in, in their profile."""
    wanted = request.form.get("lang", "")
    response = redirect(_in_no_language(safe_next(request.form.get("next"), "/")), 303)
    if wanted in LOCALES:
        response.set_cookie(COOKIE, wanted, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
        found = session.standing()
        if found:
            queries.person(found.person.id).locale = wanted
    return response


def _in_no_language(address: str) -> str:
    """Without the address part that names a language, which would outweigh the choice just made."""
    parts = urlsplit(address)
    kept = [one for one in parse_qsl(parts.query, keep_blank_values=True) if one[0] != "lang"]
    return parts._replace(query=urlencode(kept)).geturl()

"""One's own name, language, password and sessions."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import queries, services, sessions
from ipplatform.domain.accounts.schemas import ChangePasswordSchema, ProfileSchema
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import signed_in
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.entrypoints.http.locale import COOKIE
from ipplatform.foundation.errors import Invalid, TooMany
from ipplatform.foundation.i18n import _

blueprint = Blueprint("profile", __name__, url_prefix="/account")


def _page(profile: Form | None = None, password: Form | None = None) -> str:
    person = queries.person(session.actor().person_id or 0)
    return render_template(
        "account/profile.html",
        profile=profile or Form(ProfileSchema(), {"name": person.name, "locale": person.locale}),
        password=password or Form(ChangePasswordSchema()),
        sessions=queries.sessions_of(person.id),
    )


def _own_session() -> int | None:
    found = session.standing()
    return found.session_id if found else None


@blueprint.get("/profile")
@signed_in
def show() -> ResponseReturnValue:
    return _page()


@blueprint.post("/profile")
@signed_in
def save() -> ResponseReturnValue:
    values, form = load(ProfileSchema())
    if values is None:
        return _page(profile=form), 422
    services.update_profile(actor=session.actor(), **values)
    flash(_("Saved."), "success")
    response = redirect(url_for("profile.show"), 303)
    response.delete_cookie(COOKIE)
    return response


@blueprint.post("/profile/password")
@signed_in
def change_password() -> ResponseReturnValue:
    values, form = load(ChangePasswordSchema())
    if values is None:
        return _page(password=form), 422
    try:
        changed = sessions.change_password(actor=session.actor(), **values, session_id=_own_session())
    except (Invalid, TooMany) as error:
        form.errors = errors_of(error) if isinstance(error, Invalid) else {"current": [error.message]}
        return _page(password=form), 422
    if not changed:
        form.errors = {"current": [_("This is not your current password.")]}
        return _page(password=form), 422
    flash(_("Your password is changed; your other sessions have ended."), "success")
    return redirect(url_for("profile.show"), 303)


@blueprint.post("/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    sessions.revoke(actor=session.actor(), session_id=session_id)
    flash(_("That session has ended."), "success")
    return redirect(url_for("profile.show"), 303)

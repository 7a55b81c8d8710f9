"""Forgotten passwords, by a mailed link that works once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import sessions
from ipplatform.domain.accounts.schemas import ForgottenSchema, NewPasswordSchema
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _

blueprint = Blueprint("passwords", __name__, url_prefix="/account")


@blueprint.get("/forgotten")
@public
def forgotten() -> ResponseReturnValue:
    return render_template("account/forgotten.html", form=Form(ForgottenSchema()), sent=False)


@blueprint.post("/forgotten")
@public
def send_link() -> ResponseReturnValue:
    values, form = load(ForgottenSchema())
    if values is None:
        return render_template("account/forgotten.html", form=form, sent=False), 422
    sessions.request_reset(email=values["email"], address=request.remote_addr or "")
    return render_template("account/forgotten.html", form=form, sent=True)


@blueprint.get("/reset/<token>")
@public
def reset(token: str) -> ResponseReturnValue:
    sessions.reset_link(token)
    return render_template("account/reset.html", form=Form(NewPasswordSchema()), token=token)


@blueprint.post("/reset/<token>")
@public
def reset_now(token: str) -> ResponseReturnValue:
    sessions.reset_link(token)
    values, form = load(NewPasswordSchema())
    if values is not None:
        try:
            sessions.reset_password(token=token, password=values["password"])
        except Invalid as error:
            form.errors = errors_of(error)
        else:
            flash(_("Your password is changed. Sign in with it."), "success")
            return redirect(url_for("account.sign_in"), 303)
    return render_template("account/reset.html", form=form, token=token), 422

"""API tokens of a person in the organisation they act for."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import queries, services
from ipplatform.domain.accounts.schemas import TokenSchema
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import signed_in
from ipplatform.entrypoints.http.forms import Form, load
from ipplatform.foundation.i18n import _

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens")


def _page(form: Form | None = None, secret: str | None = None) -> str:
    tokens = queries.tokens_of(session.actor().person_id or 0)
    return render_template("account/tokens.html", tokens=tokens, form=form or Form(_schema()), secret=secret)


def _schema() -> TokenSchema:
    return TokenSchema(office=bool(session.actor().office))


@blueprint.get("")
@signed_in
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("")
@signed_in
def create() -> ResponseReturnValue:
    """The secret stands in this one answer and nowhere else, so there is no redirect."""
    values, form = load(_schema())
    if values is None:
        return _page(form), 422
    _row, secret = services.create_token(actor=session.actor(), **values)
    return _page(secret=secret)


@blueprint.post("/<public_id>/revoke")
@signed_in
def revoke(public_id: str) -> ResponseReturnValue:
    services.revoke_token(actor=session.actor(), public_id=public_id)
    flash(_("The token no longer works."), "success")
    return redirect(url_for("tokens.index"), 303)

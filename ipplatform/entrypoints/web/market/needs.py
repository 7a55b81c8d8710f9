"""An organisation's needs: what it looks for."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows, require
from ipplatform.domain.marketplace import access, queries, services
from ipplatform.domain.marketplace.forms import form_values
from ipplatform.domain.marketplace.permissions import EDIT_NEED
from ipplatform.domain.marketplace.rules import declines
from ipplatform.domain.marketplace.schemas import NeedSchema
from ipplatform.domain.rights import fields as uses
from ipplatform.domain.rights import words
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _

blueprint = Blueprint("needs", __name__, url_prefix="/market/needs")


@blueprint.get("")
@member
def index() -> ResponseReturnValue:
    actor = session.actor()
    assert actor.organisation_id is not None
    page = queries.needs_of(actor.organisation_id, after=request.args.get("after"))
    return render_template(
        "market/needs.html", page=page, may_edit=allows(EDIT_NEED, actor), visibilities=declines.VISIBILITIES
    )


@blueprint.get("/new")
@member
def new() -> ResponseReturnValue:
    require(EDIT_NEED, session.actor())
    start = {"exclusivity": "any", "price_model": "any", "visibility": "anonymous"}
    return render_template("market/need_form.html", form=Form(NeedSchema(), start), need=None)


@blueprint.post("/new")
@member
def create() -> ResponseReturnValue:
    values, form = load(NeedSchema())
    if values is not None:
        try:
            need = services.create_need(actor=session.actor(), values=values)
        except Invalid as error:
            form.errors = errors_of(error)
        else:
            flash(_("The need is saved. These are the offers that fit it."), "success")
            return redirect(url_for("matches.index", reference=need.public_id), 303)
    return render_template("market/need_form.html", form=form, need=None), 422


@blueprint.get("/<reference>")
@member
def show(reference: str) -> ResponseReturnValue:
    need = access.own_need(actor=session.actor(), reference=reference)
    return render_template(
        "market/need.html",
        need=need,
        may_edit=allows(EDIT_NEED, session.actor(), need),
        declines=declines,
        words=words,
        uses=uses,
    )


@blueprint.get("/<reference>/edit")
@member
def edit(reference: str) -> ResponseReturnValue:
    need = access.own_need(actor=session.actor(), reference=reference)
    schema = NeedSchema()
    return render_template("market/need_form.html", form=Form(schema, form_values(schema, need)), need=need)


@blueprint.post("/<reference>/edit")
@member
def save(reference: str) -> ResponseReturnValue:
    need = access.own_need(actor=session.actor(), reference=reference)
    values, form = load(NeedSchema())
    if values is not None:
        services.edit_need(actor=session.actor(), need=need, values=values)
        flash(_("Saved."), "success")
        return redirect(url_for("needs.show", reference=need.public_id), 303)
    return render_template("market/need_form.html", form=form, need=need), 422


@blueprint.post("/<reference>/move")
@member
def move(reference: str) -> ResponseReturnValue:
    need = access.own_need(actor=session.actor(), reference=reference)
    services.move_need(actor=session.actor(), need=need, action=request.form.get("action", ""))
    return redirect(url_for("needs.show", reference=need.public_id), 303)

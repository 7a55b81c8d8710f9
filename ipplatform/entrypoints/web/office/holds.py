"""Legal holds: placed by one registrar, lifted by two."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence.erasure import holds, queries, rules
from ipplatform.domain.evidence.erasure.models import LegalHold
from ipplatform.domain.evidence.erasure.permissions import DECIDE
from ipplatform.domain.evidence.erasure.schemas import HoldSchema, LiftSchema
from ipplatform.entrypoints.http.access import office, writes
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.clock import today
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("holds", __name__, url_prefix="/office/holds")


@blueprint.get("")
@office("registrar", "auditor")
def index() -> ResponseReturnValue:
    return _list(Form(HoldSchema(), {"subject": request.args.get("subject", "")}))


@blueprint.post("")
@office("registrar")
def place() -> ResponseReturnValue:
    values, form = load(HoldSchema())
    if values is None:
        return _list(form), 422
    try:
        found = holds.place(actor=actor(), **values)
    except Invalid as error:
        form.errors = errors_of(error)
        return _list(form), 422
    flash(_("The hold is in force: nothing of it can be erased."), "success")
    return redirect(url_for(".show", number=found.public_id), 303)


@blueprint.get("/<number>")
@office("registrar", "auditor")
@writes
def show(number: str) -> ResponseReturnValue:
    return _page(holds.read(actor=actor(), hold=parse_id(number) or ""))


@blueprint.post("/<number>/ask")
@office("registrar")
def ask(number: str) -> ResponseReturnValue:
    values, form = load(LiftSchema())
    if values is None:
        return _page(holds.read(actor=actor(), hold=parse_id(number) or ""), form), 422
    holds.ask_to_lift(actor=actor(), hold=parse_id(number) or "", **values)
    flash(_("A second person of the office can lift the hold now."), "success")
    return redirect(url_for(".show", number=number), 303)


@blueprint.post("/<number>/lift")
@office("registrar")
def lift(number: str) -> ResponseReturnValue:
    holds.lift(actor=actor(), hold=parse_id(number) or "")
    flash(_("The hold has been lifted."), "success")
    return redirect(url_for(".show", number=number), 303)


def _list(form: Form) -> str:
    page = queries.holds(after=request.args.get("after"))
    return render_template(
        "office/holds.html", page=page, form=form, may_place="registrar" in actor().office, in_force=_in_force
    )


def _page(found: LegalHold, form: Form | None = None) -> str:
    deciding = _in_force(found) and allows(DECIDE, actor(), found)
    return render_template(
        "office/hold.html",
        found=found,
        in_force=_in_force(found),
        may_ask=deciding,
        may_lift=deciding and rules.lift_fault(actor().person_id, asked_by_id=found.lift_asked_by_id) is None,
        form=form or Form(LiftSchema()),
    )


def _in_force(found: LegalHold) -> bool:
    return rules.in_force(lifted=found.lifted_at is not None, until=found.until, today=today())

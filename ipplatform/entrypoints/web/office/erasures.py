"""Requests for erasure on the office's desk: entered for people, approved by two, refused with a reason."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence.erasure import queries, rules, scoping, services
from ipplatform.domain.evidence.erasure.models import ErasureRequest
from ipplatform.domain.evidence.erasure.permissions import DECIDE
from ipplatform.domain.evidence.erasure.schemas import EntrySchema, RefusalSchema
from ipplatform.entrypoints.http.access import office, writes
from ipplatform.entrypoints.http.forms import Form, load
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("office_erasures", __name__, url_prefix="/office/erasures")


@blueprint.get("")
@office("registrar", "auditor")
def index() -> ResponseReturnValue:
    page = queries.requests(state=request.args.get("state") or "open", after=request.args.get("after"))
    return render_template("office/erasures.html", page=page, labels=rules)


@blueprint.get("/new")
@office("registrar")
def new() -> ResponseReturnValue:
    form = Form(EntrySchema(), {"filing": request.args.get("filing", "")})
    return render_template("office/erasure_new.html", form=form)


@blueprint.post("")
@office("registrar")
def enter() -> ResponseReturnValue:
    values, form = load(EntrySchema())
    if values is None:
        return render_template("office/erasure_new.html", form=form), 422
    found = services.enter(actor=actor(), **values)
    flash(_("The request has been entered. Two other people of the office have to agree."), "success")
    return redirect(url_for(".show", number=found.public_id), 303)


@blueprint.get("/<number>")
@office("registrar", "auditor")
@writes
def show(number: str) -> ResponseReturnValue:
    return _page(services.read(actor=actor(), request=parse_id(number) or ""))


@blueprint.post("/<number>/approve")
@office("registrar")
def approve(number: str) -> ResponseReturnValue:
    found = services.approve(actor=actor(), request=parse_id(number) or "")
    if found.state == rules.APPROVED:
        flash(_("Your approval is recorded. A second person has to approve it too."), "success")
    else:
        flash(_("The content has been erased. Its files are being destroyed now."), "success")
    return redirect(url_for(".show", number=number), 303)


@blueprint.post("/<number>/refuse")
@office("registrar")
def refuse(number: str) -> ResponseReturnValue:
    values, form = load(RefusalSchema())
    if values is None:
        return _page(services.read(actor=actor(), request=parse_id(number) or ""), form), 422
    services.refuse(actor=actor(), request=parse_id(number) or "", **values)
    flash(_("The request has been refused. Whoever asked is told."), "success")
    return redirect(url_for(".show", number=number), 303)


@blueprint.post("/<number>/withdraw")
@office("registrar")
def withdraw(number: str) -> ResponseReturnValue:
    services.withdraw(actor=actor(), request=parse_id(number) or "")
    flash(_("The request has been withdrawn. Nothing was erased."), "success")
    return redirect(url_for(".show", number=number), 303)


def _page(found: ErasureRequest, form: Form | None = None) -> str:
    is_open = found.state in rules.OPEN
    case = scoping.case_of(found.record.public_id) if is_open else None
    approvers = [one.person_id for one in found.approvals]
    fault = rules.approval_fault(actor().person_id, requester_id=found.requested_by_id, approvers=approvers)
    deciding = is_open and allows(DECIDE, actor(), found)
    return render_template(
        "office/erasure.html",
        found=found,
        records=case.records if case else [],
        obstacles=case.obstacles if case else [],
        held=bool(case) and queries.is_held(*scoping.subjects_of(case.records if case else [])),
        may_approve=deciding and fault is None,
        may_refuse=deciding and fault != "own_request",
        may_withdraw=is_open and found.origin == "office" and found.requested_by_id == actor().person_id,
        fault=services.FAULTS[fault] if deciding and fault else None,
        form=form or Form(RefusalSchema()),
        labels=rules,
    )

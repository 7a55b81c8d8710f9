"""Asking that a filing's content be erased, and what became of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence.erasure import queries, rules, services
from ipplatform.domain.evidence.erasure.permissions import REQUEST
from ipplatform.domain.evidence.erasure.schemas import RequestSchema
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import Form, load
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.holder.filing_pages import own_filing
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.i18n import _

blueprint = Blueprint("erasures", __name__, url_prefix="/filings/<filing>/erasure")


@blueprint.get("")
@member
def show(filing: str) -> ResponseReturnValue:
    return _page(_case(filing))


@blueprint.post("")
@member
def ask(filing: str) -> ResponseReturnValue:
    case = _case(filing)
    values, form = load(RequestSchema())
    if values is None:
        return _page(case, form), 422
    services.request(actor=actor(), filing=case.public_id, **values)
    flash(_("Your request is with the office. Two people there have to agree."), "success")
    return redirect(url_for(".show", filing=case.public_id), 303)


@blueprint.post("/withdraw")
@member
def withdraw(filing: str) -> ResponseReturnValue:
    case = _case(filing)
    found = queries.newest_request(case.public_id)
    if found is None:
        raise NotFound
    services.withdraw(actor=actor(), request=found.public_id)
    flash(_("The request has been withdrawn. Nothing was erased."), "success")
    return redirect(url_for(".show", filing=case.public_id), 303)


def _case(filing: str) -> Filing:
    found = own_filing(filing)
    if found.status == lifecycle.DRAFT:
        raise NotFound
    return found.about or found


def _page(case: Filing, form: Form | None = None) -> str:
    found = queries.newest_request(case.public_id)
    erased = queries.erased(case.public_id)
    is_open = found is not None and found.state in rules.OPEN
    mine = allows(REQUEST, actor(), case)
    return render_template(
        "holder/erasure.html",
        case=case,
        found=found,
        erased=erased,
        held=erased is None and queries.is_held(case.public_id, case.asset),
        still_open=case.status in lifecycle.OPEN,
        may_ask=mine and erased is None and not is_open and case.status not in lifecycle.OPEN,
        may_withdraw=mine and is_open and found is not None and found.origin == "holder",
        form=form or Form(RequestSchema()),
        labels=rules,
    )

"""An organisation's filings: the list, a new draft, its task list, checking, submitting, and the receipt."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence.audit import readings
from ipplatform.domain.evidence.erasure import queries as erasures
from ipplatform.domain.evidence.holder import queries as holder
from ipplatform.domain.evidence.holder.permissions import SIGN
from ipplatform.domain.evidence.time import stamping
from ipplatform.domain.filings import kinds, queries, services
from ipplatform.domain.filings.models import STATUSES, Filing
from ipplatform.domain.filings.permissions import DRAFT, SUBMIT
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.entrypoints.http import time
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.holder.filing_pages import (
    address_of,
    as_far_as_typed,
    document_address,
    own_filing,
    task_address,
    task_rows,
)
from ipplatform.entrypoints.web.office.audit_words import ACTION_WORDS, ROLE_WORDS
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Invalid, NotFound
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import new_public_id

EXAMINED = ("registration", "amendment")
blueprint = Blueprint("filings", __name__, url_prefix="/filings")


@blueprint.get("")
@member
def index() -> ResponseReturnValue:
    status, kind = request.args.get("status"), request.args.get("kind")
    page = queries.filings_of(
        actor().organisation_id or 0,
        status=status if status in (*STATUSES, queries.WITH_OFFICE) else None,
        asset_kind=kind if kinds.get(kind or "") else None,
        after=request.args.get("after"),
    )
    return render_template(
        "holder/filings.html",
        page=page,
        statuses=queries.shown_statuses(page.items),
        kinds=kinds.registry(),
        all_statuses=(queries.WITH_OFFICE, *STATUSES),
        may_draft=allows(DRAFT, actor()),
    )


@blueprint.get("/new")
@member
def new() -> ResponseReturnValue:
    return render_template("holder/filing_new.html", kinds=kinds.registry(), errors=[])


@blueprint.post("")
@member
def create() -> ResponseReturnValue:
    try:
        draft = services.start_draft(actor=actor(), asset_kind=request.form.get("kind", ""))
    except Invalid as error:
        db.session.rollback()
        messages = [message for found in error.fields.values() for message in found]
        return render_template("holder/filing_new.html", kinds=kinds.registry(), errors=messages), 422
    return redirect(url_for(".show", filing=draft.public_id), 303)


@blueprint.get("/<filing>")
@member
def show(filing: str) -> ResponseReturnValue:
    found = own_filing(filing)
    return _draft_page(found) if found.status == lifecycle.DRAFT else _case_page(found)


@blueprint.get("/<filing>/check")
@member
def check(filing: str) -> ResponseReturnValue:
    found = own_filing(filing)
    if found.status != lifecycle.DRAFT:
        return redirect(url_for(".show", filing=found.public_id), 303)
    return _check_page(found)


@blueprint.post("/<filing>/submit")
@member
def submit(filing: str) -> ResponseReturnValue:
    found = own_filing(filing)
    key = request.form.get("idempotency_key", "")[:200] or f"submit/{found.public_id}"
    fresh = found.status == lifecycle.DRAFT
    try:
        services.submit(actor=actor(), filing_id=found.id, idempotency_key=key)
    except Invalid:
        db.session.rollback()
        return _check_page(own_filing(filing)), 422
    if fresh:
        flash(_("Your filing has been received and recorded. This page is your receipt."), "success")
    return redirect(url_for(".show", filing=found.public_id), 303)


@blueprint.post("/<filing>/discard")
@member
def discard(filing: str) -> ResponseReturnValue:
    services.discard(actor=actor(), filing_id=own_filing(filing).id)
    flash(_("The draft has been discarded."), "success")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<filing>/answer")
@member
def answer(filing: str) -> ResponseReturnValue:
    draft = services.start_answer(actor=actor(), filing_id=own_filing(filing).id)
    return redirect(url_for(".show", filing=draft.public_id), 303)


@blueprint.post("/<filing>/withdraw")
@member
def withdraw(filing: str) -> ResponseReturnValue:
    found = own_filing(filing)
    services.withdraw(actor=actor(), filing_id=found.id, reason=request.form.get("reason", ""))
    flash(_("The application has been withdrawn."), "success")
    return redirect(url_for(".show", filing=found.public_id), 303)


@blueprint.post("/<filing>/time-stamp")
@member
def time_stamp(filing: str) -> ResponseReturnValue:
    found = own_filing(filing)
    if found.record is None:
        raise NotFound
    if stamping.request(actor=actor(), record=found.record) == "asked":
        flash(_("The time-stamping authorities are being asked. Load this page again in a minute."), "success")
    return redirect(url_for(".show", filing=found.public_id), 303)


def _draft_page(found: Filing) -> str:
    attached = queries.attachments(found.id)
    assessment = queries.assessment(found, attached)
    return render_template(
        "holder/filing_tasks.html",
        filing=found,
        kind=kinds.of(found.asset_kind),
        tasks=task_rows(found, assessment),
        assessment=assessment,
        decision=_deficiency(found),
        may_draft=allows(DRAFT, actor(), found),
    )


def _check_page(found: Filing) -> str:
    attached = queries.attachments(found.id)
    assessment = queries.assessment(found, attached)
    return render_template(
        "holder/filing_check.html",
        filing=found,
        kind=kinds.of(found.asset_kind),
        assessment=assessment,
        content=as_far_as_typed(found, assessment),
        attachments=attached,
        problems=[(problem, address_of(found, problem)) for problem in assessment.problems],
        address_of=document_address(found),
        task_address=task_address(found),
        idempotency_key=new_public_id(),
        may_submit=allows(SUBMIT, actor(), found),
    )


def _case_page(found: Filing) -> str:
    case = found
    receipt = evidence.receipt(found.record) if found.record else None
    follow_ups = queries.follow_ups(case.id)
    latest = next((one for one in reversed(follow_ups) if one.kind == "amendment"), case)
    attached = queries.attachments(found.id)
    return render_template(
        "holder/filing.html",
        filing=found,
        kind=kinds.get(found.asset_kind),
        latest=latest,
        content=found.content or {},
        attachments=attached,
        assessment=queries.assessment(found, attached) if found.content and found.kind in EXAMINED else None,
        follow_ups=follow_ups,
        statuses=queries.shown_statuses([found, *follow_ups]),
        receipt=receipt,
        time=time.shown(found.record, included=receipt is not None and receipt.proof is not None),
        address_of=document_address(found),
        may_be_signed=found.kind != "office_decision" and found.record is not None,
        signatures=holder.signatures(found.record_id) if found.record_id is not None else [],
        readings=readings.by_others(
            organisation_id=found.organisation_id, filings=[found.public_id, *(one.public_id for one in follow_ups)]
        ),
        actions=ACTION_WORDS,
        roles=ROLE_WORDS,
        may_sign=allows(SIGN, actor(), found),
        erased=erasures.erased_record(found.record_id) if found.content is None and found.record_id else None,
        **_next_steps(found),
    )


def _next_steps(found: Filing) -> dict[str, Any]:
    mine = allows(SUBMIT, actor(), found) and found.kind == "registration"
    return {
        "may_answer": mine and lifecycle.may("answer", found.status),
        "may_withdraw": mine and lifecycle.may("withdraw", found.status),
        "case": found.about,
    }


def _deficiency(found: Filing) -> Filing | None:
    return queries.latest_decision(found.about_id) if found.about_id is not None else None

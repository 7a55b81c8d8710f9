"""A case on the registrar's desk: taking it, reading it, deciding it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.authorization import allows, require
from ipplatform.domain.audit import services as audit
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence.erasure import queries as erasures
from ipplatform.domain.evidence.erasure.access import require_content
from ipplatform.domain.filings import kinds, queries, services
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.permissions import DECIDE, EXAMINE, READ, SEE, on_the_case
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.entrypoints.http import downloads
from ipplatform.entrypoints.http.access import office, writes
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Invalid, NotFound
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("office_filings", __name__, url_prefix="/office/filings")


@blueprint.get("/<filing>")
@office("registrar", "auditor")
@writes
def show(filing: str) -> ResponseReturnValue:
    case = _case(filing)
    _record_reading(case, "filing.read")
    return _page(case)


@blueprint.get("/<filing>/documents/<document>")
@office("registrar", "auditor")
@writes
def download(filing: str, document: str) -> ResponseReturnValue:
    case = _case(filing)
    require(READ, actor(), case)
    _record_reading(case, "filing.document", document=document)
    held = queries.attached(queries.latest_submission(case).id, document) or queries.attached(case.id, document)
    if held is None:
        require_content(case.public_id)
        raise NotFound
    return downloads.send(held)


@blueprint.post("/<filing>/take")
@office("registrar")
def take(filing: str) -> ResponseReturnValue:
    services.take(actor=actor(), filing_id=_case(filing).id)
    flash(_("The case is yours."), "success")
    return redirect(url_for(".show", filing=filing), 303)


@blueprint.post("/<filing>/release")
@office("registrar")
def release(filing: str) -> ResponseReturnValue:
    services.release(actor=actor(), filing_id=_case(filing).id)
    flash(_("The case is back in the queue."), "success")
    return redirect(url_for("queue.index"), 303)


@blueprint.post("/<filing>/decide")
@office("registrar")
def decide(filing: str) -> ResponseReturnValue:
    case = _case(filing)
    outcome = request.form.get("outcome", "")
    try:
        services.decide(
            actor=actor(),
            filing_id=case.id,
            outcome=outcome,
            reasons=_reasons(case) if outcome != "register" else [],
            note=request.form.get("note", ""),
        )
    except Invalid as error:
        db.session.rollback()
        return _page(_case(filing), error.fields), 422
    flash(_("The decision has been recorded."), "success")
    return redirect(url_for(".show", filing=filing), 303)


def _case(public_id: str) -> Filing:
    case = queries.filing(parse_id(public_id) or "")
    if case is None or case.kind != "registration" or case.status == lifecycle.DRAFT:
        raise NotFound
    require(SEE, actor(), case)
    return case


def _record_reading(case: Filing, action: str, **detail: str) -> None:
    """Whoever reads content for the office is recorded (DOMAIN.md, separation of powers)."""
    if allows(READ, actor(), case):
        role = audit.AUDITOR if "auditor" in actor().office and not on_the_case(actor(), case) else audit.REGISTRAR
        audit.record_read(
            actor=actor(), action=action, subject_kind="filing", subject=case.public_id, role=role, **detail
        )


def _reason_fields(case: Filing) -> list[tuple[str, Any]]:
    tasks = [(task.name, task.label) for task in kinds.of(case.asset_kind).tasks]
    return [*tasks, ("documents", _("Documents")), ("", _("The application as a whole"))]


def _reasons(case: Filing) -> list[dict[str, str]]:
    return [
        {"field": name, "text": request.form.get(f"reason-{name or 'whole'}", "")}
        for name, _label in _reason_fields(case)
    ]


def _page(case: Filing, errors: dict[str, list[Any]] | None = None) -> str:
    readable = allows(READ, actor(), case)
    follow_ups = queries.follow_ups(case.id)
    latest = next((one for one in reversed(follow_ups) if one.kind == "amendment"), case)
    attached = queries.attachments(latest.id) if readable else []
    return render_template(
        "office/filing.html",
        filing=case,
        kind=kinds.of(case.asset_kind),
        latest=latest,
        content=(latest.content or {}) if readable else None,
        attachments=attached,
        address_of=lambda document: url_for(".download", filing=case.public_id, document=document.public_id),
        assessment=queries.assessment(latest, attached) if readable and latest.content else None,
        erased=erasures.erased_record(latest.record_id) if latest.content is None and latest.record_id else None,
        follow_ups=follow_ups,
        statuses=queries.shown_statuses([case, *follow_ups]),
        receipt=evidence.receipt(latest.record) if latest.record else None,
        registrar=accounts.person_names([case.registrar_id]).get(case.registrar_id) if case.registrar_id else None,
        may_take=lifecycle.may("take", case.status) and allows(EXAMINE, actor(), case),
        may_decide=lifecycle.may("register", case.status) and allows(DECIDE, actor(), case),
        own=case.organisation_id in actor().organisations,
        reason_fields=_reason_fields(case),
        typed=request.form,
        errors=[message for messages in (errors or {}).values() for message in messages],
    )

"""Verifications from the console: begun by a button, run by the worker, watched and cancelled here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.evidence.audit import console, progress, runs
from ipplatform.entrypoints.http import downloads
from ipplatform.entrypoints.http.access import office, writes
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.office.audit import page_of_health
from ipplatform.entrypoints.web.office.audit_words import SCOPE_LABELS
from ipplatform.foundation import settings
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, Invalid
from ipplatform.foundation.i18n import _, plain
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("audit_runs", __name__, url_prefix="/office/audit/runs")
NOTE = "text/plain; charset=utf-8"


@blueprint.post("")
@office("auditor")
def begin() -> ResponseReturnValue:
    scope = request.form.get("scope", "")
    try:
        if scope not in SCOPE_LABELS:
            raise Invalid({"scope": [_("Choose what to verify.")]})
        run = runs.begin(
            actor=actor(),
            scope=scope,
            filing=parse_id(request.form.get("record", "")),
            since=_since(request.form.get("since", "")) if scope == runs.SINCE else None,
        )
    except Invalid as error:
        db.session.rollback()
        return page_of_health(plain(error.fields), request.form.get("since", "")), 422
    flash(_("The verification has begun."), "success")
    return redirect(url_for(".show", number=run.public_id), 303)


@blueprint.get("/<number>")
@office("auditor")
@writes
def show(number: str) -> ResponseReturnValue:
    """Reloaded by htmx or by the page itself until the run has ended."""
    polled = bool(request.headers.get("HX-Request"))
    found = console.run(actor=actor(), public_id=parse_id(number) or "", polled=polled)
    if polled and found.ended_at is not None:
        # The whole page once more: with the end and the report, and without the button that cancels.
        return Response(headers={"HX-Refresh": "true"})
    page = console.findings(found, after=request.args.get("after"))
    template = "office/audit_progress.html" if polled else "office/audit_run.html"
    return render_template(template, run=found, page=page, progress=progress.of(found), labels=SCOPE_LABELS)


@blueprint.post("/<number>/cancel")
@office("auditor")
def cancel(number: str) -> ResponseReturnValue:
    try:
        runs.cancel(actor=actor(), public_id=parse_id(number) or "")
    except Conflict as error:
        db.session.rollback()
        flash(str(error), "warning")
    else:
        flash(_("The verification was cancelled. What it had found is kept."), "success")
    return redirect(url_for(".show", number=number), 303)


@blueprint.get("/<number>/report")
@office("auditor")
@writes
def report(number: str) -> ResponseReturnValue:
    data = console.report(actor=actor(), public_id=parse_id(number) or "")
    return downloads.sent(iter((data,)), name=f"audit-{number}.note", media_type=NOTE, size=len(data))


def _since(typed: str) -> datetime:
    """Midnight, in the zone's time, of the day in the form."""
    try:
        day = date.fromisoformat(typed.strip())
        return datetime.combine(day, time(), ZoneInfo(settings.current().zone_timezone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid({"since": [_("Enter the day from which to verify.")]}) from error

"""The auditor's console: records with their state of proof, runs of the audit, what they found."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.evidence.audit import console, runs
from ipplatform.domain.evidence.erasure import queries as erasures
from ipplatform.domain.evidence.holder import queries as holder
from ipplatform.domain.filings import queries as filings
from ipplatform.domain.filings.permissions import READ
from ipplatform.entrypoints.http import bundles, downloads
from ipplatform.entrypoints.http.access import office, writes
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import Forbidden, Invalid
from ipplatform.foundation.i18n import _, _l
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("audit", __name__, url_prefix="/office/audit")
NOTE = "text/plain; charset=utf-8"
SCOPES = (runs.FULL, runs.INCREMENTAL, runs.ONE)
SCOPE_LABELS = {
    runs.FULL: _l("Everything"),
    runs.INCREMENTAL: _l("What is new"),
    runs.ONE: _l("One record"),
}


@blueprint.get("")
@office("auditor")
@writes
def index() -> ResponseReturnValue:
    page = console.records(actor=actor(), after=request.args.get("after"), broken=request.args.get("show") == "broken")
    return render_template(
        "office/audit.html", page=page, recent=console.recent_runs(), state=console.log_state(), labels=SCOPE_LABELS,
        vkey=console.report_key(),
    )  # fmt: skip


@blueprint.post("/runs")
@office("auditor")
def begin() -> ResponseReturnValue:
    scope = request.form.get("scope", "")
    if scope not in SCOPES:
        raise Invalid({"scope": [_("Choose what to verify.")]})
    run = runs.begin(actor=actor(), scope=scope, filing=parse_id(request.form.get("record", "")))
    flash(_("The verification has begun."), "success")
    return redirect(url_for("audit.run", number=run.public_id), 303)


@blueprint.get("/runs/<number>")
@office("auditor")
@writes
def run(number: str) -> ResponseReturnValue:
    """Reloaded by htmx or by the page itself until the run has ended."""
    found = console.run(actor=actor(), public_id=number)
    page = console.findings(found, after=request.args.get("after"))
    template = "office/audit_progress.html" if request.headers.get("HX-Request") else "office/audit_run.html"
    return render_template(template, run=found, page=page, labels=SCOPE_LABELS)


@blueprint.get("/runs/<number>/report")
@office("auditor")
@writes
def report(number: str) -> ResponseReturnValue:
    data = console.report(actor=actor(), public_id=number)
    return downloads.sent(iter((data,)), name=f"audit-{number}.note", media_type=NOTE, size=len(data))


@blueprint.get("/records/<number>")
@office("auditor")
@writes
def record(number: str) -> ResponseReturnValue:
    found = console.record(actor=actor(), public_id=parse_id(number) or "")
    signatures = holder.signatures_over(found.record.public_id)
    erased = erasures.erased(found.record.public_id) if found.manifest is None else None
    return render_template("office/audit_record.html", found=found, signatures=signatures, erased=erased)


@blueprint.get("/records/<number>/evidence")
@office("auditor", "registrar")
@writes
def evidence(number: str) -> ResponseReturnValue:
    found = console.read_bundle(actor=actor(), public_id=parse_id(number) or "")
    _require_case(found.public_id)
    return bundles.answer(found, with_filing=True)


def _require_case(number: str) -> None:
    """Auditors read every filing, a registrar those of the cases taken and what has been registered."""
    if "auditor" in actor().office:
        return
    filing = filings.filing(number)
    if filing is None:
        raise Forbidden
    require(READ, actor(), filing.about or filing)

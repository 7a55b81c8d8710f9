"""The auditor's console: health, and records with a mark for every way their proof could fail."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.evidence.audit import console, health, marks
from ipplatform.domain.evidence.erasure import queries as erasures
from ipplatform.domain.evidence.holder import queries as holder
from ipplatform.domain.filings import queries as filings
from ipplatform.domain.filings.permissions import READ
from ipplatform.entrypoints.http import bundles
from ipplatform.entrypoints.http.access import office, writes
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.office.audit_words import MARK_LABELS, MARK_MEANINGS, SCOPE_LABELS, STATE_WORDS
from ipplatform.foundation import clock
from ipplatform.foundation.errors import Forbidden
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("audit", __name__, url_prefix="/office/audit")


@blueprint.get("")
@office("auditor", "administrator")
def index() -> ResponseReturnValue:
    return page_of_health()


def page_of_health(errors: Mapping[str, list[str]] | None = None, since: str = "") -> str:
    """Administrators see it too, without the way to records and findings, which hold content."""
    return render_template(
        "office/audit.html",
        health=health.health(actor=actor()),
        now=clock.now(),
        recent=console.recent_runs(),
        reads="auditor" in actor().office,
        labels=SCOPE_LABELS,
        vkey=console.report_key(),
        errors=errors or {},
        since=since,
    )


@blueprint.get("/records")
@office("auditor")
@writes
def records() -> ResponseReturnValue:
    show, typed = request.args.get("show", console.ALL), request.args.get("number", "").strip()
    number = parse_id(typed)
    wrong = _("A filing number has 16 letters and digits.") if typed and number is None else None
    page = console.records(
        actor=actor(),
        after=request.args.get("after"),
        show=show if show in console.SHOWN else console.ALL,
        number=number if number or not typed else "",
    )
    return render_template(
        "office/audit_records.html", page=page, show=show, typed=typed, wrong=wrong, marks=marks.MARKS, **_words()
    )


@blueprint.get("/records/<number>")
@office("auditor")
@writes
def record(number: str) -> ResponseReturnValue:
    found = console.record(actor=actor(), public_id=parse_id(number) or "")
    signatures = holder.signatures_over(found.record.public_id)
    erased = erasures.erased(found.record.public_id) if found.manifest is None else None
    return render_template(
        "office/audit_record.html", found=found, signatures=signatures, erased=erased, marks=marks.MARKS, **_words()
    )


@blueprint.get("/records/<number>/evidence")
@office("auditor", "registrar")
@writes
def evidence(number: str) -> ResponseReturnValue:
    found = console.read_bundle(actor=actor(), public_id=parse_id(number) or "")
    _require_case(found.public_id)
    return bundles.answer(found, with_filing=True)


def _words() -> dict[str, object]:
    return {"mark_labels": MARK_LABELS, "mark_meanings": MARK_MEANINGS, "state_words": STATE_WORDS}


def _require_case(number: str) -> None:
    """Auditors read every filing, a registrar those of the cases taken and what has been registered."""
    if "auditor" in actor().office:
        return
    filing = filings.filing(number)
    if filing is None:
        raise Forbidden
    require(READ, actor(), filing.about or filing)

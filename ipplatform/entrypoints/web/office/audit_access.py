"""The access record, for auditors: who read what, with filters, and the same as a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.evidence.audit import readings
from ipplatform.entrypoints.http.access import office, writes
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.office.audit_words import ACTION_WORDS, DOOR_WORDS, ROLE_WORDS
from ipplatform.foundation import settings
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _, plain
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("audit_access", __name__, url_prefix="/office/audit/access")
FIELDS = ("person", "record", "since", "until")


@blueprint.get("")
@office("auditor")
@writes
def index() -> ResponseReturnValue:
    try:
        wanted = _wanted()
    except Invalid as error:
        return _page(None, plain(error.fields)), 422
    return _page(wanted, {})


@blueprint.get("/export")
@office("auditor")
@writes
def export() -> ResponseReturnValue:
    """Raises Invalid as the page shows it; nothing is written then."""
    lines = readings.export(actor=actor(), wanted=_wanted())
    response = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="access-record.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(wanted: readings.Wanted | None, errors: dict[str, list[str]]) -> str:
    found = readings.page(actor=actor(), wanted=wanted, after=request.args.get("after")) if wanted else None
    return render_template(
        "office/audit_access.html",
        page=found,
        typed={name: request.args.get(name, "") for name in FIELDS},
        errors=errors,
        actions=ACTION_WORDS,
        doors=DOOR_WORDS,
        roles=ROLE_WORDS,
    )


def _wanted() -> readings.Wanted:
    """The filters of the address. Raises Invalid with an error for each field that says nothing that exists."""
    typed = {name: request.args.get(name, "").strip() for name in FIELDS}
    errors: dict[str, list[str]] = {}
    person = accounts.person_by_email(typed["person"]) if typed["person"] else None
    if typed["person"] and person is None:
        errors["person"] = [_("Nobody has an account with this address.")]
    subject = parse_id(typed["record"])
    if typed["record"] and subject is None:
        errors["record"] = [_("A filing number has 16 letters and digits.")]
    moments: dict[str, datetime | None] = {}
    for name, later in (("since", 0), ("until", 1)):
        try:
            moments[name] = _midnight(typed[name], later) if typed[name] else None
        except (ValueError, OverflowError):
            errors[name] = [_("Enter a day.")]
    if errors:
        raise Invalid(errors)
    return readings.Wanted(person.id if person else None, subject, moments["since"], moments["until"])


def _midnight(typed: str, later: int) -> datetime:
    """The beginning, in the zone's time, of the day `later` days after the typed one."""
    day = date.fromisoformat(typed) + timedelta(days=later)
    return datetime.combine(day, time(), ZoneInfo(settings.current().zone_timezone)).astimezone(UTC)

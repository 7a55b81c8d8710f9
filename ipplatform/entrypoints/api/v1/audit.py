"""Runs of the audit, for auditors' tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from ipplatform.domain.evidence.audit import console, progress, runs
from ipplatform.domain.evidence.models import AuditRun
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.http import downloads
from ipplatform.entrypoints.http.access import token, writes
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("audits", __name__, url_prefix="/audits", description="Re-verification of records and log")
NOTE = "text/plain; charset=utf-8"
SECURED: list[dict[str, list[str]]] = [{"bearer": []}]


class RunRequestSchema(Schema):
    scope = fields.String(required=True, validate=validate.OneOf([runs.FULL, runs.INCREMENTAL, runs.SINCE, runs.ONE]))
    record = fields.String(
        load_default=None, allow_none=True, metadata={"description": "Public id of the filing, for the scope “one”"}
    )

    since = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "For the scope “since”: what was recorded at that moment or later"},
    )

    @validates_schema
    def _needs_record(self, data: dict[str, Any], **_more: Any) -> None:
        if data["scope"] == runs.ONE and parse_id(data.get("record") or "") is None:
            raise ValidationError(_("Name the record to verify."), "record")
        if data["scope"] == runs.SINCE and data.get("since") is None:
            raise ValidationError(_("Enter the day from which to verify."), "since")


def _seconds(value: timedelta | None) -> float | None:
    return round(value.total_seconds(), 1) if value is not None else None


class RunSchema(Schema):
    id = fields.String(attribute="public_id", required=True)
    scope = fields.String(required=True)
    record = fields.String(attribute="subject", allow_none=True)
    state = fields.String(required=True, metadata={"enum": list(runs.STATES)})
    checked = fields.Integer(required=True)
    total = fields.Integer(required=True)
    found = fields.Integer(required=True, metadata={"description": "Findings so far"})
    started_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(allow_none=True)
    percent = fields.Function(lambda run: progress.of(run).percent, metadata={"type": "integer"})
    per_second = fields.Function(
        lambda run: progress.of(run).per_second,
        metadata={"type": ["number", "null"], "description": "Records and entries checked in a second"},
    )
    remaining_seconds = fields.Function(
        lambda run: _seconds(progress.of(run).remaining),
        metadata={"type": ["number", "null"], "description": "Until the end, as far as can be said"},
    )


class AroundSchema(Schema):
    start = fields.Integer(required=True, metadata={"description": "Place of the first of these bytes in the value"})
    expected = fields.String(required=True, metadata={"description": "Hexadecimal"})
    found = fields.String(required=True, metadata={"description": "Hexadecimal"})


class FindingSchema(Schema):
    record = fields.String(required=True, metadata={"description": "Public id of a filing, or a part of the log"})
    field = fields.String(required=True)
    expected = fields.String(required=True)
    found = fields.String(required=True)
    position = fields.Integer(allow_none=True, metadata={"description": "First byte that differs, counted from 0"})
    around = fields.Nested(AroundSchema, allow_none=True)
    last_whole_at = fields.DateTime(allow_none=True)


class PageQuerySchema(Schema):
    after = fields.String(load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class RunPageSchema(Schema):
    items = fields.List(fields.Nested(RunSchema), required=True)
    next = fields.String(allow_none=True, attribute="next_cursor")


class FindingPageSchema(Schema):
    items = fields.List(fields.Nested(FindingSchema), required=True)
    next = fields.String(allow_none=True, attribute="next_cursor")


@blueprint.route("")
class Runs(MethodView):
    @blueprint.arguments(PageQuerySchema, location="query")
    @blueprint.response(200, RunPageSchema)
    @blueprint.doc(security=SECURED)
    @token("audit:read")
    def get(self, query: dict[str, Any]) -> Any:
        """Runs, newest first."""
        return console.run_page(actor=actor(), after=query["after"], limit=query["limit"])

    @blueprint.arguments(RunRequestSchema)
    @blueprint.response(202, RunSchema)
    @blueprint.alt_response(404, description="No such record", success=False)
    @blueprint.doc(security=SECURED)
    @token("audit:read")
    def post(self, wanted: dict[str, Any]) -> AuditRun:
        """Begin a run; poll it for progress."""
        return runs.begin(
            actor=actor(), scope=wanted["scope"], filing=parse_id(wanted["record"] or ""), since=wanted["since"]
        )


@blueprint.route("/<run>")
class Run(MethodView):
    @blueprint.response(200, RunSchema)
    @blueprint.alt_response(404, description="No such run", success=False)
    @blueprint.doc(security=SECURED)
    @token("audit:read")
    @writes
    def get(self, run: str) -> AuditRun:
        """A run with its progress."""
        return console.run(actor=actor(), public_id=parse_id(run) or "", polled=True)


@blueprint.route("/<run>/cancel")
class Cancelling(MethodView):
    @blueprint.response(200, RunSchema)
    @blueprint.alt_response(404, description="No such run", success=False)
    @blueprint.alt_response(409, description="It has already ended", success=False)
    @blueprint.doc(security=SECURED)
    @token("audit:read")
    def post(self, run: str) -> AuditRun:
        """End a run before its end; what it found so far is kept."""
        return runs.cancel(actor=actor(), public_id=parse_id(run) or "")


@blueprint.route("/<run>/report")
class Report(MethodView):
    @blueprint.response(200, {"type": "string"}, content_type="text/plain")
    @blueprint.alt_response(404, description="No such run, or it has no report", success=False)
    @blueprint.doc(security=SECURED)
    @token("audit:read")
    @writes
    def get(self, run: str) -> Response:
        """The signed report of a finished run: a C2SP signed note, the same bytes each time."""
        data = console.report(actor=actor(), public_id=parse_id(run) or "")
        return downloads.sent(iter((data,)), name=f"audit-{run}.note", media_type=NOTE, size=len(data))


@blueprint.route("/<run>/findings")
class Findings(MethodView):
    @blueprint.arguments(PageQuerySchema, location="query")
    @blueprint.response(200, FindingPageSchema)
    @blueprint.alt_response(404, description="No such run", success=False)
    @blueprint.doc(security=SECURED)
    @token("audit:read")
    @writes
    def get(self, query: dict[str, Any], run: str) -> Any:
        """What the run found, in the order found."""
        found = console.run(actor=actor(), public_id=parse_id(run) or "")
        return console.findings(found, after=query["after"], limit=query["limit"])

"""Earlier runs against their reports: who changes what an audit said is found by the next one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce

from ipplatform.domain.evidence.audit import report, rows, scopes
from ipplatform.domain.evidence.audit.findings import Finding, difference, shown, without_names
from ipplatform.domain.evidence.erasure.destroying import GONE
from ipplatform.domain.evidence.formats import audit_report, canonical
from ipplatform.domain.evidence.formats.note import VerifierKey
from ipplatform.domain.evidence.models import AuditFinding, AuditRun, Record
from ipplatform.domain.evidence.succession.models import FormerLog
from ipplatform.foundation import settings
from ipplatform.foundation.db import db

REPORT = "evidence_audit.report"
TEXTS = ("scope", "subject")
ENDED = "finished"
NUMBERS = ("checked", "found", "covered_size")
MOMENTS = ("started_at", "ended_at")


def findings() -> Iterator[Finding]:
    """Every run that was recorded: its report's digest and signature, and the columns people see against it."""
    columns = [rows.raw_text(getattr(FormerLog, name).expression) for name in ("origin", "ended_at")]
    logs = db.session.execute(select(*columns).select_from(FormerLog)).all()
    origins = [settings.current().origin, *(rows.text_of(log[0]) for log in logs)]
    keys = [key for origin in origins for key in report.verifier_keys(origin)]
    for row in _recorded():
        wanted = _digest(row["manifest"])
        if wanted is not None:
            yield from _of_one(row, wanted, keys, _last_end(logs))


def _last_end(logs: Sequence[Any]) -> datetime | None:
    return max((at for at in (rows.moment(rows.text_of(log[1])) for log in logs) if at is not None), default=None)


def _of_one(
    row: dict[str, Any], wanted: str, keys: Sequence[VerifierKey], former: datetime | None
) -> Iterator[Finding]:
    number, data = row["number"], row["report"]
    if not isinstance(data, bytes):
        yield Finding(number, REPORT, f"a report with sha256 {wanted}", "none")
        return
    held = hashlib.sha256(data).hexdigest()
    if held != wanted:
        yield difference(number, REPORT, wanted, held)
        return
    try:
        content = audit_report.verify(data, keys)
    except (audit_report.Refuted, audit_report.Unusable) as error:
        yield Finding(number, REPORT, "a signature of the audit's key", shown(str(error)))
        return
    for column, expected in _differing(row, content, former):
        yield Finding(number, f"evidence_audit.{column}", shown(expected), shown(row[column]))
    yield from _told(number, row["id"], content["findings"])


def _told(number: str, audit_id: int, expected: list[dict[str, str]]) -> Iterator[Finding]:
    """The run's findings as its report names them, with values that open; those about what was erased since are empty."""
    texts = [rows.raw_text(getattr(AuditFinding, name).expression) for name in ("record", "field")]
    sealed = [type_coerce(getattr(AuditFinding, name), LargeBinary) for name in ("expected", "found")]
    statement = select(*texts, *sealed).where(AuditFinding.audit_id == audit_id).order_by(AuditFinding.id)
    held = db.session.execute(statement).all()
    if len(held) != len(expected):
        yield Finding(number, "rows of evidence_finding", str(len(expected)), str(len(held)))
    for one, (record, field, *values) in zip(expected, held, strict=False):
        told = (rows.text_of(record), without_names(rows.text_of(field)))
        if told not in ((one["record"], one["field"]), (one["record"], GONE)):
            yield difference(number, "evidence_finding", f"{one['record']} {one['field']}", " ".join(told))
        if any(rows.unsealed(value) is None for value in values):
            yield Finding(number, f"evidence_finding of {one['record']}", "values that open", "changed bytes")


def _differing(row: dict[str, Any], content: dict[str, Any], former: datetime | None) -> Iterator[tuple[str, object]]:
    """`former` is when the last log ended: what runs before it vouched for is set back to nothing."""
    ended = datetime.fromisoformat(content["ended_at"])
    nothing = content["scope"] == scopes.ONE or (former is not None and ended <= former)
    expected = {**content, "covered_size": 0 if nothing else content["size"]}
    for column in (*TEXTS, *NUMBERS):
        if row[column] != expected[column]:
            yield column, expected[column]
    if row["state"] != ENDED:
        yield "state", ENDED
    for column in MOMENTS:
        if not rows.is_moment(row[column], datetime.fromisoformat(content[column])):
            yield column, content[column]


def _recorded() -> Iterator[dict[str, Any]]:
    """Columns, not objects: a damaged value must not end the audit, and a session may remember an older one."""
    columns = [rows.raw_text(getattr(AuditRun, name).expression).label(name) for name in (*TEXTS, *MOMENTS, "state")]
    columns += [getattr(AuditRun, name) for name in ("id", *NUMBERS, "report")]
    number = rows.raw_text(Record.public_id.expression).label("number")
    found = (
        select(number, type_coerce(Record.manifest, LargeBinary).label("manifest"), *columns)
        .outerjoin(AuditRun, AuditRun.public_id == Record.public_id)
        .where(Record.kind == report.KIND)
        .order_by(Record.id)
    )
    for row in db.session.execute(found, execution_options={"yield_per": 100}).mappings():
        yield {
            name: rows.text_of(row[name]) if name in (*TEXTS, *MOMENTS, "state", "number") else row[name]
            for name in row
        }


def _digest(sealed: bytes | None) -> str | None:
    """None for a report from before there were signed ones, and where the walk over the records finds damage."""
    data = rows.unsealed(sealed)
    if data is None:
        return None
    try:
        value: str | None = canonical.loads(data)["fields"].get("report_sha256")
    except canonical.CanonicalError:
        return None
    return value

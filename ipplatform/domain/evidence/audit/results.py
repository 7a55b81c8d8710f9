"""Keeping what the steps of a run found: findings, and every record's marks."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, func, literal, select, true

from ipplatform.domain.evidence.audit.findings import Finding, Part
from ipplatform.domain.evidence.audit.marks import MARKS, Marks
from ipplatform.domain.evidence.models import AuditedRecord, AuditFinding, AuditRun, Record
from ipplatform.foundation import clock
from ipplatform.foundation.db import UtcDateTime, db, insert_into, integers, is_sqlite

MOST_FINDINGS = 10_000


def keep(run: AuditRun, part: Part) -> None:
    """Findings first: they say when a record was last whole, which the new marks would hide."""
    _add_findings(run, part.findings)
    for marks, record_ids in part.marks.items():
        _remember(marks, record_ids)


def _add_findings(run: AuditRun, findings: list[Finding]) -> None:
    times = _last_whole([finding.record for finding in findings])
    for finding in findings[: max(0, MOST_FINDINGS - run.found)]:
        db.session.add(
            AuditFinding(
                audit_id=run.id,
                record=finding.record[:120],
                field=finding.field[:120],
                expected=finding.expected,
                found=finding.found,
                position=finding.position,
                around=finding.around,
                last_whole_at=times.get(finding.record),
            )
        )
    run.found += len(findings)


def _last_whole(public_ids: list[str]) -> dict[str, datetime]:
    if not public_ids:
        return {}
    statement = (
        select(Record.public_id, AuditedRecord.last_whole_at)
        .join(AuditedRecord, AuditedRecord.record_id == Record.id)
        .where(Record.public_id.in_(public_ids[:500]), AuditedRecord.last_whole_at.is_not(None))
    )
    return {public_id: at for public_id, at in db.session.execute(statement) if at is not None}


def _remember(marks: Marks, record_ids: list[int]) -> None:
    """One statement for all records with the same marks."""
    moment, whole = clock.now(), False not in marks
    values: dict[str, Any] = {"whole": whole, "checked_at": moment} | dict(zip(MARKS, marks, strict=True))
    changed = values | ({"last_whole_at": moment} if whole else {})
    new = values | {"last_whole_at": moment if whole else None}
    rows = select(_listed(record_ids), *[literal(value, _type(name)) for name, value in new.items()]).where(true())
    statement = insert_into(AuditedRecord).from_select(["record_id", *new], rows)
    db.session.execute(statement.on_conflict_do_update(index_elements=["record_id"], set_=changed))


def _listed(record_ids: list[int]) -> Any:
    if is_sqlite():
        return func.json_each(json.dumps(record_ids)).table_valued("value").c.value
    return func.unnest(integers(record_ids, Integer())).column_valued("value")


def _type(name: str) -> Any:
    return UtcDateTime() if name in ("checked_at", "last_whole_at") else Boolean()

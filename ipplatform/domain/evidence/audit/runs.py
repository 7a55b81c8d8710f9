"""Runs of the audit: begun here, done in steps by a job or the command, so that progress shows and a crash resumes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence import queries, services
from ipplatform.domain.evidence.audit import log, records, rows
from ipplatform.domain.evidence.audit.findings import Part, without_names
from ipplatform.domain.evidence.formats import tiles
from ipplatform.domain.evidence.models import AuditedRecord, AuditFinding, AuditRun, Record
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.foundation import clock, jobs
from ipplatform.foundation.db import db, is_sqlite, transaction
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import new_public_id

FULL, INCREMENTAL, ONE = "full", "incremental", "one"
JOB = "evidence.audit"
MOST_FINDINGS = 10_000


def begin(*, actor: Actor, scope: str, filing: str | None = None, in_background: bool = True) -> AuditRun:
    """A new run over everything, what came since the last whole one, or one record. It is recorded who asked.

    Raises NotFound for an unknown filing, Forbidden for anybody but auditors and the installation itself.
    """
    require(PERMISSIONS["audit"], actor)
    record = queries.record_by_filing(filing) if filing else None
    if scope == ONE and record is None:
        raise NotFound
    start_record, start_tile = _start(scope, record)
    run = AuditRun(
        public_id=new_public_id(),
        scope=scope,
        subject=filing,
        person_id=actor.person_id,
        state="waiting",
        phase="records",
        cursor=start_record,
        covered_size=start_tile * tiles.WIDTH,
        total=_total(scope, start_record, start_tile),
        started_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    trail.record(actor=actor, action="audit.run", subject_kind="audit", subject=run.public_id, scope=scope)
    if in_background:
        jobs.enqueue(JOB, {"audit": run.public_id}, key=run.public_id)
    return run


def step(run: AuditRun) -> Part:
    """Read and check the next part. Writes nothing."""
    if run.scope == ONE:
        return _one_record(run.subject or "")
    return records.step(run.cursor) if run.phase == "records" else log.step(run.cursor)


def store(run: AuditRun, part: Part) -> bool:
    """Keep what a step found; True when the run has ended."""
    run.state = "running"
    run.checked += part.checked
    _remember(part)
    _add_findings(run, part)
    run.cursor = part.cursor
    if not part.ended:
        return False
    if run.phase == "records" and run.scope != ONE:
        run.phase, run.cursor = "log", run.covered_size // tiles.WIDTH
        return False
    run.state, run.ended_at, run.total = "finished", clock.now(), run.checked
    if run.scope != ONE:
        run.covered_size = queries.published_size()
        _report(run)
    return True


def drive(run: AuditRun) -> Iterator[AuditRun]:
    """Run to the end from a command: reads in transactions that never hold the write lock; yields after each step."""
    identity, ended = run.id, False
    while not ended:
        with transaction(reads_only=True):
            part = step(db.session.get_one(AuditRun, identity))
        with transaction():
            current = db.session.get_one(AuditRun, identity)
            ended = store(current, part)
        yield current


def _one_record(filing: str) -> Part:
    record = queries.record_by_filing_id(filing)
    part = Part(0, checked=1, ended=True)
    if record is None:
        return part
    for row in rows.of(record):
        part.findings, _ = records.examine(row, rows.documents([record])[record])
        index, state = row["leaf_index"], queries.state()
        if isinstance(index, int) and state is not None and index < state.size:
            part.findings += _relevant(log.bottom(index // tiles.WIDTH, state.size, state.published_size), filing)
            part.findings += log.whole(state)
    (part.broken if part.findings else part.whole).append(record)
    return part


def _relevant(findings: list[Any], filing: str) -> list[Any]:
    """Of a tile's findings those about this record and the tile itself, not about its 255 neighbours."""
    return [item for item in findings if item.record == filing or item.record.startswith("tile/")]


def _start(scope: str, record: Record | None) -> tuple[int, int]:
    """Record id after which, and bottom tile from which, a run begins."""
    if scope == ONE and record is not None:
        return record.id - 1, 0
    if scope == FULL:
        return 0, 0
    last = select(AuditRun.covered_size).where(AuditRun.state == "finished", AuditRun.scope != ONE, AuditRun.found == 0)
    covered = db.session.scalar(last.order_by(AuditRun.id.desc()).limit(1)) or 0
    before = db.session.scalar(select(func.max(Record.id)).where(Record.leaf_index < covered))
    pending = db.session.scalar(
        select(func.min(Record.id)).where((Record.leaf_index >= covered) | Record.leaf_index.is_(None))
    )
    known = before or 0 if pending is None else min(before or 0, pending - 1)
    return known, covered // tiles.WIDTH


def _total(scope: str, start_record: int, start_tile: int) -> int:
    if scope == ONE:
        return 1
    size = db.session.scalar(select(func.count()).select_from(Record).where(Record.id > start_record)) or 0
    state = queries.state()
    return size + max(0, -(-(state.size if state else 0) // tiles.WIDTH) - start_tile)


def _add_findings(run: AuditRun, part: Part) -> None:
    times = _last_whole([finding.record for finding in part.findings])
    for finding in part.findings[: max(0, MOST_FINDINGS - run.found)]:
        db.session.add(
            AuditFinding(
                audit_id=run.id,
                record=finding.record[:120],
                field=finding.field[:120],
                expected=finding.expected,
                found=finding.found,
                last_whole_at=times.get(finding.record),
            )
        )
    run.found += len(part.findings)


def _last_whole(public_ids: list[str]) -> dict[str, datetime]:
    if not public_ids:
        return {}
    statement = (
        select(Record.public_id, AuditedRecord.last_whole_at)
        .join(AuditedRecord, AuditedRecord.record_id == Record.id)
        .where(Record.public_id.in_(public_ids[:500]), AuditedRecord.last_whole_at.is_not(None))
    )
    return {public_id: at for public_id, at in db.session.execute(statement) if at is not None}


def _remember(part: Part) -> None:
    """When each record was checked, and when it was last whole."""
    moment = clock.now()
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    for identities, whole in ((part.whole, True), (part.broken, False)):
        if not identities:
            continue
        statement = insert(AuditedRecord)
        changed = {"whole": whole, "checked_at": moment} | ({"last_whole_at": moment} if whole else {})
        values = [
            {"record_id": item, "whole": whole, "checked_at": moment, "last_whole_at": moment if whole else None}
            for item in identities
        ]
        db.session.execute(statement.on_conflict_do_update(index_elements=["record_id"], set_=changed), values)


def _report(run: AuditRun) -> None:
    """The report goes into the log, and the log's signature with it."""
    named = db.session.execute(
        select(AuditFinding.record, AuditFinding.field).where(AuditFinding.audit_id == run.id).order_by(AuditFinding.id)
    )
    services.append(
        organisation_id=None,
        filing=run.public_id,
        kind="audit_report",
        asset=None,
        submitter={"office": "auditor"},
        fields={
            "scope": run.scope,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "checked": run.checked,
            "size": run.covered_size,
            "findings": [{"record": record, "field": without_names(field)} for record, field in named],
            "found": run.found,
        },
        documents=(),
        idempotency_key=f"audit-{run.public_id}",
    )

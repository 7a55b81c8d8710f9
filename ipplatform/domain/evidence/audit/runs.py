"""Runs of the audit: begun here, done in steps by a job or the command, so that progress shows and a crash resumes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.audit import alarms, heads, log, parts, records, report, results, scopes, single
from ipplatform.domain.evidence.audit import further as _further  # noqa: F401  registers the parts
from ipplatform.domain.evidence.audit.findings import Part
from ipplatform.domain.evidence.audit.marks import INCLUSION, Standing
from ipplatform.domain.evidence.audit.scopes import FULL, INCREMENTAL, ONE, SINCE
from ipplatform.domain.evidence.formats import tiles
from ipplatform.domain.evidence.models import AuditRun
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.foundation import clock, jobs
from ipplatform.foundation.db import db, is_sqlite, lock_row, transaction
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import new_public_id

__all__ = ["ACTIVE", "FULL", "INCREMENTAL", "JOB", "ONE", "SINCE", "begin", "cancel", "drive", "end_abandoned", "step"]
JOB = "evidence.audit"
WAITING, RUNNING, FINISHED, CANCELLED = "waiting", "running", "finished", "cancelled"
ABANDONED = "abandoned"
STATES = (WAITING, RUNNING, FINISHED, CANCELLED, ABANDONED)
ACTIVE = (WAITING, RUNNING)
# Longer than a worker's lease: until then a job that was killed may be taken up again.
GIVEN_UP = jobs.LEASE + timedelta(minutes=5)
IN_FUTURE = _l("Choose a day that has begun.")
ENDED_ALREADY = _l("This verification has already ended.")


def begin(
    *,
    actor: Actor,
    scope: str,
    filing: str | None = None,
    since: datetime | int | None = None,
    in_background: bool = True,
) -> AuditRun:
    """A new run over everything, what came since the last whole one or since a moment or size, or one record.

    It is recorded who asked. Raises NotFound for an unknown filing, Forbidden for anybody but auditors and the
    installation itself, Invalid for a moment that is still to come.
    """
    require(PERMISSIONS["audit"], actor)
    if isinstance(since, datetime) and since > clock.now():
        raise Invalid({"since": [IN_FUTURE]})
    if scope == ONE and (filing is None or queries.record_by_filing_id(filing) is None):
        raise NotFound
    start = scopes.start(scope, since)
    run = AuditRun(
        public_id=new_public_id(),
        scope=scope,
        subject=filing,
        person_id=actor.person_id,
        state=WAITING,
        phase=_phases(scope)[0],
        cursor=start.tile,
        covered_size=start.tile * tiles.WIDTH,
        first_record=start.record,
        total=1 if scope == ONE else start.total,
        started_at=clock.now(),
        changed_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    trail.record(actor=actor, action="audit.run", subject_kind="audit", subject=run.public_id, scope=scope)
    if in_background:
        jobs.enqueue(JOB, {"audit": run.public_id}, key=run.public_id)
    return run


def cancel(*, actor: Actor, public_id: str) -> AuditRun:
    """End a run that has not ended; what it found so far is kept. Raises NotFound, Forbidden, Conflict."""
    require(PERMISSIONS["audit"], actor)
    identity = db.session.scalar(select(AuditRun.id).where(AuditRun.public_id == public_id))
    run = lock_row(AuditRun, identity) if identity is not None else None
    if run is None:
        raise NotFound
    if run.state not in ACTIVE:
        raise Conflict(ENDED_ALREADY, code="audit_ended")
    _stop(run, CANCELLED)
    trail.record(actor=actor, action="audit.cancel", subject_kind="audit", subject=public_id)
    return run


def end_abandoned() -> int:
    """End runs that nobody drives any more: a command that was killed, a job that failed for good. How many.

    One whose job waits goes on as soon as a worker is there again.
    """
    waiting = select(jobs.Outbox.id).where(
        jobs.Outbox.name == JOB, jobs.Outbox.state == "waiting", jobs.Outbox.key.startswith(AuditRun.public_id)
    )
    still = AuditRun.changed_at < clock.now() - GIVEN_UP
    left = select(AuditRun.id).where(AuditRun.state.in_(ACTIVE), still, ~waiting.exists())
    ended = 0
    for identity in db.session.scalars(left).all():
        run = lock_row(AuditRun, identity)
        if run is not None and run.state in ACTIVE and run.changed_at and run.changed_at < clock.now() - GIVEN_UP:
            _stop(run, ABANDONED)
            ended += 1
    return ended


def _stop(run: AuditRun, state: str) -> None:
    """Before its end; findings and marks so far are kept."""
    run.state, run.ended_at = state, clock.now()
    alarms.findings(run)


def step(run: AuditRun) -> Part:
    """Read and check the next part. Writes nothing."""
    with _uncollected():
        part = _step(run)
    part.phase, part.began = run.phase, run.cursor
    return part


def store(run: AuditRun, part: Part) -> bool:
    """Keep what a step found; True when the run has ended, was cancelled, or is another's by now."""
    held = lock_row(AuditRun, run.id)
    if held is None or held.state not in ACTIVE or (held.phase, held.cursor) != (part.phase, part.began):
        return True
    run.state, run.changed_at = RUNNING, clock.now()
    run.moving_at = run.moving_at or run.changed_at
    run.checked += part.checked
    results.keep(run, part)
    _stand(run, part)
    run.cursor = part.cursor
    if part.ended:
        _turn(run)
    return run.ended_at is not None


def drive(run: AuditRun) -> Iterator[AuditRun]:
    """Run to the end: reads in transactions that never hold the write lock; yields after each step."""
    identity, ended = run.id, False
    while not ended:
        with _steady_view():
            part = step(db.session.get_one(AuditRun, identity, populate_existing=True))
        with transaction():
            current = db.session.get_one(AuditRun, identity)
            ended = store(current, part)
        yield current


def _phases(scope: str) -> list[str]:
    return ["record"] if scope == ONE else ["log", "heads", *parts.names(), "records"]


def _step(run: AuditRun) -> Part:
    match run.phase:
        case "record":
            return single.check(run.subject or "")
        case "log":
            return log.step(run.cursor)
        case "heads":
            return heads.step()
        case "records":
            return records.step(run.cursor, Standing.of(run.standing))
    return parts.step(run.phase)


def _stand(run: AuditRun, part: Part) -> None:
    if part.broken or part.covered:
        standing = Standing.of(run.standing)
        standing.fail(part.broken)
        standing.cover(part.covered)
        run.standing = standing.value


def _turn(run: AuditRun) -> None:
    """To the next phase, or to the end."""
    phases = _phases(run.scope)
    following = phases.index(run.phase) + 1 if run.phase in phases else len(phases)
    if following < len(phases):
        run.phase = phases[following]
        run.cursor = run.first_record if run.phase == "records" else 0
        return
    run.state, run.ended_at, run.total = FINISHED, clock.now(), run.checked
    if run.scope != ONE:
        walked = Standing.of(run.standing).covered.get(INCLUSION, 0)
        run.covered_size = max(run.covered_size, min(walked, queries.published_size()))
    report.append(run)
    alarms.findings(run)


@contextmanager
def _uncollected() -> Iterator[None]:
    """A step makes a million objects and hardly a cycle: looking for cycles among them costs a fifth of its time.

    Nor is there cause to look through everything the process holds once the step has ended: only what is young is.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.collect(0)
            gc.enable()


@contextmanager
def _steady_view() -> Iterator[None]:
    """One view of the database for all statements of a step: the sequencer goes on meanwhile."""
    if db.session().in_transaction():
        db.session.commit()
    with transaction(reads_only=True):
        if not is_sqlite():
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield

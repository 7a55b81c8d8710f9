"""A handful of numbers about the log and its audits, cheap enough to be asked for every few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, and_, func, or_, select

from ipplatform.domain.evidence.audit import scopes
from ipplatform.domain.evidence.models import BROKEN, AuditedRecord, AuditFinding, AuditRun, LogCheckpoint, Record
from ipplatform.foundation import clock
from ipplatform.foundation.db import db

FULL_AND_FINISHED = and_(AuditRun.scope == scopes.FULL, AuditRun.state == "finished")


@dataclass(frozen=True)
class Figures:
    """`waiting_seconds` is how long the oldest pending entry has waited: the lag.

    `last_full_found` is the number of findings of the last full audit that came to its end, 0 before the first. `open_findings` counts places, each once: what audits found since the last full one began, but what was found whole
    later. `broken_records` are those of which the last audit said so.
    """

    pending: int
    waiting_seconds: float
    checkpoint_at: datetime | None
    last_full_at: datetime | None
    last_full_found: int
    open_findings: int
    broken_records: int

    @property
    def checkpoint_seconds(self) -> float | None:
        return _since(self.checkpoint_at)

    @property
    def last_full_seconds(self) -> float | None:
        """Since the last full audit that came to its end had begun."""
        return _since(self.last_full_at)


def figures() -> Figures:
    """One statement, whatever the size of log and findings."""
    waiting = Record.leaf_index.is_(None)
    newest = select(LogCheckpoint.published_at).order_by(LogCheckpoint.size.desc()).limit(1)
    row = db.session.execute(
        select(
            select(func.count()).where(waiting).scalar_subquery().label("pending"),
            select(func.min(Record.created_at)).where(waiting).scalar_subquery().label("oldest"),
            newest.scalar_subquery().label("checkpoint_at"),
            _last_full(AuditRun.started_at).label("last_full_at"),
            _last_full(AuditRun.found).label("last_full_found"),
            _open().label("open_findings"),
            select(func.count()).select_from(AuditedRecord).where(BROKEN).scalar_subquery().label("broken"),
        )
    ).one()
    return Figures(
        pending=row.pending,
        waiting_seconds=_since(row.oldest) or 0.0,
        checkpoint_at=row.checkpoint_at,
        last_full_at=row.last_full_at,
        last_full_found=row.last_full_found or 0,
        open_findings=row.open_findings,
        broken_records=row.broken,
    )


def _last_full(column: object) -> ScalarSelect[Any]:
    found: ScalarSelect[Any] = (
        select(column).where(FULL_AND_FINISHED).order_by(AuditRun.id.desc()).limit(1).scalar_subquery()  # type: ignore[call-overload]
    )
    return found


def _open() -> ScalarSelect[int]:
    """A place that was whole in a later audit of its record is closed; one of the log only by the next full audit."""
    newest = select(func.max(AuditRun.id)).where(FULL_AND_FINISHED).scalar_subquery()
    whole_later = and_(AuditedRecord.whole, AuditedRecord.checked_at > func.coalesce(AuditRun.ended_at, clock.now()))
    places = (
        select(AuditFinding.record, AuditFinding.field)
        .join(AuditRun, AuditRun.id == AuditFinding.audit_id)
        .outerjoin(Record, Record.public_id == AuditFinding.record)
        .outerjoin(AuditedRecord, AuditedRecord.record_id == Record.id)
        .where(AuditFinding.audit_id >= func.coalesce(newest, 0))
        .where(or_(AuditedRecord.record_id.is_(None), ~whole_later))
        .distinct()
        .subquery()
    )
    return select(func.count()).select_from(places).scalar_subquery()


def _since(moment: datetime | None) -> float | None:
    return max(0.0, (clock.now() - moment).total_seconds()) if moment else None

"""The audit of every night: what is new, and once a week everything. Never two at once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence.audit import alarms, runs
from ipplatform.domain.evidence.models import AuditRun
from ipplatform.foundation import clock, jobs, settings
from ipplatform.foundation.db import db

AGAIN = "evidence.nightly.again"
PAUSE = timedelta(minutes=10)
# A run that has not moved for so long was left by a command that was stopped.
ABANDONED = timedelta(hours=1)
# The full audit begins in the same hour of the night each week, a little earlier or later than the last.
SLACK = timedelta(hours=12)


def begin() -> AuditRun | None:
    """Begin tonight's run; while another one moves, look again in ten minutes."""
    if _moving():
        jobs.enqueue(AGAIN, {}, key=AGAIN, run_at=clock.now() + PAUSE)
        return None
    return runs.begin(actor=SYSTEM, scope=_scope())


def hour() -> timedelta:
    return timedelta(hours=settings.current().audit_hour)


def _scope() -> str:
    last = alarms.last_full()
    week = timedelta(days=settings.current().audit_full_days) - SLACK
    return runs.FULL if last is None or clock.now() - last > week else runs.INCREMENTAL


def _moving() -> bool:
    active = AuditRun.state.in_(runs.ACTIVE), AuditRun.changed_at > clock.now() - ABANDONED
    return db.session.scalar(select(AuditRun.id).where(*active).limit(1)) is not None

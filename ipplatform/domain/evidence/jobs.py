"""The audit in the background, a part at a time, so that the write lock of SQLite is never held for long."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ipplatform.domain.evidence.audit import runs
from ipplatform.domain.evidence.models import AuditRun
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db


@jobs.job(runs.JOB)
def audit(payload: dict[str, Any]) -> None:
    """One step of the run, and the next as a new job."""
    run = db.session.scalars(select(AuditRun).where(AuditRun.public_id == payload["audit"])).one()
    if run.state == "finished":
        return
    if not runs.store(run, runs.step(run)):
        jobs.enqueue(runs.JOB, {"audit": run.public_id}, key=f"{run.public_id}-{run.phase}-{run.cursor}")

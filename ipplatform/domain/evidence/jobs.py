"""The audit in the background, a part at a time, so that the write lock of SQLite is never held for long."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import select

from ipplatform.domain.evidence.audit import runs
from ipplatform.domain.evidence.models import AuditRun
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db, transaction

SECONDS = 2.0


@jobs.job(runs.JOB, own_transactions=True)
def audit(payload: dict[str, Any]) -> None:
    """Steps of the run for two seconds, and the rest as a new job, so that mails are not kept waiting."""
    with transaction(reads_only=True):
        run = db.session.scalars(select(AuditRun).where(AuditRun.public_id == payload["audit"])).one()
    if run.state not in runs.ACTIVE:
        return
    until = time.monotonic() + SECONDS
    for current in runs.drive(run):
        if current.ended_at is None and time.monotonic() > until:
            key = f"{current.public_id}-{current.phase}-{current.cursor}"
            with transaction():
                jobs.enqueue(runs.JOB, {"audit": current.public_id}, key=key)
            return

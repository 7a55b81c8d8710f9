"""Alarms by mail to the office's auditors and administrators: that something is wrong and where to look, no content."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.audit import scopes
from ipplatform.domain.evidence.audit.models import AuditAlarm
from ipplatform.domain.evidence.models import AuditRun, LogCheckpoint
from ipplatform.domain.notifications import services as notifications
from ipplatform.foundation import clock, rows, settings
from ipplatform.foundation.db import db

FINDINGS, HALTED, OVERDUE, CONTRADICTED = "findings", "halted", "overdue", "contradicted"
CONSOLE = "/office/audit"


def findings(run: AuditRun) -> None:
    """For a run that has ended and found something."""
    if run.found:
        _raise(FINDINGS, run.public_id, path=f"{CONSOLE}/runs/{run.public_id}")


def contradicted(*, url: str, size: int) -> None:
    """For a witness that says it holds another history of our log; `size` is of the checkpoint it refused."""
    about = hashlib.sha256(f"{url} {size}".encode()).hexdigest()[:40]
    _raise(CONTRADICTED, about)


def watch() -> None:
    """What nobody reports by itself: a halted sequencer, once a halt, and full audits that do not come."""
    state = queries.state()
    if state is not None and state.halted_at is not None:
        _raise(HALTED, state.halted_at.isoformat())
    _overdue()


def last_full() -> datetime | None:
    """When the newest whole audit that came to its end had begun."""
    done = select(AuditRun.started_at).where(AuditRun.scope == scopes.FULL, AuditRun.state == "finished")
    return db.session.scalar(done.order_by(AuditRun.id.desc()).limit(1))


def _overdue() -> None:
    """Again after as many days as were allowed; counted from the first checkpoint where there never was an audit."""
    first = select(LogCheckpoint.published_at).order_by(LogCheckpoint.size).limit(1)
    since = last_full() or db.session.scalar(first)
    periods = (clock.now() - since).days // settings.current().audit_alarm_days if since else 0
    if since is not None and periods > 0:
        _raise(OVERDUE, f"{since.isoformat()} {periods}")


def _raise(kind: str, about: str, *, path: str = CONSOLE) -> None:
    """One mail to each, once: an alarm that was raised before is remembered.

    `path` is for auditors. Administrators are led to the console's health page, which shows no content (decision 0045).
    """
    if not rows.insert_unless_there(AuditAlarm(kind=kind, about=about, raised_at=clock.now())):
        return
    days = settings.current().audit_alarm_days
    auditors = {person.id for person in accounts.office_holders("auditor")}
    for person in accounts.office_holders("auditor", "administrator"):
        notifications.mail(
            to=person.email,
            template="audit_alarm",
            locale=person.locale,
            context={
                "name": person.name,
                "kind": kind,
                "days": days,
                "path": path if person.id in auditors else CONSOLE,
            },
            key=f"alarm/{kind}/{about}/{person.id}",
        )

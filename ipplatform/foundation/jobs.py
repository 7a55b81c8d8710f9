"""Work to be done after the commit: an outbox row written in the business transaction, run by the worker.

The row is the truth. A job is leased, its handler's writes and the row's end are one transaction, and a failure is
retried with growing pauses; handlers are idempotent. Why no broker stands between: docs/decisions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import structlog
from sqlalchemy import Index, String, Table, UniqueConstraint, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, EncryptedJson, UtcDateTime, db, is_sqlite, transaction

Handler = Callable[[dict[str, Any]], None]
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 8
_handlers: dict[str, Handler] = {}
_with_own_transactions: set[str] = set()
log = structlog.get_logger()


class Outbox(Base):
    """A job. ``payload`` is encrypted: mails carry addresses and one-time links."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("name", "key"), Index(None, "state", "run_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    key: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[Any] = mapped_column(EncryptedJson)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def job(name: str, *, own_transactions: bool = False) -> Callable[[Handler], Handler]:
    """Register the decorated function as what runs for jobs called ``name``.

    With ``own_transactions`` it runs in none and opens its own: for work that waits for others (a network), which must
    not hold the database meanwhile. Such a job may run again after a crash although it had done its work.
    """

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        if own_transactions:
            _with_own_transactions.add(name)
        else:
            _with_own_transactions.discard(name)
        return handler

    return register


def enqueue(name: str, payload: dict[str, Any], *, key: str | None = None, run_at: datetime | None = None) -> None:
    """Write a job into the current transaction. With ``key``, the same job waiting already is enough.

    One that has ended is set waiting again. One statement, so that two who write the same key at once both succeed,
    and one that is running now runs once more: what it read may be older than this transaction.
    """
    moment = now()
    again = {"payload": payload, "state": "waiting", "run_at": run_at or moment, "attempts": 0, "leased_until": None}
    row = {"name": name, "key": key, "created_at": moment, **again}
    db.session.connection().execute(_enqueued(is_sqlite()), row)


@cache
def _enqueued(sqlite: bool) -> Any:
    """Made once, since every filing writes a job."""
    row = (sqlite_insert if sqlite else postgresql_insert)(cast(Table, Outbox.__table__))
    again = {name: row.excluded[name] for name in ("payload", "state", "run_at", "attempts", "leased_until")}
    return row.on_conflict_do_update(index_elements=["name", "key"], set_=again)


def run_due(limit: int = 20) -> int:
    """Lease and run up to ``limit`` due jobs, each in a transaction of its own; how many were tried."""
    lease = now() + LEASE
    with transaction():
        identities = _lease(limit, lease)
    for identity in identities:
        _run(identity, lease)
    return len(identities)


def run_all() -> int:
    """Run until nothing is due: for tests and commands."""
    total = 0
    while tried := run_due():
        total += tried
    return total


def _lease(limit: int, until: datetime) -> list[int]:
    moment = now()
    due = (
        select(Outbox.id)
        .where(Outbox.state == "waiting", Outbox.run_at <= moment)
        .where(or_(Outbox.leased_until.is_(None), Outbox.leased_until < moment))
        .order_by(Outbox.run_at, Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    identities = list(db.session.scalars(due))
    if identities:
        db.session.execute(update(Outbox).where(Outbox.id.in_(identities)).values(leased_until=until))
    return identities


def _run(identity: int, lease: datetime) -> None:
    """Run a job whose lease still holds: jobs before it may have taken so long that another worker has it now."""
    try:
        with transaction(reads_only=True):
            row = _leased(identity, lease)
        if row is None:
            return
        if row.name in _with_own_transactions:
            _handlers[row.name](row.payload)
            with transaction():
                _end(identity, lease)
        else:
            _run_inside(identity, lease)
    except Exception as error:
        log.exception("job failed", job=identity, error=type(error).__name__)
        _put_back(identity, error)


def _run_inside(identity: int, lease: datetime) -> None:
    """In one transaction with its end; the lease is looked at again, now that nobody else can write."""
    with transaction():
        row = _leased(identity, lease)
        if row is not None:
            _handlers[row.name](row.payload)
            _end(identity, lease)


def _leased(identity: int, lease: datetime) -> Outbox | None:
    row = db.session.get_one(Outbox, identity, populate_existing=True)
    return row if row.state == "waiting" and row.leased_until == lease else None


def _end(identity: int, lease: datetime) -> None:
    """Done, unless the same job was asked for again while it ran: that took the lease away."""
    ended = update(Outbox).where(Outbox.id == identity, Outbox.leased_until == lease)
    db.session.execute(ended.values(state="done", ended_at=now(), leased_until=None))


def _put_back(identity: int, error: Exception) -> None:
    with transaction():
        row = db.session.get_one(Outbox, identity, populate_existing=True)
        row.attempts += 1
        row.last_error = type(error).__name__[:200]
        row.leased_until = None
        row.run_at = now() + timedelta(seconds=min(3600, 2**row.attempts))
        if row.attempts >= MOST_ATTEMPTS:
            row.state, row.ended_at = "failed", now()

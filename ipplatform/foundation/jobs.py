"""Work to be done after the commit: an outbox row written in the business transaction, run by the worker.

The row is the truth. A job is leased, its handler's writes and the row's end are one transaction, and a failure is
retried with growing pauses; handlers are idempotent. Jobs with transactions of their own end several at a time, and
those that say so are done several at a time. Why no broker stands between: docs/decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

import structlog
from sqlalchemy import select, update

from ipplatform.foundation import leasing
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import EncryptedJson, db, transaction
from ipplatform.foundation.outbox import Outbox, enqueue

__all__ = ["MOST_ATTEMPTS", "Outbox", "enqueue", "job", "job_of_several", "run_all", "run_due"]

Handler = Callable[[dict[str, Any]], None]
Several = Callable[[list[dict[str, Any]]], None]
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 8
TOGETHER = 1.0  # Seconds.
MOST_LEASED = 20
PATIENCE = timedelta(seconds=5)
log = structlog.get_logger()


class _Registered(NamedTuple):
    """``alike`` is None for what runs one by one."""

    run: Several
    own_transactions: bool
    alike: leasing.Alike | None = None


_handlers: dict[str, _Registered] = {}


def job(name: str, *, own_transactions: bool = False) -> Callable[[Handler], Handler]:
    """Register the decorated function as what runs for jobs called ``name``.

    With ``own_transactions`` it runs in none and opens its own: for work that waits for others (a network), which must
    not hold the database meanwhile. Such a job may run again after a crash although it had done its work.
    """

    def register(handler: Handler) -> Handler:
        _handlers[name] = _Registered(lambda payloads: handler(payloads[0]), own_transactions)
        return handler

    return register


def job_of_several(name: str, *, alike: leasing.Alike) -> Callable[[Several], Several]:
    """As ``job`` with transactions of its own, for jobs done at once with all that wait and are ``alike``.

    The function is given their payloads, oldest first, of which ``alike`` gives the same hashable value. The worker
    lets the first wait a moment for others (PATIENCE). When the function fails each of them is tried again alone.
    """

    def register(handler: Several) -> Several:
        _handlers[name] = _Registered(handler, True, alike)
        return handler

    return register


def run_due(limit: int = MOST_LEASED, *, patience: timedelta = PATIENCE) -> int:
    """Lease and run up to ``limit`` due jobs, and those of several that have waited for ``patience``; how many were tried."""
    until = now() + LEASE
    gathered_by = {name: one.alike for name, one in _handlers.items() if one.alike is not None}
    with transaction():
        leased = leasing.lease(until, limit=limit, gathered_by=gathered_by, patience=patience)
    done = _Done(until)
    for alike in leased:
        handler = _handlers.get(alike[0].name)
        if handler is not None and handler.own_transactions:
            _run_outside(alike, done)
        else:
            done.end()
            _run_inside(alike[0].id, until)
    done.end()
    return sum(map(len, leased))


def run_all() -> int:
    """Run until nothing is due: for tests and commands."""
    total = 0
    while tried := run_due(patience=timedelta(0)):
        total += tried
    return total


class _Done:
    """Jobs of one lease that have done their work; they end together, since a commit costs more than a small job."""

    def __init__(self, lease: datetime) -> None:
        self.lease = lease
        self._name = ""
        self._since = 0.0
        self._identities: list[int] = []

    def add(self, identities: Sequence[int], name: str) -> None:
        if not self._identities:
            self._name, self._since = name, monotonic()
        self._identities.extend(identities)

    def end_before(self, name: str) -> None:
        """End them before a job that may be a long one, and when they have waited: a crash would run them again."""
        if name != self._name or monotonic() - self._since > TOGETHER:
            self.end()

    def end(self) -> None:
        if self._identities:
            with transaction():
                leasing.end(self._identities, self.lease)
            self._identities = []


def _run_outside(jobs: Sequence[leasing.Leased], done: _Done) -> None:
    """Run what opens its own transactions, unless those before it took so long that another worker has it now."""
    name = jobs[0].name
    done.end_before(name)
    if now() >= done.lease:
        return
    try:
        _handlers[name].run([EncryptedJson.opened(one.sealed) for one in jobs])
    except Exception as error:
        for one in jobs:
            log.exception("job failed", job=one.id, error=type(error).__name__)
            _put_back(one.id, error)
    else:
        done.add([one.id for one in jobs], name)


def _run_inside(identity: int, lease: datetime) -> None:
    """In one transaction with its end; the lease is looked at now that nobody else can write."""
    try:
        with transaction():
            row = db.session.get_one(Outbox, identity, populate_existing=True)
            if row.state == "waiting" and row.leased_until == lease:
                _handlers[row.name].run([row.payload])
                leasing.end([identity], lease)
    except Exception as error:
        log.exception("job failed", job=identity, error=type(error).__name__)
        _put_back(identity, error)


def _put_back(identity: int, error: Exception) -> None:
    this = Outbox.id == identity
    with transaction():
        attempts = db.session.scalars(select(Outbox.attempts).where(this).with_for_update()).one() + 1
        changed: dict[str, Any] = {"attempts": attempts, "last_error": type(error).__name__[:200], "leased_until": None}
        changed["run_at"] = now() + timedelta(seconds=min(3600, 2**attempts))
        if attempts >= MOST_ATTEMPTS:
            changed |= {"state": "failed", "ended_at": now()}
        db.session.execute(update(Outbox).where(this).values(changed))

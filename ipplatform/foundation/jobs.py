"""Work to be done after the commit: an outbox row written in the business transaction, run by the worker.

The row is the truth. A job is leased, its handler's writes and the row's end are one transaction, and a failure is
retried with growing pauses; handlers are idempotent. Jobs with transactions of their own end several at a time, and
those that say so are done several at a time. Why no broker stands between: docs/decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple, cast

import structlog
from sqlalchemy import (
    ClauseElement,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation import direct
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, EncryptedJson, UtcDateTime, db, insert_into, transaction
from ipplatform.foundation.prepared import Prepared
from ipplatform.foundation.secretbox import Damaged

Handler = Callable[[dict[str, Any]], None]
Several = Callable[[list[dict[str, Any]]], None]
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 8
TOGETHER = 1.0  # Seconds.
MOST_LEASED = 20
MOST_GATHERED = 200
_handlers: dict[str, Handler] = {}
_handlers_of_several: dict[str, Several] = {}
_gathered_by: dict[str, Callable[[dict[str, Any]], Any]] = {}
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


class _Leased(NamedTuple):
    """``sealed`` is the payload as stored: one that is damaged must fail alone, not everything leased with it."""

    id: int
    name: str
    sealed: bytes


# What the worker asks all day, made once.
_DUE = (
    select(Outbox.id, Outbox.name, type_coerce(Outbox.payload, LargeBinary))
    .where(Outbox.state == "waiting", Outbox.run_at <= bindparam("moment"))
    .where(or_(Outbox.leased_until.is_(None), Outbox.leased_until < bindparam("moment")))
    .order_by(Outbox.run_at, Outbox.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_OF_THESE = Outbox.id.in_(bindparam("identities", expanding=True))
_TAKE = update(Outbox).where(_OF_THESE).values(leased_until=bindparam("until"))
_END = (
    update(Outbox)
    .where(_OF_THESE, Outbox.leased_until == bindparam("lease"))
    .values(state="done", ended_at=bindparam("moment"), leased_until=None)
)
_AGAIN = ("payload", "state", "run_at", "attempts", "leased_until")


def _enqueued(dialect: Dialect) -> ClauseElement:
    row = insert_into(cast(Table, Outbox.__table__), dialect)
    again = {name: row.excluded[name] for name in _AGAIN}
    return cast(ClauseElement, row.on_conflict_do_update(index_elements=["name", "key"], set_=again))


_ENQUEUED = Prepared(_enqueued, columns=["name", "key", "created_at", *_AGAIN])


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


def job_of_several(name: str, *, alike: Callable[[dict[str, Any]], Any]) -> Callable[[Several], Several]:
    """As ``job`` with transactions of its own, for jobs done at once with all that wait and are ``alike``.

    The function is given their payloads, oldest first, of which ``alike`` gives the same hashable value. When it fails
    each of them is tried again.
    """

    def register(handler: Several) -> Several:
        _handlers_of_several[name], _gathered_by[name] = handler, alike
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
    direct.run(_ENQUEUED, row)


def run_due(limit: int = MOST_LEASED) -> int:
    """Lease and run up to ``limit`` due jobs, and up to MOST_GATHERED of several; how many were tried."""
    lease = now() + LEASE
    with transaction():
        leased = _lease(limit, lease)
    done = _Done(lease)
    for alike in _gathered(leased):
        if _runs_outside(alike[0].name):
            _run_outside(alike, done)
        else:
            done.end()
            _run_inside(alike[0].id, lease)
    done.end()
    return len(leased)


def _gathered(leased: Sequence[_Leased]) -> list[list[_Leased]]:
    """In the order of the first of each; most jobs are alone."""
    found: dict[Any, list[_Leased]] = {}
    for one in leased:
        found.setdefault(_likeness(one), []).append(one)
    return list(found.values())


def _likeness(one: _Leased) -> Any:
    if one.name not in _gathered_by:
        return one.id
    try:
        return one.name, _gathered_by[one.name](EncryptedJson.opened(one.sealed))
    except Damaged:
        # Alone it fails alone.
        return one.id


def _runs_outside(name: str) -> bool:
    return name in _with_own_transactions or name in _handlers_of_several


def run_all() -> int:
    """Run until nothing is due: for tests and commands."""
    total = 0
    while tried := run_due():
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
                _end(self._identities, self.lease)
            self._identities = []


def _lease(limit: int, until: datetime) -> list[_Leased]:
    moment = now()
    due = {"moment": moment, "most": MOST_GATHERED}
    connection = db.session.connection()
    leased = _chosen([_Leased(*row) for row in connection.execute(_DUE, due)], limit)
    if leased:
        connection.execute(_TAKE, {"identities": [one.id for one in leased], "until": until})
    return leased


def _chosen(due: Sequence[_Leased], limit: int) -> list[_Leased]:
    """What is done at once is cheap; of what may take long another worker shall find something, too."""
    chosen, alone = [], 0
    for one in due:
        gathered = one.name in _gathered_by
        alone += not gathered
        if gathered or alone <= limit:
            chosen.append(one)
    return chosen


def _run_outside(jobs: Sequence[_Leased], done: _Done) -> None:
    """Run what opens its own transactions, unless those before it took so long that another worker has it now."""
    name = jobs[0].name
    done.end_before(name)
    if now() >= done.lease:
        return
    try:
        payloads = [EncryptedJson.opened(one.sealed) for one in jobs]
        if name in _handlers_of_several:
            _handlers_of_several[name](payloads)
        else:
            _handlers[name](payloads[0])
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
                _handlers[row.name](row.payload)
                _end([identity], lease)
    except Exception as error:
        log.exception("job failed", job=identity, error=type(error).__name__)
        _put_back(identity, error)


def _end(identities: Sequence[int], lease: datetime) -> None:
    """Done, unless the same job was asked for again while it ran: that took the lease away."""
    ended = {"identities": list(identities), "lease": lease, "moment": now()}
    db.session.connection().execute(_END, ended)


def _put_back(identity: int, error: Exception) -> None:
    this = Outbox.id == identity
    with transaction():
        attempts = db.session.scalars(select(Outbox.attempts).where(this).with_for_update()).one() + 1
        changed: dict[str, Any] = {"attempts": attempts, "last_error": type(error).__name__[:200], "leased_until": None}
        changed["run_at"] = now() + timedelta(seconds=min(3600, 2**attempts))
        if attempts >= MOST_ATTEMPTS:
            changed |= {"state": "failed", "ended_at": now()}
        db.session.execute(update(Outbox).where(this).values(changed))

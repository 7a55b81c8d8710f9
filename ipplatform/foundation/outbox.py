"""The queue itself: a row for each job, written in the transaction of the act that leaves the job behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ClauseElement, Index, String, Table, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation import direct
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, EncryptedJson, UtcDateTime, insert_into
from ipplatform.foundation.prepared import Prepared


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


_AGAIN = ("payload", "state", "run_at", "attempts", "leased_until")


def _enqueued(dialect: Dialect) -> ClauseElement:
    row = insert_into(cast(Table, Outbox.__table__), dialect)
    again = {name: row.excluded[name] for name in _AGAIN}
    return cast(ClauseElement, row.on_conflict_do_update(index_elements=["name", "key"], set_=again))


_ENQUEUED = Prepared(_enqueued, columns=["name", "key", "created_at", *_AGAIN])


def enqueue(name: str, payload: dict[str, Any], *, key: str | None = None, run_at: datetime | None = None) -> None:
    """Write a job into the current transaction. With ``key``, the same job waiting already is enough.

    One that has ended is set waiting again. One statement, so that two who write the same key at once both succeed,
    and one that is running now runs once more: what it read may be older than this transaction.
    """
    moment = now()
    again = {"payload": payload, "state": "waiting", "run_at": run_at or moment, "attempts": 0, "leased_until": None}
    row = {"name": name, "key": key, "created_at": moment, **again}
    direct.run(_ENQUEUED, row)

"""Work that comes round by the clock: a table remembers which turn was taken, so that many workers take each once.

A turn is a job of the outbox like any other. Time is cut into turns of one period each, counted in the zone's own time
zone, so that a nightly job stays in the night.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation import jobs, settings
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, UtcDateTime, db, insert_into, transaction

EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  local time of the zone, whatever that is
KEY = "schedule"


class ScheduledTurn(Base):
    """The last turn taken of each recurring job; `turn` is when it began, in the zone's local time read as UTC."""

    __tablename__ = "scheduled_turn"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    turn: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class _Recurring:
    period: timedelta
    at: timedelta | Callable[[], timedelta] | None

    def turn(self) -> datetime:
        local = now().astimezone(ZoneInfo(settings.current().zone_timezone)).replace(tzinfo=None)
        at = (self.at() if callable(self.at) else self.at) or timedelta()
        since = local - EPOCH - at
        return (EPOCH + at + (since // self.period) * self.period).replace(tzinfo=UTC)


_recurring: dict[str, _Recurring] = {}


def every(
    name: str,
    period: timedelta,
    *,
    at: timedelta | Callable[[], timedelta] | None = None,
    own_transactions: bool = False,
) -> Callable[[jobs.Handler], jobs.Handler]:
    """Register the decorated function as a job that the workers run once a period, with an empty payload.

    `at` moves the turns: `every(…, timedelta(days=1), at=timedelta(hours=2))` is two in the morning, zone time. Without
    it a new installation takes its first turn at once; with it, at the next such time. A turn missed while no worker
    ran is made up once. A function for `at` is asked each time: for what a setting says. `own_transactions` as in `jobs.job`.
    """

    def register(handler: jobs.Handler) -> jobs.Handler:
        _recurring[name] = _Recurring(period, at)
        return jobs.job(name, own_transactions=own_transactions)(handler)

    return register


def enqueue_due() -> int:
    """Put every recurring job whose turn has come into the outbox; how many. Any number of workers may call it."""
    with transaction(reads_only=True):
        taken = {row.name: row.turn for row in db.session.execute(select(ScheduledTurn.name, ScheduledTurn.turn))}
        changed = {name: item for name, item in _recurring.items() if taken.get(name) != item.turn()}
    if not changed:
        return 0
    with transaction():
        due = [name for name, recurring in changed.items() if _take(name, recurring)]
        for name in due:
            jobs.enqueue(name, {}, key=KEY)
    return len(due)


def _take(name: str, recurring: _Recurring) -> bool:
    """Whether the turn is ours. One remembered further ahead than a period comes from a clock that was wrong."""
    turn, wrong = recurring.turn(), recurring.turn() + recurring.period
    first = insert_into(ScheduledTurn).values(name=name, turn=turn, taken_at=now()).on_conflict_do_nothing()
    if db.session.scalar(first.returning(ScheduledTurn.name)) is not None:
        return recurring.at is None
    later = update(ScheduledTurn).where(
        ScheduledTurn.name == name, or_(ScheduledTurn.turn < turn, ScheduledTurn.turn > wrong)
    )
    taken = later.values(turn=turn, taken_at=now()).returning(ScheduledTurn.name)
    return db.session.scalar(taken) is not None

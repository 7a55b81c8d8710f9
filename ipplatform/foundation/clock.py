"""The one source of the present, so that tests can move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ipplatform.foundation import settings

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())


def now() -> datetime:
    """The present as an aware UTC datetime."""
    return datetime.now(UTC) + _shift.get()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Let the block live ``by`` later (or earlier): for demonstrations and tests of what only time brings about."""
    token = _shift.set(by)
    try:
        yield
    finally:
        _shift.reset(token)


def today() -> date:
    """The calendar day in the zone's own time zone: terms and deadlines run by it."""
    return now().astimezone(ZoneInfo(settings.current().zone_timezone)).date()

"""The one source of the present, so that tests can move it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from ipplatform.foundation import settings


def now() -> datetime:
    """The present as an aware UTC datetime."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in the zone's own time zone: terms and deadlines run by it."""
    return now().astimezone(ZoneInfo(settings.current().zone_timezone)).date()

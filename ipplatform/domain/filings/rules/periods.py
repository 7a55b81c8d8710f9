"""Counting months as patent offices do."""

from __future__ import annotations

import calendar
from datetime import MAXYEAR, date


def add_months(start: date, months: int) -> date:
    """The same day number `months` later, else the last day of that month (Regulation 1182/71, PCT rule 80.2).

    A result beyond the calendar's last year is capped at its last day.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def within_months(earlier: date, later: date, months: int) -> bool:
    """Whether `later` falls on or after `earlier` and not after the period's last day."""
    return earlier <= later <= add_months(earlier, months)

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipplatform.domain.filings.rules.periods import add_months, within_months


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 2, 28), 12, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 15), 12, date(2026, 12, 15)),
        (date(9990, 1, 1), 240, date.max),
    ],
)
def test_months_are_added_to_the_same_day_or_the_last_of_the_month(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dates(max_value=date(2200, 1, 1)), st.integers(0, 600))
def test_the_day_never_grows_and_the_month_is_right(start: date, months: int) -> None:
    end = add_months(start, months)
    assert end.day <= start.day
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months


def test_the_last_day_of_a_period_is_inside() -> None:
    start = date(2025, 3, 31)
    assert within_months(start, date(2025, 9, 30), 6)
    assert not within_months(start, date(2025, 10, 1), 6)
    assert not within_months(start, date(2025, 3, 30), 6)

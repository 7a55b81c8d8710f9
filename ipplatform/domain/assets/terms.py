"""How long a right granted elsewhere lasts, from what its office published."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

# Applications filed before this day: 17 years from grant where that is longer (35 U.S.C. 154(c)(1)).
URAA = date(1995, 6, 8)
# Design applications filed from this day on last 15 years instead of 14 (35 U.S.C. 173; Hague implementation).
HAGUE = date(2015, 5, 13)


@dataclass(frozen=True, slots=True)
class Term:
    """``end`` is the last day in force; ``basis`` names the rule, for people and for a later check."""

    end: date
    basis: str


def add_years(start: date, years: int) -> date:
    """The same day of the month ``years`` later, or that month's last day (29 February)."""
    year = start.year + years
    return date(year, start.month, min(start.day, monthrange(year, start.month)[1]))


def us_patent(*, earliest_filing: date, filing: date, grant: date, extension_days: int = 0) -> Term:
    """Utility and plant patents: 20 years from the earliest non-provisional US filing relied on, plus adjustment.

    35 U.S.C. 154(a)(2), (b) and (c). A terminal disclaimer may end it sooner; the file does not say when.
    """
    twenty = Term(add_years(earliest_filing, 20), "us-20-years-from-filing")
    if filing < URAA:
        seventeen = Term(add_years(grant, 17), "us-17-years-from-grant")
        twenty = max(twenty, seventeen, key=lambda term: term.end)
    return Term(twenty.end + timedelta(days=extension_days), twenty.basis)


def us_design(*, filing: date, grant: date) -> Term:
    """Design patents: 14 years from grant, 15 if filed on or after 13 May 2015 (35 U.S.C. 173)."""
    years = 15 if filing >= HAGUE else 14
    return Term(add_years(grant, years), f"us-design-{years}-years-from-grant")


def status_at(end: date | None, day: date) -> str:
    """``in_force`` or ``expired`` by the term alone: an office's grant file knows nothing of fees paid later."""
    return "expired" if end is not None and end < day else "in_force"

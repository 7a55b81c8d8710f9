"""How long US rights last."""

from datetime import date

import pytest

from ipplatform.domain.assets import terms


def test_a_patent_lasts_twenty_years_from_filing() -> None:
    term = terms.us_patent(earliest_filing=date(2007, 3, 5), filing=date(2007, 3, 5), grant=date(2010, 1, 5))
    assert term == terms.Term(date(2027, 3, 5), "us-20-years-from-filing")


def test_the_office_may_add_days() -> None:
    filed = date(2007, 3, 5)
    term = terms.us_patent(earliest_filing=filed, filing=filed, grant=date(2010, 1, 5), extension_days=30)
    assert term.end == date(2027, 4, 4)


def test_a_continuation_counts_from_its_parent() -> None:
    term = terms.us_patent(earliest_filing=date(2001, 1, 1), filing=date(2007, 3, 5), grant=date(2010, 1, 5))
    assert term.end == date(2021, 1, 1)


def test_an_application_of_before_june_1995_gets_the_longer_of_both_rules() -> None:
    old = date(1994, 2, 1)
    assert terms.us_patent(earliest_filing=old, filing=old, grant=date(2005, 1, 4)).end == date(2022, 1, 4)
    assert terms.us_patent(earliest_filing=old, filing=old, grant=date(1996, 1, 4)).end == date(2014, 2, 1)


@pytest.mark.parametrize(("filed", "years"), [(date(2015, 5, 12), 14), (date(2015, 5, 13), 15)])
def test_a_design_lasts_fourteen_or_fifteen_years_from_grant(filed: date, years: int) -> None:
    assert terms.us_design(filing=filed, grant=date(2016, 8, 2)).end == date(2016 + years, 8, 2)


def test_the_29th_of_february_becomes_the_28th() -> None:
    assert terms.add_years(date(2008, 2, 29), 14) == date(2022, 2, 28)
    assert terms.add_years(date(2008, 2, 29), 20) == date(2028, 2, 29)


def test_a_right_lives_on_its_last_day() -> None:
    end = date(2027, 3, 5)
    assert terms.status_at(end, end) == "in_force"
    assert terms.status_at(end, date(2027, 3, 6)) == "expired"
    assert terms.status_at(None, end) == "in_force"

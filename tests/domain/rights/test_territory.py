from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.rights import territory

DAY = date(2026, 1, 1)


def test_groups_are_expanded_at_the_date() -> None:
    before, after = territory.expand(["EP"], at=date(2022, 9, 30)), territory.expand(["EP"], at=date(2022, 10, 1))
    assert after - before == {"ME"}
    assert len(after) == 39
    assert "GB" in territory.expand(["EU"], at=date(2020, 1, 31))
    assert "GB" not in territory.expand(["EU"], at=date(2020, 2, 1))
    assert len(territory.expand(["EU"], at=DAY)) == 27
    assert territory.expand(["EEA"], at=DAY) - territory.expand(["EU"], at=DAY) == {"IS", "LI", "NO"}
    assert len(territory.expand(["OAPI"], at=DAY)) == 17


@pytest.mark.parametrize(
    ("code", "group"), [("em", "EU"), ("AP", "ARIPO"), ("oa", "OAPI"), (" wo ", "WORLD"), ("uk", "GB")]
)
def test_other_names_are_understood(code: str, group: str) -> None:
    assert territory.expand([code], at=DAY) == territory.expand([group], at=DAY)


@pytest.mark.parametrize("code", ["XX", "", "DEU", "batteries"])
def test_what_is_no_territory_is_refused_by_name(code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}$"):
        territory.expand(["DE", code], at=DAY)


def test_whole_groups_are_said_as_groups() -> None:
    countries = territory.expand(["EP", "JP"], at=DAY)
    assert territory.condense(countries, at=DAY) == ("EP", "JP")
    assert territory.condense(territory.COUNTRIES, at=DAY) == ("WORLD",)


@given(st.frozensets(st.sampled_from(sorted(territory.COUNTRIES))))
def test_condensing_loses_and_adds_nothing(countries: frozenset[str]) -> None:
    assert territory.expand(territory.condense(countries, at=DAY), at=DAY) == countries
    assert territory.codes(territory.ranges(countries)) == countries


def test_every_country_has_a_name_in_both_languages(app: Flask) -> None:
    for code in (*territory.COUNTRIES, *territory.GROUPS):
        assert territory.label(code, "en") != code
        assert territory.label(code, "zh") != code
    assert territory.label("DE", "zh") == "德国"

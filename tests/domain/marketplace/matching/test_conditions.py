"""Hard conditions: met, not met, or a question to ask."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from ipplatform.domain.marketplace.matching import conditions
from ipplatform.domain.marketplace.matching.conditions import MET, NOT_MET, UNKNOWN, Conditions, Offered
from ipplatform.domain.rights.rules import Availability, Standing
from ipplatform.domain.rights.rules import availability as judge
from tests.factories.rights import terms

TODAY = date(2026, 3, 1)
FREE = Availability(free=True)
pytestmark = pytest.mark.usefixtures("app")


def need(**changes: Any) -> Conditions:
    return Conditions(**{name: frozenset(v) if isinstance(v, set) else v for name, v in changes.items()})


def offered(**changes: Any) -> Offered:
    usual: dict[str, Any] = {
        "acts": frozenset({"make", "sell"}),
        "territories": frozenset({"DE", "FR"}),
        "fields": frozenset({"batteries.traction"}),
        "exclusivities": ("exclusive", "ordinary"),
        "price_model": "lump_sum",
        "amount": Decimal(100),
        "currency": "EUR",
        "last_day": date(2031, 1, 1),
    }
    return Offered(**{**usual, **changes})


def state(name: str, wanted: Conditions, offer: Offered, available: Availability = FREE) -> str | None:
    found = {verdict.name: verdict for verdict in conditions.verdicts(wanted, offer, available, TODAY)}
    return found[name].state if name in found else None


@pytest.mark.parametrize(
    ("name", "wanted", "offer", "expected"),
    [
        ("territory", {}, {}, None),
        ("territory", {"territories": {"DE"}}, {}, MET),
        ("territory", {"territories": {"DE", "US"}}, {}, UNKNOWN),
        ("territory", {"territories": {"US"}}, {}, NOT_MET),
        ("acts", {"acts": {"sell"}}, {}, MET),
        ("acts", {"acts": {"sell", "use"}}, {}, UNKNOWN),
        ("acts", {"acts": {"use"}}, {}, NOT_MET),
        ("field", {"fields": {"batteries.traction"}}, {}, MET),
        ("field", {"fields": {"batteries"}}, {}, UNKNOWN),
        ("field", {"fields": {"chips"}}, {}, NOT_MET),
        ("field", {"fields": {"chips"}}, {"fields": frozenset({"*"})}, MET),
        ("exclusivity", {"exclusivity": "exclusive"}, {}, MET),
        ("exclusivity", {"exclusivity": "sole"}, {}, UNKNOWN),
        ("exclusivity", {"exclusivity": "exclusive"}, {"exclusivities": ("ordinary",)}, NOT_MET),
        ("exclusivity", {"exclusivity": "ordinary"}, {"exclusivities": ("exclusive",)}, UNKNOWN),
        ("exclusivity", {"exclusivity": "ordinary"}, {"exclusivities": ("open",)}, MET),
        ("term", {"licence_years": 3}, {}, MET),
        ("term", {"licence_years": 9}, {}, UNKNOWN),
        ("term", {"licence_years": 9}, {"last_day": None}, MET),
        ("term", {"latest_date": date(2032, 1, 1)}, {}, NOT_MET),
        ("price_model", {"price_model": "lump_sum"}, {}, MET),
        ("price_model", {"price_model": "running"}, {}, UNKNOWN),
        ("budget", {"budget": Decimal(100), "currency": "EUR"}, {}, MET),
        ("budget", {"budget": Decimal(80), "currency": "EUR"}, {}, UNKNOWN),
        ("budget", {"budget": Decimal(49), "currency": "EUR"}, {}, NOT_MET),
        ("budget", {"budget": Decimal(80), "currency": "EUR"}, {"price_model": "posted"}, NOT_MET),
        ("budget", {"budget": Decimal(1), "currency": "CNY"}, {}, UNKNOWN),
        ("budget", {"budget": Decimal(1), "currency": "EUR"}, {"amount": None}, UNKNOWN),
    ],
)
def test_each_condition_has_its_verdict(
    name: str, wanted: dict[str, Any], offer: dict[str, Any], expected: str | None
) -> None:
    assert state(name, need(**wanted), offered(**offer)) == expected


def test_only_not_met_excludes() -> None:
    unknown = conditions.verdicts(need(territories={"DE", "US"}), offered(), FREE, TODAY)
    assert not conditions.excluded(unknown)
    assert conditions.excluded(conditions.verdicts(need(territories={"US"}), offered(), FREE, TODAY))


def test_every_unknown_comes_with_a_question() -> None:
    wanted = need(territories={"DE", "US"}, acts={"sell", "use"}, licence_years=9, budget=Decimal(80), currency="EUR")
    found = conditions.verdicts(wanted, offered(), FREE, TODAY)
    assert all(bool(verdict.question) == (verdict.state == UNKNOWN) for verdict in found)


def test_the_distance_to_the_price_is_said() -> None:
    found = conditions.verdicts(need(budget=Decimal(80), currency="EUR"), offered(), FREE, TODAY)
    assert "your budget is 20 % under the asking price" in [verdict.text for verdict in found]


def test_rights_that_are_taken_exclude_and_name_the_grant() -> None:
    wanted = conditions.wanted_terms(need(territories={"DE"}), offered(), TODAY)
    standing = Standing(7, "G-7", terms("exclusive", territories={"DE"}))
    answer = judge(wanted, [standing])
    (verdict,) = [one for one in conditions.verdicts(need(), offered(), answer, TODAY) if one.name == "rights"]
    assert verdict.state == NOT_MET
    assert "G-7" in verdict.text


def test_what_is_asked_of_the_ledger_is_what_both_sides_mean() -> None:
    wanted = conditions.wanted_terms(
        need(territories={"DE", "US"}, acts={"sell"}, fields={"batteries"}, exclusivity="ordinary", licence_years=2),
        offered(),
        TODAY,
    )
    assert wanted.exclusivity == "ordinary"
    assert wanted.territories == {"DE"}
    assert wanted.fields == {"batteries.traction"}
    assert (wanted.start, wanted.end) == (TODAY, date(2028, 3, 1))


def test_verdicts_are_said_in_the_language_in_force(app: Flask) -> None:
    from ipplatform.foundation.i18n import force_locale

    with force_locale("zh"):
        found = conditions.verdicts(need(territories={"DE"}), offered(), FREE, TODAY)
    assert "德国" in found[0].text

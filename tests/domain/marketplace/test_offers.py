"""What a listing may offer, and what becomes of it when rights are taken: pure decisions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from ipplatform.domain.marketplace.rules import lifecycle, offers
from ipplatform.domain.marketplace.rules.offers import Narrowed, Owner
from ipplatform.domain.rights.rules import Availability, Remaining

WHOLE = frozenset({"DE", "FR", "CN"})
FREE = Availability(free=True)
HALF = Fraction(1, 2)


def left(*territories: str) -> Availability:
    remaining = Remaining(frozenset(), frozenset(territories), frozenset(), ())
    return Availability(free=False, remaining=remaining)


@pytest.mark.parametrize(
    ("available", "expected"),
    [
        ({"exclusive": FREE, "ordinary": FREE}, Narrowed(("exclusive", "ordinary"), WHOLE)),
        ({"exclusive": left("FR", "CN")}, Narrowed(("exclusive",), frozenset({"FR", "CN"}))),
        ({"exclusive": left("CN"), "ordinary": left("CN")}, Narrowed(("exclusive", "ordinary"), frozenset({"CN"}))),
        ({"exclusive": left(), "ordinary": FREE}, Narrowed(("ordinary",), WHOLE)),
        ({"exclusive": left("FR", "CN"), "ordinary": FREE}, Narrowed(("ordinary",), WHOLE)),
        ({"exclusive": left(), "ordinary": left()}, Narrowed((), frozenset())),
    ],
)
def test_the_widest_offer_that_is_free_remains(available: dict[str, Availability], expected: Narrowed) -> None:
    assert offers.narrow(WHOLE, available) == expected


@pytest.mark.parametrize(
    ("holder", "owners", "fault"),
    [
        (1, [Owner(1, Fraction(1))], None),
        (1, [Owner(None, Fraction(1))], None),
        (1, [Owner(1, HALF), Owner(2, HALF)], None),
        (2, [Owner(1, Fraction(1))], "not_holder"),
        (1, [], "shares_unknown"),
        (1, [Owner(1, HALF)], "shares_unknown"),
        (1, [Owner(2, HALF), Owner(3, HALF)], "not_owner"),
    ],
)
def test_title_must_be_clean(holder: int, owners: list[Owner], fault: str | None) -> None:
    assert offers.title_fault(holder, 1, owners) == fault


def test_co_owners_must_consent_to_more_than_an_ordinary_licence() -> None:
    assert offers.needs_consent(2, ["exclusive"])
    assert offers.needs_consent(2, ["open", "ordinary"])
    assert not offers.needs_consent(2, ["ordinary"])
    assert not offers.needs_consent(1, ["exclusive"])


@pytest.mark.parametrize(
    ("model", "amount", "rate", "currency", "open_", "at_fault"),
    [
        ("negotiable", False, False, False, False, set()),
        ("lump_sum", True, False, True, False, set()),
        ("lump_sum", True, True, True, False, {"royalty_rate"}),
        ("lump_sum", True, False, False, False, {"currency"}),
        ("running", True, True, True, False, {"amount"}),
        ("posted", False, False, False, True, {"amount"}),
        ("posted", False, True, False, True, set()),
        ("negotiable", False, False, False, True, {"price_model"}),
    ],
)
def test_a_price_model_says_which_figures_belong(
    model: str, amount: bool, rate: bool, currency: bool, open_: bool, at_fault: set[str]
) -> None:
    found = offers.price_faults(model, has_amount=amount, has_rate=rate, has_currency=currency, offers_open=open_)
    assert set(found) == at_fault


def test_an_offer_ends_with_its_own_term_or_with_the_right() -> None:
    assert offers.last_day(None, None) is None
    assert offers.last_day(date(2030, 1, 1), None) == date(2030, 1, 1)
    assert offers.last_day(date(2030, 1, 1), date(2029, 1, 1)) == date(2029, 1, 1)


def test_who_may_see_a_listing_follows_from_its_state() -> None:
    assert lifecycle.is_public("published", None)
    assert lifecycle.is_public("closed", "licensed")
    assert not lifecycle.is_public("closed", "withdrawn")
    assert not lifecycle.is_public("draft", None)


def test_every_action_leads_to_a_known_state() -> None:
    for table, states in (
        (lifecycle.LISTING_ACTIONS, lifecycle.LISTING_STATUSES),
        (lifecycle.NEED_ACTIONS, lifecycle.NEED_STATUSES),
    ):
        assert all(set(action.sources) <= set(states) for action in table.values())
        assert all(action.target in (*states, "") for action in table.values())

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.filings.rules.shares import format_share, parse_share, total


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("1/2", Fraction(1, 2)),
        (" 2 / 6 ", Fraction(1, 3)),
        ("50%", Fraction(1, 2)),
        ("33.3 %", Fraction(333, 1000)),
        ("0.25", Fraction(1, 4)),
        ("1", Fraction(1)),
        ("100％", Fraction(1)),
    ],
)
def test_a_share_is_read_exactly(typed: str, share: Fraction) -> None:
    assert parse_share(typed) == share


@pytest.mark.parametrize(
    "typed", ["", "0", "0/1", "1/0", "2", "3/2", "101%", "-1/2", "half", "1/2/3", "1e-1", "½", "1/99999999", "١/٢"]
)
def test_what_is_no_share_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_share(typed)


@given(st.integers(1, 1_000_000), st.integers(1, 1_000_000))
def test_a_share_is_written_as_it_is_read(numerator: int, denominator: int) -> None:
    share = Fraction(min(numerator, denominator), max(numerator, denominator))
    assert parse_share(format_share(share)) == share


@given(st.integers(2, 50))
def test_equal_shares_add_to_exactly_one(owners: int) -> None:
    assert total(parse_share(f"1/{owners}") for _ in range(owners)) == 1

"""Shares of owners as exact fractions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

MAXIMUM_DENOMINATOR = 1_000_000
_FRACTION = re.compile(r"(\d{1,7})\s*/\s*(\d{1,7})", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*(%|％)?", re.ASCII)


def parse_share(text: str) -> Fraction:
    """'1/2', '50%', '0.5' or '1' as a fraction above 0 and at most 1; ValueError otherwise."""
    share = _read(text.strip())
    if not 0 < share <= 1 or share.denominator > MAXIMUM_DENOMINATOR:
        raise ValueError(text)
    return share


def _read(text: str) -> Fraction:
    if match := _FRACTION.fullmatch(text):
        numerator, denominator = int(match.group(1)), int(match.group(2))
        if not denominator:
            raise ValueError(text)
        return Fraction(numerator, denominator)
    if match := _DECIMAL.fullmatch(text):
        return Fraction(match.group(1)) / (100 if match.group(2) else 1)
    raise ValueError(text)


def format_share(share: Fraction) -> str:
    """'1/2'; the whole is '1/1'."""
    return f"{share.numerator}/{share.denominator}"


def total(shares: Iterable[Fraction]) -> Fraction:
    return sum(shares, Fraction(0))

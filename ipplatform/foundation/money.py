"""Amounts of money: Decimal with an ISO 4217 currency, rounded half-even to the currency's minor unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from babel.numbers import get_currency_precision, list_currencies

LARGEST = Decimal("1e15")


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def is_currency(code: str) -> bool:
    return len(code) == 3 and code in list_currencies()


def quantize(amount: Decimal, currency: str) -> Decimal:
    """``amount`` in whole minor units of ``currency``, half-even."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), rounding=ROUND_HALF_EVEN)


def parse(text: str, currency: str) -> Money:
    """Money from what a person typed (``1,250.50``); ValueError when it is no amount or has too many decimals."""
    try:
        amount = Decimal(text.strip().replace(",", "").replace(" ", ""))
    except InvalidOperation as error:
        raise ValueError("not an amount") from error
    if not amount.is_finite() or abs(amount) >= LARGEST or not is_currency(currency):
        raise ValueError("not an amount")
    if quantize(amount, currency) != amount:
        raise ValueError("too many decimals")
    return Money(quantize(amount, currency), currency)

"""Ids, money and text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from ipplatform.foundation.ids import ALPHABET, display_id, new_public_id, parse_id
from ipplatform.foundation.money import Money, parse, quantize
from ipplatform.foundation.text import ShortText, Text


def test_ids_are_random_and_read_back_however_they_are_typed() -> None:
    made = {new_public_id() for _ in range(1000)}
    assert len(made) == 1000
    one = made.pop()
    shown = display_id(one)
    assert [len(part) for part in shown.split("-")] == [4, 4, 4, 4]
    for typed in (
        shown,
        shown.lower(),
        shown.replace("-", " "),
        f"  {one} ",
        shown.replace("0", "O").replace("1", "I"),
    ):
        assert parse_id(typed) == one


@pytest.mark.parametrize("text", ["", "abc", "u" * 16, "0" * 17, "é" * 16])
def test_what_is_no_id_is_none(text: str) -> None:
    assert parse_id(text) is None


@given(st.text(alphabet=ALPHABET, min_size=16, max_size=16))
def test_every_id_survives_being_shown(public_id: str) -> None:
    assert parse_id(display_id(public_id)) == public_id


def test_money_is_read_exactly_and_rounded_half_even_to_the_currency() -> None:
    assert parse("1,250.50", "CNY") == Money(Decimal("1250.50"), "CNY")
    assert quantize(Decimal("0.125"), "USD") == Decimal("0.12")
    assert quantize(Decimal("2.5"), "JPY") == Decimal(2)


@pytest.mark.parametrize(
    ("text", "currency"), [("", "CNY"), ("NaN", "CNY"), ("1e30", "CNY"), ("1.234", "CNY"), ("1.5", "JPY"), ("5", "XX")]
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError):
        parse(text, currency)


class Words(Schema):
    title = ShortText(most=10)
    body = Text(most=100, least=0)


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "\ud800", "x" * 11, "   "])
def test_unprintable_empty_and_overlong_text_is_refused(app: Flask, bad: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Words().load({"title": bad})
    assert set(refusal.value.messages) == {"title"}  # type: ignore[arg-type]


def test_text_is_composed_trimmed_and_keeps_its_script(app: Flask) -> None:
    loaded = Words().load({"title": "  e\u0301 \n 中 ", "body": "a\r\nb\u200f 😀"})
    assert loaded == {"title": "é 中", "body": "a\nb\u200f 😀"}

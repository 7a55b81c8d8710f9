from __future__ import annotations

import pytest
from flask import Flask

from ipplatform.domain.accounts import rules
from tests.factories.accounts import uscc


@pytest.mark.parametrize(
    ("scheme", "text", "normal"),
    [
        ("lei", "5493 001K JTII GC8Y 1R12", "5493001KJTIIGC8Y1R12"),
        ("vat", "de 123.456.789", "DE123456789"),
        ("registry", "HRB-12345", "HRB12345"),
        ("uscc", f" {uscc(7).lower()} ", uscc(7)),
    ],
)
def test_company_numbers_are_normalised(scheme: str, text: str, normal: str) -> None:
    assert rules.normalise_identifier(scheme, text) == normal


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("lei", "5493001KJTIIGC8Y1R13"),
        ("uscc", uscc(7)[:-1] + ("0" if uscc(7)[-1] != "0" else "1")),
        ("uscc", "I" * 18),
        ("vat", "1234"),
        ("registry", "ABCD"),
        ("passport", "X1234567"),
    ],
)
def test_a_wrong_check_digit_or_form_is_refused(scheme: str, text: str) -> None:
    with pytest.raises(ValueError, match=scheme):
        rules.normalise_identifier(scheme, text)


def test_every_single_mistyped_digit_of_a_social_credit_code_is_found() -> None:
    right = uscc(123456)
    for place, held in enumerate(right):
        for other in rules.USCC_ALPHABET:
            if other != held:
                assert not rules.is_uscc(right[:place] + other + right[place + 1 :])


@pytest.mark.parametrize("weak", ["", "short", "password123", "qwertyuiop", "x" * 201])
def test_weak_passwords_are_refused_with_a_reason(app: Flask, weak: str) -> None:
    assert rules.password_faults(weak)


def test_a_password_made_of_ones_own_name_is_weak(app: Flask) -> None:
    assert rules.password_faults("adalovelace1", ["ada", "lovelace", "adalovelace"])
    assert rules.password_faults("copper lantern over water") == []


def test_every_kind_of_company_number_has_a_word_for_documents() -> None:
    assert set(rules.IDENTIFIER_WORDS) == set(rules.IDENTIFIER_SCHEMES)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.filings.rules.claims import (
    Claim,
    first_misnumbered,
    forward_references,
    parse_claims,
    references,
    render_claims,
)
from ipplatform.domain.filings.rules.text import tidy

_words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("typed", "claims"),
    [
        ("1. A plate.\n2. The plate of claim 1.", [(1, "A plate."), (2, "The plate of claim 1.")]),
        ("1、一种电池。\n2．根据权利要求1所述的电池。", [(1, "一种电池。"), (2, "根据权利要求1所述的电池。")]),
        ("  1 . A plate\nwith a channel.", [(1, "A plate\nwith a channel.")]),
        ("A plate.\n\nA pump.", [(1, "A plate."), (2, "A pump.")]),
        ("1. A plate of\n1.5 mm steel.", [(1, "A plate of\n1.5 mm steel.")]),
        ("We claim:\n1. A plate.", [(0, "We claim:"), (1, "A plate.")]),
        ("1. A plate.\n3. A pump.", [(1, "A plate."), (3, "A pump.")]),
        ("", []),
        (" \n \n", []),
    ],
)
def test_claims_are_split_at_their_numbers(typed: str, claims: list[tuple[int, str]]) -> None:
    assert parse_claims(typed) == [Claim(*claim) for claim in claims]


@given(st.text(max_size=400))
def test_no_text_is_lost_or_fails_to_be_read(typed: str) -> None:
    found = "".join("".join(claim.text.split()) for claim in parse_claims(typed))
    letters = [character for character in "".join(typed.split()) if character.isalpha()]
    assert [character for character in found if character.isalpha()] == letters


@given(st.lists(_words.map(tidy).filter(lambda text: text and not text[0].isdigit()), min_size=1, max_size=12))
def test_numbered_claims_read_back_as_they_were(texts: list[str]) -> None:
    claims = [Claim(number, text) for number, text in enumerate(texts, start=1)]
    assert parse_claims(render_claims(claims)) == [Claim(claim.number, claim.text.strip()) for claim in claims]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The plate of claim 1", [1]),
        ("The plate of any of claims 1 to 3", [1, 3]),
        ("The plate according to claim 2 or claim 4", [2, 4]),
        ("根据权利要求1至3中任一项所述的装置", [1, 3]),
        ("A plate of 3 mm", []),
        ("A method to reclaim 5 tons", []),
    ],
)
def test_references_are_found_in_both_languages(text: str, named: list[int]) -> None:
    assert list(references(text)) == named


@pytest.mark.parametrize(
    ("numbers", "found"), [([1, 2, 3], None), ([1, 3], (3, 2)), ([2], (2, 1)), ([1, 1], (1, 2)), ([0, 1], (0, 1))]
)
def test_the_first_wrong_number_is_named(numbers: list[int], found: tuple[int, int] | None) -> None:
    assert first_misnumbered([Claim(number, "A plate.") for number in numbers]) == found


def test_a_claim_may_refer_to_earlier_ones_only() -> None:
    claims = [Claim(1, "A plate as in claim 2."), Claim(2, "The plate of claim 2."), Claim(3, "The plate of claim 1.")]
    assert forward_references(claims) == [(1, 2), (2, 2)]

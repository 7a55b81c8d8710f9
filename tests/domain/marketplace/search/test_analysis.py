"""The analysis that documents and queries share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.marketplace.search import analysis


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Batteries battery BATTERY", ["batteri", "batteri", "batteri"]),
        ("锂电池", ["锂", "锂电", "电", "电池", "池"]),
        ("电", ["电"]),
        ("LiFePO4 and H2O", ["lifepo4", "and", "h2o"]),
        ("5G C++ C#", ["5g", "c++", "c#"]),
        ("1,250.5 cells", ["1250.5", "cell"]),
        ("owner's lithium-ion", ["owner", "lithium", "ion"]),
        ("ＡＩ　芯片", ["ai", "芯", "芯片", "片"]),
        ("", []),
        ("—!?…", []),
    ],
)
def test_terms_are_folded_stemmed_and_split(text: str, terms: list[str]) -> None:
    assert analysis.terms(text) == terms


def test_a_query_asks_for_the_pairs_of_a_chinese_run() -> None:
    assert analysis.units("锂电池隔膜 separators") == ["锂电", "电池", "池隔", "隔膜", "separ"]


def test_a_query_is_found_in_the_document_it_was_taken_from() -> None:
    text = "一种锂离子电池隔膜的制备方法, with ceramic coatings"
    assert set(analysis.units("离子电池 coating")) <= set(analysis.terms(text))


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    for token in analysis.tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.term.strip()
    assert all(" " not in term for term in analysis.terms(text))


@given(st.text(alphabet="abcXYZ 锂电池09-'", max_size=80))
def test_places_of_tokens_give_back_their_terms(text: str) -> None:
    for token in analysis.tokens(text):
        assert token.term in analysis.terms(text[token.start : token.end])

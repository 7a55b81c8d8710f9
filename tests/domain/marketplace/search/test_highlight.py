"""Snippets mark matches and let nothing else through."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.marketplace.search import highlight, language


def snippet(query: str, *texts: str) -> str:
    return str(highlight.snippet(texts, language.read(query).marked))


def test_word_forms_are_marked_as_written() -> None:
    assert snippet("electrolyte", "Solid Electrolytes win") == "Solid <mark>Electrolytes</mark> win"


def test_neighbouring_chinese_matches_are_one_mark() -> None:
    assert snippet("锂电池", "一种锂电池隔膜") == "一种<mark>锂电池</mark>隔膜"


def test_the_text_with_most_different_matches_is_chosen() -> None:
    found = snippet("solid electrolyte", "A solid table.", "A solid electrolyte.")
    assert found == "A <mark>solid</mark> <mark>electrolyte</mark>."


def test_a_long_text_is_cut_around_the_matches() -> None:
    found = snippet("dendrite", "word " * 200 + "dendrites grow " + "word " * 200)
    assert "<mark>dendrites</mark>" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < highlight.LENGTH + 60


def test_without_matches_the_beginning_is_shown() -> None:
    assert snippet("zebra", "", "The beginning.") == "The beginning."


def test_markup_in_the_text_stays_text() -> None:
    found = snippet("script", "<script>alert('script')</script> & <mark>x</mark>")
    assert "<script" not in found
    assert found.count("<mark>") == found.count("</mark>") == 3
    assert "&lt;<mark>script</mark>&gt;" in found
    assert "&lt;<mark>" in found


@given(st.text(alphabet="<>&\"' abmark/锂电池", max_size=400), st.text(alphabet='<>"ab锂电池 mark', max_size=20))
def test_nothing_but_marks_is_ever_markup(text: str, query: str) -> None:
    found = snippet(query, text)
    assert not re.search(r"[<>]", re.sub(r"</?mark>", "", found))
    assert found.count("<mark>") == found.count("</mark>")

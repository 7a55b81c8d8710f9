"""The query language never fails and reads what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.marketplace.search import language


def test_words_phrases_minus_words_and_fields_are_told_apart() -> None:
    query = language.read('ipc:H01M 10/0525 owner:"Acme Ltd" -kind:patent "solid electrolyte" -water cells')
    assert [(one.kind, one.name, one.text, one.negative) for one in query.clauses] == [
        ("field", "ipc", "H01M 10/0525", False),
        ("field", "owner", "Acme Ltd", False),
        ("field", "kind", "patent", True),
        ("phrase", "", "solid electrolyte", False),
        ("word", "", "water", True),
        ("word", "", "cells", False),
    ]
    assert query.units == ("cell",)
    assert query.marked == {"solid", "electrolyt", "cell"}


def test_chinese_quotation_marks_and_colons_work_as_well() -> None:
    query = language.read("“固态电解质” ipc：H01M")
    assert [(one.kind, one.name) for one in query.clauses] == [("phrase", ""), ("field", "ipc")]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("H01M", [("field", "ipc", "H01M")]),
        ("h01m 10/0525", [("field", "ipc", "h01m 10/0525")]),
        ("cells H01M10/0525", [("word", "", "cells"), ("field", "ipc", "H01M10/0525")]),
        ('"H01M 10/0525"', [("phrase", "", "H01M 10/0525")]),
        ("H01Media", [("word", "", "H01Media")]),
    ],
)
def test_a_class_needs_no_prefix(text: str, clauses: list[tuple[str, str, str]]) -> None:
    assert [(one.kind, one.name, one.text) for one in language.read(text).clauses] == clauses


def test_an_unknown_prefix_is_just_words() -> None:
    assert language.read("http://example.com").units == ("http", "exampl", "com")


def test_stop_words_are_not_asked_for_beside_telling_ones() -> None:
    assert language.read("a method for the cooling of cells").units == ("cool", "cell")
    assert language.read("the").units == ("the",)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("US 7,640,640 B2", "us7640640b2"),
        ("EP1667425", "ep1667425"),
        ("CN113781974A", "cn113781974a"),
        ("7K3M-Q9TX-2B4R-W8YZ", "7k3mq9tx2b4rw8yz"),
        ("number:7640640", "7640640"),
        ("solid electrolyte", None),
        ("2026", None),
        ("", None),
    ],
)
def test_numbers_are_known_however_they_are_written(text: str, number: str | None) -> None:
    assert language.read(text).number == number


@given(st.text(max_size=300))
def test_nothing_typed_is_an_error(text: str) -> None:
    language.read(text)


@given(st.lists(st.sampled_from(['"', "-", "ipc:", "owner:", "锂", "x", " ", ":", "(", "*", "\\", "\x00", "\ud800"])))
def test_no_heap_of_signs_is_an_error(parts: list[str]) -> None:
    query = language.read("".join(parts))
    assert all(clause.text is not None for clause in query.clauses)


def test_a_very_long_query_is_cut() -> None:
    assert len(language.read("word " * 10_000).clauses) <= language.MOST_PARTS

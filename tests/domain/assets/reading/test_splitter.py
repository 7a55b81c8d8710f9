"""Thousands of documents in one file are taken apart, whatever stands between them."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.assets.reading.splitter import RawDocument, split

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def documents(content: bytes, *, piece: int = 7, limit: int = 10_000) -> list[RawDocument]:
    return list(split((content[place : place + piece] for place in range(0, len(content), piece)), limit))


def test_each_declaration_begins_a_document() -> None:
    found = documents(DECLARATION + b"<a>1</a>\n" + DECLARATION + b"<a>2</a>\n")
    assert [one.content for one in found] == [DECLARATION + b"<a>1</a>", DECLARATION + b"<a>2</a>"]
    assert [(one.number, one.line) for one in found] == [(1, 1), (2, 3)]


def test_no_line_break_is_needed_between_documents() -> None:
    assert len(documents(DECLARATION + b"<a/>" + DECLARATION + b"<a/>")) == 2


def test_blanks_and_a_byte_order_mark_belong_to_no_document() -> None:
    found = documents(b"\xef\xbb\xbf\n\n  " + DECLARATION + b"<a/>\n\n\n" + DECLARATION + b"<b/>\n\n")
    assert [(one.line, one.content) for one in found] == [(3, DECLARATION + b"<a/>"), (7, DECLARATION + b"<b/>")]


def test_a_file_without_a_declaration_is_one_document() -> None:
    assert [one.content for one in documents(b"<a>\n</a>\n")] == [b"<a>\n</a>"]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_nothing_holds_no_document(content: bytes) -> None:
    assert documents(content) == []


def test_a_declaration_inside_a_text_does_not_cut_it() -> None:
    assert len(documents(DECLARATION + b"<a>see &lt;?xml ?> or ..<?xmlish?></a>")) == 1


@pytest.mark.parametrize("piece", [1, 5, 64, 100, 10_000])
def test_a_document_over_the_limit_is_counted_and_passed_by(piece: int) -> None:
    large = DECLARATION + b"<a>" + b"x\n" * 2_000 + b"</a>"
    found = documents(DECLARATION + b"<a/>\n" + large + b"\n" + DECLARATION + b"<b/>", piece=piece, limit=1_000)
    assert [one.content is None for one in found] == [False, True, False]
    assert found[1].size == len(large) or abs(found[1].size - len(large)) <= 1
    assert [one.line for one in found] == [1, 3, 2005]


def test_many_documents_need_the_memory_of_one() -> None:
    one = DECLARATION + b"<a>" + b"x" * 50_000 + b"</a>\n"

    def chunks() -> Iterator[bytes]:
        for _ in range(400):
            yield one

    tracemalloc.start()
    total = sum(1 for _ in split(chunks(), 1_000_000))
    _current, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 400
    assert peak < 2_000_000


bodies = st.text(st.characters(blacklist_characters="<>&", codec="utf-8"), max_size=120).map(
    lambda text: b"<a>" + text.encode() + b"</a>"
)


@given(st.lists(bodies, min_size=1, max_size=6), st.integers(1, 90), st.sampled_from([b"", b"\n", b"\r\n", b" \n\n"]))
def test_what_was_put_together_comes_apart(texts: list[bytes], piece: int, between: bytes) -> None:
    whole = b"".join(DECLARATION + text + between for text in texts)
    assert [one.content for one in documents(whole, piece=piece)] == [DECLARATION + text for text in texts]

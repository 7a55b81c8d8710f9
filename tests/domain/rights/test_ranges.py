from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.rights.ranges import Ranges

numbers = st.frozensets(st.integers(0, 30))


@given(numbers, numbers)
def test_ranges_compute_as_sets_do(one: frozenset[int], other: frozenset[int]) -> None:
    a, b = Ranges.points(one), Ranges.points(other)
    assert a & b == Ranges.points(one & other)
    assert a | b == Ranges.points(one | other)
    assert a - b == Ranges.points(one - other)
    assert a.covers(b) == (other <= one)
    assert a.size == len(one)
    assert all((number in a) == (number in one) for number in range(31))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_spans_are_kept_apart_and_in_order(spans: list[tuple[int, int]]) -> None:
    kept = Ranges.of(spans).spans
    assert all(low < high for low, high in kept)
    assert all(one[1] < other[0] for one, other in pairwise(kept))


@given(numbers)
def test_text_is_read_back(one: frozenset[int]) -> None:
    assert Ranges.parse(Ranges.points(one).text()) == Ranges.points(one)

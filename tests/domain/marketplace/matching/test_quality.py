"""The current code on real patents, where they are: better than plain BM25 and than what was measured before."""

from __future__ import annotations

import pytest

from tests.bench import matching as bench

QUESTIONS = 80
SETS = [name for name in ("patents_en", "patents_zh") if bench.exists(name)]


def test_the_measures_are_what_they_are_called() -> None:
    known = {"a": 1, "b": 1}
    assert bench.ndcg(["a", "b", "c"], known) == 1
    assert bench.ndcg(["c", "a"], known) == pytest.approx((1 / 1.585) / (1 + 1 / 1.585), abs=1e-3)
    assert bench.recall(["c", "a"], known) == 0.5


@pytest.mark.parametrize("name", SETS)
def test_matching_beats_words_alone(name: str) -> None:
    matched = bench.quality(name, bench.matched, whole=False, most=QUESTIONS)
    words = bench.quality(name, bench.searched, whole=False, most=QUESTIONS)
    assert matched.ndcg > words.ndcg
    assert matched.recall > words.recall

"""A score is a sum whose terms are kept."""

from __future__ import annotations

import pytest

from ipplatform.domain.marketplace.matching import scoring
from ipplatform.domain.marketplace.matching.reasons import deepest, rarity
from ipplatform.domain.marketplace.matching.scoring import ClassTree, Measured, Overlap, SharedNode

PATH = ("H", "H01", "H01M", "H01M 10/00", "H01M 10/0525")


def measured(listing_id: int, bm25: float, cosine: float, overlap: float | None = 0.0) -> Measured:
    return Measured(listing_id, bm25, cosine, Overlap(overlap))


def test_the_total_is_the_sum_of_weights_times_parts() -> None:
    best, second = scoring.rank(
        [measured(1, 4.0, 0.1, 0.2), measured(2, 8.0, 0.3, 0.5)], words_in_question=40, has_classes=True
    )
    assert best.measured.listing_id == 2
    assert best.total == pytest.approx(0.5 + 0.5 + 0.15 * 0.5)
    assert second.total == pytest.approx(0.5 * 0.5 + 0.5 * round(0.1 / 0.3, 4) + 0.15 * 0.2)
    assert all(0 <= term.part <= 1 for one in (best, second) for term in one.terms)


def test_missing_classes_are_neither_good_nor_bad() -> None:
    shared, missing, none = scoring.rank(
        [measured(1, 1, 1, 0.0), measured(2, 1, 1, None), measured(3, 1, 1, 0.9)],
        words_in_question=40,
        has_classes=True,
    )
    assert [one.measured.listing_id for one in (shared, missing, none)] == [3, 2, 1]


def test_without_classes_in_the_question_they_add_nothing() -> None:
    (only,) = scoring.rank([measured(1, 1, 1, None)], words_in_question=5, has_classes=False)
    assert only.total == 1


def test_classes_weigh_more_for_short_questions() -> None:
    assert scoring.class_weight(0) == 0.40
    assert scoring.class_weight(20) == pytest.approx(0.275)
    assert scoring.class_weight(400) == 0.15


def test_equal_scores_put_the_newer_listing_first() -> None:
    ranked = scoring.rank([measured(1, 1, 1), measured(2, 1, 1)], words_in_question=9, has_classes=False)
    assert [one.measured.listing_id for one in ranked] == [2, 1]


def test_no_candidates_give_no_ranking() -> None:
    assert scoring.rank([], words_in_question=3, has_classes=True) == []


def test_rare_shared_classes_count_more_than_common_ones() -> None:
    tree = ClassTree(1000, {"H": 300, "H01": 200, "H01M": 50, "H01M 10/00": 30, "H01M 10/0525": 5, "G": 400})
    same = tree.overlap(PATH, PATH)
    near = tree.overlap(PATH, (*PATH[:3], "H01M 4/00"))
    far = tree.overlap(PATH, ("H", "H04"))
    assert same.value == pytest.approx(1)
    assert same.value > (near.value or 0) > (far.value or 0) > 0
    assert tree.overlap(PATH, ("G",)).value == 0
    assert tree.overlap((), PATH).value is None


def test_the_deepest_shared_classes_are_named() -> None:
    nodes = tuple(SharedNode(code, 1, 1.0) for code in (*PATH, "G06N"))
    assert [node.code for node in deepest(nodes)] == ["H01M 10/0525", "G06N"]


def test_strength_is_said_by_evidence_and_not_by_rank(app: object) -> None:
    def strength(cosine: float, codes: tuple[str, ...] = (), rare: int = 0) -> str:
        shared = tuple(SharedNode(code, 1, 1.0) for code in codes)
        (one,) = scoring.rank([Measured(1, 9, cosine, Overlap(0.5, shared))], words_in_question=9, has_classes=True)
        return scoring.strength(one, rare_words=rare)

    assert strength(0.02) == "weak"
    assert strength(0.02, ("H01",)) == "weak"
    assert strength(0.02, ("H01M",)) == "fair"
    assert strength(0.15) == "fair"
    assert strength(0.12, PATH) == "strong"
    assert strength(0.4) == "strong"
    assert [rarity(count, 1000) for count in (2, 90, 500)] == ["rare", "uncommon", "common"]

"""The score of a match: a sum of three terms, each kept so that people can see and recompute it.

0.5 × words (BM25 over the best candidate's) + 0.5 × wording (cosine of character grams over the best candidate's)
+ class weight × shared part of the class tree. Measured in ``make bench-matching``; class overlap helps short
questions most, so its weight falls from 0.40 to 0.15 as the question grows to 40 words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WORDS, WORDING = 0.5, 0.5
CLASSES, CLASSES_SHORT, LONG_QUESTION = 0.15, 0.40, 40
NEUTRAL = 0.1
"""What a listing without classes gets for its overlap: about the average, so that missing codes neither help nor hurt."""


@dataclass(frozen=True, slots=True)
class SharedNode:
    """A class both name, and in how many listings it occurs."""

    code: str
    listings: int
    rarity: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """``value`` is 0 to 1; None when either side names no class."""

    value: float | None
    shared: tuple[SharedNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one candidate, before comparing it with the others."""

    listing_id: int
    bm25: float
    cosine: float
    overlap: Overlap


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a score: ``value`` = ``weight`` × ``part``; ``part`` is 0 to 1 with four decimals, as shown."""

    name: str
    weight: float
    part: float

    @property
    def value(self) -> float:
        return self.weight * self.part


@dataclass(frozen=True, slots=True)
class Scored:
    measured: Measured
    terms: tuple[Term, ...]

    @property
    def total(self) -> float:
        return sum(term.value for term in self.terms)


def class_weight(words_in_question: int) -> float:
    """How much classes count for a question of that many different words."""
    shortness = max(0.0, 1 - words_in_question / LONG_QUESTION)
    return round(CLASSES + (CLASSES_SHORT - CLASSES) * shortness, 4)


def rank(candidates: Sequence[Measured], *, words_in_question: int, has_classes: bool) -> list[Scored]:
    """Best first; ties by the newer listing. Min-max normalised over ``candidates``, the minimum being 0."""
    best_bm25 = max((candidate.bm25 for candidate in candidates), default=0.0)
    best_cosine = max((candidate.cosine for candidate in candidates), default=0.0)
    weight = class_weight(words_in_question) if has_classes else 0.0
    scored = [
        Scored(
            candidate,
            (
                Term("words", WORDS, _share(candidate.bm25, best_bm25)),
                Term("wording", WORDING, _share(candidate.cosine, best_cosine)),
                Term("classes", weight, _overlap_part(candidate.overlap)),
            ),
        )
        for candidate in candidates
    ]
    return sorted(scored, key=lambda one: (-one.total, -one.measured.listing_id))


@dataclass(frozen=True)
class ClassTree:
    """How rare each class of a question is among ``listings`` listings with classes."""

    listings: int
    counts: Mapping[str, int]

    def rarity(self, node: str) -> float:
        return math.log(1 + (self.listings + 1) / (self.counts.get(node, 0) + 1))

    def overlap(self, wanted: Iterable[str], offered: Iterable[str]) -> Overlap:
        """Rarity of the shared part of both paths over the geometric mean of each side's own."""
        mine, theirs = set(wanted), set(offered)
        if not mine or not theirs:
            return Overlap(None)
        shared = sorted(mine & theirs, key=lambda node: (-len(node), node))
        both = sum(map(self.rarity, shared))
        total = math.sqrt(sum(map(self.rarity, mine)) * sum(map(self.rarity, theirs)))
        nodes = tuple(SharedNode(node, self.counts.get(node, 0), self.rarity(node)) for node in shared)
        return Overlap(min(1.0, both / total) if total else 0.0, nodes)


def strength(scored: Scored, *, rare_words: int) -> str:
    """``strong``, ``fair`` or ``weak``, by evidence that does not depend on the other candidates."""
    deep = any("/" in node.code for node in scored.measured.overlap.shared)
    near = any(len(node.code) >= 4 for node in scored.measured.overlap.shared)
    cosine = scored.measured.cosine
    if cosine >= 0.25 or (deep and (cosine >= 0.1 or rare_words >= 2)):
        return "strong"
    if cosine >= 0.15 or near or rare_words >= 3:
        return "fair"
    return "weak"


def _share(value: float, best: float) -> float:
    return round(value / best, 4) if best > 0 else 0.0


def _overlap_part(overlap: Overlap) -> float:
    return NEUTRAL if overlap.value is None else round(overlap.value, 4)

"""Retrieval for a need: bounded and recall-minded, then measured with statistics kept by us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import tantivy

from ipplatform.domain.marketplace.matching.scoring import ClassTree, Measured, Scored, rank
from ipplatform.domain.marketplace.search import analysis, compiling, grams
from ipplatform.domain.marketplace.search.compiling import Filters, Occur, Query
from ipplatform.domain.marketplace.search.documents import class_nodes
from ipplatform.domain.marketplace.search.engine import Engine

BY_WORDS = 600
BY_CLASS = 200
MOST_TERMS = 80
_STOPPED = frozenset(analysis.stem(word) for word in analysis.STOP_WORDS) | analysis.STOP_WORDS


@dataclass(frozen=True)
class Wanted:
    """What is looked for: its words, classes, and conditions the index itself can hold (``None``: not narrowed)."""

    text: str
    classes: tuple[str, ...] = ()
    territories: frozenset[str] = frozenset()
    exclusivity: str | None = None
    not_of: int | None = None
    only_of: int | None = None
    nodes: tuple[str, ...] = field(default=())

    @property
    def weights(self) -> dict[str, float]:
        """Term -> square root of how often it is said; stop words do not count."""
        counted = Counter(term for term in analysis.terms(self.text) if term not in _STOPPED)
        return {term: count**0.5 for term, count in counted.items()}


@dataclass(frozen=True)
class Ranking:
    """``scored`` best first; ``weights`` are the words that were asked for."""

    scored: list[Scored]
    weights: dict[str, float]
    best_bm25: float = 0.0
    listings: int = 0


def find(engine: Engine, frequencies: grams.Frequencies, wanted: Wanted) -> Ranking:
    """Every candidate, ranked; at most some 800."""
    searcher = engine.searcher()
    weights = telling(searcher, wanted.weights)
    nodes = class_nodes(wanted.classes)
    rules = _rules(engine.schema, wanted)
    words = compiling.weighted_words(engine.schema, weights) if weights else None
    identities = _retrieve(engine.schema, searcher, words, nodes, rules)
    tree = class_tree(searcher, nodes)
    measured = measure(engine, searcher, frequencies, wanted, words, nodes, tree, identities)
    scored = rank(measured, words_in_question=len(weights), has_classes=bool(nodes))
    return Ranking(scored, weights, max((one.bm25 for one in measured), default=0.0), searcher.num_docs)


def telling(searcher: Any, weights: dict[str, float]) -> dict[str, float]:
    """The rarest of the words that occur at all: long needs stay quick."""
    known = [(searcher.doc_freq("all", term), term) for term in weights]
    return {term: weights[term] for _, term in sorted(pair for pair in known if pair[0])[:MOST_TERMS]}


def class_tree(searcher: Any, nodes: Sequence[str]) -> ClassTree:
    return _Tree(searcher, nodes)


class _Tree(ClassTree):
    """A tree that asks the index how often a node occurs, once each."""

    def __init__(self, searcher: Any, nodes: Sequence[str]) -> None:
        super().__init__(searcher.num_docs, {node: searcher.doc_freq("ipc", node) for node in nodes})
        object.__setattr__(self, "_searcher", searcher)

    def rarity(self, node: str) -> float:
        if node not in self.counts:
            self.counts[node] = self._searcher.doc_freq("ipc", node)  # type: ignore[index,attr-defined]
        return super().rarity(node)


def measure(
    engine: Engine,
    searcher: Any,
    frequencies: grams.Frequencies,
    wanted: Wanted,
    words: Any | None,
    nodes: Sequence[str],
    tree: ClassTree,
    identities: Sequence[int],
) -> list[Measured]:
    """BM25, cosine and class overlap of each of ``identities``."""
    if not identities:
        return []
    question = compiling.among(engine.schema, identities, words if words is not None else Query.empty_query())
    hits = searcher.search(question, len(identities), count=False).hits
    addresses = [address for _, address in hits]
    norms = searcher.fast_field_values("norm", addresses)
    asked = grams.GramQuery.of(wanted.text, frequencies)
    found = []
    for (bm25, address), norm in zip(hits, norms, strict=True):
        stored = searcher.doc(address).to_dict()
        cosine = asked.cosine(grams.unpack(stored["grams"][0]), float(norm or 0))
        overlap = tree.overlap(nodes, stored.get("ipc", ()))
        found.append(Measured(int(stored["id"][0]), float(bm25), cosine, overlap))
    return found


def contributions(engine: Engine, weights: dict[str, float], listing_ids: Sequence[int]) -> dict[int, dict[str, float]]:
    """For each listing, what each word added to its BM25."""
    searcher = engine.searcher()
    found: dict[int, dict[str, float]] = {identity: {} for identity in listing_ids}
    if not listing_ids:
        return found
    only = Query.const_score_query(Query.term_set_query(engine.schema, "id", list(listing_ids)), 0.0)
    for term, weight in weights.items():
        word = compiling.weighted_words(engine.schema, {term: weight})
        both = Query.boolean_query([(Occur.Must, only), (Occur.Must, word)])
        hits = searcher.search(both, len(listing_ids), count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        for (score, _), identity in zip(hits, ids, strict=True):
            found[int(identity)][term] = float(score)
    return found


def word_counts(engine: Engine, weights: dict[str, float]) -> dict[str, int]:
    """In how many listings each word occurs."""
    searcher = engine.searcher()
    return {term: int(searcher.doc_freq("all", term)) for term in weights}


def _rules(schema: Any, wanted: Wanted) -> list[tuple[Any, Any]]:
    chosen: dict[str, tuple[str, ...]] = {}
    if wanted.territories:
        chosen["territory"] = tuple(sorted(wanted.territories))
    if wanted.exclusivity:
        chosen["exclusivity"] = (wanted.exclusivity,)
    rules = [(Occur.Must, rule) for rule in compiling.filter_rules(schema, Filters(chosen))]
    if wanted.not_of is not None:
        rules.append((Occur.MustNot, Query.term_query(schema, "organisation", wanted.not_of)))
    if wanted.only_of is not None:
        own = Query.term_query(schema, "organisation", wanted.only_of)
        rules.append((Occur.Must, Query.const_score_query(own, 0.0)))
    return rules


def _retrieve(schema: Any, searcher: Any, words: Any | None, nodes: Sequence[str], rules: list[Any]) -> list[int]:
    found: dict[int, None] = {}
    if words is not None:
        found |= _ids(searcher, Query.boolean_query([(Occur.Must, words), *rules]), BY_WORDS)
    near = [node for node in nodes if len(node) >= 4]
    if near:
        rare = [
            (Occur.Should, Query.const_score_query(Query.term_query(schema, "ipc", node, "basic"), float(len(node))))
            for node in near
        ]
        found |= _ids(searcher, Query.boolean_query([(Occur.Must, Query.boolean_query(rare)), *rules]), BY_CLASS)
    return list(found)


def _ids(searcher: Any, query: tantivy.Query, most: int) -> dict[int, None]:
    hits = searcher.search(query, most, count=False).hits
    return dict.fromkeys(int(one) for one in searcher.fast_field_values("id", [address for _, address in hits]))

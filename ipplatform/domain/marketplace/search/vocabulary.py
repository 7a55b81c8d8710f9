"""Words the index knows, for "did you mean" and for completing what is being typed."""

from __future__ import annotations

from typing import Any

from tantivy import Query

from ipplatform.domain.marketplace.search import analysis
from ipplatform.domain.marketplace.search.engine import Engine
from ipplatform.domain.marketplace.search.language import Query as Asked

LONGEST_WORD, SHORTEST_WORD = 30, 4
MOST_WORDS = 8
LOOKED_AT = 40


def did_you_mean(engine: Engine, asked: Asked) -> str | None:
    """The question with unknown words replaced by the commonest known word one or two letters away; None if there is none."""
    searcher = engine.searcher()
    changed, parts = False, []
    for word in asked.text.split()[:MOST_WORDS]:
        better = _nearest(engine, searcher, word)
        changed = changed or better is not None
        parts.append(better or word)
    return " ".join(parts) if changed else None


def completions(engine: Engine, text: str, limit: int = 8) -> list[str]:
    """Questions that continue ``text``: its last word completed by titles' words that public listings hold."""
    folded = analysis.fold(text)
    head, _, last = folded.rpartition(" ")
    if len(last) < 2 or not last.isalnum():
        return []
    found = engine.searcher().terms_with_prefix("word", last[:LONGEST_WORD], limit=LOOKED_AT)
    words = [word for word, _ in sorted(found, key=lambda pair: (-pair[1], pair[0])) if word != last][:limit]
    return [f"{head} {word}".strip() for word in words]


def _nearest(engine: Engine, searcher: Any, word: str) -> str | None:
    folded = analysis.fold(word)
    if not (SHORTEST_WORD <= len(folded) <= LONGEST_WORD and folded.isascii() and folded.isalpha()):
        return None
    if searcher.doc_freq("word", folded) or searcher.doc_freq("all", analysis.stem(folded)):
        return None
    for distance in (1, 2) if len(folded) > 5 else (1,):
        close = Query.fuzzy_term_query(engine.schema, "word", folded, distance)
        found = searcher.aggregate(close, {"words": {"terms": {"field": "word", "size": 500}}})
        words = {str(bucket["key"]): int(bucket["doc_count"]) for bucket in found["words"]["buckets"]}
        near = [one for one in words if one[0] == folded[0] and _distance(one, folded) <= distance]
        if near:
            return max(near, key=lambda one: (words[one], one))
    return None


def _distance(one: str, other: str) -> int:
    """Edits (Damerau, adjacent swaps cost 1) between two short words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [place]
        for column, wanted in enumerate(other, start=1):
            cost = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != wanted))
            if place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == wanted:
                cost = min(cost, earlier[column - 2] + 1)
            row.append(cost)
    return row[-1]

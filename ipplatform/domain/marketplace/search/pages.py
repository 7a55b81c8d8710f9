"""A page of search results: the engine says which and in what order, the database says what may be seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from tantivy import Order

from ipplatform.domain.assets.rules import shows_content
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.queries.listings import listings_by_ids
from ipplatform.domain.marketplace.search import compiling, folder, highlight, language
from ipplatform.domain.marketplace.search.compiling import Filters, Occur, Query
from ipplatform.domain.marketplace.search.engine import Engine
from ipplatform.domain.marketplace.search.vocabulary import did_you_mean
from ipplatform.foundation.pagination import ForeignCursor, decode, encode

RELEVANCE, NEWEST = "relevance", "newest"
PAGE, LARGEST_PAGE = 20, 100
DEEPEST = 10_000
FACETS = {
    "kind": 12,
    "subclass": 12,
    "territory": 8,
    "exclusivity": 5,
    "price": 6,
    "status": 3,
    "language": 2,
}
FACET_FILTER = {"subclass": "ipc", "group": "ipc", "section": "ipc"}


@dataclass(frozen=True, slots=True)
class Hit:
    """``title`` and ``snippet`` are safe HTML with the matches marked."""

    listing: Listing
    title: Markup
    snippet: Markup
    score: float


@dataclass(frozen=True)
class Results:
    """``total`` is how many the index knows; ``relaxed`` says that no hit has all the words."""

    hits: Sequence[Hit]
    total: int
    next_cursor: str | None = None
    facets: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)
    relaxed: bool = False
    ready: bool = True
    suggestion: str | None = None


def search(
    *,
    text: str = "",
    filters: Filters | None = None,
    sort: str = RELEVANCE,
    after: str | None = None,
    limit: int = PAGE,
    facets: bool = True,
) -> Results:
    """One page; one database statement whatever is found. Never fails for what is typed; a foreign cursor is refused."""
    opened = folder.current()
    if opened is None:
        return Results([], 0, ready=False)
    asked = language.read(text)
    chosen = filters or Filters()
    question, total, relaxed = _question(opened.engine, asked, chosen)
    by_score = sort == RELEVANCE and (bool(asked.units) or asked.number is not None)
    limit = max(1, min(limit, LARGEST_PAGE))
    ordered = _by_score if by_score else _by_newest
    keys, more = ordered(opened.engine, question, _cursor(after, by_score), limit)
    counted = _facets(opened.engine, asked, chosen, question, every_word=not relaxed) if facets and not after else {}
    cursor = encode(["r" if by_score else "n", *keys[-1]]) if keys and more else None
    suggestion = did_you_mean(opened.engine, asked) if relaxed or total == 0 else None
    return Results(_hits(keys, asked.marked, by_score), total, cursor, counted, relaxed, True, suggestion)


def _question(engine: Engine, asked: language.Query, filters: Filters) -> tuple[Any, int, bool]:
    question = compiling.question(engine.schema, asked, filters, every_word=True)
    total = _count(engine, question)
    if total or len(asked.units) < 2:
        return question, total, False
    wider = compiling.question(engine.schema, asked, filters, every_word=False)
    count = _count(engine, wider)
    return (wider, count, True) if count else (question, 0, False)


def _count(engine: Engine, question: Any) -> int:
    return int(engine.searcher().search(question, 1, count=True).count)


def _cursor(after: str | None, by_score: bool) -> tuple[float, int] | None:
    if not after:
        return None
    kind, key, identity = decode(after, 3)
    numbers = isinstance(key, int | float) and isinstance(identity, int) and not isinstance(key, bool)
    if kind != ("r" if by_score else "n") or not numbers:
        raise ForeignCursor
    return key, identity


def _by_score(
    engine: Engine, question: Any, after: tuple[float, int] | None, limit: int
) -> tuple[list[tuple[float, int]], bool]:
    """Ordered by score, then newer id; reads on until no listing beyond what was read can tie with the page's last.

    The cursor's own listing is found again, so that scores that have shifted since do not repeat it.
    """
    searcher = engine.searcher()
    depth = limit + 1 if after is None else 4 * (limit + 1)
    while True:
        hits = searcher.search(question, depth, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        keys = sorted(
            ((float(score), int(identity)) for (score, _), identity in zip(hits, ids, strict=True)),
            key=lambda key: (-key[0], -key[1]),
        )
        start = _start(keys, after)
        page = keys[start : start + limit]
        if len(hits) < depth or depth >= DEEPEST or (len(page) == limit and page[-1][0] > keys[-1][0]):
            return page, len(keys) - start > limit
        depth = min(DEEPEST, depth * 4)


def _start(keys: Sequence[tuple[float, int]], after: tuple[float, int] | None) -> int:
    if after is None:
        return 0
    for place, (_, identity) in enumerate(keys):
        if identity == after[1]:
            return place + 1
    return next((place for place, key in enumerate(keys) if key < after), len(keys))


def _by_newest(
    engine: Engine, question: Any, after: tuple[float, int] | None, limit: int
) -> tuple[list[tuple[float, int]], bool]:
    if after is not None:
        older = Query.range_query(
            engine.schema, "newest", compiling.FieldType.Integer, upper_bound=int(after[0]), include_upper=False
        )
        question = Query.boolean_query([(Occur.Must, question), (Occur.Must, older)])
    searcher = engine.searcher()
    hits = searcher.search(question, limit + 1, count=False, order_by_field="newest", order=Order.Desc).hits
    ids = searcher.fast_field_values("id", [address for _, address in hits])
    keys: list[tuple[float, int]] = [
        (int(newest), int(identity)) for (newest, _), identity in zip(hits, ids, strict=True)
    ]
    return keys[:limit], len(keys) > limit


def _hits(keys: Sequence[tuple[float, int]], terms: Collection[str], by_score: bool) -> list[Hit]:
    listings = listings_by_ids([identity for _, identity in keys])
    return [
        Hit(
            found,
            highlight.mark(found.title, terms),
            highlight.snippet(shown_texts(found), terms),
            key if by_score else 0.0,
        )
        for key, identity in keys
        if (found := listings.get(identity)) is not None
    ]


def shown_texts(listing: Listing) -> list[str]:
    """The public texts a snippet may come from."""
    texts = [
        listing.solution,
        listing.problem,
        listing.advantage,
        listing.applications,
        listing.title_translation or "",
    ]
    return [*texts, listing.asset.abstract] if shows_content(listing.asset.kind) else texts


def _facets(
    engine: Engine, asked: language.Query, filters: Filters, question: Any, *, every_word: bool
) -> dict[str, list[tuple[str, int]]]:
    """Counts under all filters; a facet that is itself narrowed is counted as if it were not, to offer the others."""
    names = dict(FACETS)
    if filters.chosen.get("ipc"):
        names["group"] = 12
    narrowed = [name for name in names if FACET_FILTER.get(name, name) in filters.chosen and name != "group"]
    searcher = engine.searcher()
    plain = {name: _buckets(name, size) for name, size in names.items() if name not in narrowed}
    found = _counts(searcher.aggregate(question, plain)) if plain else {}
    for name in narrowed:
        wider = compiling.question(
            engine.schema, asked, filters.without(FACET_FILTER.get(name, name)), every_word=every_word
        )
        found |= _counts(searcher.aggregate(wider, {name: _buckets(name, names[name])}))
    return {name: found[name] for name in (*names,) if name in found}


def _buckets(name: str, size: int) -> dict[str, Any]:
    return {"terms": {"field": name, "size": size, "segment_size": 1000}}


def _counts(answer: Mapping[str, Any]) -> dict[str, list[tuple[str, int]]]:
    return {
        name: [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in value["buckets"]]
        for name, value in answer.items()
    }

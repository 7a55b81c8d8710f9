"""From a question and its filters to the engine's query."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import tantivy

from ipplatform.domain.assets import classification
from ipplatform.domain.marketplace.search import language
from ipplatform.domain.marketplace.search.language import Clause

Occur, Query, FieldType = tantivy.Occur, tantivy.Query, tantivy.FieldType
TITLE_WEIGHT = 0.5
NUMBER_WEIGHT = 50.0
FILTERS = ("ipc", "kind", "territory", "exclusivity", "price", "status", "language")
_MAIN_GROUP = re.compile(r"([A-H]\d\d[A-Z])\s*(\d{1,4})", re.ASCII)
_UPPER = frozenset({"ipc", "territory"})


@dataclass(frozen=True)
class Filters:
    """Values of one field are alternatives; all fields must hold. ``status`` is published unless chosen."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def values(self, name: str) -> tuple[str, ...]:
        found = self.chosen.get(name, ())
        return found or (("published",) if name == "status" else ())

    def without(self, name: str) -> Filters:
        """The same with any value of ``name``: what that facet's counts are about."""
        return Filters({key: values for key, values in self.chosen.items() if key != name})


def question(schema: Any, asked: language.Query, filters: Filters, *, every_word: bool) -> Any:
    """``every_word``: most words must be found (all of two, three quarters of more); else any one of them."""
    clauses: list[tuple[Any, Any]] = []
    wanted = _words(schema, asked.units, every_word=every_word)
    if asked.number is not None:
        number = Query.boost_query(Query.term_query(schema, "number", asked.number, "basic"), NUMBER_WEIGHT)
        wanted = number if wanted is None else _any([number, wanted])
    if wanted is not None:
        clauses.append((Occur.Must, wanted))
    for clause in asked.clauses:
        compiled = _clause(schema, clause)
        if compiled is not None:
            clauses.append((Occur.MustNot if clause.negative else Occur.Must, compiled))
    named = {clause.name for clause in asked.clauses if not clause.negative}
    clauses += [(Occur.Must, rule) for rule in filter_rules(schema, filters, but=named)]
    if all(occur == Occur.MustNot for occur, _ in clauses):
        clauses.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(clauses)


def filter_rules(schema: Any, filters: Filters, *, but: Iterable[str] = ()) -> list[Any]:
    """One unscored query for each field that is narrowed; a ``status:`` in the question replaces the default."""
    rules = []
    for name in FILTERS:
        chosen = filters.chosen.get(name, ())
        values = chosen if name in but else filters.values(name)
        if values:
            terms = [_any_class(schema, value) if name == "ipc" else _exact(schema, name, value) for value in values]
            rules.append(Query.const_score_query(_any(terms), 0.0))
    return rules


def weighted_words(schema: Any, weights: Mapping[str, float]) -> Any:
    """BM25 over the whole text with a weight for each term, titles counting half again."""
    return _any([Query.boost_query(_word(schema, term), weight) for term, weight in weights.items()])


def among(schema: Any, listing_ids: Sequence[int], scored: Any) -> Any:
    """``scored`` over these listings only."""
    only = Query.const_score_query(Query.term_set_query(schema, "id", list(listing_ids)), 0.0)
    return Query.boolean_query([(Occur.Must, only), (Occur.Should, scored)])


def _words(schema: Any, units: Sequence[str], *, every_word: bool) -> Any | None:
    if not units:
        return None
    needed = 1 if not every_word else len(units) if len(units) <= 2 else math.ceil(0.75 * len(units))
    return Query.boolean_query([(Occur.Should, _word(schema, unit)) for unit in units], needed)


def _word(schema: Any, term: str) -> Any:
    title = Query.boost_query(Query.term_query(schema, "title", term, "freq"), TITLE_WEIGHT)
    return Query.boolean_query([(Occur.Must, Query.term_query(schema, "all", term, "freq")), (Occur.Should, title)])


def _clause(schema: Any, clause: Clause) -> Any | None:
    if clause.kind == "word":
        return _all([_word(schema, term) for term in clause.terms]) if clause.negative else None
    if clause.kind == "phrase":
        return Query.phrase_query(schema, "all", list(clause.terms))
    if clause.name in ("owner", "title"):
        return (
            _all([Query.term_query(schema, clause.name, term, "freq") for term in clause.terms])
            if clause.terms
            else None
        )
    return Query.const_score_query(_named(schema, clause), 0.0)


def _named(schema: Any, clause: Clause) -> Any:
    if clause.name == "number":
        number = language.compact_number(clause.text) or clause.text.casefold()
        return Query.term_query(schema, "number", number, "basic")
    if clause.name == "ipc":
        return _any_class(schema, clause.text)
    return _exact(schema, clause.name, clause.text)


def _any_class(schema: Any, text: str) -> Any:
    """A class with everything below it; ``H01M 10`` means the main group; nonsense finds nothing."""
    plain = text.strip().upper().removesuffix("*")
    if found := _MAIN_GROUP.fullmatch(plain):
        plain = f"{found[1]} {int(found[2])}/00"
    with suppress(ValueError):
        plain = classification.normalise_ipc(plain)
    return Query.term_query(schema, "ipc", plain, "basic")


def _exact(schema: Any, name: str, value: str) -> Any:
    plain = value.strip()
    return Query.term_query(schema, name, plain.upper() if name in _UPPER else plain.lower(), "basic")


def _any(queries: Sequence[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _all(queries: Sequence[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])

"""Quality of search and matching on the retrieval sets, and how long it takes. ``python -m tests.bench.matching``.

The sets stand beside the clone (SHARED_DATA); each is measured if it is there. nDCG@10 and recall@100 are those of
the current code: the same analysis, index, retrieval and score that answer a need.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from ipplatform.domain.assets.classification import normalise_ipc
from ipplatform.domain.marketplace.matching import candidates
from ipplatform.domain.marketplace.matching.candidates import Wanted
from ipplatform.domain.marketplace.search import compiling, grams, language
from ipplatform.domain.marketplace.search.compiling import Filters
from ipplatform.domain.marketplace.search.documents import IndexDocument, class_nodes
from ipplatform.domain.marketplace.search.engine import Engine

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
FOLDER = SHARED / "retrieval"
SIZES = (10_000, 100_000)
SETS = ("patents_en", "patents_zh", "crosslingual")
# What was measured before on all queries with a plain start: BM25, cosine and class overlap, untuned.
KNOWN = {("patents_en", True): "0.386", ("patents_en", False): "0.316"}


@dataclass(frozen=True)
class Collection:
    """An index of a set's documents; ``names`` are their ids in the set, by place."""

    engine: Engine
    frequencies: grams.Frequencies
    names: Sequence[str]


@dataclass(frozen=True)
class Quality:
    ndcg: float
    recall: float
    queries: int


def exists(name: str) -> bool:
    return any(FOLDER.glob(f"{name}_queries*_dev.jsonl.gz"))


def collect(documents: Sequence[IndexDocument], names: Sequence[str] = ()) -> Collection:
    """Index ``documents``, whose ids are their places, in memory."""
    frequencies = grams.Frequencies()
    for document in documents:
        frequencies.add(grams.vector(document.text))
    engine = Engine()
    engine.write(documents, frequencies)
    return Collection(engine, frequencies, names)


@cache
def collection(name: str) -> Collection:
    (path,) = FOLDER.glob(f"{name}_corpus*.jsonl.gz")
    rows = list(_lines(path))
    return collect([document(place, row) for place, row in enumerate(rows)], [row["_id"] for row in rows])


def document(place: int, row: Mapping[str, Any]) -> IndexDocument:
    return IndexDocument(place, place, row["title"], (row["text"],), nodes=class_nodes(codes(row)))


def codes(row: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for text in row.get("ipc", ()):
        try:
            found.append(normalise_ipc(text))
        except ValueError:
            continue
    return tuple(found)


def queries(name: str, kind: str | None = None) -> list[dict[str, Any]]:
    """The set's questions that have an answer; for English patents those made from citations."""
    (path,) = FOLDER.glob(f"{name}_queries*_dev.jsonl.gz")
    known = relevant(name)
    return [row for row in _lines(path) if (kind is None or row["kind"] == kind) and any(known[row["_id"]].values())]


@cache
def relevant(name: str) -> Mapping[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (FOLDER / f"{name}_qrels_dev.tsv").read_text().splitlines()[1:]:
        query, answer, score = line.split("\t")
        found[query][answer] = int(score)
    return found


def matched(where: Collection, row: Mapping[str, Any], *, whole: bool) -> list[str]:
    """As a need is matched: BM25, character grams and classes."""
    text = f"{row['title']}\n{row['text']}" if whole else row["title"]
    ranking = candidates.find(where.engine, where.frequencies, Wanted(text, codes(row)))
    return [where.names[one.measured.listing_id] for one in ranking.scored]


def searched(where: Collection, row: Mapping[str, Any], *, whole: bool) -> list[str]:
    """The engine's BM25 alone."""
    text = f"{row['title']}\n{row['text']}" if whole else row["title"]
    searcher = where.engine.searcher()
    words = compiling.weighted_words(where.engine.schema, Wanted(text).weights)
    hits = searcher.search(words, 200, count=False).hits
    return [where.names[int(one)] for one in searcher.fast_field_values("id", [address for _, address in hits])]


def quality(name: str, ask: Callable[..., list[str]], *, whole: bool, most: int | None = None) -> Quality:
    """Means over the set's questions, the documents a question excludes left out of its answers."""
    kind = "cite" if name == "patents_en" else None
    known, where = relevant(name), collection(name)
    gains, recalls = [], []
    for row in queries(name, kind)[:most]:
        left_out = set(row.get("exclude", ()))
        answers = [one for one in ask(where, row, whole=whole) if one not in left_out]
        gains.append(ndcg(answers, known[row["_id"]]))
        recalls.append(recall(answers, known[row["_id"]]))
    return Quality(mean(gains), mean(recalls), len(gains))


def ndcg(answers: Sequence[str], known: Mapping[str, int], depth: int = 10) -> float:
    gained = sum(known.get(one, 0) / math.log2(place + 2) for place, one in enumerate(answers[:depth]))
    ideal = sum(
        score / math.log2(place + 2) for place, score in enumerate(sorted(known.values(), reverse=True)[:depth])
    )
    return gained / ideal


def recall(answers: Sequence[str], known: Mapping[str, int], depth: int = 100) -> float:
    wanted = {one for one, score in known.items() if score > 0}
    return len(wanted & set(answers[:depth])) / len(wanted)


def latency(size: int) -> dict[str, tuple[float, float]]:
    """What is asked -> (p50, p95) in milliseconds at ``size`` listings made of the sets' sentences."""
    where = collect(_made_up(size))
    asked = [row for name in SETS[:2] if exists(name) for row in queries(name)[:60]]
    schema, engine = where.engine.schema, where.engine

    def raw(row: Mapping[str, Any]) -> None:
        engine.searcher().search(compiling.weighted_words(schema, Wanted(row["title"]).weights), 10)

    def search(row: Mapping[str, Any]) -> None:
        question = compiling.question(schema, language.read(row["title"]), Filters(), every_word=True)
        engine.searcher().search(question, 21, count=True)

    def match(row: Mapping[str, Any]) -> None:
        candidates.find(engine, where.frequencies, Wanted(f"{row['title']}\n{row['text']}", codes(row)))

    return {"engine alone": _timed(raw, asked), "search": _timed(search, asked), "match": _timed(match, asked)}


def _made_up(size: int) -> list[IndexDocument]:
    """Documents whose sentences come from the sets, mixed anew, with two documents' classes."""
    chance = random.Random(7)
    rows = [row for name in SETS[:2] if exists(name) for row in _lines(FOLDER / f"{name}_corpus.jsonl.gz")]
    sentences = [part for row in rows for part in row["text"].split(". ") if part]
    made = []
    for place in range(size):
        row, other = chance.choice(rows), chance.choice(rows)
        text = ". ".join(chance.sample(sentences, 3)) if row["text"] else other["title"]
        made.append(IndexDocument(place, place, row["title"], (text,), nodes=class_nodes((*codes(row), *codes(other)))))
    return made


def _timed(act: Callable[[Mapping[str, Any]], None], asked: Iterable[Mapping[str, Any]]) -> tuple[float, float]:
    times = []
    for row in asked:
        began = time.perf_counter()
        act(row)
        times.append((time.perf_counter() - began) * 1000)
    parts = quantiles(times, n=20)
    return parts[9], parts[18]


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)


def main(sizes: Sequence[int]) -> None:
    if not FOLDER.is_dir():
        sys.exit(f"no retrieval sets in {FOLDER}; say where they are with SHARED_DATA")
    print("| set | question | measure | nDCG@10 | recall@100 | questions | plain start |")
    print("|---|---|---|---|---|---|---|")
    for name in filter(exists, SETS):
        for whole in (True, False) if name == "patents_en" else (False,):
            for label, ask in (("words alone (BM25)", searched), ("match", matched)):
                found = quality(name, ask, whole=whole)
                asked = "title and abstract" if whole else "title"
                known = KNOWN.get((name, whole), "") if ask is matched else ""
                print(
                    f"| {name} | {asked} | {label} | {found.ndcg:.3f} | {found.recall:.3f} | {found.queries} | {known} |"
                )
    print("\n| listings | asked | p50 ms | p95 ms |\n|---|---|---|---|")
    for size in sizes:
        for asked, (middle, slow) in latency(size).items():
            print(f"| {size:,} | {asked} | {middle:.1f} | {slow:.1f} |", flush=True)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or SIZES)

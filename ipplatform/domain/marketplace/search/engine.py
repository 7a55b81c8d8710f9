"""The search engine (tantivy) behind a small interface: its fields, writing documents, reading what they hold.

Text reaches the engine as terms of our own analysis, joined by blanks; the engine only splits at them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from ipplatform.domain.marketplace.search import analysis, grams
from ipplatform.domain.marketplace.search.documents import IndexDocument

FORMAT = 1
"""Counted up whenever fields or analysis change: an index of another format is rebuilt."""
WRITER_MEMORY = 50_000_000
FACETS = ("kind", "territory", "exclusivity", "price", "status", "language", "section", "subclass", "group")
_SPLIT = "terms"


def schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=True, fast=True)
    builder.add_integer_field("newest", indexed=True, fast=True)
    builder.add_integer_field("organisation", indexed=True)
    for name in ("title", "all", "owner"):
        builder.add_text_field(name, tokenizer_name=_SPLIT, index_option="position")
    builder.add_text_field("number", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("ipc", tokenizer_name="raw", index_option="basic", stored=True)
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("word", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_bytes_field("grams", stored=True)
    builder.add_float_field("norm", fast=True)
    return builder.build()


class Engine:
    """One index on disk. Any number of processes read; one at a time writes."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the index in ``path`` or make it there; without a path it lives in memory."""
        self.schema = schema()
        self.index = tantivy.Index(self.schema, path=str(path) if path else None)
        splitter = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self.index.register_tokenizer(_SPLIT, splitter)
        self.index.config_reader("manual", 0)

    def write(
        self, documents: Iterable[IndexDocument], frequencies: grams.Frequencies, *, gone: Iterable[int] = ()
    ) -> int:
        """Replace ``documents`` by id, drop ``gone``, and commit; how many documents were written."""
        writer = self.index.writer(WRITER_MEMORY, 1)
        written = 0
        for identity in gone:
            writer.delete_documents_by_term("id", identity)
        for document in documents:
            writer.delete_documents_by_term("id", document.id)
            writer.add_document(tantivy.Document.from_dict(fields_of(document, frequencies), self.schema))
            written += 1
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        return written

    def reload(self) -> None:
        self.index.reload()

    def searcher(self) -> Any:
        return self.index.searcher()

    def ids(self) -> list[int]:
        """Every listing the index holds."""
        searcher = self.searcher()
        found = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
        return [int(value) for value in searcher.fast_field_values("id", [address for _, address in found])]


def fields_of(document: IndexDocument, frequencies: grams.Frequencies) -> dict[str, list[Any]]:
    """The engine's fields of a document."""
    counts = grams.vector(document.text)
    title = analysis.terms(document.title)
    return {
        "id": [document.id],
        "newest": [document.newest],
        "organisation": [document.organisation_id],
        "title": [" ".join(title)],
        "all": [" ".join([*title, *analysis.terms("\n".join(document.texts))])],
        "owner": [" ".join(analysis.terms("\n".join(document.owners)))],
        "number": list(document.numbers),
        "ipc": list(document.nodes),
        "section": _nodes(document.nodes, 1),
        "subclass": _nodes(document.nodes, 4),
        "group": [node for node in document.nodes if node.endswith("/00")],
        "kind": [document.kind],
        "territory": sorted(document.territories),
        "exclusivity": list(document.exclusivities),
        "price": [document.price_model],
        "status": [document.status],
        "language": [document.language],
        "word": _vocabulary(document.text),
        "grams": [grams.pack(counts)],
        "norm": [grams.norm(counts, frequencies)],
    }


def _nodes(nodes: Sequence[str], length: int) -> list[str]:
    return [node for node in nodes if len(node) == length]


def _vocabulary(text: str) -> list[str]:
    """Unstemmed Latin words, for completing and correcting what people type."""
    known = dict.fromkeys(analysis.words(text))
    return [word for word in known if word.isascii() and len(word) > 3 and word not in analysis.STOP_WORDS]

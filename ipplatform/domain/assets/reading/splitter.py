"""Offices put thousands of XML documents one after the other into one file; this takes them apart again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# A document starts with its XML declaration, at a line's start or right after the end of the one before.
_START = re.compile(rb"(?<=[\n>])[ \t]*(?=<\?xml[ \t\r\n])")
_OVERLAP = 64
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class RawDocument:
    """The bytes of one document as they stand in the file; ``content`` is None when it was larger than the limit.

    ``number`` and ``line`` count from 1; ``size`` is in bytes.
    """

    number: int
    line: int
    content: bytes | None
    size: int


def split(chunks: Iterable[bytes], limit: int) -> Iterator[RawDocument]:
    """The documents in ``chunks`` in order, holding no more than one (at most ``limit`` bytes) and a chunk."""
    splitter = _Splitter(limit)
    for chunk in chunks:
        yield from splitter.feed(chunk)
    yield from splitter.end()


class _Splitter:
    def __init__(self, limit: int):
        self._limit = limit
        self._buffer = bytearray()
        self._scanned = 1
        self._dropped = 0
        self._line = 1
        self._begun_at = 0
        self._number = 0
        self._started = False

    def feed(self, chunk: bytes) -> Iterator[RawDocument]:
        self._buffer += chunk if self._started else chunk.removeprefix(_BOM)
        self._started = True
        while found := _START.search(self._buffer, self._scanned):
            yield from self._take(found.start())
        self._scanned = max(1, len(self._buffer) - _OVERLAP)
        if len(self._buffer) > self._limit + _OVERLAP:
            self._drop()

    def end(self) -> Iterator[RawDocument]:
        yield from self._take(len(self._buffer))

    def _take(self, end: int) -> Iterator[RawDocument]:
        """What lies before ``end`` as a document; blanks between documents are none."""
        whole, dropped = bytes(self._buffer[:end]), self._dropped
        del self._buffer[:end]
        self._scanned, self._dropped = 1, 0
        content = whole.strip()
        blanks_before = whole[: len(whole) - len(whole.lstrip())]
        first_line = self._begun_at if dropped else self._line + blanks_before.count(b"\n")
        self._line += whole.count(b"\n")
        if not content and not dropped:
            return
        self._number += 1
        size = dropped + len(content)
        if dropped or size > self._limit:
            yield RawDocument(self._number, first_line, None, size)
        else:
            yield RawDocument(self._number, first_line, content, size)

    def _drop(self) -> None:
        """Forget a document that is too large, keeping only what may be the start of the next one."""
        forgotten = len(self._buffer) - _OVERLAP
        if not self._dropped:
            blanks_before = len(self._buffer) - len(self._buffer.lstrip())
            self._begun_at = self._line + self._buffer.count(b"\n", 0, blanks_before)
        self._dropped += forgotten
        self._line += self._buffer.count(b"\n", 0, forgotten)
        del self._buffer[:forgotten]
        self._scanned = 1

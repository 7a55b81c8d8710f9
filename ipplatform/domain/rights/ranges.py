"""Sets of integers kept as sorted, disjoint, half-open spans: the arithmetic of PostgreSQL's multiranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ranges:
    """``spans`` are ``(low, high)`` with ``high`` excluded, ascending, neither touching nor overlapping."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Ranges:
        """The union of ``spans`` in any order; empty ones are dropped."""
        merged: list[Span] = []
        for low, high in sorted(span for span in spans if span[0] < span[1]):
            if merged and low <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @classmethod
    def points(cls, numbers: Iterable[int]) -> Ranges:
        return cls.of((number, number + 1) for number in numbers)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __iter__(self) -> Iterator[Span]:
        return iter(self.spans)

    def __or__(self, other: Ranges) -> Ranges:
        return Ranges.of((*self.spans, *other.spans))

    def __and__(self, other: Ranges) -> Ranges:
        found: list[Span] = []
        mine, theirs = 0, 0
        while mine < len(self.spans) and theirs < len(other.spans):
            low = max(self.spans[mine][0], other.spans[theirs][0])
            high = min(self.spans[mine][1], other.spans[theirs][1])
            if low < high:
                found.append((low, high))
            if self.spans[mine][1] < other.spans[theirs][1]:
                mine += 1
            else:
                theirs += 1
        return Ranges(tuple(found))

    def __sub__(self, other: Ranges) -> Ranges:
        left: list[Span] = []
        for low, high in self.spans:
            reached = low
            for taken_low, taken_high in other.spans:
                if taken_high <= reached or high <= taken_low:
                    continue
                if reached < taken_low:
                    left.append((reached, taken_low))
                reached = taken_high
            if reached < high:
                left.append((reached, high))
        return Ranges(tuple(left))

    def __contains__(self, number: int) -> bool:
        return any(low <= number < high for low, high in self.spans)

    def covers(self, other: Ranges) -> bool:
        return not other - self

    @property
    def size(self) -> int:
        return sum(high - low for low, high in self.spans)

    def text(self) -> str:
        """PostgreSQL's own notation: ``{[1,4),[7,9)}``."""
        return "{" + ",".join(f"[{low},{high})" for low, high in self.spans) + "}"

    @classmethod
    def parse(cls, text: str) -> Ranges:
        """The inverse of ``text``; ValueError for anything else."""
        body = text.strip().removeprefix("{").removesuffix("}")
        spans: list[Span] = []
        for part in filter(None, body.split(")")):
            low, high = part.lstrip(",[").split(",")
            spans.append((int(low), int(high)))
        found = cls.of(spans)
        if found.text() != text:
            raise ValueError("ranges in another form than they are written in")
        return found

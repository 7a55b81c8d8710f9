"""What is known of each record after an audit: a mark for every way its proof could have failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

DIGEST, COMMITMENT, INCLUSION = "digest", "commitment", "inclusion"
ED25519, MLDSA44 = "signature_ed25519", "signature_mldsa44"
WITNESS, TIME, COLUMNS = "witness", "time", "columns"
MARKS = (DIGEST, COMMITMENT, INCLUSION, ED25519, MLDSA44, WITNESS, TIME, COLUMNS)
COVERING = (ED25519, MLDSA44, WITNESS, TIME)
MOST_RANGES = 5000

WHOLE, BROKEN, UNCHECKED, NOT_APPLICABLE = "whole", "broken", "unchecked", "not_applicable"
STATES = (WHOLE, BROKEN, UNCHECKED, NOT_APPLICABLE)
# Without documents, after an erasure, or for a kind without columns there is nothing to check.
_MAY_NOT_APPLY = (DIGEST, COMMITMENT, COLUMNS)

Marks = tuple[bool | None, ...]


def state_of(name: str, value: bool | None, *, audited: bool, demanded: bool = True) -> str:
    """What people read of a stored mark; `demanded` is whether this installation has such proofs at all.

    A mark of the log that did not reach the leaf yet is still to be checked.
    """
    if value is not None:
        return WHOLE if value else BROKEN
    return NOT_APPLICABLE if not demanded or (audited and name in _MAY_NOT_APPLY) else UNCHECKED


@dataclass
class Standing:
    """What the log says of every leaf: for each mark how many leaves it reaches, and the ranges where it fails.

    Kept with the run between its steps. Ranges are [first, after the last), in order and merged; past 5,000 of them
    neighbours are joined, which can only mark too many.
    """

    covered: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[list[int]]] = field(default_factory=dict)

    @staticmethod
    def of(value: dict[str, Any] | None) -> Standing:
        held = value or {}
        return Standing(
            dict(held.get("covered", {})), {name: list(kept) for name, kept in held.get("broken", {}).items()}
        )

    @property
    def value(self) -> dict[str, Any]:
        return {"covered": self.covered, "broken": self.broken}

    def cover(self, covered: dict[str, int]) -> None:
        for name, size in covered.items():
            self.covered[name] = max(size, self.covered.get(name, 0))

    def fail(self, failures: Iterable[tuple[str, int, int]]) -> None:
        for name, low, high in failures:
            self.broken.setdefault(name, []).append([low, high])
        self.broken = {name: _merged(kept) for name, kept in self.broken.items()}

    def mark(self, name: str, index: int | None) -> bool | None:
        """True, False, or None where the mark does not reach the leaf (or there is none)."""
        if index is None or index >= self.covered.get(name, 0):
            return None
        return not self.fails(name, index)

    def fails(self, name: str, index: int) -> bool:
        return any(low <= index < high for low, high in self.broken.get(name, ()))

    def uniform(self, low: int, high: int) -> bool:
        """Whether every mark is the same for all leaves of [low, high)."""
        reached = all(size <= low or size >= high for size in self.covered.values())
        return reached and not any(a < high and low < b for kept in self.broken.values() for a, b in kept)


def _merged(ranges: list[list[int]]) -> list[list[int]]:
    ranges.sort()
    kept: list[list[int]] = []
    for low, high in ranges:
        if kept and low <= kept[-1][1]:
            kept[-1][1] = max(kept[-1][1], high)
        else:
            kept.append([low, high])
    while len(kept) > MOST_RANGES:
        kept = [[one[0], two[1]] for one, two in zip(kept[::2], [*kept[1::2], kept[-1]], strict=False)]
    return kept

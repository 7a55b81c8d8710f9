"""Further parts of an audit: times, witnesses, holders' signatures and whatever else evidence gains register here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ipplatform.domain.evidence.audit.findings import Finding, Part
from ipplatform.domain.evidence.audit.marks import COVERING

FINDINGS_A_STEP = 2000


@dataclass(frozen=True)
class FurtherPart:
    """`name` (at most 10 letters) is the phase people see; `findings()` re-derives, naming "checkpoint <size>" or others.

    With `mark` (one of marks.COVERING) `sizes()` are those of the checkpoints that bear it, in order. A finding about
    one of them costs the mark of the leaves it was the first to cover; about the newest, of all.
    """

    name: str
    findings: Callable[[], Iterable[Finding]]
    mark: str | None = None
    sizes: Callable[[], Sequence[int]] | None = None


_parts: dict[str, FurtherPart] = {}


def register(part: FurtherPart) -> None:
    if part.mark is not None and part.mark not in COVERING:
        raise ValueError(f"{part.mark} is no mark that covers leaves")
    _parts[part.name] = part


def names() -> list[str]:
    return sorted(_parts)


def step(name: str) -> Part:
    """All of one part; past 2,000 findings the rest is only counted away: the cause is one, not thousands."""
    found, part = _parts[name], Part(0, ended=True)
    part.findings = list(islice(found.findings(), FINDINGS_A_STEP))
    if found.mark is not None and found.sizes is not None:
        sizes = list(found.sizes())
        part.covered = {found.mark: sizes[-1] if sizes else 0}
        part.broken = [(found.mark, *lost) for lost in _lost(part.findings, sizes)]
    return part


def _lost(findings: Iterable[Finding], sizes: list[int]) -> Iterator[tuple[int, int]]:
    failing = {item.record for item in findings}
    for before, size in zip([0, *sizes], sizes, strict=False):
        if f"checkpoint {size}" in failing:
            yield (0 if size == sizes[-1] else before), size

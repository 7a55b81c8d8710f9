"""The tree of fields of use. A node covers its descendants; ``*`` covers everything.

Every node owns an interval of integers inside its parent's, so that covering is containment and the ledger can store
a set of nodes as ranges. Intervals have room: append nodes at the end of their level, never reorder or remove them.
A parent owns numbers that no child has: "batteries, otherwise than in traction" is a part that can be granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ipplatform.domain.rights.field_tree import TREE, Branch
from ipplatform.domain.rights.ranges import Ranges
from ipplatform.foundation.i18n import _l

EVERYTHING = "*"
EVERYTHING_LABEL = _l("all fields of use")
_STEPS = (10_000, 100, 1)
_END = 10_000_000


@dataclass(frozen=True, slots=True)
class Node:
    """``low`` to ``high`` (excluded) is the node's interval; ``depth`` counts from 0 at the top."""

    code: str
    label: Any
    low: int
    high: int
    depth: int
    parent: str | None
    children: tuple[str, ...] = field(default=())


def _grow(branches: Iterable[Branch], *, prefix: str, base: int, depth: int) -> Iterator[Node]:
    step = _STEPS[depth]
    for place, (name, text, below) in enumerate(branches, start=1):
        code = f"{prefix}.{name}" if prefix else name
        low = base + place * step
        children = tuple(f"{code}.{child[0]}" for child in below)
        yield Node(code, text, low, low + step, depth, prefix or None, children)
        if below:
            yield from _grow(below, prefix=code, base=low, depth=depth + 1)


NODES: dict[str, Node] = {node.code: node for node in _grow(TREE, prefix="", base=0, depth=0)}
ROOTS: tuple[str, ...] = tuple(code for code, node in NODES.items() if node.depth == 0)


def is_code(code: str) -> bool:
    return code == EVERYTHING or code in NODES


def ranges(codes: Iterable[str]) -> Ranges:
    """``codes`` as the ledger's numbers; KeyError for an unknown one."""
    return Ranges.of((0, _END) if code == EVERYTHING else (NODES[code].low, NODES[code].high) for code in codes)


def covers(code: str, other: str) -> bool:
    """Whether a grant for ``code`` reaches ``other``."""
    return code in (EVERYTHING, other) or other.startswith(code + ".")


def normalise(codes: Iterable[str]) -> frozenset[str]:
    """``codes`` without those another of them covers; all children of a node do not make the node."""
    given = set(codes)
    return frozenset(code for code in given if not any(other != code and covers(other, code) for other in given))


def codes(numbers: Ranges) -> frozenset[str]:
    """The largest nodes wholly inside ``numbers``; parts of a node that no child owns have no code."""
    if numbers.covers(Ranges(((0, _END),))):
        return frozenset({EVERYTHING})
    whole = {code for code, node in NODES.items() if numbers.covers(Ranges(((node.low, node.high),)))}
    return normalise(whole)


def path(code: str) -> tuple[str, ...]:
    """The codes from the top of the tree down to ``code``."""
    parts = code.split(".")
    return tuple(".".join(parts[: place + 1]) for place in range(len(parts)))


def label(code: str) -> str:
    """The full name in the language in force, such as ``batteries › traction``."""
    if code == EVERYTHING:
        return str(EVERYTHING_LABEL)
    return " › ".join(str(NODES[part].label) for part in path(code))


def choices() -> list[tuple[str, str]]:
    """Codes and full names in tree order, with everything first, for forms."""
    return [(EVERYTHING, str(EVERYTHING_LABEL)), *((code, label(code)) for code in NODES)]

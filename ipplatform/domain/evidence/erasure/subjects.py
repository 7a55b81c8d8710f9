"""What capabilities above are asked about an erasure, through foundation/events.py: they fill these in.

`erasure.scope` (scope): which further filings belong to the case, and what stands against erasing it.
`erasure.execute` (destroyed): destroy your own content of these filings, now, in this transaction; again is harmless.
`erasure.leftovers` (leftovers): name what you still hold of an erased filing; asked by the audit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

THERE = "still there"
SCOPE, EXECUTE, LEFTOVERS = "erasure.scope", "erasure.execute", "erasure.leftovers"


@dataclass(frozen=True)
class Obstacle:
    """Why a case cannot be erased now; `code` is for programs."""

    code: str
    message: Any


@dataclass
class Scope:
    """`filings` are public ids, the case's own first."""

    filing: str
    filings: list[str] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)


@dataclass(frozen=True)
class Item:
    """One erased filing, as the erase record's manifest names it. Times are RFC 3339, the commitment hexadecimal."""

    filing: str
    kind: str
    asset: str | None
    commitment: str
    recorded_at: str

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "filing": self.filing,
            "kind": self.kind,
            "asset": self.asset,
            "commitment": self.commitment,
            "recorded_at": self.recorded_at,
        }


@dataclass
class Destroyed:
    """`files` are storage keys to be destroyed; `kept` those that something not erased still needs."""

    items: list[Item]
    files: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)


@dataclass
class Leftovers:
    """`found` maps a table and column to what still stands there, in words that give nothing away."""

    filing: str
    kind: str
    asset: str | None
    found: dict[str, str] = field(default_factory=dict)

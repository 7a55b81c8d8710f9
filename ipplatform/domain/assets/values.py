"""Plain values that go into the register."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PartyValue:
    """``role`` is owner, inventor or agent; ``country`` ISO 3166 alpha-2 or empty; owners alone have a ``share``."""

    role: str
    name: str
    country: str = ""
    share: Fraction | None = None
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class ClassValue:
    """A class in its normalised form; the first of a scheme is the main one."""

    scheme: str
    code: str

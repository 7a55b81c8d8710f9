from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 300


@dataclass(frozen=True)
class Finding:
    """`record` is a filing's public id or names a part of the log; `field` the column, document or file."""

    record: str
    field: str
    expected: str
    found: str


@dataclass
class Part:
    """What one step of an audit read. `whole` and `broken` are ids of records; `cursor` is where the next begins."""

    cursor: int
    checked: int = 0
    ended: bool = False
    findings: list[Finding] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)


def shown(value: object) -> str:
    """A value as a finding shows it: bytes as text where they are one, else in hexadecimal; at most 300 characters."""
    text = _readable(bytes(value)) if isinstance(value, bytes | memoryview | bytearray) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _readable(data: bytes) -> str:
    text = data.decode("ascii", "replace")
    return text if data and all(char.isprintable() or char == "\n" for char in text) and text.isascii() else data.hex()


def without_names(field: str) -> str:
    """The field as a report says it: a logged report cannot be erased, and a document's name may be content."""
    return re.sub(r"^(document \d+) \((?:.*\)|.*$)", r"\1", field, flags=re.DOTALL)

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Self

LONGEST = 300
BEFORE = 60
SHOWN_BYTES = 16


class Words(str):
    """What was expected or found, said in words: no value to hold another against."""

    __slots__ = ()


class SealPart(Words):
    """The part of a seal for one column, said in words, with the whole `seal` and where the part begins in it."""

    seal: bytes
    start: int

    def __new__(cls, text: str, seal: bytes, start: int) -> Self:
        made = super().__new__(cls, text)
        made.seal, made.start = seal, start
        return made


@dataclass(frozen=True)
class Finding:
    """`record` is a filing's public id or names a part of the log; `field` the column, document or file.

    `position` is the first byte that differs, counted from 0 in the value itself; None where that cannot be known.
    With it comes `around`: {"start", "expected", "found"}, up to 16 bytes before and after on both sides, as hexadecimal.
    """

    record: str
    field: str
    expected: str
    found: str
    position: int | None = None
    around: dict[str, Any] | None = None


@dataclass
class Part:
    """What one step of an audit read; `cursor` is where the next begins.

    `broken` holds (mark, first leaf, leaf after the last) where a mark fails; `covered` how many leaves a mark reaches;
    `marks` the ids of records by the values of their marks. `phase` and `began` say which step of a run it was.
    """

    cursor: int
    checked: int = 0
    ended: bool = False
    findings: list[Finding] = field(default_factory=list)
    broken: list[tuple[str, int, int]] = field(default_factory=list)
    covered: dict[str, int] = field(default_factory=dict)
    marks: dict[tuple[bool | None, ...], list[int]] = field(default_factory=dict)
    phase: str = ""
    began: int = 0


def difference(record: str, name: str, expected: object, found: object) -> Finding:
    """A finding about two values; long ones are cut to a window around the first byte that differs."""
    if isinstance(expected, SealPart) and isinstance(found, SealPart):
        at = expected.start + first_difference(expected.seal[expected.start :], found.seal[found.start :])
        return Finding(record, name, shown(expected), shown(found), at, around(expected.seal, found.seal, at))
    if isinstance(expected, Words) or isinstance(found, Words):
        return Finding(record, name, shown(expected), shown(found))
    wanted, held = _plain(expected), _plain(found)
    if not (isinstance(wanted, bytes) and isinstance(held, bytes)):
        return Finding(record, name, shown(wanted), shown(held))
    at = first_difference(wanted, held)
    readable = _is_readable(wanted) and _is_readable(held)
    return Finding(
        record, name, _window(wanted, at, readable), _window(held, at, readable), at, around(wanted, held, at)
    )


def around(expected: bytes, found: bytes, at: int) -> dict[str, Any]:
    """The bytes about the first that differs; where a side has ended it has fewer or none."""
    start, end = max(0, at - SHOWN_BYTES), at + SHOWN_BYTES
    return {"start": start, "expected": expected[start:end].hex(), "found": found[start:end].hex()}


def first_difference(expected: bytes, found: bytes) -> int:
    """The position of the first byte that differs; the shorter length where one begins with the other."""
    most = min(len(expected), len(found))
    if expected[:most] == found[:most]:
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if expected[low:middle] == found[low:middle] else (low, middle)
    return low


def shown(value: object) -> str:
    """A value as a finding shows it: bytes as text where they are one, else in hexadecimal; at most 300 characters."""
    plain = _plain(value)
    text = _text(plain, _is_readable(plain)) if isinstance(plain, bytes) and not isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def without_names(field: str) -> str:
    """The field as a report says it: a logged report cannot be erased, and a document's name may be content."""
    return re.sub(r"^(document \d+) \((?:.*\)|.*$)", r"\1", field, flags=re.DOTALL)


def _plain(value: object) -> object:
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    return value.encode("utf-8", "replace") if type(value) is str else value


def _window(data: bytes, at: int, readable: bool) -> str:
    width = LONGEST if readable else LONGEST // 2
    start = max(0, at - BEFORE) if len(data) > width else 0
    cut = _text(data[start : start + width - 2], readable)
    return ("…" if start else "") + cut + ("…" if start + width - 2 < len(data) else "")


def _text(data: bytes, readable: bool) -> str:
    return data.decode("utf-8", "replace") if readable else data.hex()


def _is_readable(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char == "\n" for char in text)

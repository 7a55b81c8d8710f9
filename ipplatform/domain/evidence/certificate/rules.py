"""How texts of any length and script come onto one page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from ipplatform.foundation.i18n import from_utc

LONGEST_TITLE = 240
LONGEST_NAME = 100
MOST_NAMES = 3
UNBROKEN = 20
BREAK = "\u200b"
MISSING = "□"
# Wide characters count twice: sizes are chosen by the room that a text takes.
SIZES = ((56, 21), (112, 17), (200, 13.5))
SMALLEST = 11.0
MOMENTS = ("submitted_at", "published_at", "issued_at", "at", "before", "after")

_RUN = re.compile(rf"[^\s{BREAK}]{{{UNBROKEN}}}(?=\S)")


def one_line(text: str) -> str:
    """Blanks for line ends and tabs; nothing that controls."""
    kept = "".join(char if unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn") else " " for char in text)
    return " ".join(kept.split())


def shortened(text: str, most: int) -> str:
    """At most `most` characters and an ellipsis; never between a character and the mark that belongs to it."""
    plain = one_line(text)
    if len(plain) <= most:
        return plain
    end = most
    while end > 1 and (unicodedata.combining(plain[end]) or plain[end] in "\u200d\ufe0f" or plain[end - 1] == "\u200d"):
        end -= 1
    return plain[:end].rstrip() + "…"


def breakable(text: str) -> str:
    """The text with places to break a line in every run without a blank; scripts without blanks need none."""
    return _RUN.sub(lambda run: run.group() + BREAK if run.group().isascii() else run.group(), text)


def named(names: Sequence[str]) -> tuple[list[str], int]:
    """The first names, shortened, and how many more there are."""
    first = [breakable(shortened(name, LONGEST_NAME)) for name in names[:MOST_NAMES]]
    return first, max(0, len(names) - MOST_NAMES)


def on_both_clocks(shown: Any, zone: tzinfo) -> Any:
    """`shown` with each of its MOMENTS (RFC 3339 in UTC, or "") as the zone's clock and UTC tell it.

    {"zone", "utc"} are `YYYY-MM-DDTHH:MM:SS`, "clock" is what the zone's is called (UTC+8); "" stays as it is.
    """
    if isinstance(shown, list):
        return [on_both_clocks(one, zone) for one in shown]
    if not isinstance(shown, dict):
        return shown
    return {
        name: _told(value, zone) if name in MOMENTS and isinstance(value, str) else on_both_clocks(value, zone)
        for name, value in shown.items()
    }


def _told(moment: str, zone: tzinfo) -> dict[str, str] | str:
    if not moment:
        return ""
    there = datetime.fromisoformat(moment).astimezone(zone)
    clock = from_utc(there.utcoffset() or timedelta(0))
    return {"zone": f"{there:%Y-%m-%dT%H:%M:%S}", "clock": clock, "utc": f"{there.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"}


def size_of(text: str) -> float:
    """The size of type in points at which a title of this width keeps its room."""
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return next((size for most, size in SIZES if width <= most), SMALLEST)


def runs_from_right(text: str) -> bool:
    """Whether the first character with a direction is of a script that is written from right to left."""
    strong = (unicodedata.bidirectional(char) for char in text)
    return next((one for one in strong if one in ("L", "R", "AL")), "L") != "L"


def grouped(digest: str) -> str:
    """A digest in groups of eight digits, to be compared by eye."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))


def without(text: str, missing: Sequence[str]) -> str:
    """A box for every character that no font has."""
    for one in sorted(missing, key=len, reverse=True):
        text = text.replace(one, MISSING)
    return text


def plain_scripts(text: str) -> str:
    """The last resort: a box for everything but Latin, Greek, Cyrillic, Chinese, Japanese and Korean letters."""
    return "".join(char if _is_plain(char) else MISSING for char in text)


def _is_plain(char: str) -> bool:
    if ord(char) < 0x250 or unicodedata.category(char).startswith(("Z", "P")):
        return ord(char) < 0x10000
    name = unicodedata.name(char, "")
    return name.startswith(("GREEK", "CYRILLIC", "CJK UNIFIED", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH"))

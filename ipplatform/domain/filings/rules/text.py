"""What may stand in a text of the register, whatever the script."""

from __future__ import annotations

import re
import unicodedata

# Control characters but line feed and tab, surrogates, and what reorders: overrides and unclosed embeddings can make
# a name read backwards for others; plain right-to-left text needs none.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def tidy(text: str) -> str:
    """One spelling: NFC, line feeds as line ends, nothing blank around. A lone surrogate is left for `unwanted`."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def unwanted(text: str) -> tuple[int, int] | None:
    """(position from 1, code point) of the first control, surrogate or reordering character, None when clean."""
    found = _UNWANTED.search(text)
    return (found.start() + 1, ord(found.group())) if found else None


def is_chinese(character: str) -> bool:
    return _CHINESE.match(character) is not None


def chinese_characters(text: str) -> int:
    return len(_CHINESE.findall(text))


def words(text: str) -> int:
    """Words between spaces."""
    return len(text.split())

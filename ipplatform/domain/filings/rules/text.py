"""What may stand in a text of the register, whatever the script."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"
# Overrides and unclosed embeddings can make a name read backwards for others; plain right-to-left text needs none.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CHINESE = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


def tidy(text: str) -> str:
    """One spelling: NFC, line feeds as line ends, nothing blank around. A lone surrogate is left for `unwanted`."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def unwanted(text: str) -> tuple[int, int] | None:
    """(position from 1, code point) of the first control, surrogate or reordering character, None when clean."""
    for position, character in enumerate(text, start=1):
        if character in _REORDERING or (unicodedata.category(character) in ("Cc", "Cs") and character not in _KEPT):
            return position, ord(character)
    return None


def is_chinese(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in _CHINESE)


def chinese_characters(text: str) -> int:
    return sum(map(is_chinese, text))


def words(text: str) -> int:
    """Words between spaces."""
    return len(text.split())

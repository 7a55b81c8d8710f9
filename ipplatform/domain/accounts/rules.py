"""Forms of company numbers and strength of passwords. No database."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ipplatform.foundation.i18n import _l

LEAST_PASSWORD_LENGTH = 10
LEAST_PASSWORD_SCORE = 3

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

IDENTIFIER_SCHEMES: dict[str, Any] = {
    "uscc": _l("Unified social credit code (China)"),
    "lei": _l("Legal entity identifier (LEI)"),
    "vat": _l("VAT number"),
    "registry": _l("Company registry number"),
}

# Before the number in a sentence or a document; of a registry there is no short name.
IDENTIFIER_WORDS: dict[str, Any] = {"uscc": "USCC", "lei": "LEI", "vat": "VAT", "registry": _l("Company number")}


def normalise_identifier(scheme: str, text: str) -> str:
    """The identifier without spaces, dots and hyphens, in capitals; ValueError when its form is wrong."""
    compact = re.sub(r"[\s.\-/]", "", text).upper()
    if scheme not in _CHECKS or not _CHECKS[scheme](compact):
        raise ValueError(scheme)
    return compact


def is_uscc(text: str) -> bool:
    """GB 32100-2015: 18 characters, the last a check character modulo 31 with weights 3^i."""
    if len(text) != 18 or any(character not in USCC_ALPHABET for character in text):
        return False
    total = sum(
        USCC_ALPHABET.index(character) * weight for character, weight in zip(text[:17], _USCC_WEIGHTS, strict=True)
    )
    return text[17] == USCC_ALPHABET[-total % 31]


def is_lei(text: str) -> bool:
    """ISO 17442: 18 letters or digits and two check digits; the whole as a number is 1 modulo 97 (ISO 7064)."""
    if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", text):
        return False
    return int("".join(str(int(character, 36)) for character in text)) % 97 == 1


def is_vat(text: str) -> bool:
    """Country prefix and 2 to 13 further characters, as EU numbers and those modelled on them are formed."""
    return re.fullmatch(r"[A-Z]{2}[A-Z0-9+*]{2,13}", text) is not None


def is_registry_number(text: str) -> bool:
    return re.fullmatch(r"[A-Z0-9]{4,24}", text) is not None and any(character.isdigit() for character in text)


_CHECKS: dict[str, Callable[[str], bool]] = {
    "uscc": is_uscc,
    "lei": is_lei,
    "vat": is_vat,
    "registry": is_registry_number,
}


def password_faults(password: str, known: Sequence[str] = ()) -> list[Any]:
    """Why ``password`` is too weak, in words; empty when it will do. ``known`` are the person's own words."""
    if len(password) < LEAST_PASSWORD_LENGTH:
        return [_l("Use at least 10 characters.")]
    if len(password) > 200:
        return [_l("Use at most 200 characters.")]
    from zxcvbn import zxcvbn

    judged = zxcvbn(password[:72], user_inputs=[word for word in known if word])
    if judged["score"] < LEAST_PASSWORD_SCORE:
        return [_l("This password is easy to guess. Add more words or make it longer.")]
    return []

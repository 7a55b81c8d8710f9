"""Random public identifiers: nothing about order, number or owner can be read from one."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32: no i, l, o, u
LENGTH = 16
_FIVE_BITS = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))
_MISREAD = str.maketrans({"i": "1", "l": "1", "o": "0"})


def new_public_id() -> str:
    """80 random bits as 16 lower-case Crockford base32 characters."""
    return secrets.token_bytes(LENGTH).translate(_FIVE_BITS).decode()


def display_id(public_id: str) -> str:
    """``7k3mq9tx2b4rw8yz`` as people read it: ``7K3M-Q9TX-2B4R-W8YZ``."""
    return "-".join(public_id[place : place + 4] for place in range(0, len(public_id), 4)).upper()


def parse_id(text: str) -> str | None:
    """The public id meant by ``text`` (any case, with hyphens or spaces), or None when it is none."""
    compact = text.strip().lower().replace("-", "").replace(" ", "").translate(_MISREAD)
    if len(compact) == LENGTH and all(character in ALPHABET for character in compact):
        return compact
    return None

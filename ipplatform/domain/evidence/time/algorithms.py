"""Until when an algorithm may carry evidence, as data. Change a date here and the next renewal run acts on it.

Sources: NIST IR 8547 (initial public draft, November 2024), tables 2 and 4: quantum-vulnerable signatures of 112 bits
are deprecated after 2030, all of them disallowed after 2035. NIST announcement of 2022-12-15: SHA-1 retires on
2030-12-31; BSI TR-02102-1 refuses it for signatures already, and so do we. SHA-2 has no end in either.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

HASHES = ("sha256", "sha384", "sha512")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_SHORT = datetime(2030, 12, 31, 23, 59, 59, tzinfo=UTC)
_QUANTUM = datetime(2035, 12, 31, 23, 59, 59, tzinfo=UTC)

ENDS = {
    "sha256": NEVER,
    "sha384": NEVER,
    "sha512": NEVER,
    "rsa-2048": _SHORT,
    "ec-224": _SHORT,
    "rsa-3072": _QUANTUM,
    "ec-256": _QUANTUM,
    "ec-384": _QUANTUM,
    "ec-521": _QUANTUM,
    "ed25519": _QUANTUM,
    "ed448": _QUANTUM,
}


class WeakAlgorithm(ValueError):
    """An algorithm that must not carry evidence."""


def rsa(bits: int) -> str:
    """The family an RSA key of `bits` counts as. Raises WeakAlgorithm below 2048 bits."""
    if bits < 2048:
        raise WeakAlgorithm(f"an RSA key of {bits} bits")
    return "rsa-3072" if bits >= 3072 else "rsa-2048"


def end_of(names: Iterable[str]) -> datetime:
    """The earliest end among the algorithms. Raises WeakAlgorithm for one that is not in the table."""
    ends = NEVER
    for name in names:
        if name not in ENDS:
            raise WeakAlgorithm(f"the algorithm {name}")
        ends = min(ends, ENDS[name])
    return ends

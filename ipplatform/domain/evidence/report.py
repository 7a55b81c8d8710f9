"""A line of a verifier's report, and the exception that ends it; what every part of the verifier shares."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ipplatform.domain.evidence.formats.note import VerifierKey

# Characters: a key of Ed25519 fits under a name of usual length, one of ML-DSA-44 has 1,752 in base64.
LONGEST_KEY = 400
ENDS = 12


@dataclass(frozen=True)
class Check:
    """One line of the report. `passed` is None for a remark; `text` says what was checked and what that proves."""

    passed: bool | None
    name: str
    text: str

    @property
    def line(self) -> str:
        mark = {True: "ok", False: "REFUTED", None: "note"}[self.passed]
        return f"{mark:<8} {self.name}: {self.text}"


class Refuted(Exception):
    """The evidence contradicts itself or the trusted keys."""


def to_compare(keys: Sequence[VerifierKey], source: str, other: str) -> str:
    """Tells whoever gave no keys which they were: `source` is where they came from, `other` what to hold them against."""
    listed = ", ".join(map(brief, keys))
    if len(keys) == 1:
        return f"the key came from {source}; compare it with {other}: {listed}"
    plural = {"one you trust": "those you trust"}.get(other, other)
    return f"the keys came from {source}; compare them with {plural}: {listed}"


def brief(key: VerifierKey) -> str:
    """The key whole where it fits on a line; a longer one by its ends and the SHA-256 of `name+id+key`, to compare."""
    if len(key.vkey) <= LONGEST_KEY:
        return key.vkey
    head = f"{key.name}+{key.key_id.hex()}+"
    encoded = key.vkey.removeprefix(head)
    digest = hashlib.sha256(key.vkey.encode()).hexdigest()
    return f"{head}{encoded[:ENDS]}…{encoded[-ENDS:]} (its SHA-256: {digest})"

"""Tokens over one checkpoint and the renewals of those: what exactly each stamps, and until when the whole holds.

The first tokens stamp the checkpoint note. Renewal n stamps, with SHA-512, the note followed by every earlier token as
its file is: the first tokens in the order of their file names (bytes), then the renewals before n. The idea is that of
RFC 4998's archive time stamps, with `cat` for its data structures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ipplatform.domain.evidence.time import verification
from ipplatform.domain.evidence.time.errors import TokenError
from ipplatform.domain.evidence.time.trust import Material
from ipplatform.domain.evidence.time.verification import Verified

RENEWAL_HASH = "sha512"


@dataclass(frozen=True)
class Link:
    """A token in a chain; `renewal` is 0 for one over the note alone."""

    authority: str
    renewal: int
    response: bytes
    material: Material

    @property
    def stem(self) -> str:
        return stem(self.renewal, self.authority)


def stem(renewal: int, authority: str) -> str:
    """The name of a token's files without the ending."""
    return f"renewal-{renewal:03d}-{authority}" if renewal else authority


def place(renewal: int, authority: str) -> tuple[int, bytes]:
    """What tokens are sorted by: first ones before renewals, then by the bytes of the file name."""
    return renewal, f"{stem(renewal, authority)}.tsr".encode()


def in_order(links: Sequence[Link]) -> list[Link]:
    return sorted(links, key=lambda link: place(link.renewal, link.authority))


def stamped_bytes(note: bytes, links: Sequence[Link], renewal: int) -> bytes:
    """What the tokens with number `renewal` are over."""
    earlier = [link.response for link in in_order(links) if link.renewal < renewal]
    return note + b"".join(earlier)


def verify(note: bytes, links: Sequence[Link], link: Link) -> Verified:
    """`link` verified at its own time. Raises TokenError."""
    found = verification.verify(link.response, stamped_bytes(note, links, link.renewal), link.material)
    if link.renewal and found.token.hash_name != RENEWAL_HASH:
        raise TokenError(f"a renewal uses {RENEWAL_HASH}, not {found.token.hash_name}")
    return found


def held_until(link: Link, verified: Sequence[tuple[Link, Verified]]) -> datetime | None:
    """When the next renewal after `link` was made; None when it is the last."""
    later = [item for item in verified if item[0].renewal > link.renewal]
    return min(later, key=lambda item: item[0].renewal)[1].token.gen_time if later else None

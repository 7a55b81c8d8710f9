"""A token verified whole: signature, bytes, nonce, policy, trust and revocation, all at its own time. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ipplatform.domain.evidence.time import algorithms, token, trust
from ipplatform.domain.evidence.time.errors import TokenError
from ipplatform.domain.evidence.time.token import Token
from ipplatform.domain.evidence.time.trust import Material, Path


@dataclass(frozen=True)
class Verified:
    """`ends_at`: from then on the token alone proves nothing, since a certificate or an algorithm has ended."""

    token: Token
    path: Path

    @property
    def algorithms(self) -> tuple[str, ...]:
        return tuple(sorted(self.token.algorithms | self.path.algorithms))

    @property
    def ends_at(self) -> datetime:
        return min(self.path.ends_at, algorithms.end_of(self.algorithms))


def verify(
    response: bytes, data: bytes, material: Material, *, nonce: int | None = None, policy: str | None = None
) -> Verified:
    """Verify a TimeStampResp over `data` at its own genTime; `nonce` and `policy` when they were asked for.

    Raises TokenError with the step that failed.
    """
    found = token.read(response)
    token.require_over(found, data)
    if nonce is not None and found.nonce != nonce:
        raise TokenError("the answer is to another request (nonce)")
    if policy is not None and found.policy != policy:
        raise TokenError(f"the token is under the policy {found.policy}, not {policy}")
    path = trust.path_of(found, material)
    return Verified(found, path)

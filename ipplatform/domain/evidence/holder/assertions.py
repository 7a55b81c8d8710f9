"""A passkey's assertion held against the filing it signs. WebAuthn level 3 section 7.2; cryptography only, no database."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from ipplatform.domain.evidence.holder.publickeys import PublicKey

PRESENT, VERIFIED = 0x01, 0x04
SHORTEST = 37


class NotTrue(ValueError):
    """An assertion does not sign what it should."""


@dataclass(frozen=True)
class Assertion:
    """`authenticator_data` and `client_data` exactly as the authenticator and the browser made them."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    @property
    def signed(self) -> bytes:
        """WebAuthn section 7.2 step 20."""
        return self.authenticator_data + hashlib.sha256(self.client_data).digest()

    @property
    def sign_count(self) -> int:
        return int.from_bytes(self.authenticator_data[33:37], "big")


def require_true(assertion: Assertion, *, key: PublicKey, challenge: bytes, rp_id: str) -> str:
    """The origin whose page asked. Raises NotTrue with the first thing that is not as it must be."""
    origin = _client_data(assertion.client_data, challenge)
    if urlsplit(origin).hostname != rp_id:
        raise NotTrue(f"the page that asked was {origin}, not one of {rp_id}")
    data = assertion.authenticator_data
    if len(data) < SHORTEST or data[:32] != hashlib.sha256(rp_id.encode()).digest():
        raise NotTrue(f"the authenticator did not sign for {rp_id}")
    if not data[32] & PRESENT or not data[32] & VERIFIED:
        raise NotTrue("the authenticator did not check who was present")
    if not key.verifies(assertion.signature, assertion.signed):
        raise NotTrue("the signature is not this key's over these bytes")
    return origin


def beginning(challenge: bytes) -> bytes:
    """How clientDataJSON begins (WebAuthn section 5.8.1.1), so that a shell can compare it without reading JSON."""
    encoded = base64.urlsafe_b64encode(challenge).rstrip(b"=")
    return b'{"type":"webauthn.get","challenge":"' + encoded + b'","origin":"'


def _client_data(data: bytes, challenge: bytes) -> str:
    if not data.startswith(beginning(challenge)):
        raise NotTrue("the passkey was asked to sign something else")
    try:
        value = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise NotTrue("clientDataJSON is not JSON") from error
    origin = value.get("origin") if isinstance(value, dict) else None
    if not isinstance(origin, str) or value.get("crossOrigin") is True:
        raise NotTrue("clientDataJSON names no page of our own")
    return origin


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found

"""The bytes a holder signs, told apart from every other message by what they begin with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.manifest import timestamp

SIGNATURE = "/holder-signature/v1\n"
ENROLMENT = "/signing-key-enrolment/v1\n"
_MANIFEST = "/manifest/v1"


def to_sign(manifest: bytes) -> bytes:
    """`<origin>/holder-signature/v1` and a line feed, then the manifest's bytes; the origin is the manifest's own."""
    return context_of(manifest).encode() + manifest


def context_of(manifest: bytes) -> str:
    """Raises CanonicalError for bytes that are no manifest."""
    value = canonical.loads(manifest)
    schema = value.get("schema") if isinstance(value, dict) else None
    if not isinstance(schema, str) or not schema.endswith(_MANIFEST):
        raise canonical.CanonicalError("not a manifest")
    return schema.removesuffix(_MANIFEST) + SIGNATURE


def challenge_of(manifest: bytes) -> bytes:
    """The challenge of a passkey's assertion: SHA-256 of what an uploaded key signs."""
    return hashlib.sha256(to_sign(manifest)).digest()


@dataclass(frozen=True)
class Possession:
    """What somebody signs to show that they hold the key they enrol. `challenge` is 32 random bytes, used once."""

    origin: str
    person: str
    organisation: str
    key_sha256: bytes
    challenge: bytes
    expires_at: datetime

    @property
    def data(self) -> bytes:
        """Plain text in ASCII, so that its signer can read what they sign."""
        return (
            f"{self.origin}{ENROLMENT}"
            f"I enrol this key to sign filings.\n"
            f"key sha256 {self.key_sha256.hex()}\n"
            f"person {self.person}\n"
            f"organisation {self.organisation}\n"
            f"challenge {self.challenge.hex()}\n"
            f"expires {timestamp(self.expires_at)}\n"
        ).encode()

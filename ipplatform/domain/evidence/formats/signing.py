"""Private keys in memory, alike for every algorithm of a signed note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

ED25519 = 0x01
COSIGNATURE = 0x04
MLDSA44 = 0x06
PUBLIC_BYTES = {ED25519: 32, COSIGNATURE: 32, MLDSA44: 1312}


class SigningKey(Protocol):
    """`algorithm` is the note's signature type, `public` the key's bytes without it; `sign` gives the raw signature."""

    @property
    def algorithm(self) -> int: ...

    @property
    def public(self) -> bytes: ...

    def sign(self, data: bytes) -> bytes: ...


@dataclass(frozen=True)
class SoftKey:
    """A key whose private half is in this process."""

    algorithm: int
    private: Ed25519PrivateKey | MLDSA44PrivateKey

    @classmethod
    def generate(cls, algorithm: int) -> SoftKey:
        private = MLDSA44PrivateKey.generate() if algorithm == MLDSA44 else Ed25519PrivateKey.generate()
        return cls(algorithm, private)

    @classmethod
    def from_seed(cls, algorithm: int, seed: bytes) -> SoftKey:
        """`seed` is 32 bytes: RFC 8032 section 5.1.5, FIPS 204 section 6.1."""
        if algorithm == MLDSA44:
            return cls(algorithm, MLDSA44PrivateKey.from_seed_bytes(seed))
        return cls(algorithm, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def seed(self) -> bytes:
        return self.private.private_bytes_raw()

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data)

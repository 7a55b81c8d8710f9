"""Authenticates the columns of a record that its manifest does not hold, under a key derived from the data key."""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ipplatform.foundation import settings
from ipplatform.foundation.secretbox import KEY_FILE

FIELDS = ("organisation_id", "idempotency_key", "request_digest", "storage_keys")
PART = 8
BLOCK = 64


def keyed_digest(purpose: str, value: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes; equal input gives equal output, and nobody without the data key can guess the input."""
    return _digest(_key(str(settings.current().data_dir)), purpose, value)


def _digest(key: bytes, purpose: str, value: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\x00" + value, "sha256")


def seal(
    *, organisation_id: int | None, idempotency_key: str, request_digest: str, storage_keys: Sequence[str | None]
) -> bytes:
    """Eight bytes for each of FIELDS in that order, so that a mismatch names its field."""
    values = (organisation_id, idempotency_key, request_digest, ",".join(key or "" for key in storage_keys))
    key, parts = _key(str(settings.current().data_dir)), zip(FIELDS, values, strict=True)
    return b"".join(_digest(key, name, str(value).encode())[:PART] for name, value in parts)


class Sealer:
    """As `seal` for many records: the key is read and scheduled once (RFC 2104: the two padded halves)."""

    def __init__(self) -> None:
        key = _key(str(settings.current().data_dir)).ljust(BLOCK, b"\x00")
        inner, outer = bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)
        self._inner = [hashlib.sha256(inner + name.encode() + b"\x00") for name in FIELDS]
        self._outer = hashlib.sha256(outer)

    def seal(self, values: Sequence[bytes]) -> bytes:
        """`values` are those of FIELDS in that order, as the text that `seal` makes of them, encoded."""
        parts = []
        for prepared, value in zip(self._inner, values, strict=True):
            inner, outer = prepared.copy(), self._outer.copy()
            inner.update(value)
            outer.update(inner.digest())
            parts.append(outer.digest()[:PART])
        return b"".join(parts)


def broken_fields(sealed: bytes, expected: bytes) -> list[str]:
    """The names of the fields whose part of the seal differs; all of them when the seal has another length."""
    if len(sealed) != len(expected):
        return list(FIELDS)
    parts = range(0, len(FIELDS) * PART, PART)
    return [name for name, at in zip(FIELDS, parts, strict=True) if sealed[at : at + PART] != expected[at : at + PART]]


@lru_cache(maxsize=8)
def _key(_installation: str) -> bytes:
    data_key = bytes.fromhex((settings.current().keys_dir / KEY_FILE).read_text().strip())
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"ipplatform evidence columns").derive(data_key)


def content_digest(data: bytes) -> str:
    """Keyed digest in hexadecimal of what a request asked for, to tell a repeated request from another."""
    return keyed_digest("request", hashlib.sha256(data).digest()).hex()

"""Encryption at rest of what is confidential until publication: AES-256-GCM under the installation's data key.

A stored value is ``0x01 ‖ 12-byte nonce ‖ ciphertext ‖ 16-byte tag`` (NIST SP 800-38D).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ipplatform.foundation import settings

VERSION = b"\x01"
KEY_FILE = "data.key"


class Damaged(Exception):
    """Stored ciphertext does not authenticate: bytes or key have changed. `column` is "table.column" where it is known."""

    def __init__(self, said: str, column: str | None = None) -> None:
        super().__init__(said)
        self.column = column


def ensure_key(keys_dir: Path) -> None:
    """Make the data key when there is none; an existing key is never touched."""
    keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = keys_dir / KEY_FILE
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(secrets.token_hex(32) + "\n")
        handle.flush()
        os.fsync(handle.fileno())


@lru_cache(maxsize=8)
def _cipher(_installation: str) -> AESGCM:
    return AESGCM(bytes.fromhex((settings.current().keys_dir / KEY_FILE).read_text().strip()))


def cipher() -> AESGCM:
    """The cipher under the installation's data key; FileNotFoundError before ``ipplatform setup``."""
    return _cipher(str(settings.current().data_dir))


def seal(plain: bytes, context: bytes = b"") -> bytes:
    nonce = os.urandom(12)
    return VERSION + nonce + cipher().encrypt(nonce, plain, context)


def opener() -> Callable[[bytes], bytes]:
    """`unseal` for many values without context, with the cipher found once."""
    decrypt = cipher().decrypt

    def opened(sealed: bytes) -> bytes:
        if sealed[:1] != VERSION or len(sealed) < 29:
            raise Damaged("not a sealed value")
        try:
            return decrypt(sealed[1:13], sealed[13:], b"")
        except InvalidTag as error:
            raise Damaged("sealed value does not authenticate") from error

    return opened


def unseal(sealed: bytes, context: bytes = b"") -> bytes:
    """The plain bytes; Damaged when a single bit differs."""
    if sealed[:1] != VERSION or len(sealed) < 29:
        raise Damaged("not a sealed value")
    try:
        return cipher().decrypt(sealed[1:13], sealed[13:], context)
    except InvalidTag as error:
        raise Damaged("sealed value does not authenticate") from error

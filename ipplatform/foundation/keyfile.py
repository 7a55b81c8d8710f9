"""Key files encrypted at rest: scrypt (RFC 7914) of the operator's passphrase, AES-256-GCM over the key.

A file is JSON: what is needed to derive the key, the purpose, the public half in clear, and the sealed private bytes.
Purpose and public half are authenticated with it, so that a file renamed to another purpose does not open.
"""

from __future__ import annotations

import json
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ipplatform.foundation import settings
from ipplatform.foundation.storage import sync_folder

VERSION = 1
COST, BLOCK, LANES = 2**16, 8, 1
LARGEST = 64 * 1024


class KeyFileError(Exception):
    """A key file or its passphrase is missing, or the file does not open; the message says which and what to do."""


def write(path: Path, plain: bytes, *, purpose: str, public: bytes = b"") -> None:
    """Seal ``plain`` into a new durable file (0600). Raises FileExistsError: a key is never overwritten."""
    phrase = _passphrase()
    salt = _salt_of(phrase)
    nonce = secrets.token_bytes(12)
    head = {"purpose": purpose, "public": public.hex(), "version": VERSION}
    sealed = _cipher(phrase, salt, COST, purpose).encrypt(nonce, plain, _authenticated(head))
    value = head | {"kdf": "scrypt", "n": COST, "r": BLOCK, "p": LANES, "salt": salt.hex(), "nonce": nonce.hex()}
    write_private(path, json.dumps(value | {"sealed": sealed.hex()}, indent=1, sort_keys=True).encode() + b"\n")


def read(path: Path, *, purpose: str) -> bytes:
    """The private bytes. Raises KeyFileError for a wrong passphrase, another purpose or any changed byte."""
    value = _parsed(path)
    if value["purpose"] != purpose:
        raise KeyFileError(f"{path} is a key for {value['purpose']}, not for {purpose}; one key serves one purpose")
    try:
        cipher = _cipher(_passphrase(), bytes.fromhex(value["salt"]), value["n"], purpose)
        return cipher.decrypt(bytes.fromhex(value["nonce"]), bytes.fromhex(value["sealed"]), _authenticated(value))
    except (InvalidTag, ValueError, TypeError) as error:
        raise KeyFileError(
            f"{path} does not open: the passphrase in {settings.current().key_passphrase_file} is another one, or the "
            "file was changed. Put the right passphrase or the file's backup back."
        ) from error


def public_half(path: Path) -> bytes:
    """The public bytes a file states; they are proved only by `read`."""
    try:
        return bytes.fromhex(_parsed(path)["public"])
    except ValueError as error:
        raise KeyFileError(f"{path} is damaged: its public half is not hexadecimal") from error


def ensure_passphrase() -> None:
    """Make the passphrase file when there is none and no key file needs the lost one. Raises KeyFileError else."""
    path = settings.current().key_passphrase_file
    if path.exists():
        return
    sealed = sorted(settings.current().keys_dir.glob("*.key.json"))
    if sealed:
        raise KeyFileError(
            f"The passphrase file {path} is missing, but {sealed[0]} was encrypted with it. Put it back; the keys "
            "cannot be opened without it."
        )
    write_private(path, secrets.token_urlsafe(32).encode() + b"\n")


def write_private(path: Path, content: bytes) -> None:
    """A new file only its owner can read, durable when this returns. Raises FileExistsError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    sync_folder(path.parent)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes()[:LARGEST])
    except (OSError, ValueError) as error:
        raise KeyFileError(f"the key file {path} cannot be read: {error}") from error
    texts = ("purpose", "public", "salt", "nonce", "sealed")
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in texts):
        raise KeyFileError(f"{path} is not a key file of this service, or it is damaged")
    # Larger parameters than ours would be somebody else's way to exhaust memory.
    if (value.get("version"), value.get("kdf"), value.get("r"), value.get("p")) != (VERSION, "scrypt", BLOCK, LANES):
        raise KeyFileError(f"{path} was made by another version of this service")
    if not isinstance(value.get("n"), int) or not 2**14 <= value["n"] <= 2**20 or value["n"].bit_count() != 1:
        raise KeyFileError(f"{path} is damaged: its cost is not one this service writes")
    return value


def _authenticated(head: dict[str, Any]) -> bytes:
    return f"{head['version']}\n{head['purpose']}\n{head['public']}".encode()


def _passphrase() -> bytes:
    path = settings.current().key_passphrase_file
    try:
        phrase = path.read_bytes().strip()
    except OSError as error:
        raise KeyFileError(f"the passphrase file {path} cannot be read: {error}") from error
    if not phrase:
        raise KeyFileError(f"the passphrase file {path} is empty")
    return phrase


@lru_cache(maxsize=4)
def _salt_of(phrase: bytes) -> bytes:
    """One salt for the keys made in one go: each is under a key of its own all the same, see `_cipher`."""
    return secrets.token_bytes(16)


def _cipher(phrase: bytes, salt: bytes, cost: int, purpose: str) -> AESGCM:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"ipplatform key " + purpose.encode())
    return AESGCM(derived.derive(_stretched(phrase, salt, cost)))


@lru_cache(maxsize=8)
def _stretched(phrase: bytes, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=BLOCK, p=LANES).derive(phrase)

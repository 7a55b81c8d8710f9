"""Files on the installation's own storage: documents sealed chunk by chunk, public files as they are.

A sealed file is ``IPD1 ‖ 16-byte file id`` followed by chunks of at most 64 KiB plain text, each AES-256-GCM under a
key derived from the data key and the file id (HKDF-SHA256, RFC 5869) with the nonce ``chunk number (8) ‖ last (4)``,
so that chunks can be neither reordered nor cut off (the STREAM construction).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ipplatform.foundation import settings
from ipplatform.foundation.secretbox import KEY_FILE, Damaged

MAGIC = b"IPD1"
CHUNK = 64 * 1024
TAG = 16
HEADER = len(MAGIC) + 16


def put_stream(chunks: Iterable[bytes]) -> str:
    """Seal ``chunks`` into a new durable file and return its key. An exception from ``chunks`` leaves nothing."""
    key = secrets.token_hex(16)
    path = path_of(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        with open(unfinished, "xb") as handle:
            _write_sealed(handle, chunks)
            handle.flush()
            os.fsync(handle.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    os.rename(unfinished, path)
    sync_folder(path.parent)
    sync_folder(path.parent.parent)
    return key


def read(key: str) -> Iterator[bytes]:
    """The plain bytes, chunk by chunk. Raises FileNotFoundError, or Damaged at the first chunk that has changed."""
    with open(path_of(key), "rb") as handle:
        yield from _read_sealed(handle)


def delete(key: str) -> None:
    """Destroy the file; one already gone is fine (a job may run twice)."""
    path_of(key).unlink(missing_ok=True)


def destroy(key: str) -> None:
    """Make the file unreadable before it is unlinked, durably; one already gone is fine (a job may run twice).

    Without the file id in its header no key decrypts what a disk or a snapshot may still hold of it.
    """
    path = path_of(key)
    try:
        with open(path, "r+b") as handle:
            handle.write(bytes(HEADER))
            handle.flush()
            os.fsync(handle.fileno())
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def path_of(key: str) -> Path:
    if len(key) != 32 or not all(character in "0123456789abcdef" for character in key):
        raise ValueError("not a storage key")
    return settings.current().documents_dir / key[:2] / key


def write_durably(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content`` so that a crash leaves the old bytes or the new, never a mixture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(unfinished, "xb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.rename(unfinished, path)
    except OSError:
        # On a full disk every attempt would leave its part behind.
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_cipher(file_id: bytes) -> AESGCM:
    data_key = _data_key(settings.current().keys_dir)
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=file_id, info=b"ipplatform document").derive(data_key)
    return AESGCM(derived)


@lru_cache(maxsize=8)
def _data_key(keys_dir: Path) -> bytes:
    return bytes.fromhex((keys_dir / KEY_FILE).read_text().strip())


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(8, "big") + int(last).to_bytes(4, "big")


def _write_sealed(handle: BinaryIO, chunks: Iterable[bytes]) -> None:
    file_id = secrets.token_bytes(16)
    cipher = _file_cipher(file_id)
    handle.write(MAGIC + file_id)
    number, waiting = 0, bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > CHUNK:
            handle.write(cipher.encrypt(_nonce(number, False), bytes(waiting[:CHUNK]), None))
            del waiting[:CHUNK]
            number += 1
    handle.write(cipher.encrypt(_nonce(number, True), bytes(waiting), None))


def _read_sealed(handle: BinaryIO) -> Iterator[bytes]:
    header = handle.read(HEADER)
    if header[: len(MAGIC)] != MAGIC or len(header) != HEADER:
        raise Damaged("stored document has no valid header")
    cipher = _file_cipher(header[len(MAGIC) :])
    number, sealed = 0, handle.read(CHUNK + TAG)
    while True:
        following = handle.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), sealed, None)
        except InvalidTag as error:
            raise Damaged("stored document does not authenticate") from error
        if not following:
            return
        number, sealed = number + 1, following

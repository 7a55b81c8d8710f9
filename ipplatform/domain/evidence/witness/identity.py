"""This installation as a witness: its name and its two keys."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ipplatform.domain.evidence import keyring
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.formats.signing import SigningKey
from ipplatform.foundation import settings

PURPOSES = (keyring.WITNESS_ED25519, keyring.WITNESS_MLDSA44)


def name() -> str:
    """Part of every cosignature, so it never changes: WITNESS_NAME, or the log's host with /witness."""
    return settings.current().witness_name


def verifier_keys() -> tuple[note.VerifierKey, ...]:
    """What others put into their policy files to count our cosignatures: Ed25519 (0x04) and ML-DSA-44 (0x06)."""
    return tuple(note.VerifierKey(name(), keyring.ALGORITHMS[purpose], _public(purpose)) for purpose in PURPOSES)


def cosign(text: str, time: int) -> bytes:
    """The signature lines of both keys over a checkpoint's text. `time` is in unix seconds and not 0."""
    if time <= 0:
        raise ValueError("a witness states when it cosigned")
    held = _signing_keys(settings.current().keys_dir)
    return "".join(note.sign(text, name(), key, time=time).line for key in held).encode()


def _public(purpose: str) -> bytes:
    """Without opening the key. Raises KeyFileError when there is none."""
    halves = keyring.public_halves(purpose)
    return halves[0] if halves else keyring.load(purpose).public


@lru_cache(maxsize=4)
def _signing_keys(folder: Path) -> tuple[SigningKey, ...]:
    """Opened once a process: opening an encrypted key costs a tenth of a second of scrypt on purpose."""
    return tuple(keyring.load(purpose) for purpose in PURPOSES)

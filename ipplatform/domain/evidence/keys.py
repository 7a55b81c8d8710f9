"""Keys of the log: one key for one purpose, in files only their process needs to read.

`log-ed25519.pem` (0600, PKCS #8) signs checkpoints and is read by the signer alone; `log.vkeys` holds the public halves, one
verifier key a line. The second line, ML-DSA-44 (type 0x06), joins both files when the log gains it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.formats.policy import Policy, PolicyError
from ipplatform.domain.evidence.formats.policy import parse as parse_policy
from ipplatform.foundation import settings
from ipplatform.foundation.storage import sync_folder, write_durably

ED25519_FILE = "log-ed25519.pem"
VKEYS_FILE = "log.vkeys"
POLICY_FILE = "policy"


class KeyProblem(Exception):
    """A key file is missing, or does not belong to this log."""


def ensure() -> None:
    """Make the log's key when there is none, and publish its policy; an existing key is never touched.

    A policy whose addresses alone have changed is published anew; any other difference is left for the audit to find.
    """
    folder = settings.current().keys_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / ED25519_FILE).exists():
        _create(folder / ED25519_FILE)
    if not (folder / VKEYS_FILE).exists():
        write_durably(folder / VKEYS_FILE, f"{verifier_of_signing_key().vkey}\n".encode())
    policy_file = settings.current().log_dir / POLICY_FILE
    if not policy_file.exists() or _has_moved(policy_file):
        write_durably(policy_file, policy().text.encode())


def _has_moved(policy_file: Path) -> bool:
    return policy_file.read_bytes() != policy().text.encode() and demands_what_it_should(policy_file)


def demands_what_it_should(policy_file: Path) -> bool:
    """Whether the published policy trusts exactly our keys and quorum; the addresses in it are only hints."""
    now = policy()
    try:
        return replace(parse_policy(policy_file.read_text()), urls=now.urls) == now
    except (OSError, UnicodeDecodeError, PolicyError):
        return False


def signing_key() -> Ed25519PrivateKey:
    """Raises KeyProblem when the file is missing or holds another kind of key."""
    path = settings.current().keys_dir / ED25519_FILE
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise KeyProblem(f"the log's signing key {path} cannot be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"{path} does not hold an Ed25519 key")
    return key


def verifier_of_signing_key() -> note.VerifierKey:
    return note.verifier_of(settings.current().origin, signing_key())


def verifier_keys() -> tuple[note.VerifierKey, ...]:
    """Every key that must have signed a checkpoint of this log."""
    path = settings.current().keys_dir / VKEYS_FILE
    try:
        keys = tuple(note.parse_vkey(line) for line in path.read_text().split("\n") if line)
    except (OSError, ValueError) as error:
        raise KeyProblem(f"the log's verifier keys {path} cannot be read: {error}") from error
    if not keys or any(key.name != settings.current().origin for key in keys):
        raise KeyProblem(f"{path} holds no key named {settings.current().origin}; was LOG_ORIGIN changed?")
    return keys


def policy() -> Policy:
    """What a verifier should demand: every log key; no witnesses are configured yet."""
    keys = verifier_keys()
    return Policy(keys, urls={key.vkey: f"{settings.current().base_url}/log" for key in keys})


def _create(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(pem)
        handle.flush()
        os.fsync(handle.fileno())
    sync_folder(path.parent)

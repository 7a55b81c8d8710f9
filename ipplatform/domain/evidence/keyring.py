"""Private keys by purpose: one key serves one purpose. They are in encrypted files, or Ed25519 in a PKCS #11 token.

A purpose may have several files while a rotation overlaps: `log-ed25519.key.json`, `log-ed25519-2.key.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ipplatform.domain.evidence.formats.signing import COSIGNATURE, ED25519, MLDSA44, SigningKey, SoftKey
from ipplatform.foundation import keyfile, settings

LOG_ED25519, LOG_MLDSA44 = "log-ed25519", "log-mldsa44"
WITNESS_ED25519, WITNESS_MLDSA44 = "witness-ed25519", "witness-mldsa44"
AUDIT_ED25519 = "audit-ed25519"
ALGORITHMS = {
    LOG_ED25519: ED25519,
    LOG_MLDSA44: MLDSA44,
    WITNESS_ED25519: COSIGNATURE,
    WITNESS_MLDSA44: MLDSA44,
    AUDIT_ED25519: ED25519,
}
# Under which name the keys that are not the log's own sign, from the log's origin.
NAMES: dict[str, Callable[[str], str]] = {
    WITNESS_ED25519: lambda origin: f"{origin}/witness",
    WITNESS_MLDSA44: lambda origin: f"{origin}/witness",
    AUDIT_ED25519: lambda origin: f"{origin}/audit",
}
SUFFIX = ".key.json"


def ensure(purpose: str) -> None:
    """Make the key of `purpose` when there is none; an existing key is never touched."""
    if purpose == LOG_ED25519 and settings.current().log_key_pkcs11:
        return
    if not files(purpose):
        create(purpose)


def create(purpose: str) -> SoftKey:
    """A further key of `purpose` in a new file. Raises KeyFileError or FileExistsError."""
    keyfile.ensure_passphrase()
    key = SoftKey.generate(ALGORITHMS[purpose])
    keyfile.write(next_file(purpose), key.seed, purpose=purpose, public=key.public)
    return key


def load(purpose: str) -> SigningKey:
    """The newest key of `purpose`. Raises KeyFileError when there is none or it does not open."""
    return next(iter(_keys(purpose)))


def load_public(purpose: str, public: bytes) -> SigningKey:
    """The key of `purpose` with that public half. Raises KeyFileError when it is not here."""
    for key in _keys(purpose, public):
        if key.public == public:
            return key
    raise keyfile.KeyFileError(
        f"No private key for {purpose} with the public half {public[:8].hex()}… is in {settings.current().keys_dir}. "
        "Put its file back, or rotate to a new key: docs/operators/keys.md."
    )


def public_halves(purpose: str) -> list[bytes]:
    """As the files state them, newest first; nothing is decrypted."""
    return [keyfile.public_half(path) for path in files(purpose)]


def files(purpose: str) -> list[Path]:
    """The key files of a purpose, newest first."""
    folder = settings.current().keys_dir
    found = [path for path in folder.glob(f"{purpose}*{SUFFIX}") if _number(purpose, path) is not None]
    return sorted(found, key=lambda path: _number(purpose, path) or 0, reverse=True)


def _keys(purpose: str, public: bytes | None = None) -> Iterator[SigningKey]:
    addresses = (settings.current().log_key_pkcs11 or "").split() if purpose == LOG_ED25519 else []
    for address in addresses:
        from ipplatform.domain.evidence import hardware

        yield hardware.key_at(address)
    found = files(purpose)
    for path in found:
        if public is None or keyfile.public_half(path) == public:
            yield _opened(path, purpose)
    if not found and not addresses:
        raise keyfile.KeyFileError(
            f"The key file {settings.current().keys_dir / (purpose + SUFFIX)} is missing. `ipplatform setup` makes the "
            "keys of a new installation; on an old one put the file back from its safe copy."
        )


def _opened(path: Path, purpose: str) -> SoftKey:
    key = SoftKey.from_seed(ALGORITHMS[purpose], keyfile.read(path, purpose=purpose))
    if key.public != keyfile.public_half(path):
        raise keyfile.KeyFileError(f"{path} is damaged: the private half is not that of the public one")
    return key


def next_file(purpose: str) -> Path:
    """Where the next key of a purpose goes."""
    numbers = [_number(purpose, path) or 1 for path in files(purpose)]
    number = max(numbers, default=0) + 1
    return settings.current().keys_dir / f"{purpose}{'' if number == 1 else f'-{number}'}{SUFFIX}"


def _number(purpose: str, path: Path) -> int | None:
    rest = path.name.removeprefix(purpose).removesuffix(SUFFIX)
    if not rest:
        return 1
    return int(rest[1:]) if rest[0] == "-" and rest[1:].isdecimal() else None

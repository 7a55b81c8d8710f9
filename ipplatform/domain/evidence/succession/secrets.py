"""Keys and the signer's memory when a log ends: the old ones are kept beside the new, under the old log's number."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ipplatform.domain.evidence import keyring, keys, signer
from ipplatform.domain.evidence.formats import canonical, note
from ipplatform.domain.evidence.formats.policy import Policy
from ipplatform.domain.evidence.succession.models import FormerLog
from ipplatform.foundation import settings
from ipplatform.foundation.storage import sync_folder


def reason_of_freezing() -> str | None:
    return signer.frozen()


def place_of_frozen() -> str:
    """Where the frozen log is published."""
    value = canonical.loads((settings.current().signer_dir / signer.FROZEN_FILE).read_bytes().strip())
    return str(value["place"])


def replace_keys(number: int, origin: str) -> None:
    """Put the old verifier keys aside and make new pairs: what ended a log may have been the loss of its keys."""
    folder = settings.current().keys_dir
    current, aside = folder / keys.VKEYS_FILE, vkeys_of(number)
    if current.exists() and current.read_text().startswith(f"{origin}+"):
        os.rename(current, aside)
        sync_folder(folder)
    if current.exists():
        return
    old = {item.key.public for item in keys.parse_log_keys(aside.read_text())}
    for purpose in keys.PURPOSES:
        if keyring.load(purpose).public in old:
            _make(purpose)
    new = tuple(keys.LogKey(note.verifier_of(settings.current().origin, keyring.load(one))) for one in keys.PURPOSES)
    keys.write_log_keys(new)


def policy_of(number: int, size: int) -> str:
    """What a verifier of the ended log should demand of its final checkpoint."""
    known = keys.parse_log_keys(vkeys_of(number).read_text())
    return Policy(tuple(item.key for item in known if item.demanded_at(size))).text


def is_as_written(path: Path) -> bool:
    """Whether a file of verifier keys has the one form in which this service writes it. Raises ValueError."""
    return "".join(item.line for item in keys.parse_log_keys(path.read_text())) == path.read_text()


def kept_memory(number: int) -> tuple[str, int, str] | None:
    """Origin, size and root (hexadecimal) that the signer remembers of the ended log; None when it is not here."""
    path = settings.current().signer_dir / "former" / str(number) / signer.HEAD_FILE
    if not path.exists():
        return None
    try:
        origin, head = signer.read_head(path.read_bytes())
    except ValueError as error:
        return str(error), 0, ""
    return origin, head.size, head.root.hex()


def vkeys_of(number: int) -> Path:
    return settings.current().keys_dir / f"former-{number}.vkeys"


def memory_is_of(origin: str) -> bool:
    value = _memory()
    return value is not None and value.get("origin") == origin


def put_away_memory(ended: FormerLog) -> None:
    """The signer begins the new log without a head; what it knew of the old one is kept."""
    if not memory_is_of(ended.origin):
        return
    folder = settings.current().signer_dir
    kept = folder / "former" / str(ended.id)
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (signer.FROZEN_FILE, signer.HEAD_FILE):
        if (folder / name).exists():
            os.rename(folder / name, kept / name)
    sync_folder(kept)
    sync_folder(folder)


def _memory() -> dict[str, Any] | None:
    path = settings.current().signer_dir / signer.HEAD_FILE
    if not path.exists():
        return None
    value: dict[str, Any] = canonical.loads(path.read_bytes().strip())
    return value


def _make(purpose: str) -> None:
    if purpose == keyring.LOG_ED25519 and settings.current().log_key_pkcs11:
        raise keys.KeyProblem(
            "The token's first key is the old log's. Make a new pair in the token and put its address first in "
            "LOG_KEY_PKCS11."
        )
    keyring.create(purpose)

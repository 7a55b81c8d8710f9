"""The logs that this installation witnesses: the file WITNESS_LOGS, one verifier key a line."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from ipplatform.domain.evidence.formats.note import NoteError, VerifierKey, parse_vkey
from ipplatform.foundation import settings
from ipplatform.foundation.storage import write_durably


class LogsProblem(Exception):
    """The file of witnessed logs cannot be read; the message names it and the line."""


def keys_of(origin: str) -> tuple[VerifierKey, ...]:
    """The keys trusted for a log; empty for a log that is not witnessed here."""
    return logs().get(origin, ())


def logs() -> dict[str, tuple[VerifierKey, ...]]:
    """Origin to keys. No file means no logs. Raises LogsProblem."""
    path = settings.current().witness_logs
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}
    return _read(path, changed)


def add(text: str) -> VerifierKey:
    """Witness the log with this verifier key from now on. Raises LogsProblem."""
    key, path = _key(text, "the argument"), settings.current().witness_logs
    if key in keys_of(key.name):
        raise LogsProblem(f"{key.name} is witnessed with this key already")
    before = path.read_bytes() if path.exists() else b""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, before + (b"" if before.endswith(b"\n") or not before else b"\n") + key.vkey.encode() + b"\n")
    return key


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, tuple[VerifierKey, ...]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LogsProblem(f"WITNESS_LOGS {path} cannot be read: {error}") from error
    found: dict[str, tuple[VerifierKey, ...]] = defaultdict(tuple)
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            key = _key(line, f"{path}, line {number}")
            found[key.name] += (key,)
    return dict(found)


def _key(text: str, where: str) -> VerifierKey:
    """The key of `<vkey>`, or of a policy's line `log <vkey> [<url>]`."""
    words = text.split()
    words = words[1:2] if words[:1] == ["log"] and len(words) in (2, 3) else words
    if len(words) != 1:
        raise LogsProblem(f"{where}: neither a verifier key nor a `log` line of a policy")
    try:
        return parse_vkey(words[0])
    except NoteError as error:
        raise LogsProblem(f"{where}: {error}") from error

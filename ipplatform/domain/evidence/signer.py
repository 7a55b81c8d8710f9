"""Signs heads of the log, and only ones that extend the last it signed. EVIDENCE.md section 2, step 3.

Its memory is a file on other storage than the database: a database restored from a backup can then not fork the log.
Every head gets two signatures, Ed25519 and ML-DSA-44; while keys rotate, also those of the keys that leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import structlog

from ipplatform.domain.evidence import keys
from ipplatform.domain.evidence.formats import canonical, merkle, note
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.store.choice import published
from ipplatform.foundation import clock, settings
from ipplatform.foundation.storage import write_durably

HEAD_FILE = "head.json"
FROZEN_FILE = "frozen.json"
# Seconds that two nodes' clocks may differ without a word.
BEHIND = 60
log = structlog.get_logger()
Prover = Callable[[int], list[bytes]]


class Refused(Exception):
    """The signer will not sign; the message tells an operator why and what to do."""


@dataclass(frozen=True)
class Head:
    """The largest tree ever signed; `time` (unix seconds) is the latest that a signature stated."""

    size: int
    root: bytes
    time: int = field(default=0, compare=False)


def head() -> Head | None:
    """None before the first signature. Raises Refused when the file is damaged or of another log."""
    path = _path()
    if not path.exists():
        return None
    try:
        origin, held = read_head(path.read_bytes())
    except ValueError as error:
        raise Refused(_damaged(path)) from error
    if origin != settings.current().origin:
        raise Refused(_damaged(path))
    return held


def read_head(data: bytes) -> tuple[str, Head]:
    """Origin and head as `remember` writes them, and in no other form. Raises ValueError."""
    value = canonical.loads(data)
    try:
        held = Head(int(value["size"]), bytes.fromhex(value["root"]), int(value.get("time", 0)))
        origin = str(value["origin"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no head of a log") from error
    said = {"origin": origin, "root": held.root.hex(), "size": held.size}
    said |= {"time": held.time} if "time" in value else {}
    if len(held.root) != merkle.HASH_SIZE or held.size < 0 or data != canonical.dumps(said) + b"\n":
        raise ValueError("the head of a log in another form than it was written in")
    return origin, held


def sign(checkpoint: Checkpoint, prove: Prover) -> bytes:
    """The signed note of `checkpoint`. `prove(old)` returns a consistency proof from size `old` to the checkpoint's.

    The head is durable before the signature exists. Raises Refused for a smaller or inconsistent tree.
    """
    require_not_frozen()
    last = head()
    _require_extension(last, checkpoint, prove)
    private = keys.signing_keys(checkpoint.size)
    new = Head(checkpoint.size, checkpoint.root, _time_after(last, checkpoint))
    if last is None or (last, last.time) != (new, new.time):
        remember(new)
    signatures = tuple(note.sign(checkpoint.text, checkpoint.origin, key, time=new.time) for key in private)
    return note.Note(checkpoint.text, signatures).data


def remember(new: Head) -> None:
    value = {"origin": settings.current().origin, "root": new.root.hex(), "size": new.size, "time": new.time}
    write_durably(_path(), canonical.dumps(value) + b"\n")


def freeze(reason: str) -> None:
    """Sign nothing under this origin any more: a key was lost or stolen, or the log forked. There is no way back."""
    value = {"at": int(clock.now().timestamp()), "place": settings.current().log_place, "reason": reason}
    write_durably(settings.current().signer_dir / FROZEN_FILE, canonical.dumps(value) + b"\n")


def frozen() -> str | None:
    """Why the log was frozen; None while it goes on. A damaged mark freezes as well."""
    path = settings.current().signer_dir / FROZEN_FILE
    if not path.exists():
        return None
    try:
        return str(canonical.loads(path.read_bytes().strip())["reason"])
    except (ValueError, KeyError, TypeError):
        return f"the mark {path} cannot be read"


def require_not_frozen() -> None:
    reason = frozen()
    if reason is not None:
        raise Refused(
            f"The log {settings.current().origin} was frozen: {reason}. Nothing is signed under this origin again. "
            "Begin a new one as docs/operators/keys.md tells: `ipplatform log succeed`."
        )


def _time_after(last: Head | None, checkpoint: Checkpoint) -> int:
    """The clock's time, never before one stated earlier; the same head states the same time again."""
    now = int(clock.now().timestamp())
    if last is None:
        return now
    if last.time > now + BEHIND:
        log.warning(
            "the clock is behind the time that was signed last; that time is stated again",
            seconds=last.time - now,
            signed=last.time,
        )
    return last.time if last == Head(checkpoint.size, checkpoint.root) and last.time else max(now, last.time)


def _require_extension(last: Head | None, checkpoint: Checkpoint, prove: Prover) -> None:
    if last is None:
        _require_unpublished()
        return
    if checkpoint.size < last.size:
        refuse_smaller(checkpoint.size, last)
    if last.size == 0:
        return
    try:
        proof = [] if checkpoint.size == last.size else prove(last.size)
        merkle.verify_consistency(last.size, checkpoint.size, proof, last.root, checkpoint.root)
    except ValueError as error:
        raise Refused(
            f"The database's log of {checkpoint.size} entries does not extend the signed one of {last.size} ({error}). "
            "Entries or tiles in the database were changed. Run `ipplatform log fsck` to find which, restore "
            "them from a backup taken after the last signature, and start the sequencer again."
        ) from error


def refuse_smaller(size: int, last: Head) -> NoReturn:
    raise Refused(
        f"The database's log has {size} entries, but {last.size} were signed before. It was probably restored from a "
        "backup. Do not remove the signer's head. Run `ipplatform log replay-tail`: it takes the missing entries back from "
        "the published tiles and checks them against the signed head."
    )


def head_exists() -> bool:
    return _path().exists()


def _require_unpublished() -> None:
    if published().read("checkpoint") is not None:
        raise Refused(
            f"The signer's memory {_path()} is missing, but {published().where('checkpoint')} shows that this log was signed before. "
            "Restore the file; or, if it is lost, run `ipplatform log adopt`, which verifies the published checkpoint "
            "and continues from it."
        )


def _damaged(path: Path) -> str:
    return (
        f"The signer's memory {path} is damaged or belongs to another LOG_ORIGIN. Restore it; or move it away and run "
        "`ipplatform log adopt`, which verifies the published checkpoint and continues from it."
    )


def _path() -> Path:
    return settings.current().signer_dir / HEAD_FILE

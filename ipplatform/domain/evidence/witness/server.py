"""The witness: cosigns a head only when it extends the last one it cosigned. C2SP tlog-witness, add-checkpoint.

What is answered is in the caller's transaction; it must be committed, durably, before the answer leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import merkle, note, submission
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.formats.submission import Submission
from ipplatform.domain.evidence.witness import equivocation, identity, trusted
from ipplatform.domain.evidence.witness.models import WitnessedLog
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, insert_into

SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What the witness says: an HTTP status, the body and its media type."""

    status: int
    body: bytes
    media_type: str = TEXT_TYPE


def add_checkpoint(body: bytes) -> Answer:
    """Judge, remember and cosign. 200 signature lines, 400 malformed, 403 not the log's, 404 not witnessed here,
    409 with the size held when it is another one or has another root, 422 for a proof that does not verify.
    """
    try:
        sent = submission.parse(body)
        signed = note.parse(sent.checkpoint)
        head = checkpoints.parse(signed.text)
    except (submission.SubmissionError, note.NoteError, checkpoints.CheckpointError) as error:
        return _refusal(400, str(error))
    known = trusted.keys_of(head.origin)
    if not known:
        return _refusal(404, f"{head.origin} is not witnessed here")
    try:
        if not note.verify(signed, known):
            return _refusal(403, "no signature by a known key of the log")
    except note.NoteError as error:
        return _refusal(403, str(error))
    if sent.old > head.size:
        return _refusal(400, "the old size is larger than the checkpoint")
    return _advance(sent, head, _without_strangers(signed, known))


def _without_strangers(signed: note.Note, known: Sequence[note.VerifierKey]) -> note.Note:
    """With the lines of the log's own keys only: what is kept can then be verified to the last byte."""
    names = {(key.name, key.key_id) for key in known}
    return note.Note(signed.text, tuple(line for line in signed.signatures if (line.name, line.key_id) in names))


def _advance(sent: Submission, head: Checkpoint, own: note.Note) -> Answer:
    """Under the lock of the log's row, so that of two racing heads the second is judged against the first."""
    held = _locked(head.origin)
    if held.size != sent.old:
        _catch(sent, head, held, ())
        return _conflict(held)
    if held.size == head.size and bytes(held.root) != head.root:
        _catch(sent, head, held, ())
        return _conflict(held)
    try:
        _require_extension(sent, head, held)
    except merkle.ProofError as error:
        _catch(sent, head, held, sent.proof)
        return _refusal(422, str(error))
    moment = clock.now().replace(microsecond=0)
    held.size, held.root, held.checkpoint, held.cosigned_at = head.size, head.root, own.data, moment
    db.session.flush()
    return Answer(200, identity.cosign(own.text, int(moment.timestamp())))


def _require_extension(sent: Submission, head: Checkpoint, held: WitnessedLog) -> None:
    """Raises ProofError. From an empty tree everything follows, and the proof must be empty."""
    if sent.old == 0:
        if sent.proof:
            raise merkle.ProofError("from size 0 the proof is empty")
        return
    merkle.verify_consistency(sent.old, head.size, sent.proof, bytes(held.root), head.root)


def _catch(sent: Submission, head: Checkpoint, held: WitnessedLog, path: tuple[bytes, ...]) -> None:
    if held.size:
        equivocation.record(head.origin, bytes(held.checkpoint), sent.checkpoint, path)


def _locked(origin: str) -> WitnessedLog:
    """The row of the log, made on first use, locked until the transaction ends."""
    empty = {"size": 0, "root": merkle.EMPTY_ROOT, "checkpoint": b"", "cosigned_at": clock.now()}
    db.session.execute(insert_into(WitnessedLog).values(origin=origin, **empty).on_conflict_do_nothing())
    statement = select(WitnessedLog).where(WitnessedLog.origin == origin).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def _conflict(held: WitnessedLog) -> Answer:
    return Answer(409, f"{held.size}\n".encode(), SIZE_TYPE)


def _refusal(status: int, reason: str) -> Answer:
    return Answer(status, f"{reason}\n".encode())


@dataclass(frozen=True)
class Witnessed:
    """A log and the newest head that was cosigned of it; size 0 before the first."""

    origin: str
    vkeys: tuple[str, ...]
    size: int
    root: bytes
    cosigned_at: datetime | None


def witnessed() -> list[Witnessed]:
    """Every log that is witnessed here, by origin. Raises LogsProblem."""
    rows = {row.origin: row for row in db.session.scalars(select(WitnessedLog))}
    found = []
    for origin, known in sorted(trusted.logs().items()):
        row = rows.get(origin)
        size, root = (row.size, bytes(row.root)) if row else (0, merkle.EMPTY_ROOT)
        at = row.cosigned_at if row and row.checkpoint else None
        found.append(Witnessed(origin, tuple(key.vkey for key in known), size, root, at))
    return found

"""Portable proof that a log signed two histories, and the check of it. docs/integrators/evidence.md has the format.

Two signed checkpoints of one origin contradict each other when they have one size and different roots; or when the
hashes of a consistency proof (RFC 9162 section 2.1.4) rebuild the larger root, but another root for the smaller size
than the one that was signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import merkle, submission
from ipplatform.domain.evidence.formats import note as notes
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint

HEADER = b"tlog-equivocation@v1\n"
LARGEST = 3 * submission.LARGEST_BODY


class EquivocationError(ValueError):
    """The file is malformed, or proves nothing."""


@dataclass(frozen=True)
class Equivocation:
    """`earlier` and `later` are signed notes, the smaller tree first; `keys` those the file names for the log.

    `path` is empty for trees of one size; else the consistency proof, its first hash always written out.
    """

    keys: tuple[notes.VerifierKey, ...]
    path: tuple[bytes, ...]
    earlier: bytes
    later: bytes

    @property
    def data(self) -> bytes:
        lines = b"".join(f"log {key.vkey}\n".encode() for key in self.keys)
        proof = submission.Submission(0, self.path, b"").data.removeprefix(b"old 0\n")
        return HEADER + lines + proof + self.earlier + b"\n" + self.later


@dataclass(frozen=True)
class Proved:
    """What the proof shows; the names are of the keys that signed both, or one each."""

    earlier: Checkpoint
    later: Checkpoint
    signers: tuple[tuple[notes.VerifierKey, ...], tuple[notes.VerifierKey, ...]]

    @property
    def origin(self) -> str:
        return self.earlier.origin


def parse(data: bytes) -> Equivocation:
    """Raises EquivocationError for anything but the one form of the file."""
    parts = data.removeprefix(HEADER).split(b"\n\n")
    if not data.startswith(HEADER) or len(parts) != 5 or len(data) > LARGEST:
        raise EquivocationError("the file is not a proof of equivocation")
    head = [line for line in parts[0].split(b"\n") if line]
    count = sum(1 for line in head if line.startswith(b"log "))
    try:
        keys = tuple(notes.parse_vkey(line.removeprefix(b"log ").decode()) for line in head[:count])
        path = submission.parse_hashes(head[count:])
    except (notes.NoteError, UnicodeDecodeError, submission.SubmissionError) as error:
        raise EquivocationError(str(error)) from error
    found = Equivocation(keys, path, b"\n\n".join(parts[1:3]) + b"\n", b"\n\n".join(parts[3:5]))
    if found.data != data:
        raise EquivocationError("the file is not in the one form a proof of equivocation has")
    return found


def prove(found: Equivocation, trusted: Sequence[notes.VerifierKey]) -> Proved:
    """Raises EquivocationError unless keys of `trusted` signed both checkpoints and they contradict each other."""
    earlier, signed_earlier = _opened(found.earlier, trusted)
    later, signed_later = _opened(found.later, trusted)
    if earlier.origin != later.origin:
        raise EquivocationError("the checkpoints are of two logs")
    contradiction(earlier, later, found.path)
    return Proved(earlier, later, (signed_earlier, signed_later))


def contradiction(earlier: Checkpoint, later: Checkpoint, path: Sequence[bytes]) -> None:
    """Raises EquivocationError unless no log can have both heads."""
    if earlier.size == later.size:
        if path or earlier.root == later.root:
            raise EquivocationError("the two heads are the same: nothing is proved")
        return
    if not 0 < earlier.size < later.size:
        raise EquivocationError("the smaller head comes first, and an empty tree contradicts none")
    try:
        rebuilt, whole = merkle.roots_from_consistency(earlier.size, later.size, path)
    except merkle.ProofError as error:
        raise EquivocationError(str(error)) from error
    if whole != later.root:
        raise EquivocationError("the hashes do not lead to the larger head: nothing is proved")
    if rebuilt == earlier.root:
        raise EquivocationError("the larger head extends the smaller: nothing is proved")


def _opened(data: bytes, trusted: Sequence[notes.VerifierKey]) -> tuple[Checkpoint, tuple[notes.VerifierKey, ...]]:
    try:
        note = notes.parse(data)
        head = checkpoints.parse(note.text)
        signed = notes.verify(note, [key for key in trusted if key.name == head.origin])
    except (notes.NoteError, checkpoints.CheckpointError) as error:
        raise EquivocationError(str(error)) from error
    if not signed:
        raise EquivocationError(f"no trusted key of {head.origin} signed the head of {head.size} entries")
    return head, tuple(signed)

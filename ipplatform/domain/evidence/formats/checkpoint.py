"""Checkpoints of C2SP tlog-checkpoint: the signed statement of a log's size and root."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ipplatform.domain.evidence.formats import note as notes
from ipplatform.domain.evidence.formats.merkle import EMPTY_ROOT, HASH_SIZE

LARGEST_SIZE = 2**63 - 1


class CheckpointError(ValueError):
    """The text of a checkpoint is malformed."""


@dataclass(frozen=True)
class Checkpoint:
    """`root` is 32 bytes; `extensions` are further lines without newlines, kept but not understood."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)


def parse(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise CheckpointError("a checkpoint has at least three lines, none empty")
    origin, size, root, *extensions = lines[:-1]
    if not re.fullmatch(r"0|[1-9]\d{0,18}", size, re.ASCII) or int(size) > LARGEST_SIZE:
        raise CheckpointError("the size is not a decimal number")
    checkpoint = Checkpoint(origin, int(size), _root(root), tuple(extensions))
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise CheckpointError("an empty tree has another root")
    return checkpoint


def open_signed(data: bytes, origin: str, keys: Sequence[notes.VerifierKey]) -> Checkpoint:
    """The checkpoint in a note signed by every one of `keys`.

    Raises CheckpointError for another origin and NoteError for a missing or false signature.
    """
    note = notes.parse(data)
    notes.verify_all(note, keys)
    checkpoint = parse(note.text)
    if checkpoint.origin != origin:
        raise CheckpointError("the checkpoint is of another log")
    return checkpoint


def _root(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("the root is not base64") from error
    if len(raw) != HASH_SIZE or base64.b64encode(raw).decode() != text:
        raise CheckpointError("the root is not 32 bytes in base64")
    return raw

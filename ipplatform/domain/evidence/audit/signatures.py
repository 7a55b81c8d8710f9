"""Checkpoints against the tree, and each of our signatures on them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from ipplatform.domain.evidence import keys, queries
from ipplatform.domain.evidence.audit.findings import Finding, Part, Words, difference
from ipplatform.domain.evidence.audit.marks import ED25519, INCLUSION, MLDSA44
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import merkle, note, tiles
from ipplatform.domain.evidence.models import LogCheckpoint
from ipplatform.foundation import settings
from ipplatform.foundation.db import db

READ = 250
MARK_OF = {0x01: ED25519, 0x06: MLDSA44}


class Walk:
    """Checkpoints tile after tile, from the leaf `first` on: the keys are read once, and each knows the one before it."""

    def __init__(self, first: int) -> None:
        self._keys = _log_keys()
        self._read_to: int | None = first if first else -1
        known = select(func.max(LogCheckpoint.size)).where(LogCheckpoint.size <= self._read_to)
        self._before = max(0, db.session.scalar(known) or 0)
        self._ahead: deque[Any] = deque()

    def check(self, first: int, width: int, node: merkle.Node, part: Part) -> int:
        """Checkpoints of the sizes that the `width` leaves from `first` on reach; how many there were.

        `node` answers for the tree as its leaves make it. A checkpoint that fails costs the leaves it was the first to
        cover their mark.
        """
        expected, seen = roots(node), 0
        for size, root, signed in self._up_to(first + width):
            seen += 1
            known = [item.key for item in self._keys if item.demanded_at(size)]
            for mark, finding in of_one(size, bytes(root), bytes(signed), expected(size), known):
                part.findings.append(finding)
                part.broken.append((mark, self._before, size))
            self._before = max(0, size)
        return seen

    def _up_to(self, size: int) -> Iterator[Any]:
        """Those up to `size` that were not handed out yet, read some at a time."""
        while (following := self._next()) is not None and following.size <= size:
            yield self._ahead.popleft()

    def _next(self) -> Any:
        if not self._ahead and self._read_to is not None:
            columns = select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note)
            further = columns.where(LogCheckpoint.size > self._read_to).order_by(LogCheckpoint.size).limit(READ)
            self._ahead.extend(db.session.connection().execute(further))
            self._read_to = self._ahead[-1].size if self._ahead else None
        return self._ahead[0] if self._ahead else None


def _log_keys() -> tuple[keys.LogKey, ...]:
    """None when their file is damaged, which `heads` finds: then no signature can be judged."""
    try:
        return keys.log_keys()
    except keys.KeyProblem:
        return ()


def roots(node: merkle.Node) -> Callable[[int], bytes | None]:
    """Size to the root of that tree; None where the tiles do not give one (they are found broken elsewhere)."""

    def root(size: int) -> bytes | None:
        try:
            return merkle.root(size, node)
        except (tiles.TileError, IndexError):
            return None

    return root


def of_one(
    size: int, root: bytes, signed: bytes, derived: bytes | None, known: Sequence[note.VerifierKey]
) -> Iterator[tuple[str, Finding]]:
    """(mark, finding) for one stored checkpoint, held against the root the tree has at its size."""
    name = f"checkpoint {size}"
    if root != derived:
        expected: object = Words("a root of the stored tiles") if derived is None else derived
        yield INCLUSION, difference(name, "log_checkpoint.root", expected, root)
    try:
        opened = note.parse(signed)
    except note.NoteError as error:
        finding = Finding(name, "log_checkpoint.note", "a checkpoint signed by the log", str(error))
        yield from ((mark, finding) for mark in _marks(known))
        return
    expected_text = checkpoints.Checkpoint(settings.current().origin, size, derived or root).text
    if opened.text != expected_text:
        finding = difference(name, "log_checkpoint.note", expected_text, opened.text)
        yield from ((mark, finding) for mark in _marks(known))
        return
    yield from _signatures(name, opened, known)


def _marks(known: Sequence[note.VerifierKey]) -> list[str]:
    return list(dict.fromkeys(MARK_OF[key.algorithm] for key in known if key.algorithm in MARK_OF))


def _signatures(name: str, opened: note.Note, known: Sequence[note.VerifierKey]) -> Iterator[tuple[str, Finding]]:
    for key in known:
        try:
            note.verify_all(opened, [key])
        except note.NoteError as error:
            label = f"a signature by {key.name} ({key.key_id.hex()})"
            yield MARK_OF.get(key.algorithm, ED25519), Finding(name, "log_checkpoint.note", label, str(error))


def newest(part: Part) -> None:
    """Every proof stands in the newest checkpoint: when that one fails, no leaf below it is proved."""
    latest: Any = latest_checkpoint()
    if latest is None:
        return
    known = [item.key for item in _log_keys() if item.demanded_at(latest.size)]
    part.covered |= dict.fromkeys(_marks(known), latest.size)
    expected = roots(queries.node_reader())(latest.size)
    for mark, _finding in of_one(latest.size, bytes(latest.root), bytes(latest.note), expected, known):
        part.broken.append((mark, 0, latest.size))


def latest_checkpoint() -> LogCheckpoint | None:
    """Without the time of publication, which no signature covers and which may be unreadable."""
    columns = select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note)
    found = db.session.execute(columns.order_by(LogCheckpoint.size.desc()).limit(1)).one_or_none()
    return None if found is None else LogCheckpoint(size=found.size, root=found.root, note=found.note)


def covering(index: int, part: Part) -> None:
    """The first checkpoint that covers the leaf: the one its receipt was made from."""
    first = select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note).where(LogCheckpoint.size > index)
    for size, root, signed in db.session.execute(first.order_by(LogCheckpoint.size).limit(1)):
        derived = roots(queries.node_reader())(size)
        for mark, finding in of_one(
            size, bytes(root), bytes(signed), derived, [item.key for item in _log_keys() if item.demanded_at(size)]
        ):
            part.findings.append(finding)
            part.broken.append((mark, index, index + 1))

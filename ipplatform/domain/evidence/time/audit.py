"""Re-verifies every stored token at its own time, against the stored bytes it stamps. It never repairs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from ipplatform.domain.evidence.audit.findings import Finding, shown
from ipplatform.domain.evidence.audit.rows import is_moment, raw_text, text_of
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import note as notes
from ipplatform.domain.evidence.models import LogCheckpoint
from ipplatform.domain.evidence.time import chain, store
from ipplatform.domain.evidence.time.chain import Link
from ipplatform.domain.evidence.time.errors import TokenError
from ipplatform.domain.evidence.time.models import StampedCheckpoint, TimeAnchor
from ipplatform.foundation.db import db

BATCH = 200
MOMENTS = ("gen_time", "earliest_at", "latest_at", "certificates_end_at", "received_at")
UNREADABLE = (ValueError, TypeError, DBAPIError)


def findings() -> Iterator[Finding]:
    """Every token, note and file that is not what it was when it was verified first; nothing when all is whole.

    `record` is "checkpoint <size>" of the stamped checkpoint; a token that renewals rest on costs those too.
    """
    yield from _orphans()
    sizes = list(db.session.scalars(select(StampedCheckpoint.size).order_by(StampedCheckpoint.size)))
    for start in range(0, len(sizes), BATCH):
        part = sizes[start : start + BATCH]
        try:
            found = list(_of_sizes(part))
        except UNREADABLE:
            found = [item for size in part for item in _of_damaged(size)]
        yield from found


def stamped_sizes() -> list[int]:
    """The sizes of the stamped checkpoints, in order."""
    return list(db.session.scalars(select(StampedCheckpoint.size).order_by(StampedCheckpoint.size)))


def _orphans() -> Iterator[Finding]:
    known = select(StampedCheckpoint.size)
    lost = select(TimeAnchor.checkpoint_size).where(TimeAnchor.checkpoint_size.not_in(known)).distinct()
    for size in db.session.scalars(lost):
        yield Finding(f"checkpoint {size}", "time_checkpoint", "the checkpoint that was stamped", "(missing)")


def _of_damaged(size: int) -> list[Finding]:
    try:
        return list(_of_sizes([size]))
    except UNREADABLE as error:
        return [Finding(f"checkpoint {size}", "time_anchor", "a readable row", shown(type(error).__name__))]


def _of_sizes(sizes: Sequence[int]) -> Iterator[Finding]:
    noted = db.session.execute(
        select(StampedCheckpoint.size, StampedCheckpoint.note, LogCheckpoint.root)
        .join(LogCheckpoint, LogCheckpoint.size == StampedCheckpoint.size, isouter=True)
        .where(StampedCheckpoint.size.in_(sizes))
    ).all()
    rows = db.session.scalars(
        select(TimeAnchor).where(TimeAnchor.checkpoint_size.in_(sizes)).order_by(TimeAnchor.checkpoint_size)
    ).all()
    yield from _spelling(rows)
    files = store.files_of(rows)
    damaged = {name for name, data in files.items() if hashlib.sha256(data).hexdigest() != name}
    grouped = {size: list(group) for size, group in groupby(rows, key=attrgetter("checkpoint_size"))}
    for size, note, root in sorted(noted):
        yield from _note(size, bytes(note), root)
        yield from _tokens(size, bytes(note), grouped.get(size, []), files, damaged)


def _spelling(rows: Sequence[TimeAnchor]) -> Iterator[Finding]:
    """A time in another spelling is read as the same: only its bytes tell that it was changed."""
    stored = [raw_text(getattr(TimeAnchor, name).expression) for name in MOMENTS]
    found = select(TimeAnchor.id, *stored).where(TimeAnchor.id.in_([row.id for row in rows]))
    values = {identity: texts for identity, *texts in db.session.execute(found)}
    for row in rows:
        for name, value in zip(MOMENTS, values[row.id], strict=True):
            if not is_moment(text_of(value), getattr(row, name)):
                field = f"{_name(row)} (row), {name}"
                yield Finding(
                    f"checkpoint {row.checkpoint_size}", field, shown(getattr(row, name)), shown(text_of(value))
                )


def _note(size: int, note: bytes, root: bytes | None) -> Iterator[Finding]:
    try:
        head = checkpoints.parse(notes.parse(note).text)
        whole = (head.size, head.root) == (size, bytes(root or b""))
    except (notes.NoteError, checkpoints.CheckpointError):
        whole = False
    if not whole:
        yield Finding(f"checkpoint {size}", "time_checkpoint.note", "the head that the log published", shown(note))


def _tokens(
    size: int, note: bytes, rows: Sequence[TimeAnchor], files: dict[str, bytes], damaged: set[str]
) -> Iterator[Finding]:
    if not rows:
        yield Finding(f"checkpoint {size}", "time_anchor", "a token over this checkpoint", "(missing)")
    links: list[tuple[TimeAnchor, Link]] = []
    for row in rows:
        yield from _row(size, row, files, damaged)
        try:
            links.append((row, store.link_of(row, files)))
        except TokenError as error:
            yield Finding(f"checkpoint {size}", f"{_name(row)}.pem", "the certificates of the token", shown(error))
    for row, link in links:
        try:
            chain.verify(note, [other for _row, other in links], link)
        except TokenError as error:
            yield Finding(f"checkpoint {size}", f"{_name(row)}.tsr", "a valid time stamp", shown(error))


def _row(size: int, row: TimeAnchor, files: dict[str, bytes], damaged: set[str]) -> Iterator[Finding]:
    values = {name: getattr(row, name) for name in store.SEALED}
    if store.seal_of(values) != bytes(row.seal):
        yield Finding(f"checkpoint {size}", f"{_name(row)} (row)", "the row as it was stored", "another value")
    for ending, name in (("pem", row.chain), ("crl", row.crls)):
        if name is not None and (name in damaged or name not in files):
            found = "other bytes" if name in damaged else "(missing)"
            yield Finding(f"checkpoint {size}", f"{_name(row)}.{ending}", f"SHA-256 {name}", found)


def _name(row: TimeAnchor) -> str:
    return f"time/{chain.stem(row.renewal, row.authority)}"

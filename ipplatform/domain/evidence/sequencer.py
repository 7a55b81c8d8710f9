"""Gives pending entries their place, signs the head and publishes it. EVIDENCE.md section 2, steps 2 to 5.

Each step can be interrupted and run again: indexes, leaves, tiles and size change in one transaction; the signer signs
the same head again with the same bytes; a file that exists is only compared; the database learns of the checkpoint last.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import exists, func, select, text, update
from sqlalchemy.exc import OperationalError

from ipplatform.domain.evidence import keys, publish, queries, signer, signer_link, tree
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.formats import note as notes
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.models import LogCheckpoint, LogState, Record
from ipplatform.domain.evidence.store.interface import Mismatch
from ipplatform.foundation import clock, settings
from ipplatform.foundation.db import LockHeld, db, held_by_one, hold_pages, lock_row, transaction

BATCH = 64 * tiles.WIDTH
LOCK_FILE = "sequencer.lock"
LOCK_NUMBER = int.from_bytes(b"ipp log", "big")
log = structlog.get_logger()

ASSIGN = text(
    "UPDATE evidence_record SET leaf_index = :size + pending.place - 1 FROM ("
    "SELECT id, row_number() OVER (ORDER BY id) AS place FROM evidence_record "
    "WHERE leaf_index IS NULL ORDER BY id LIMIT :most) AS pending WHERE pending.id = evidence_record.id"
)
COPY = text(
    "INSERT INTO log_leaf (leaf_index, entry) "
    "SELECT leaf_index, leaf FROM evidence_record WHERE leaf_index >= :size ORDER BY leaf_index"
)


STOPS = (
    signer.Refused,
    Mismatch,
    keys.KeyProblem,
    tiles.TileError,
    merkle.ProofError,
    notes.NoteError,
    checkpoints.CheckpointError,
)


class Halt(Exception):
    """The sequencer stopped and must not go on by itself; the message tells an operator why and what to do."""


class Busy(Exception):
    """Another sequencer holds the lock."""


def run_once() -> int:
    """Integrate, sign and publish what is pending; how many entries were integrated.

    Raises Busy when another sequencer runs, Halt on any mismatch or storage error. A database that cannot be reached
    raises OperationalError: nothing was half done, so the caller may try again.
    """
    with guarded() as still_alone:
        signer.require_not_frozen()
        integrated = integrate()
        publish_head(still_alone)
    return integrated


def run_all() -> int:
    """Until nothing is pending; how many entries were integrated."""
    total = 0
    while integrated := run_once():
        total += integrated
    return total


def integrate() -> int:
    """Step 2: up to BATCH pending entries become leaves. One transaction under the lock of the state row."""
    with transaction(reads_only=True):
        if queries.state() is not None and not db.session.scalar(select(exists().where(Record.leaf_index.is_(None)))):
            return 0
    with transaction():
        hold_pages()
        state = locked_state()
        _require_what_was_signed(state)
        leaves = _assign(state.size)
        if leaves:
            extend(state, leaves)
    db.session.expire_all()
    return len(leaves)


def _require_what_was_signed(state: LogState) -> None:
    """Nothing gets a place in a database put back from a backup: the tail could not be taken back any more."""
    last = signer.head()
    if last is not None and last.size > state.size:
        signer.refuse_smaller(state.size, last)


def publish_head(still_alone: Callable[[], None]) -> None:
    """Steps 3 and 4: sign what is integrated, publish its tiles, then the checkpoint, then tell the database."""
    with transaction(reads_only=True):
        state = queries.state()
        if state is None or (state.size == state.published_size and queries.latest_checkpoint() is not None):
            return
        head = Checkpoint(state.origin, state.size, bytes(state.root))
        require_edge(state)
        since = state.published_size
        standing = publish.require_standing(state)
        note = signer_link.sign(head, prove_to(head.size))
        publish.tiles_between(since, head.size)
    still_alone()
    publish.checkpoint(note, instead_of=standing)
    publish.remove_partials(since, head.size)
    record_publication(head, note)


def prove_to(size: int) -> signer.Prover:
    return lambda old: merkle.consistency_proof(old, size, queries.node_reader(old, size))


def record_publication(head: Checkpoint, note: bytes) -> None:
    with transaction():
        lock_row(LogState, 1)
        if db.session.get(LogCheckpoint, head.size) is None:
            moment = clock.now()
            db.session.add(LogCheckpoint(size=head.size, root=head.root, note=note, published_at=moment))
        ended = {"published_size": head.size, "halted_at": None, "halted_reason": None}
        db.session.execute(update(LogState).values(ended))


def locked_state() -> LogState:
    """The state row, made on first use. Raises KeyProblem when it is of another log."""
    state = lock_row(LogState, 1)
    if state is None:
        state = LogState(id=1, origin=settings.current().origin, size=0, root=merkle.EMPTY_ROOT, published_size=0)
        db.session.add(state)
        db.session.flush()
    if state.origin != settings.current().origin:
        raise keys.KeyProblem(
            f"The log's origin is {state.origin}; LOG_ORIGIN must stay the same for ever. If the database was restored "
            "from before that log ended, run `ipplatform log replay-tail`."
        )
    return state


def _assign(size: int) -> list[bytes]:
    """Indexes from the tree size, never from a database sequence: rolled back transactions would leave gaps."""
    assigned = db.session.execute(ASSIGN, {"size": size, "most": BATCH})
    if not assigned.rowcount:  # type: ignore[attr-defined]
        return []
    db.session.execute(COPY, {"size": size})
    entries = tree.leaf_entries(size, size + assigned.rowcount - 1)  # type: ignore[attr-defined]
    return [merkle.leaf_hash(entry) for entry in entries]


def extend(state: LogState, leaves: list[bytes]) -> None:
    old = state.size
    edge = require_edge(state)
    changed = tiles.extend(old, leaves, edge)
    new = old + len(leaves)
    tree.store_tiles(changed, old)
    grown = {level: data for (level, number), data in changed.items() if tree.is_edge(level, number, new)}
    root = tree.root_of(new, edge | grown)
    swapped = db.session.execute(
        update(LogState).where(LogState.id == 1, LogState.size == old).values(size=new, root=root)
    )
    if swapped.rowcount != 1:  # type: ignore[attr-defined]
        raise tiles.TileError("the log's size changed while its row was locked")


def require_edge(state: LogState) -> dict[int, bytes]:
    """The right edge, re-derived from the tiles. Raises TileError when it does not give the state's root and sizes."""
    if not 0 <= state.published_size <= state.size:
        raise tiles.TileError(
            f"The database says that {state.published_size} of {state.size} entries are published, which cannot be: the "
            "log's row was changed. Run `ipplatform log fsck`, restore it, and start the sequencer again."
        )
    edge = tree.right_edge(state.size)
    if tree.root_of(state.size, edge) != bytes(state.root):
        raise tiles.TileError(
            f"The tiles in the database do not give the root of the log's {state.size} entries: a tile or the root "
            "was changed. Run `ipplatform log fsck` to find which, restore it, and start the sequencer again."
        )
    return edge


@contextmanager
def guarded() -> Iterator[Callable[[], None]]:
    """Alone, and with every mismatch or storage error turned into Halt. Yields a check that this is still so."""
    with exclusive() as still_alone:
        try:
            yield still_alone
        except STOPS as error:
            raise _halt(str(error)) from error
        except OSError as error:
            raise _halt(
                f"Storage failed: {error}. Nothing was published after that. Repair the storage (space, permissions, "
                "mount) and start the sequencer again; it continues where it stopped."
            ) from error


@contextmanager
def exclusive() -> Iterator[Callable[[], None]]:
    """One sequencer on this node by a lock file, one on all nodes by a lock of the database (PostgreSQL)."""
    folder = settings.current().signer_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / LOCK_FILE, "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with held_by_one(LOCK_NUMBER) as still_alone:
                yield still_alone
        except BlockingIOError as error:
            raise Busy("another sequencer is running on this node") from error
        except LockHeld as error:
            raise Busy("another sequencer is running on another node") from error


def _halt(reason: str) -> Halt:
    """Write the reason where pages and the audit show it; a database that cannot take it does not hide it."""
    stored = True
    try:
        with transaction():
            since = func.coalesce(LogState.halted_at, clock.now())
            db.session.execute(update(LogState).values(halted_at=since, halted_reason=reason))
    except OperationalError:
        stored = False
    # Afterwards: the log itself may be on the disk that is full.
    log.critical("sequencer halted", reason=reason, stored=stored)
    return Halt(reason)

"""The ways back: a database or a place of publication restored from a backup, a signer without memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import insert, text

from ipplatform.domain.evidence import keys, publish, queries, sequencer, signer
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.models import LogLeaf, LogState
from ipplatform.domain.evidence.signer import Head
from ipplatform.domain.evidence.store.choice import published
from ipplatform.domain.evidence.store.interface import Mismatch, Store
from ipplatform.foundation.db import db, transaction

# A leaf holds its record's commitment, which no other record has; equal bytes are the same filing.
LINK = text(
    "UPDATE evidence_record SET leaf_index = log_leaf.leaf_index FROM log_leaf WHERE log_leaf.leaf_index >= :start "
    "AND log_leaf.entry = evidence_record.leaf AND evidence_record.leaf_index IS NULL"
)


@dataclass(frozen=True)
class Replayed:
    """`missing` entries came back; `orphans` of them have no record in the database any more."""

    size: int
    missing: int
    orphans: int


def check_at_start() -> None:
    """Compare the tree that the tiles give with state, last signed head and published checkpoint. Raises Halt."""
    with sequencer.guarded(), transaction(reads_only=True):
        state = queries.state()
        last = signer.head()
        size = state.size if state else 0
        if state is not None:
            sequencer.require_edge(state)
        if last is not None and last.size > size:
            signer.refuse_smaller(size, last)
        if last is not None and last.size and merkle.root(last.size, queries.node_reader(0, last.size)) != last.root:
            raise tiles.TileError(
                f"The tiles in the database do not give the root signed at {last.size} entries. Run "
                "`ipplatform log fsck` to find what was changed, restore it, and start the sequencer again."
            )
        if state is not None:
            publish.require_standing(state)


def replay_tail() -> Replayed:
    """Take the entries beyond the database's log back from the published tiles.

    Raises Halt when the published files do not continue the database's log to the published or last signed head.
    """
    with sequencer.guarded():
        note = _require_published()
        head = keys.open_checkpoint(note)
        target = _target(head)
        with transaction():
            state = sequencer.locked_state()
            if head.size < state.published_size:
                publish.require_standing(state)
            start = state.size
            linked = extend_to(state, target, published())
        sequencer.record_publication(head, note)
    db.session.expire_all()
    missing = max(0, target.size - start)
    return Replayed(max(start, target.size), missing, missing - linked)


def extend_to(state: LogState, target: Head, store: Store) -> int:
    """Take the entries beyond `state.size` from the files at `store`; how many of them found their record.

    The caller holds the row and the transaction. Raises Mismatch, or TileError when they do not lead to `target`.
    """
    start = state.size
    _append_published(state, target.size, store)
    sequencer.require_edge(state)
    if merkle.root(target.size, queries.node_reader(0, target.size)) != target.root:
        raise tiles.TileError("The published entries do not lead to the signed root; nothing was taken back.")
    linked = db.session.execute(LINK, {"start": start})
    return int(linked.rowcount)  # type: ignore[attr-defined]


def republish() -> int:
    """Write the files that the place of publication has lost from the database; how many entries are published.

    Raises Halt when a file there differs, or when it knows more than the database.
    """
    with sequencer.guarded() as still_alone:
        with transaction(reads_only=True):
            state, latest = queries.state(), queries.latest_checkpoint()
            if state is None or latest is None:
                raise Mismatch("The database has published nothing yet; there is nothing to write.")
            sequencer.require_edge(state)
            if merkle.root(latest.size, queries.node_reader(0, latest.size)) != bytes(latest.root):
                raise tiles.TileError(
                    "The database's tiles do not give its last checkpoint. Run `ipplatform log fsck`."
                )
            standing = publish.standing()
            known = keys.open_checkpoint(standing).size if standing else 0
            if known > latest.size:
                publish.require_standing(state)
            publish.tiles_between(0, latest.size)
        still_alone()
        if known < latest.size or standing is None:
            publish.checkpoint(bytes(latest.note), instead_of=standing)
    return latest.size


def adopt() -> Head:
    """Give a signer without memory the published checkpoint as its last head, after verifying its signatures."""
    with sequencer.guarded():
        if signer.head_exists():
            raise signer.Refused("The signer has its memory; there is nothing to adopt.")
        found = keys.open_checkpoint(_require_published())
        head = Head(found.size, found.root)
        signer.remember(head)
    return head


def _require_published() -> bytes:
    note = publish.standing()
    if note is None:
        raise Mismatch(f"There is no published checkpoint at {published().where(publish.CHECKPOINT_FILE)}.")
    return note


def _target(head: checkpoints.Checkpoint) -> Head:
    """The published head, or the last signed one when its tiles were published and only the checkpoint was not."""
    last = signer.head()
    if last is None or last.size <= head.size:
        return Head(head.size, head.root)
    if published().read(_last_tile(last.size).path) is None:
        raise signer.Refused(
            f"The signer signed {last.size} entries, but only {head.size} were published; the rest was in the lost "
            f"part of the database alone. If no backup has it and no witness saw that head, move the signer's memory "
            "away and run `ipplatform log adopt`, which continues from the published checkpoint, then this again."
        )
    return last


def _last_tile(size: int) -> tiles.Tile:
    return tiles.Tile(tiles.ENTRIES, (size - 1) // tiles.WIDTH, (size - 1) % tiles.WIDTH + 1)


def _append_published(state: LogState, size: int, store: Store) -> None:
    batch: list[bytes] = []
    for entry in published_entries(store, state.size, size):
        batch.append(entry)
        if len(batch) == sequencer.BATCH:
            _append(state, batch)
            batch = []
    if batch:
        _append(state, batch)


def _append(state: LogState, entries: list[bytes]) -> None:
    rows = [{"leaf_index": state.size + place, "entry": entry} for place, entry in enumerate(entries)]
    db.session.execute(insert(LogLeaf), rows)
    sequencer.extend(state, [merkle.leaf_hash(entry) for entry in entries])
    db.session.refresh(state)


def published_entries(store: Store, start: int, size: int) -> Iterator[bytes]:
    """Entries `start` to `size` of a log published at `store`, unverified. Raises Mismatch when a file is missing."""
    for number in range(start // tiles.WIDTH, -(-size // tiles.WIDTH)):
        width = min(tiles.WIDTH, size - number * tiles.WIDTH)
        path = tiles.Tile(tiles.ENTRIES, number, width).path
        data = store.read(path)
        if data is None:
            raise Mismatch(f"{store.where(path)} is missing. Restore the published files first.")
        entries = tiles.decode_entries(data)
        yield from entries[max(0, start - number * tiles.WIDTH) :]

"""Comparing the database's log with what was signed and published, at start and after a restored backup."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import insert, select, update

from ipplatform.domain.evidence import keys, leaf, publish, queries, sequencer, signer
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.models import LogLeaf, LogState, Record
from ipplatform.foundation.db import db, transaction


def check_at_start() -> None:
    """Re-derive the right edge from the tiles and compare it with state and last signed head. Raises Halt."""
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
                "`ipplatform audit run --full` to find what was changed, restore it, and start the sequencer again."
            )


def replay() -> tuple[int, int]:
    """Take the entries beyond the database's log back from the published tiles.

    Returns how many entries came back and how many of them have no record in this database any more. Raises Halt when
    the published files do not continue the database's log to the signed head.
    """
    with sequencer.guarded():
        published = published_checkpoint()
        with transaction():
            state = sequencer.locked_state()
            missing = _append_published(state, published.size)
            sequencer.require_edge(state)
            if bytes(state.root) != published.root:
                raise tiles.TileError("The published entries do not lead to the published checkpoint's root.")
            orphans = _link_records(published.size - missing)
        sequencer.record_publication(published, publish.checkpoint_path().read_bytes())
    db.session.expire_all()
    return missing, orphans


def adopt() -> signer.Head:
    """Give a signer without memory the published checkpoint as its last head, after verifying its signatures."""
    with sequencer.guarded():
        if signer.head_exists():
            raise signer.Refused("The signer has its memory; there is nothing to adopt.")
        published = published_checkpoint()
        head = signer.Head(published.size, published.root)
        signer.remember(head)
    return head


def published_checkpoint() -> checkpoints.Checkpoint:
    """The published checkpoint, signatures verified. Raises NoteError or CheckpointError."""
    data = publish.checkpoint_path().read_bytes()
    return keys.open_checkpoint(data)


def _append_published(state: LogState, size: int) -> int:
    start, batch = state.size, []
    for index, entry in _published_entries(start, size):
        batch.append({"leaf_index": index, "entry": entry})
        if len(batch) == sequencer.BATCH:
            _append(state, batch)
            batch = []
    if batch:
        _append(state, batch)
    return max(0, size - start)


def _append(state: LogState, rows: list[dict[str, object]]) -> None:
    db.session.execute(insert(LogLeaf), rows)
    sequencer.extend(state, [merkle.leaf_hash(row["entry"]) for row in rows])  # type: ignore[arg-type]
    db.session.refresh(state)


def _published_entries(start: int, size: int) -> Iterator[tuple[int, bytes]]:
    for number in range(start // tiles.WIDTH, -(-size // tiles.WIDTH)):
        width = min(tiles.WIDTH, size - number * tiles.WIDTH)
        data = publish.path_of(tiles.Tile(tiles.ENTRIES, number, width)).read_bytes()
        for place, entry in enumerate(tiles.decode_entries(data)):
            index = number * tiles.WIDTH + place
            if index >= start:
                yield index, entry


def _link_records(start: int) -> int:
    """Give the records that this database still has their indexes; how many entries have none."""
    orphans = 0
    rows = db.session.execute(select(LogLeaf.leaf_index, LogLeaf.entry).where(LogLeaf.leaf_index >= start)).all()
    for index, entry in rows:
        commitment = bytes.fromhex(leaf.parse(bytes(entry)).commitment)
        linked = update(Record).where(Record.commitment == commitment, Record.leaf_index.is_(None))
        changed = db.session.execute(linked.values(leaf_index=index))
        orphans += changed.rowcount == 0  # type: ignore[attr-defined]
    return orphans

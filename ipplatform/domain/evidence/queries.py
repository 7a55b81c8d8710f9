"""Reading the log: records, their state of proof, tiles and proofs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.formats.proof import ProofFile
from ipplatform.domain.evidence.models import LogCheckpoint, LogState, LogTile, Record
from ipplatform.foundation.db import db

AWAITING = "awaiting"
INCLUDED = "included"
MOST_TILES_HELD = 256


@dataclass(frozen=True)
class Receipt:
    """State of proof of a record; `proof` is None until a signed, published checkpoint covers it."""

    state: str
    size: int
    proof: ProofFile | None


def record_by_filing(public_id: str) -> Record | None:
    return db.session.scalars(select(Record).where(Record.public_id == public_id)).one_or_none()


def history(asset: str) -> list[Record]:
    """Every record of an asset, oldest first."""
    return list(db.session.scalars(select(Record).where(Record.asset == asset).order_by(Record.id)))


def published_size() -> int:
    """How many leaves the latest published checkpoint covers."""
    return db.session.scalar(select(LogState.published_size)) or 0


def state() -> LogState | None:
    return db.session.scalars(select(LogState)).one_or_none()


def latest_checkpoint() -> LogCheckpoint | None:
    return db.session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)).one_or_none()


def is_included(record: Record) -> bool:
    """Whether the leaf is in a signed and published checkpoint; only then may people read "registered"."""
    return record.leaf_index is not None and record.leaf_index < published_size()


def inclusion_states(record_ids: Iterable[int]) -> dict[int, str]:
    """Record id to INCLUDED or AWAITING, in two statements however many."""
    wanted = list(record_ids)
    if not wanted:
        return {}
    size = published_size()
    rows = db.session.execute(select(Record.id, Record.leaf_index).where(Record.id.in_(wanted)))
    return {identity: INCLUDED if index is not None and index < size else AWAITING for identity, index in rows}


def receipt(record: Record) -> Receipt:
    """The record's state with its inclusion proof in the latest published checkpoint."""
    return receipt_at(record.leaf_index)


def receipt_at(index: int | None) -> Receipt:
    """As `receipt`, for the leaf at `index`."""
    checkpoint = latest_checkpoint()
    if checkpoint is None or index is None or index >= checkpoint.size:
        return Receipt(AWAITING, checkpoint.size if checkpoint else 0, None)
    path = merkle.inclusion_proof(index, checkpoint.size, node_reader(index, checkpoint.size))
    return Receipt(INCLUDED, checkpoint.size, ProofFile(index, tuple(path), bytes(checkpoint.note)))


def node_reader(index: int = 0, size: int = 0) -> merkle.Node:
    """Hashes of complete subtrees from the stored tiles, each tile read once (2 MiB are kept at most).

    The tiles that a proof for `index` in a tree of `size` needs are read in one statement.
    """
    held = _tiles_on_path(index, size) if size else {}

    def read(level: int, number: int) -> bytes:
        if (level, number) not in held:
            if len(held) >= MOST_TILES_HELD:
                held.clear()
            held[level, number] = tile_data(level, number)
        return held[level, number]

    return tiles.node_reader(read)


def tile_data(level: int, number: int) -> bytes:
    """Raises TileError when the tile is missing."""
    data = db.session.scalar(select(LogTile.data).where(LogTile.level == level, LogTile.number == number))
    if data is None:
        raise tiles.TileError(f"tile {level}/{number} is missing")
    return bytes(data)


def _tiles_on_path(index: int, size: int) -> dict[tuple[int, int], bytes]:
    wanted: list[tuple[int, int]] = []
    level, first, last = 0, index // tiles.WIDTH, (size - 1) // tiles.WIDTH
    while size >> (level * tiles.HEIGHT):
        wanted += [(level, first), (level, last)]
        level, first, last = level + 1, first // tiles.WIDTH, last // tiles.WIDTH
    rows = db.session.execute(
        select(LogTile.level, LogTile.number, LogTile.data).where(tuple_(LogTile.level, LogTile.number).in_(wanted))
    )
    return {(level, number): bytes(data) for level, number, data in rows}


def record_by_filing_id(public_id: str) -> int | None:
    """Only the row's id: reading the row could fail on a damaged value."""
    return db.session.scalar(select(Record.id).where(Record.public_id == public_id))

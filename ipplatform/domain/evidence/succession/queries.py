"""Reading what is kept of logs that ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from ipplatform.domain.evidence.formats import checkpoint, merkle, note, proof, tiles
from ipplatform.domain.evidence.store.choice import at
from ipplatform.domain.evidence.store.interface import Store
from ipplatform.domain.evidence.succession.models import FormerEntry, FormerLog
from ipplatform.foundation.db import db


@dataclass(frozen=True)
class Ended:
    """A log that ended, for people: its final size and root, when and why it ended."""

    log: FormerLog

    @property
    def root(self) -> bytes:
        return checkpoint.parse(note.parse(self.log.checkpoint).text).root


def former_logs() -> list[Ended]:
    """Newest first."""
    return [Ended(log) for log in db.session.scalars(select(FormerLog).order_by(FormerLog.id.desc()))]


def former_log(number: int) -> FormerLog | None:
    return db.session.get(FormerLog, number)


def since(number: int) -> list[FormerLog]:
    """The log of that number and those that ended after it, the oldest first."""
    return list(db.session.scalars(select(FormerLog).where(FormerLog.id >= number).order_by(FormerLog.id)))


def entries_of(record_id: int) -> list[tuple[FormerLog, FormerEntry]]:
    """Where a record stood before, the oldest log first."""
    statement = (
        select(FormerLog, FormerEntry)
        .join(FormerEntry, FormerEntry.log_id == FormerLog.id)
        .where(FormerEntry.record_id == record_id)
        .order_by(FormerLog.id)
    )
    return [(log, entry) for log, entry in db.session.execute(statement)]


def proof_of(log: FormerLog, index: int) -> proof.ProofFile:
    """Inclusion in the ended log's final head, from its published tiles. Raises TileError or OSError when one is gone."""
    path = merkle.inclusion_proof(index, log.size, node_reader(log))
    return proof.ProofFile(index, tuple(path), bytes(log.checkpoint))


def places_of(log: FormerLog, wanted: Collection[bytes]) -> dict[bytes, int]:
    """Where these entries stand in the ended log, each proved in its final head; those it does not hold are left out.

    Raises TileError, ProofError or OSError when its published files are damaged or away.
    """
    found: dict[bytes, int] = {}
    store, root = at(log.place), Ended(log).root
    for number in range(-(-log.size // tiles.WIDTH)):
        entries = tiles.decode_entries(_file(store, log.size, tiles.ENTRIES, number))
        if len(entries) != min(tiles.WIDTH, log.size - number * tiles.WIDTH):
            raise tiles.TileError(f"file {number} of the entries of the ended log is cut off")
        found |= {entry: number * tiles.WIDTH + place for place, entry in enumerate(entries) if entry in wanted}
    for entry, index in found.items():
        merkle.verify_inclusion(merkle.leaf_hash(entry), index, log.size, list(proof_of(log, index).path), root)
    return found


def node_reader(log: FormerLog) -> merkle.Node:
    store, held = at(log.place), dict[tuple[int, int], bytes]()

    def read(level: int, number: int) -> bytes:
        if (level, number) not in held:
            if len(held) > 64:
                held.clear()
            held[level, number] = _file(store, log.size, level, number)
        return held[level, number]

    return tiles.node_reader(read)


def _file(store: Store, size: int, level: int, number: int) -> bytes:
    count = size >> (max(level, 0) * tiles.HEIGHT)
    width = min(tiles.WIDTH, count - number * tiles.WIDTH)
    name = tiles.Tile(level, number, width).path
    data = store.read(name)
    if data is None:
        raise tiles.TileError(f"{store.where(name)} of the ended log is missing")
    return data

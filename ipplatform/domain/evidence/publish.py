"""Publishes the log as plain files: tiles first, the checkpoint last. EVIDENCE.md section 2, step 4."""

from __future__ import annotations

import structlog

from ipplatform.domain.evidence import keys, queries, tree
from ipplatform.domain.evidence.formats import merkle, tiles
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.models import LogState
from ipplatform.domain.evidence.store.choice import published
from ipplatform.domain.evidence.store.interface import Mismatch

CHECKPOINT_FILE = "checkpoint"
log = structlog.get_logger()


def standing() -> bytes | None:
    """The published checkpoint as it stands, unverified; None before the first."""
    return published().read(CHECKPOINT_FILE)


def require_standing(state: LogState) -> bytes | None:
    """The published checkpoint, when it is one that this database's log extends. Raises Mismatch.

    It may be ahead of what the database says is published, by a checkpoint that a killed process did not note.
    """
    data, latest = standing(), queries.latest_checkpoint()
    if state.published_size != (latest.size if latest else 0):
        raise Mismatch(_miscounted(state.published_size, latest.size if latest else 0))
    if latest is not None and data == bytes(latest.note):
        return data
    head = Checkpoint(state.origin, 0, merkle.EMPTY_ROOT) if data is None else keys.open_checkpoint(data)
    if head.size < state.published_size or (data is None and latest is not None):
        raise Mismatch(_older(head.size, state.published_size))
    if head.size > state.size:
        raise Mismatch(_newer(head.size, state.size))
    if merkle.root(head.size, queries.node_reader(0, head.size)) != head.root:
        raise Mismatch(_other(head.size))
    return data


def tiles_between(since: int, size: int) -> None:
    published().create(tree.files(since, size))


def checkpoint(note: bytes, *, instead_of: bytes | None) -> None:
    published().replace(CHECKPOINT_FILE, note, instead_of=instead_of)


def remove_partials(since: int, size: int) -> None:
    """Drop the partial tiles that full ones now replace. Readers of an older checkpoint take them from the full tile.

    A store that forbids removal only keeps more than it must.
    """
    for tile in (*tiles.tiles_between(since, size), *tiles.entry_tiles_between(since, size)):
        if tile.width == tiles.WIDTH and tree.is_edge(max(tile.level, 0), tile.number, since):
            try:
                published().remove(f"{tile.path}.p")
            except OSError as error:
                log.warning("partial tiles are kept", tile=tile.path, error=str(error))


def _miscounted(published_size: int, size: int) -> str:
    return (
        f"The database says that {published_size} entries are published, but its last checkpoint is of {size}: the log's "
        "row or its checkpoints were changed. Run `ipplatform log fsck` to see which, restore it, and start the sequencer "
        "again."
    )


def _older(published_size: int, size: int) -> str:
    where = published().where(CHECKPOINT_FILE)
    return (
        f"{where} is of {published_size} entries, but {size} were published before: it was lost, or restored from a "
        "backup. Put the newer one back; or run `ipplatform log republish`, which writes the missing files from the "
        "database and changes none. Then start the sequencer again."
    )


def _newer(published_size: int, size: int) -> str:
    where = published().where(CHECKPOINT_FILE)
    return (
        f"The database's log has {size} entries, but {where} is of {published_size}. The database was probably restored "
        "from a backup. Run `ipplatform log replay-tail`: it takes the missing entries back from the published tiles."
    )


def _other(size: int) -> str:
    where = published().where(CHECKPOINT_FILE)
    return (
        f"{where} is signed, but the database gives another root for its {size} entries. Entries were changed, or two "
        "databases wrote one log. Run `ipplatform log fsck` to see where they part, restore the database that the "
        "published tiles belong to, and start the sequencer again. Do not remove a published file."
    )

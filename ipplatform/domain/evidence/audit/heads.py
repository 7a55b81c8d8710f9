"""What stands above and beside the leaves: upper tiles, counts, the root, the signer's head and the published files."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from ipplatform.domain.evidence import keys, publish, queries, signer
from ipplatform.domain.evidence.audit import files, log, signatures
from ipplatform.domain.evidence.audit.findings import Finding, Part, difference, shown
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import merkle, note, tiles
from ipplatform.domain.evidence.models import LogCheckpoint, LogLeaf, LogState, LogTile
from ipplatform.domain.evidence.store.choice import published
from ipplatform.domain.evidence.witness import quorum
from ipplatform.foundation import settings
from ipplatform.foundation.db import db


def step() -> Part:
    """All of it at once: a tree of a hundred million leaves has 1,500 upper tiles."""
    part = Part(0, ended=True)
    state = queries.state()
    if state is None:
        return part
    _upper(state, part)
    part.findings += [*_counts(state), *_beyond(state)]
    try:
        part.findings += _roots(state)
    except tiles.TileError as error:
        part.findings.append(Finding("log", "root", "a root of the stored tiles", str(error)))
    part.findings += [*_published_head(state), *_state(state)]
    signatures.newest(part)
    return part


def _upper(state: LogState, part: Part) -> None:
    above = log.Above()
    for tile in tiles.tiles_of(state.size):
        if tile.level == 0:
            continue
        data = above(tile.level, tile.number)
        part.findings += log.length(tile, data)
        if tile.width == tiles.WIDTH and len(data) == tiles.FULL_BYTES:
            log.add_parent(part, tile.level, tile.number, {merkle.fold(tiles.split_hashes(data))}, above)
        part.findings += files.of_hashes(tile, data, state.published_size)


def _counts(state: LogState) -> Iterator[Finding]:
    expected_tiles = sum(1 for _ in tiles.tiles_of(state.size))
    for name, table, expected in (("log_leaf", LogLeaf, state.size), ("log_tile", LogTile, expected_tiles)):
        found = db.session.scalar(select(func.count()).select_from(table))
        if found != expected:
            yield Finding("log", f"rows of {name}", str(expected), str(found))


def _beyond(state: LogState) -> Iterator[Finding]:
    """Checkpoints of a size that no walk over the leaves reaches."""
    beyond = select(LogCheckpoint.size).where(LogCheckpoint.size > state.size).order_by(LogCheckpoint.size).limit(100)
    for size in db.session.scalars(beyond):
        yield Finding(f"checkpoint {size}", "log_checkpoint.size", f"at most {state.size}, the log's size", str(size))
    if state.size == 0:
        empty = select(LogCheckpoint.root, LogCheckpoint.note).where(LogCheckpoint.size == 0)
        for root, signed in db.session.execute(empty):
            found = signatures.of_one(0, bytes(root), bytes(signed), merkle.EMPTY_ROOT, keys.verifier_keys(0))
            yield from (finding for _mark, finding in found)


def _roots(state: LogState) -> Iterator[Finding]:
    node = queries.node_reader()
    root = merkle.root(state.size, node)
    if root != bytes(state.root):
        yield difference("log", "log_state.root", root, bytes(state.root))
    try:
        head = signer.head()
    except signer.Refused as error:
        yield Finding("signer", "head", "the last signed head", shown(str(error)))
        return
    if head is None:
        return
    if head.size > state.size:
        yield Finding("log", "log_state.size", f"at least {head.size}, which was signed", str(state.size))
    elif merkle.root(head.size, node) != head.root:
        yield difference("log", f"root at {head.size}", head.root, merkle.root(head.size, node))


def _published_head(state: LogState) -> Iterator[Finding]:
    latest = queries.latest_checkpoint()
    if latest is None:
        return
    found = published().read(publish.CHECKPOINT_FILE) or b""
    if not quorum.is_published_form(found, latest) and not _is_newer(found, latest.size, state):
        yield difference("log", "published checkpoint", bytes(latest.note), found)
    policy = keys.published_policy() or b""
    if not keys.demands_what_it_should(policy):
        yield difference("log", "published policy", keys.policy().text.encode(), policy)


def _is_newer(found: bytes, size: int, state: LogState) -> bool:
    """Whether a sequencer at work has just published a larger head, which the audit's view does not know of yet."""
    try:
        head = keys.open_checkpoint(found)
    except (note.NoteError, checkpoints.CheckpointError):
        return False
    if head.size <= size:
        return False
    return head.size > state.size or merkle.root(head.size, queries.node_reader()) == head.root


def _state(state: LogState) -> Iterator[Finding]:
    latest = queries.latest_checkpoint()
    if state.origin != settings.current().origin:
        yield difference("log", "log_state.origin", settings.current().origin, state.origin)
    if latest is not None and latest.size != state.published_size:
        yield Finding("log", "log_state.published_size", str(latest.size), str(state.published_size))

"""What stands above and beside the leaves: upper tiles, counts, the root, the signer's head and the published files."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from ipplatform.domain.evidence import keys, publish, queries, signer
from ipplatform.domain.evidence.audit import files, log, rows, signatures
from ipplatform.domain.evidence.audit.findings import Finding, Part, difference, shown
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import cosignature, merkle, note, tiles
from ipplatform.domain.evidence.formats.signing import MLDSA44
from ipplatform.domain.evidence.models import LogCheckpoint, LogLeaf, LogState, LogTile
from ipplatform.domain.evidence.store.choice import published
from ipplatform.domain.evidence.witness import quorum
from ipplatform.foundation import settings
from ipplatform.foundation.db import db


def step() -> Part:
    """All of it at once: a tree of a hundred million leaves has 1,500 upper tiles."""
    part, state = Part(0, ended=True), rows.log_state()
    if state is None:
        if db.session.scalar(select(func.count()).select_from(LogState)):
            part.findings.append(Finding("log", "log_state", "a readable row", "none"))
        return part
    if state.size < 0:
        part.findings.append(Finding("log", "log_state.size", "a size", str(state.size)))
        return part
    _upper(state, part)
    part.findings += [*_keys(), *_counts(state), *_beyond(state)]
    for look in (_roots, _published_head, _state):
        try:
            part.findings += look(state)
        except tiles.TileError as error:
            part.findings.append(Finding("log", "root", "a root of the stored tiles", str(error)))
        except keys.KeyProblem as error:
            part.findings.append(Finding("keys", keys.VKEYS_FILE, "keys that judge this log", shown(str(error))))
    signatures.newest(part)
    return part


def _keys() -> Iterator[Finding]:
    """The file of verifier keys: readable, as it was written, and of both algorithms for every checkpoint there is."""
    path = settings.current().keys_dir / keys.VKEYS_FILE
    try:
        found = keys.log_keys()
        whole = path.read_text() == "".join(item.line for item in found)
    except (keys.KeyProblem, ValueError) as error:
        yield Finding("keys", keys.VKEYS_FILE, "keys that judge this log", shown(str(error)))
        return
    if not whole:
        yield Finding("keys", keys.VKEYS_FILE, "the file in the form it was written in", "another form")
    for algorithm in keys.PURPOSE_OF:
        spans = sorted((item.since, item.until) for item in found if item.key.algorithm == algorithm)
        if not spans or spans[-1][1] is not None:
            yield Finding("keys", keys.VKEYS_FILE, f"a key of type 0x{algorithm:02x} for sizes to come", "none")
    for item in found:
        for size in _signed_beyond(item):
            span = f"sizes from {item.since}" + (f" to before {item.until}" if item.until is not None else "")
            yield Finding("keys", keys.VKEYS_FILE, f"no signature by {item.key.key_id.hex()} but of {span}", str(size))


def _signed_beyond(item: keys.LogKey) -> Iterator[int]:
    """The sizes next to the key's span whose checkpoint bears its signature although none is demanded."""
    columns = select(LogCheckpoint.size, LogCheckpoint.note).limit(1)
    before = columns.where(LogCheckpoint.size < item.since).order_by(LogCheckpoint.size.desc())
    after = columns.where(LogCheckpoint.size >= (item.until or 0)).order_by(LogCheckpoint.size)
    for statement in (before, *([after] if item.until is not None else [])):
        for size, signed in db.session.execute(statement):
            try:
                signers = {line.key_id for line in note.parse(bytes(signed)).signatures}
            except note.NoteError:
                continue
            if item.key.key_id in signers:
                yield size


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
            yield Finding("log", f"log_state.size or rows of {name}", str(expected), str(found))


def _beyond(state: LogState) -> Iterator[Finding]:
    """Checkpoints of a size that no walk over the leaves reaches."""
    beyond = select(LogCheckpoint.size).where(LogCheckpoint.size > state.size).order_by(LogCheckpoint.size).limit(100)
    for size in db.session.scalars(beyond):
        yield Finding(f"checkpoint {size}", "log_checkpoint.size", f"at most {state.size}, the log's size", str(size))
    for size in db.session.scalars(select(LogCheckpoint.size).where(LogCheckpoint.size < 0).limit(100)):
        yield Finding(f"checkpoint {size}", "log_checkpoint.size", "a size", str(size))
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
        yield Finding("signer", "head", f"at most {state.size}, the size of the log", str(head.size))
    elif merkle.root(head.size, node) != head.root:
        yield difference(
            "log", f"root at {head.size} (or the signer's memory)", head.root, merkle.root(head.size, node)
        )
    yield from _time(head)


def _time(head: signer.Head) -> Iterator[Finding]:
    """The signer remembers the time that its ML-DSA-44 signature of the head states; a head taken over states none."""
    signed = db.session.scalar(select(LogCheckpoint.note).where(LogCheckpoint.size == head.size))
    if signed is None or not head.time:
        return
    known = {key.key_id for key in keys.verifier_keys(head.size) if key.algorithm == MLDSA44}
    try:
        lines = [line for line in note.parse(bytes(signed)).signatures if line.key_id in known]
        stated = max((cosignature.split(line.signature)[0] for line in lines), default=head.time)
    except note.NoteError:
        return
    if stated != head.time:
        yield Finding("signer", "time of the last head", str(stated), str(head.time))


def _published_head(state: LogState) -> Iterator[Finding]:
    latest = signatures.latest_checkpoint()
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
    latest = signatures.latest_checkpoint()
    if state.origin != settings.current().origin:
        yield difference("log", "log_state.origin", settings.current().origin, state.origin)
    if latest is not None and latest.size != state.published_size:
        yield Finding("log", "log_state.published_size", str(latest.size), str(state.published_size))

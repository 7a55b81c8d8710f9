"""Entries of the log for people: pages of them, and one with its way to the root of a signed head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.formats import merkle, note, tiles
from ipplatform.domain.evidence.formats.proof import ProofFile
from ipplatform.domain.evidence.formats.signing import ED25519, MLDSA44
from ipplatform.domain.evidence.leaf import Leaf
from ipplatform.domain.evidence.models import LogLeaf, LogState, Record
from ipplatform.domain.evidence.witness.bundle import Head, head_above
from ipplatform.foundation.db import db

PAGE = 25
LARGEST_INDEX = 2**63 - 1


@dataclass(frozen=True)
class Listed:
    index: int
    leaf: Leaf

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.leaf.time, UTC)


@dataclass(frozen=True)
class Listing:
    """`entries` newest first; `before` asks for those that follow, None at the end. `size`: entries published."""

    size: int
    entries: tuple[Listed, ...]
    before: int | None


@dataclass(frozen=True)
class Step:
    """One step up: the hash so far and `sibling`, over the leaves [low, high), give `result`, over [first, last)."""

    sibling: bytes
    low: int
    high: int
    is_left: bool
    result: bytes
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many entries stand below the sibling."""
        return self.high - self.low


@dataclass(frozen=True)
class SignatureLine:
    """A line of a head. `role` is log, witness or unknown; `stated_at` is what a cosignature says of its time."""

    name: str
    key_id: str
    role: str
    algorithm: str
    stated_at: datetime | None


@dataclass(frozen=True)
class Entry:
    """An entry and `head`, the one that its bundle carries. `published` is how many entries the log shows by now."""

    index: int
    data: bytes
    head: Head
    proof: ProofFile
    published: int
    filing: str | None

    @property
    def leaf(self) -> Leaf:
        return leaves.parse(self.data)

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.leaf.time, UTC)

    @property
    def hash(self) -> bytes:
        return merkle.leaf_hash(self.data)

    @property
    def steps(self) -> list[Step]:
        return steps(self.hash, self.index, self.head.size, list(self.proof.path))

    @property
    def signatures(self) -> list[SignatureLine]:
        return signature_lines(self.head)

    @property
    def files(self) -> tuple[str, str]:
        """Paths below /log/ of the tiles that hold the entry and its hash."""
        number = self.index // tiles.WIDTH
        width = min(tiles.WIDTH, self.published - number * tiles.WIDTH)
        return tiles.Tile(tiles.ENTRIES, number, width).path, tiles.Tile(0, number, width).path


def listing(before: int | None) -> Listing:
    """The newest published entries, or those before an index; two statements at any depth."""
    size = queries.published_size()
    end = size if before is None else min(before, size)
    wanted = select(LogLeaf.leaf_index, LogLeaf.entry).where(LogLeaf.leaf_index < end)
    rows = db.session.execute(wanted.order_by(LogLeaf.leaf_index.desc()).limit(PAGE))
    found = tuple(Listed(index, leaves.parse(bytes(data))) for index, data in rows)
    return Listing(size, found, found[-1].index if found and found[-1].index else None)


def entry(index: int, filing: str | None = None) -> Entry | None:
    """None unless a published head covers it. The entry's filing is named to those only who name it themselves.

    The log must not become a list of filing numbers (EVIDENCE.md section 1).
    """
    if not 0 <= index <= LARGEST_INDEX:
        return None
    named = select(Record.public_id).where(Record.leaf_index == index, Record.public_id == (filing or ""))
    published = select(LogState.published_size).scalar_subquery()
    wanted = select(LogLeaf.entry, named.scalar_subquery(), published).where(LogLeaf.leaf_index == index)
    row = db.session.execute(wanted).one_or_none()
    head = head_above(index) if row is not None and index < row[2] else None
    if row is None or head is None:
        return None
    path = merkle.inclusion_proof(index, head.size, queries.node_reader(index, head.size))
    return Entry(index, bytes(row[0]), head, ProofFile(index, tuple(path), head.note), row[2], row[1])


def steps(leaf: bytes, index: int, size: int, path: list[bytes]) -> list[Step]:
    """From the leaf's hash up to the root, each with the hash that it gives."""
    found, first, last, up = leaf, index, index + 1, []
    for sibling, (low, high) in zip(path, merkle.siblings(index, size), strict=True):
        is_left = low < first
        found = merkle.node_hash(sibling, found) if is_left else merkle.node_hash(found, sibling)
        first, last = min(first, low), max(last, high)
        up.append(Step(sibling, low, high, is_left, found, first, last))
    return up


def signature_lines(head: Head) -> list[SignatureLine]:
    """Who signed the head, by the keys of its policy; a line of another key is unknown, and proves nothing."""
    known = {(key.name, key.key_id): (key, "log") for key in head.policy.logs}
    known |= {(key.name, key.key_id): (key, "witness") for key in head.policy.witnesses.values()}
    lines = []
    for line in note.parse(head.note).signatures:
        key, role = known.get((line.name, line.key_id), (None, "unknown"))
        algorithm = "" if key is None else "ML-DSA-44" if key.algorithm == MLDSA44 else "Ed25519"
        timed = key is not None and key.algorithm != ED25519 and line.time > 0
        stated = datetime.fromtimestamp(line.time, UTC) if timed else None
        lines.append(SignatureLine(line.name, line.key_id.hex(), role, algorithm, stated))
    return lines

"""The search index of this node: kept up from the change feed, rebuilt beside the live one, checked.

It is derived: the database stays the truth. Only the node's worker writes; ``apply_changes`` is its loop's call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from ipplatform.domain.assets.models import Asset
from ipplatform.domain.marketplace.models import Listing, SearchChange
from ipplatform.domain.marketplace.queries.listings import is_public, listings_by_ids
from ipplatform.domain.marketplace.rules import lifecycle
from ipplatform.domain.marketplace.search import folder, grams
from ipplatform.domain.marketplace.search.documents import IndexDocument, document_of
from ipplatform.domain.marketplace.search.engine import Engine
from ipplatform.domain.marketplace.search.folder import Position
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.jobs import enqueue

BATCH = 500
GAP_SECONDS = 600.0
OVERLAP = 1_000
FEED_SECONDS = 6 * 24 * 3600.0
SAMPLE = 20_000
NIGHTLY = "market.nightly"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Status:
    """``behind`` counts changes not applied yet; ``version`` None means that nothing is built."""

    version: str | None
    documents: int
    listings: int
    behind: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids of listings the index lacks, and of those it holds without right."""

    missing: tuple[int, ...]
    surplus: tuple[int, ...]


def changed(listing_id: int) -> None:
    """Tell every node's index, in the transaction of the change itself."""
    db.session.add(SearchChange(listing_id=listing_id))


def schedule_nightly() -> None:
    """Have tomorrow night's check in the outbox; the job goes on scheduling itself."""
    night = (now() + timedelta(days=1)).replace(hour=2, minute=10, second=0, microsecond=0)
    enqueue(NIGHTLY, {}, key=night.date().isoformat(), run_at=night)


def apply_changes(limit: int = BATCH) -> int:
    """Bring this node's index up to the feed, at most ``limit`` changes; how many were applied.

    Builds the index when there is none or when it has grown so much that its statistics are stale. Applying a change
    twice is harmless. Returns 0 at once while another process writes.
    """
    with folder.writing() as mine:
        if not mine:
            return 0
        name = folder.current_name()
        if name is None:
            return _rebuild(None)
        position = folder.position_of(name)
        if now().timestamp() - position.at > FEED_SECONDS:
            return _rebuild(None)
        return _apply(name, position, limit)


def rebuild(progress: Progress | None = None) -> int:
    """Build a new index from the database beside the live one and put it in use; how many listings it holds.

    ``progress(done, all)`` is called as it goes. Raises BlockingIOError while another process writes.
    """
    with folder.writing() as mine:
        if not mine:
            raise BlockingIOError("another process writes the index")
        return _rebuild(progress)


def status() -> Status:
    name = folder.current_name()
    opened = folder.current()
    with transaction(reads_only=True):
        listings = db.session.scalar(select(func.count()).select_from(Listing).where(is_public())) or 0
        newest = db.session.scalar(select(func.max(SearchChange.id))) or 0
    behind = max(0, newest - folder.position_of(name).applied) if name else newest
    return Status(name, opened.engine.searcher().num_docs if opened else 0, listings, behind)


def check() -> Difference:
    """Compare the index with the database; reads inside the caller's transaction."""
    opened = folder.current()
    held = set(opened.engine.ids()) if opened else set()
    public = set(db.session.scalars(select(Listing.id).where(is_public())))
    return Difference(tuple(sorted(public - held)), tuple(sorted(held - public)))


def compare() -> Difference:
    """``check`` in a transaction of its own."""
    with transaction(reads_only=True):
        return check()


def _apply(name: str, position: Position, limit: int) -> int:
    with transaction(reads_only=True):
        rows = db.session.execute(
            select(SearchChange.id, SearchChange.listing_id)
            .where(or_(SearchChange.id > position.applied, SearchChange.id.in_(list(position.gaps))))
            .order_by(SearchChange.id)
            .limit(limit)
        ).all()
        wanted = list(dict.fromkeys(row.listing_id for row in rows))
        documents = [document_of(found) for found in listings_by_ids(wanted).values()]
        erased = _erased(wanted)
    if erased and _holds_any(erased):
        return _rebuild(None)
    if rows:
        opened = folder.current()
        assert opened is not None
        held = {document.id for document in documents}
        opened.engine.write(documents, opened.frequencies, gone=[one for one in wanted if one not in held])
        if _outgrown(opened.engine.searcher().num_docs, position.documents):
            return _rebuild(None)
    _advance(position, [row.id for row in rows])
    if rows or now().timestamp() - position.at > 60:
        position.at = now().timestamp()
        folder.save_position(name, position)
    return len(rows)


def _erased(listing_ids: list[int]) -> set[int]:
    gone = select(Listing.id).where(Listing.id.in_(listing_ids), Listing.closed_reason == lifecycle.ERASED)
    return set(db.session.scalars(gone))


def _holds_any(listing_ids: set[int]) -> bool:
    """A segment keeps the words of a listing taken out until it is written anew: where one is in, all is written anew."""
    opened = folder.current()
    return opened is not None and not listing_ids.isdisjoint(opened.engine.ids())


def _advance(position: Position, seen: list[int]) -> None:
    """Ids are given out before commits come in, so a smaller one may still appear: it is awaited for ten minutes."""
    moment = now().timestamp()
    fresh = [identity for identity in seen if identity > position.applied]
    if fresh:
        known = set(fresh)
        first = max(position.applied + 1, fresh[-1] - OVERLAP)
        position.gaps |= {identity: moment for identity in range(first, fresh[-1]) if identity not in known}
        position.applied = fresh[-1]
    position.gaps = {
        identity: since
        for identity, since in position.gaps.items()
        if identity not in seen and moment - since < GAP_SECONDS
    }


def _outgrown(documents: int, built_with: int) -> bool:
    return documents > (1.3 if documents < 3_000 else 2) * built_with + 20


def _rebuild(progress: Progress | None) -> int:
    with transaction(reads_only=True):
        newest = db.session.scalar(select(func.max(SearchChange.id))) or 0
        total = db.session.scalar(select(func.count()).select_from(Listing).where(is_public())) or 0
    frequencies = grams.Frequencies()
    for document in _documents(None, total, most=SAMPLE):
        frequencies.add(grams.vector(document.text))
    version = folder.new_version()
    written = Engine(version).write(_documents(progress, total), frequencies)
    position = Position(max(0, newest - OVERLAP), {}, written, now().timestamp())
    folder.publish(version, position, frequencies)
    return written


def _documents(progress: Progress | None, total: int, most: int | None = None) -> Iterator[IndexDocument]:
    """Every public listing, in batches, each in a short transaction of its own."""
    last, done = 0, 0
    while most is None or done < most:
        with transaction(reads_only=True):
            batch = db.session.scalars(
                select(Listing)
                .where(Listing.id > last, is_public())
                .options(
                    joinedload(Listing.organisation), joinedload(Listing.asset).selectinload(Asset.classifications)
                )
                .order_by(Listing.id)
                .limit(BATCH)
            ).all()
            documents = [document_of(found) for found in batch]
            last = batch[-1].id if batch else last
            db.session.expunge_all()
        if not documents:
            return
        yield from documents
        done += len(documents)
        if progress is not None:
            progress(done, total)

"""What a run covers: where it begins, and how much there is to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.formats import tiles
from ipplatform.domain.evidence.models import AuditRun, Record
from ipplatform.foundation.db import db

FULL, INCREMENTAL, SINCE, ONE = "full", "incremental", "since", "one"


@dataclass(frozen=True)
class Start:
    """The bottom tile from which, and the record id after which, a run begins; `total` leaves and records to check."""

    tile: int
    record: int

    @property
    def total(self) -> int:
        state = queries.state()
        leaves = max(0, (state.size if state else 0) - self.tile * tiles.WIDTH)
        return leaves + (db.session.scalar(select(func.count()).where(Record.id > self.record)) or 0)


def start(scope: str, since: datetime | int | None = None) -> Start:
    """`since` (with SINCE alone) is a moment of recording, or a size of the log."""
    if scope == INCREMENTAL:
        return _after(_covered())
    if isinstance(since, datetime):
        return _recorded_from(since)
    if since is not None:
        return _after(since)
    return Start(0, 0)


def _recorded_from(moment: datetime) -> Start:
    recorded = Record.created_at >= moment
    record = db.session.scalar(select(func.min(Record.id)).where(recorded))
    leaf = db.session.scalar(select(func.min(Record.leaf_index)).where(recorded))
    newest = db.session.scalar(select(func.max(Record.id))) or 0
    tile = (queries.published_size() if leaf is None else leaf) // tiles.WIDTH
    return Start(tile, newest if record is None else record - 1)


def _covered() -> int:
    """How many leaves the last run that found nothing vouches for."""
    whole = select(AuditRun.covered_size).where(
        AuditRun.state == "finished", AuditRun.scope.in_((FULL, INCREMENTAL)), AuditRun.found == 0
    )
    return db.session.scalar(whole.order_by(AuditRun.id.desc()).limit(1)) or 0


def _after(size: int) -> Start:
    """From the leaf at `size` on, with every record that had no place in the log by then."""
    before = db.session.scalar(select(func.max(Record.id)).where(Record.leaf_index < size))
    later = (Record.leaf_index >= size) | Record.leaf_index.is_(None)
    pending = db.session.scalar(select(func.min(Record.id)).where(later))
    known = before or 0 if pending is None else min(before or 0, pending - 1)
    return Start(min(size, queries.published_size()) // tiles.WIDTH, known)

"""Where the log stands, for operators and their monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from ipplatform.domain.evidence import publish, queries, signer
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import clock, settings
from ipplatform.foundation.db import db, transaction


@dataclass(frozen=True)
class Status:
    """Sizes are entries. `signer` and `published` are None before the first, or say in words what is wrong."""

    origin: str
    place: str
    size: int
    published_size: int
    checkpoint_at: datetime | None
    pending: int
    waiting_seconds: float
    signer: int | str | None
    published: int | str | None
    halted_at: datetime | None
    halted_reason: str | None
    frozen: str | None

    @property
    def plain(self) -> dict[str, Any]:
        """For JSON: times as ISO 8601."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def status() -> Status:
    """`waiting_seconds` is how long the oldest pending filing has waited: the lag."""
    with transaction(reads_only=True):
        state, latest = queries.state(), queries.latest_checkpoint()
        waiting = select(func.count(), func.min(Record.id)).where(Record.leaf_index.is_(None))
        pending, oldest = db.session.execute(waiting).one()
        since = db.session.scalar(select(Record.created_at).where(Record.id == oldest))
    return Status(
        origin=settings.current().origin,
        place=settings.current().log_place,
        size=state.size if state else 0,
        published_size=state.published_size if state else 0,
        checkpoint_at=latest.published_at if latest else None,
        pending=pending,
        waiting_seconds=max(0.0, (clock.now() - since).total_seconds()) if since else 0.0,
        signer=_signer(),
        published=_published(),
        halted_at=state.halted_at if state else None,
        halted_reason=state.halted_reason if state else None,
        frozen=signer.frozen(),
    )


def _signer() -> int | str | None:
    try:
        head = signer.head()
    except signer.Refused as error:
        return str(error)
    return head.size if head else None


def _published() -> int | str | None:
    try:
        data = publish.standing()
        return checkpoints.parse(note.parse(data).text).size if data else None
    except (OSError, note.NoteError, checkpoints.CheckpointError) as error:
        return str(error)

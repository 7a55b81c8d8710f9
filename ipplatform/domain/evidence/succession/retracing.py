"""A database restored from before its log ended is led to the log that goes on. First step of `log replay-tail`."""

from __future__ import annotations

from sqlalchemy import func, select

from ipplatform.domain.evidence import keys, publish, recovery, sequencer
from ipplatform.domain.evidence.models import LogState
from ipplatform.domain.evidence.signer import Head
from ipplatform.domain.evidence.store.choice import at, published
from ipplatform.domain.evidence.store.interface import Mismatch
from ipplatform.domain.evidence.succession import anchors, services
from ipplatform.domain.evidence.succession.anchors import Anchor
from ipplatform.domain.evidence.succession.models import FormerLog
from ipplatform.foundation import settings
from ipplatform.foundation.db import db, lock_row, transaction


def replay_tail() -> tuple[list[str], recovery.Replayed]:
    """As recovery.replay_tail, over successions; also the origins of the logs that the database had not seen end."""
    passed = follow()
    return passed, recovery.replay_tail()


def follow() -> list[str]:
    """Repeat, in one transaction, what `log succeed` did: with the same leaf 0. Raises Halt or Busy."""
    passed = []
    with sequencer.guarded(), transaction():
        state = lock_row(LogState, 1)
        while state is not None and state.origin != settings.current().origin:
            passed.append(state.origin)
            _cross(state)
    db.session.expire_all()
    return passed


def _cross(state: LogState) -> None:
    number = (db.session.scalar(select(func.max(FormerLog.id))) or 0) + 1
    kept = _kept(state.origin, number)
    try:
        ended = kept.row(number)
        head = kept.head
    except ValueError as error:
        raise keys.KeyProblem(f"{anchors.path_of(number)} names no final head that its keys signed: {error}") from error
    recovery.extend_to(state, Head(head.size, head.root), at(kept.place))
    if kept.next_origin == settings.current().origin:
        _require_published(kept)
    services.move(ended, state, kept.next_origin)
    record = kept.record(number)
    db.session.add(record)
    services.place_first(record, state)


def _kept(origin: str, number: int) -> Anchor:
    path, present = anchors.path_of(number), settings.current().origin
    try:
        kept = anchors.read(number)
    except FileNotFoundError as error:
        raise keys.KeyProblem(
            f"The database's log is {origin} and LOG_ORIGIN is {present}. If that is a mistake, set LOG_ORIGIN back. If "
            f"the database was restored from before {origin} ended, put {path} back, which tells how {present} continues "
            "it; without that file only a backup made after the succession can be used. Nothing was changed."
        ) from error
    except ValueError as error:
        raise keys.KeyProblem(f"{error}. Put it back from a copy of SIGNER_DIR. Nothing was changed.") from error
    if kept.origin != origin:
        raise keys.KeyProblem(
            f"The database's log is {origin}, but {path} tells how {kept.origin} ended: this database belongs to another "
            "installation. Nothing was changed."
        )
    return kept


def _require_published(kept: Anchor) -> None:
    """Entry 0 of the log that goes on is the one that was kept."""
    note = publish.standing()
    if note is None:
        raise Mismatch(f"There is no checkpoint at {published().where(publish.CHECKPOINT_FILE)}. Restore it first.")
    first = next(recovery.published_entries(published(), 0, keys.open_checkpoint(note).size), b"")
    if first != kept.leaf.encode():
        raise Mismatch(f"Entry 0 of {settings.current().origin} is not the one that continues {kept.origin}.")

"""Freezing a log, and beginning the one that continues it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, insert, literal, select, update

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence import keys, leaf, sequencer, services, signer
from ipplatform.domain.evidence.formats import merkle
from ipplatform.domain.evidence.models import AuditRun, LogCheckpoint, LogLeaf, LogState, Record
from ipplatform.domain.evidence.store.choice import published
from ipplatform.domain.evidence.succession import anchors, archive, secrets
from ipplatform.domain.evidence.succession.models import FormerEntry, FormerLog
from ipplatform.foundation import clock, settings
from ipplatform.foundation.db import db, lock_row, transaction
from ipplatform.foundation.ids import new_public_id

BATCH = 5_000


class CannotSucceed(Exception):
    """The log cannot be ended or continued like this; the message says what to do first."""


def freeze(*, actor: Actor, reason: str) -> str | None:
    """Sign a last head where that is still possible, then never again under this origin.

    Returns why no last head could be signed, else None. The caller holds no transaction.
    """
    obstacle = None
    try:
        sequencer.run_all()
    except sequencer.Halt as halt:
        obstacle = str(halt)
    with sequencer.exclusive():
        signer.freeze(reason)
        with transaction():
            moment = clock.now()
            db.session.execute(update(LogState).values(halted_at=moment, halted_reason=f"frozen: {reason}"))
            trail.record(actor=actor, action="log.freeze", subject_kind="log", subject=settings.current().origin[:80])
    return obstacle


def succeed(*, actor: Actor) -> FormerLog:
    """Begin the log that LOG_ORIGIN now names, after the frozen one. Can be run again after a crash.

    Raises CannotSucceed unless the old log is frozen and origin and place of publication are new ones.
    """
    with sequencer.exclusive():
        with transaction(reads_only=True):
            begun = _begun()
        if begun is None:
            number = _prepare()
            with transaction():
                begun = _end(actor, number)
        secrets.put_away_memory(begun)
        keys.ensure()
    return begun


def _begun() -> FormerLog | None:
    """The log that was ended by a run that was interrupted later."""
    state = db.session.get(LogState, 1)
    if state is None:
        raise CannotSucceed("There is no log yet. Set LOG_ORIGIN as you like and run `ipplatform setup`.")
    if state.origin != settings.current().origin:
        return None
    last = db.session.scalars(select(FormerLog).order_by(FormerLog.id.desc()).limit(1)).one_or_none()
    if last is None or not secrets.memory_is_of(last.origin):
        raise CannotSucceed(
            f"{state.origin} is the log that goes on. To end it: `ipplatform log freeze`, then set LOG_ORIGIN and "
            "LOG_STORE to new ones, then `ipplatform log succeed`."
        )
    return last


def _prepare() -> int:
    with transaction(reads_only=True):
        state = db.session.get_one(LogState, 1)
        number = (db.session.scalar(select(func.max(FormerLog.id))) or 0) + 1
        origin = state.origin
        used = select(FormerLog.id).where(FormerLog.origin == settings.current().origin)
        if db.session.scalar(used) is not None:
            raise CannotSucceed(f"{settings.current().origin} ended before. An origin is never used again.")
    if secrets.reason_of_freezing() is None:
        raise CannotSucceed(f"{origin} is not frozen. With its own LOG_ORIGIN run `ipplatform log freeze` first.")
    if published().read("checkpoint") is not None:
        raise CannotSucceed(
            f"{published().where('checkpoint')} is the old log's: its files must stay as they are. Set LOG_STORE to a "
            "new folder or prefix."
        )
    secrets.replace_keys(number, origin)
    return number


def _end(actor: Actor, number: int) -> FormerLog:
    state = lock_row(LogState, 1)
    assert state is not None
    final = db.session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)).one_or_none()
    if final is None:
        raise CannotSucceed("The log never signed a head. Set LOG_ORIGIN back or begin with an empty database.")
    ended = FormerLog(
        id=number,
        origin=state.origin,
        place=secrets.place_of_frozen(),
        size=final.size,
        checkpoint=bytes(final.note),
        policy=secrets.policy_of(number, final.size),
        reason=str(secrets.reason_of_freezing()),
        archive_sha256=archive.write(number),
        anchor=new_public_id(),
        ended_at=clock.now(),
    )
    move(ended, state, settings.current().origin)
    record = _anchor(ended)
    place_first(record, state)
    anchors.write(ended, record)
    trail.record(actor=actor, action="log.succeed", subject_kind="log", subject=settings.current().origin[:80])
    return ended


def move(ended: FormerLog, state: LogState, origin: str) -> None:
    """Put the tree and its heads aside for an empty one called `origin`, in which every record waits for a place."""
    db.session.add(ended)
    db.session.flush()
    _remember_places(ended)
    archive.clear()
    for batch in _rewritten(origin):
        db.session.execute(update(Record), batch)
    db.session.execute(update(AuditRun).values(covered_size=0))
    state.origin, state.size, state.root, state.published_size = origin, 0, merkle.EMPTY_ROOT, 0
    state.halted_at = state.halted_reason = None
    db.session.flush()


def place_first(anchor: Record, state: LogState) -> None:
    """Leaf 0, placed here because the sequencer would take the oldest record first."""
    anchor.leaf_index = 0
    db.session.flush()
    db.session.execute(insert(LogLeaf), [{"leaf_index": 0, "entry": bytes(anchor.leaf)}])
    sequencer.extend(state, [merkle.leaf_hash(bytes(anchor.leaf))])
    db.session.refresh(state)


def _remember_places(ended: FormerLog) -> None:
    """Entries that no published head covers were promised to nobody: they only get a place in the new log."""
    columns = select(literal(ended.id), Record.id, Record.leaf_index, Record.leaf).where(Record.leaf_index < ended.size)
    names = ["log_id", "record_id", "leaf_index", "leaf"]
    db.session.execute(insert(FormerEntry).from_select(names, columns))


def _rewritten(origin: str) -> Iterator[list[dict[str, object]]]:
    """Every record's entry for the new log: the same commitment, kind and time under the new origin."""
    last = 0
    while True:
        columns = select(Record.id, Record.leaf).where(Record.id > last).order_by(Record.id).limit(BATCH)
        rows = db.session.execute(columns).all()
        if not rows:
            return
        last = rows[-1].id
        yield [{"id": one, "leaf_index": None, "leaf": leaf.under(origin, bytes(old))} for one, old in rows]


def _anchor(ended: FormerLog) -> Record:
    return services.append(
        organisation_id=None,
        filing=ended.anchor,
        kind=anchors.KIND,
        asset=None,
        submitter={"office": "operator"},
        fields={
            "archive_sha256": ended.archive_sha256,
            "checkpoint": ended.checkpoint.decode(),
            "origin": ended.origin,
            "reason": ended.reason,
        },
        documents=(),
        idempotency_key=anchors.key_of(ended.id),
        leaf_kind="anchor",
    )

"""Asks the authorities to stamp the newest checkpoint. Never inside a transaction: filings must not wait for a network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.evidence import queries as log_queries
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.domain.evidence.time import client, configuration, queries, store
from ipplatform.domain.evidence.time.configuration import Authority
from ipplatform.domain.evidence.time.errors import AuthorityProblem, TokenError
from ipplatform.domain.evidence.time.models import AuthorityState, TimeAnchor
from ipplatform.foundation import clock, jobs
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict
from ipplatform.foundation.i18n import _l

JOB = "time.stamp"
PERIOD = timedelta(hours=1)
PAUSE = timedelta(seconds=60)
NO_AUTHORITY = _l("This platform has no independent time-stamping authority, so nobody can be asked for a time stamp.")
AWAITING = _l("This filing is recorded and awaits inclusion in the log. It can be stamped in a moment.")
log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """How it went with one authority: `stamped` now, `already` before, `waiting` for its hour, or a `problem`."""

    authority: str
    state: str
    detail: str = ""


def request(*, actor: Actor, record: Record) -> str:
    """Have the authorities stamp the newest checkpoint for a filing's holder: `stamped` when one covers it, or `asked`.

    The worker asks them, at most once a minute however often this is called. Conflict (no_time_authority,
    awaiting_inclusion). The caller commits.
    """
    require(PERMISSIONS["time.stamp"], actor, record)
    if not configuration.is_configured():
        raise Conflict(NO_AUTHORITY, code="no_time_authority")
    if not log_queries.is_included(record):
        raise Conflict(AWAITING, code="awaiting_inclusion")
    if queries.interval(record.leaf_index).not_after is not None:
        return "stamped"
    now = clock.now()
    # A try in the future was made under a clock that ran ahead; nobody waits for that.
    tried = db.session.scalar(select(func.max(AuthorityState.tried_at)).where(AuthorityState.tried_at <= now))
    jobs.enqueue(JOB, {}, key="newest", run_at=max(tried + PAUSE, now) if tried else now)
    return "asked"


def stamp_newest(*, due_only: bool = False) -> list[Outcome]:
    """Ask every authority that has not stamped the newest checkpoint; with `due_only` those whose hour has come.

    Raises AuthorityProblem when the configuration is at fault. What an authority does wrong is recorded, and an outcome.
    """
    asked = configuration.authorities()
    with transaction(reads_only=True):
        newest = log_queries.latest_checkpoint()
        if newest is None or newest.size == 0:
            return []
        size, note = newest.size, store.note_to_stamp(newest.size, bytes(newest.note))
        places = {item.name: _state(item.name, size, due_only) for item in asked}
    return [Outcome(item.name, places[item.name]) if places[item.name] else _stamp(item, size, note) for item in asked]


def _stamp(authority: Authority, size: int, note: bytes) -> Outcome:
    try:
        obtained = client.obtain(authority, note)
    except (AuthorityProblem, TokenError) as error:
        with transaction():
            store.failed(authority.name, str(error))
        log.warning("time stamp failed", authority=authority.name, reason=str(error))
        return Outcome(authority.name, "problem", str(error))
    with transaction():
        store.keep(authority.name, size, note, 0, obtained)
        store.succeeded(authority.name)
    return Outcome(authority.name, "stamped", obtained.verified.token.gen_time.isoformat())


def _state(name: str, size: int, due_only: bool) -> str:
    """Empty when the authority is to be asked. A checkpoint that was renewed takes no further first tokens."""
    of_size = select(TimeAnchor.id).where(TimeAnchor.checkpoint_size == size)
    done = of_size.where((TimeAnchor.authority == name) | (TimeAnchor.renewal > 0)).limit(1)
    if db.session.scalar(done) is not None:
        return "already"
    return "waiting" if due_only and not _is_due(name) else ""


def _is_due(name: str) -> bool:
    newest = select(TimeAnchor.received_at).where(TimeAnchor.authority == name, TimeAnchor.renewal == 0)
    last: datetime | None = db.session.scalar(newest.order_by(TimeAnchor.checkpoint_size.desc()).limit(1))
    return last is None or abs(clock.now() - last) >= PERIOD

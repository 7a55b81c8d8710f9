"""What the tokens say: the interval of a leaf, the checkpoint that a bundle shows, and how the authorities are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, select

from ipplatform.domain.evidence.time import configuration
from ipplatform.domain.evidence.time.errors import AuthorityProblem
from ipplatform.domain.evidence.time.models import AuthorityState, TimeAnchor
from ipplatform.foundation import clock
from ipplatform.foundation.db import db


@dataclass(frozen=True)
class Bounds:
    """One authority: its last stamp of a log without the leaf, and its first of a log with it."""

    authority: str
    not_before: datetime | None
    not_after: datetime | None


@dataclass(frozen=True)
class Interval:
    """When a leaf entered the log, as independent clocks show it; never an instant.

    `not_after` None: nobody has stamped it yet. `not_before` None: nobody had stamped the log before it.
    """

    not_before: datetime | None
    not_after: datetime | None
    authorities: tuple[Bounds, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The authorities that have stamped the leaf."""
        return tuple(item.authority for item in self.authorities if item.not_after is not None)


@dataclass(frozen=True)
class AuthorityStatus:
    """For the console. `age` is how long ago the last token came; `failure` is None while the last try went well."""

    name: str
    configured: bool
    succeeded_at: datetime | None
    failed_at: datetime | None
    failure: str | None
    age: timedelta | None


def interval(leaf_index: int | None) -> Interval:
    """The interval of the leaf at `leaf_index`, in one statement; empty for a filing that awaits its place.

    Accuracies are taken in: the bounds are the earliest and the latest that the tokens allow.
    """
    if leaf_index is None:
        return Interval(None, None)
    before = TimeAnchor.checkpoint_size <= leaf_index
    rows = db.session.execute(
        select(
            AuthorityState.name,
            _bound(TimeAnchor.earliest_at, before, TimeAnchor.checkpoint_size.desc()).label("before"),
            _bound(TimeAnchor.latest_at, ~before, TimeAnchor.checkpoint_size).label("after"),
        ).order_by(AuthorityState.name)
    )
    return combined(tuple(Bounds(row.name, row.before, row.after) for row in rows if row.before or row.after))


def combined(bounds: tuple[Bounds, ...]) -> Interval:
    """The narrowest interval; where clocks contradict each other only the later bound is stated."""
    before = max((item.not_before for item in bounds if item.not_before), default=None)
    after = min((item.not_after for item in bounds if item.not_after), default=None)
    if before and after and before > after:
        before = None
    return Interval(before, after, bounds)


def stamped_size(leaf_index: int) -> int | None:
    """The size of the first stamped checkpoint that has the leaf."""
    sizes = select(TimeAnchor.checkpoint_size).where(TimeAnchor.renewal == 0, TimeAnchor.checkpoint_size > leaf_index)
    return db.session.scalar(sizes.order_by(TimeAnchor.checkpoint_size).limit(1))


def status() -> list[AuthorityStatus]:
    """Every authority configured or once used, by name. A faulty configuration is an entry of its own."""
    try:
        names = [item.name for item in configuration.authorities()]
        faults = []
    except AuthorityProblem as error:
        names, faults = [], [AuthorityStatus("TIME_AUTHORITIES", True, None, clock.now(), str(error), None)]
    known = {row.name: row for row in db.session.scalars(select(AuthorityState))}
    return faults + [_status(name, known.get(name), name in names) for name in sorted({*names, *known})]


def _status(name: str, row: AuthorityState | None, configured: bool) -> AuthorityStatus:
    if row is None:
        return AuthorityStatus(name, configured, None, None, None, None)
    # Not which came later: a clock set back or forward in between would hide a failure, or a success.
    well = row.failed_at is None or row.tried_at != row.failed_at
    age = clock.now() - row.succeeded_at if row.succeeded_at else None
    return AuthorityStatus(name, configured, row.succeeded_at, row.failed_at, None if well else row.failure, age)


def _bound(column: Any, side: Any, order: Any) -> ScalarSelect[Any]:
    found = select(column).where(TimeAnchor.authority == AuthorityState.name, TimeAnchor.renewal == 0, side)
    return found.order_by(order).limit(1).correlate(AuthorityState).scalar_subquery()

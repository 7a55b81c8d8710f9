"""Taking jobs from the outbox for a time, so that no other worker runs them meanwhile, and ending them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, Select, bindparam, or_, select, type_coerce, update

from ipplatform.foundation.clock import now
from ipplatform.foundation.db import EncryptedJson, db
from ipplatform.foundation.outbox import Outbox
from ipplatform.foundation.secretbox import Damaged

MOST_GATHERED = 200
Alike = Callable[[dict[str, Any]], Any]


class Leased(NamedTuple):
    """``sealed`` is the payload as stored: one that is damaged must fail alone, not everything leased with it."""

    id: int
    name: str
    run_at: datetime
    attempts: int
    sealed: bytes


def _due(of_several: bool) -> Select[int, str, datetime, int, bytes]:
    gathered = Outbox.name.in_(bindparam("gathered", expanding=True))
    return (
        select(Outbox.id, Outbox.name, Outbox.run_at, Outbox.attempts, type_coerce(Outbox.payload, LargeBinary))
        .where(Outbox.state == "waiting", Outbox.run_at <= bindparam("moment"), gathered if of_several else ~gathered)
        .where(or_(Outbox.leased_until.is_(None), Outbox.leased_until < bindparam("moment")))
        .order_by(Outbox.run_at, Outbox.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


# What the worker asks all day, made once.
_ALONE, _OF_SEVERAL = _due(False), _due(True)
_OF_THESE = Outbox.id.in_(bindparam("identities", expanding=True))
_TAKE = update(Outbox).where(_OF_THESE).values(leased_until=bindparam("until"))
_END = (
    update(Outbox)
    .where(_OF_THESE, Outbox.leased_until == bindparam("lease"))
    .values(state="done", ended_at=bindparam("moment"), leased_until=None)
)


def lease(until: datetime, *, limit: int, gathered_by: Mapping[str, Alike], patience: timedelta) -> list[list[Leased]]:
    """Up to ``limit`` due jobs, each alone, and up to MOST_GATHERED of those named in ``gathered_by``, alike ones together.

    The latter once the oldest of those alike has waited for ``patience``; the oldest come first. In the current
    transaction.
    """
    moment, names = now(), list(gathered_by)
    connection = db.session.connection()
    alone = connection.execute(_ALONE, {"moment": moment, "most": limit, "gathered": names})
    groups = [[Leased(*row)] for row in alone]
    found = connection.execute(_OF_SEVERAL, {"moment": moment, "most": MOST_GATHERED, "gathered": names})
    several = [Leased(*row) for row in found]
    if several and several[0].run_at <= moment - patience:
        groups += [group for group in _gathered(several, gathered_by) if group[0].run_at <= moment - patience]
    if groups:
        connection.execute(_TAKE, {"identities": [one.id for group in groups for one in group], "until": until})
    return sorted(groups, key=lambda group: (group[0].run_at, group[0].id))


def end(identities: Sequence[int], lease: datetime) -> None:
    """Done, unless the same job was asked for again while it ran: that took the lease away."""
    ended = {"identities": list(identities), "lease": lease, "moment": now()}
    db.session.connection().execute(_END, ended)


def _gathered(due: Iterable[Leased], gathered_by: Mapping[str, Alike]) -> list[list[Leased]]:
    found: dict[Any, list[Leased]] = {}
    for one in due:
        found.setdefault(_likeness(one, gathered_by[one.name]), []).append(one)
    return list(found.values())


def _likeness(one: Leased, alike: Alike) -> Any:
    """What failed with others is tried again alone: then it keeps none of them."""
    if one.attempts:
        return one.id
    try:
        return one.name, alike(EncryptedJson.opened(one.sealed))
    except Damaged:
        return one.id

"""The checkpoint that a bundle carries: the first that covers its entries and met its quorum, else the first that covers.

It changes once, when a quorum is first met; the reasons are in docs/decisions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from ipplatform.domain.evidence import keys
from ipplatform.domain.evidence.formats import policy as policies
from ipplatform.domain.evidence.formats.policy import Policy
from ipplatform.domain.evidence.models import LogCheckpoint
from ipplatform.domain.evidence.witness import quorum
from ipplatform.domain.evidence.witness.models import DemandedPolicy, Quorum
from ipplatform.foundation.db import db


@dataclass(frozen=True)
class Head:
    """A published checkpoint as a bundle carries it. `root` is 32 bytes, `note` the signed bytes with its witnesses' lines.

    `policy` is what a verifier should demand of it; `met_quorum` is None where no quorum is demanded.
    """

    size: int
    root: bytes
    published_at: datetime
    note: bytes
    policy: Policy
    met_quorum: bool | None


def head_above(index: int) -> Head | None:
    """The head for entries up to `index`; None before one is published."""
    met = select(func.min(Quorum.size)).where(Quorum.size > index).scalar_subquery()
    any_size = select(func.min(LogCheckpoint.size)).where(LogCheckpoint.size > index).scalar_subquery()
    found = db.session.execute(
        select(LogCheckpoint, Quorum, DemandedPolicy)
        .outerjoin(Quorum, Quorum.size == LogCheckpoint.size)
        .outerjoin(DemandedPolicy, DemandedPolicy.id == Quorum.policy_id)
        .where(LogCheckpoint.size == func.coalesce(met, any_size))
    ).one_or_none()
    if found is None:
        return None
    return _witnessed(*found) if found.Quorum is not None else _unwitnessed(found.LogCheckpoint)


def _witnessed(checkpoint: LogCheckpoint, row: Quorum, demanded: DemandedPolicy) -> Head:
    lines = dict(quorum.lines_of(checkpoint.size))
    signed = quorum.with_lines(bytes(checkpoint.note), [lines[name] for name in row.witnesses.split() if name in lines])
    return _head(checkpoint, signed, policies.parse(demanded.text), met_quorum=True)


def _unwitnessed(checkpoint: LogCheckpoint) -> Head:
    """Without enough cosignatures the bundle demands none, and says so."""
    log = replace(keys.policy(checkpoint.size), witnesses={}, groups={}, quorum=None)
    return _head(checkpoint, bytes(checkpoint.note), log, met_quorum=False if quorum.demanded() else None)


def _head(checkpoint: LogCheckpoint, signed: bytes, demanded: Policy, *, met_quorum: bool | None) -> Head:
    root = bytes(checkpoint.root)
    return Head(checkpoint.size, root, checkpoint.published_at, signed, demanded, met_quorum)

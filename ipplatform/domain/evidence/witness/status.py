"""How our log stands with its witnesses, for console, health page and command."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.witness import policy
from ipplatform.domain.evidence.witness.models import Endpoint, Quorum
from ipplatform.foundation import clock
from ipplatform.foundation.db import db


@dataclass(frozen=True)
class WitnessStatus:
    """`cosigned_size` is of its newest cosignature, None before the first. `contradicted`: it holds another history."""

    name: str
    url: str
    cosigned_size: int | None
    cosigned_at: datetime | None
    tried_at: datetime | None
    error: str | None
    contradicted: bool


@dataclass(frozen=True)
class Status:
    """`size` is that of the newest checkpoint, `quorum_size` of the newest that met its quorum."""

    size: int
    quorum: str | None = None
    quorum_size: int | None = None
    quorum_at: datetime | None = None
    witnesses: list[WitnessStatus] = field(default_factory=list)

    @property
    def met(self) -> bool | None:
        """Whether the newest checkpoint met the quorum; None when no quorum is demanded."""
        return None if self.quorum is None else self.quorum_size == self.size

    @property
    def age(self) -> timedelta | None:
        """How long ago the newest quorum was met."""
        return clock.now() - self.quorum_at if self.quorum_at else None

    @property
    def alarm(self) -> bool:
        return any(one.contradicted for one in self.witnesses)


def status() -> Status:
    """Three statements. Raises WitnessPolicyProblem."""
    found = policy.configured()
    latest = queries.latest_checkpoint()
    met = db.session.scalars(select(Quorum).order_by(Quorum.size.desc()).limit(1)).one_or_none()
    state = Status(
        size=latest.size if latest else 0,
        quorum=found.quorum if found else None,
        quorum_size=met.size if met else None,
        quorum_at=met.met_at if met else None,
    )
    if found is None:
        return state
    states = {state.url: state for state in db.session.scalars(select(Endpoint))}
    places = policy.by_address(found)
    witnesses = [_witness(name, url, states.get(url)) for url, names in places.items() for name in names]
    return replace(state, witnesses=witnesses)


def _witness(name: str, url: str, state: Endpoint | None) -> WitnessStatus:
    if state is None:
        return WitnessStatus(name, url, None, None, None, None, False)
    return WitnessStatus(
        name, url, state.cosigned_size, state.succeeded_at, state.tried_at, state.error, state.contradicted
    )

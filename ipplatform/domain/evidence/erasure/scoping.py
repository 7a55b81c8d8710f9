"""What belongs to a case that is to be erased, and what stands against it. Locked, so that no hold slips in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import services as evidence
from ipplatform.domain.evidence.erasure import queries, subjects
from ipplatform.domain.evidence.erasure.subjects import Obstacle, Scope
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import events
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, NotFound
from ipplatform.foundation.i18n import _l

HELD = _l("This is under a legal hold and cannot be erased. The hold has to be lifted first.")
AWAITING = _l("This filing awaits inclusion in the log. Try again in a moment.")
ERASED = _l("The content of this filing has been erased already.")
NOT_A_FILING = _l("This is a record of the office itself; it holds no content that could be erased.")


@dataclass(frozen=True)
class Case:
    """The records that are erased together, the case's first one first, and what stands against it."""

    records: Sequence[Record]
    obstacles: Sequence[Obstacle]

    @property
    def main(self) -> Record:
        return self.records[0]


def case_of(filing: str) -> Case:
    """The case a filing (public id) belongs to. NotFound where there is no such filing."""
    scope = Scope(filing)
    events.publish(subjects.SCOPE, scope=scope)
    names = scope.filings or [filing]
    found = db.session.scalars(
        select(Record).where(Record.public_id.in_(names)).execution_options(populate_existing=True)
    )
    records = sorted(found, key=lambda record: names.index(record.public_id))
    if not records or records[0].public_id != names[0]:
        raise NotFound
    return Case(records, [*scope.obstacles, *_own_obstacles(records)])


def lock(record: Record) -> None:
    """Let one at a time decide on erasing or holding what belongs to the record's asset."""
    evidence.lock_asset(record.asset or record.public_id)


def subjects_of(records: Sequence[Record]) -> list[str]:
    """Public ids that a hold on any of these records may stand on."""
    return sorted({name for record in records for name in (record.public_id, record.asset) if name is not None})


def require_no_hold(records: Sequence[Record]) -> None:
    """Conflict (legal_hold) while a hold on any of the case's filings or their asset is in force."""
    if queries.is_held(*subjects_of(records)):
        raise Conflict(HELD, code="legal_hold")


def require_none(obstacles: Sequence[Obstacle]) -> None:
    """Conflict with the code of the first obstacle."""
    for obstacle in obstacles:
        raise Conflict(obstacle.message, code=obstacle.code)


def _own_obstacles(records: Sequence[Record]) -> list[Obstacle]:
    if any(record.organisation_id is None or leaves.parse(bytes(record.leaf)).kind != "filing" for record in records):
        return [Obstacle("not_a_filing", NOT_A_FILING)]
    if queries.erased_among([record.id for record in records]):
        return [Obstacle("erased", ERASED)]
    if any(record.leaf_index is None for record in records):
        return [Obstacle("awaiting", AWAITING)]
    return []

"""How far a run is and how fast it goes, for page, API and command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ipplatform.domain.evidence.models import AuditRun
from ipplatform.foundation import clock

# A step takes a second or two; one with large documents a little longer.
QUIET = timedelta(seconds=30)
SOONEST = timedelta(seconds=1)


@dataclass(frozen=True)
class Progress:
    """`per_second` counts records and leaves; it and `remaining` are None while nothing can be said.

    `quiet_since` is set when a run that has not ended does not move: most likely no worker runs.
    """

    percent: int
    per_second: float | None
    remaining: timedelta | None
    quiet_since: datetime | None


def of(run: AuditRun) -> Progress:
    if run.ended_at is not None:
        took = run.ended_at - (run.moving_at or run.started_at)
        return Progress(_percent(run), _rate(run.checked, took), None, None)
    moment = clock.now()
    rate = _rate(run.checked, moment - run.moving_at) if run.moving_at else None
    left = max(0, run.total - run.checked)
    last = run.changed_at or run.started_at
    return Progress(
        # Hundred is said by the end alone: the parts beside log and records are not counted.
        percent=min(99, _percent(run)),
        per_second=rate,
        remaining=timedelta(seconds=left / rate) if rate else None,
        quiet_since=last if moment - last > QUIET else None,
    )


def _percent(run: AuditRun) -> int:
    if run.total == 0:
        return 100 if run.ended_at else 0
    return min(100, run.checked * 100 // run.total)


def _rate(checked: int, took: timedelta) -> float | None:
    return checked / max(took, SOONEST).total_seconds() if checked else None

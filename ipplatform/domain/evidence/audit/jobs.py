"""When the audit looks by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ipplatform.domain.evidence.audit import alarms, nightly, runs
from ipplatform.foundation import jobs, schedule


@schedule.every("evidence.nightly", timedelta(days=1), at=nightly.hour)
def begin_nightly(_payload: dict[str, Any]) -> None:
    nightly.begin()


@jobs.job(nightly.AGAIN)
def begin_later(_payload: dict[str, Any]) -> None:
    nightly.begin()


@schedule.every("evidence.alarms", timedelta(minutes=1))
def watch(_payload: dict[str, Any]) -> None:
    runs.end_abandoned()
    alarms.watch()

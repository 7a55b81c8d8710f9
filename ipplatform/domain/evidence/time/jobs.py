"""When the authorities are asked: hourly, on demand, and once a day for what must be renewed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ipplatform.domain.evidence.time import configuration, renewal, stamping
from ipplatform.foundation import jobs, schedule

# The hour is kept for each authority; looking more often makes up for one that did not answer.
LOOK = timedelta(minutes=5)


@schedule.every("time.hourly", LOOK, own_transactions=True)
def stamp_hourly(_payload: dict[str, Any]) -> None:
    if configuration.is_configured():
        stamping.stamp_newest(due_only=True)


@jobs.job(stamping.JOB, own_transactions=True)
def stamp_on_demand(_payload: dict[str, Any]) -> None:
    stamping.stamp_newest()


@schedule.every("time.renew", timedelta(days=1), at=timedelta(hours=3), own_transactions=True)
def renew_daily(_payload: dict[str, Any]) -> None:
    if configuration.is_configured():
        renewal.renew()

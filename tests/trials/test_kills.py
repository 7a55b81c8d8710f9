"""Nothing acknowledged is lost or doubled, and the log never forks, whichever process is killed at whatever moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import Database, both_databases
from tests.trials import kills
from tests.trials.counts import count, report


@pytest.mark.trial
@pytest.mark.slow
@both_databases
def test_no_acknowledged_filing_is_lost_or_doubled_by_kills(database: Database, tmp_path: Path) -> None:
    outcome = kills.run(
        database.url,
        tmp_path / "installation",
        filings=count(sample=40, full=500),
        kills=count(sample=3, full=30),
        seed=7,
    )
    report("kill -9 of web, worker and sequencer", database=database.dialect, **kills.figures(outcome))
    assert outcome.faults == []
    assert sum(outcome.kills.values()) == count(sample=3, full=30)

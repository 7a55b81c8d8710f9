"""Of 32 who ask for one exclusive right in the same moment, one gets it: on each database, by grant and by signature."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.databases import Database, both_databases
from tests.trials import races
from tests.trials.counts import count, report


@pytest.mark.trial
@both_databases
def test_one_of_32_racers_gets_an_exclusive_right(app: Flask, database: Database) -> None:
    outcome = races.for_a_grant(app, racers=32, rounds=count(sample=2, full=100))
    report("32 racers for one exclusive right", database=database.dialect, **outcome.figures())
    assert outcome.faults == []


@pytest.mark.trial
@both_databases
def test_one_of_many_agreements_on_one_right_is_executed(app: Flask, database: Database) -> None:
    racers = count(sample=4, full=32)
    outcome = races.for_a_signature(app, racers=racers, rounds=count(sample=1, full=5))
    report("agreements on one right signed at once", database=database.dialect, **outcome.figures())
    assert outcome.faults == []

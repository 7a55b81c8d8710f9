"""The sequencer may die at any step and meet others of its kind: nothing is lost or doubled, and the log never forks."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.databases import SQLITE, Database, both_databases, on_postgresql
from tests.trials import crashes
from tests.trials.counts import count, report


@pytest.mark.trial
@pytest.mark.slow
@both_databases
def test_a_kill_at_any_step_loses_doubles_and_forks_nothing(app: Flask, database: Database) -> None:
    cycles = count(sample=len(crashes.EVERY) if database.dialect == SQLITE else 12, full=200)
    log = crashes.kill_over_and_over(cycles=cycles, seed=11)
    report(
        "kill -9 before and after each step of the sequence",
        database=database.dialect, steps=len(crashes.EVERY) // 2, kills=cycles, filings=log.filed,
        heads=len(log.heads), **{"lost, doubled or forked": len(log.faults)},
    )  # fmt: skip
    assert log.faults == []


@pytest.mark.trial
@both_databases
def test_sequencers_on_one_node_take_turns(app: Flask, database: Database) -> None:
    run_side_by_side(database, nodes=1)


@pytest.mark.trial
@on_postgresql
def test_sequencers_on_two_nodes_take_turns(app: Flask, database: Database) -> None:
    run_side_by_side(database, nodes=2)


def run_side_by_side(database: Database, *, nodes: int) -> None:
    rounds = count(sample=2, full=25)
    log = crashes.side_by_side(sequencers=4, nodes=nodes, rounds=rounds, seed=13)
    report(
        "four sequencers at once, one of them killed in each round",
        database=database.dialect, nodes=nodes, rounds=rounds, filings=log.filed, heads=len(log.heads),
        **{"lost, doubled or forked": len(log.faults)},
    )  # fmt: skip
    assert log.faults == []

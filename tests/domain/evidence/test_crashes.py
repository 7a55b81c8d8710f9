"""kill -9 before and after each step of the sequencer: the next run continues, and the log is the one that was meant."""

from __future__ import annotations

import signal

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys, queries, recovery, sequencer, signer
from ipplatform.domain.evidence.formats import checkpoint
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.domain.evidence import crashing
from tests.factories.evidence import make_records
from tests.trials.test_mutations import findings

EVERY = [(step, moment) for step in crashing.STEPS for moment in ("before", "after")]


def kill_at(step: str, moment: str) -> None:
    db.session.remove()
    db.engine.dispose()
    assert crashing.run_until_killed(step, moment) == signal.SIGKILL


def continue_and_check(settings: Settings, size: int) -> None:
    recovery.check_at_start()
    sequencer.run_all()
    data = (settings.log_dir / "checkpoint").read_bytes()
    head = checkpoint.open_signed(data, settings.origin, keys.verifier_keys())
    assert head.size == size
    assert signer.head() == signer.Head(head.size, head.root)
    assert findings() == []
    with transaction(reads_only=True):
        assert queries.published_size() == size


@pytest.mark.parametrize(("step", "moment"), EVERY)
def test_a_kill_at_any_step_loses_and_doubles_nothing(app: Flask, settings: Settings, step: str, moment: str) -> None:
    make_records(250)
    sequencer.run_once()
    make_records(12)
    kill_at(step, moment)
    make_records(3)
    continue_and_check(settings, 265)


@both_databases
def test_kills_one_after_the_other_do_not_add_up(app: Flask, settings: Settings) -> None:
    size = 0
    for step, moment in [("extend", "after"), ("integrate", "after"), ("sign", "after"), ("checkpoint", "after")]:
        make_records(100)
        size += 100
        kill_at(step, moment)
    continue_and_check(settings, size)

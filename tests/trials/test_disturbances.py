"""Nothing is lost or doubled and the log never forks, whatever befalls disk, stores, bits and clock; and it says what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from config import Settings
from ipplatform.domain.evidence.time import queries, stamping
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from tests.authorities import MakeAuthority
from tests.databases import SQLITE, Database, both_databases
from tests.domain.evidence.time.conftest import grow, written
from tests.postgres import Cluster
from tests.trials import disturbances, places
from tests.trials.counts import count, report
from tests.trials.disturbances import Backup
from tests.trials.stored import Postgresql, Sqlite, Tables
from tests.trials.test_mutations import findings

FAULTS = "lost, doubled, forked or not explained"


@pytest.fixture
def backup(database: Database, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Backup:
    folder = tmp_path / "backups"
    if database.dialect == SQLITE:
        return disturbances.of_sqlite(settings, folder)
    cluster: Cluster = request.getfixturevalue("postgres")
    name = make_url(database.url).database or ""

    def copy(kept: str) -> None:
        cluster.drop(f"{name}_{kept}")
        cluster.create(f"{name}_{kept}", name)

    def put(kept: str) -> None:
        cluster.drop(name)
        cluster.create(name, f"{name}_{kept}")

    return Backup(folder, copy, put)


@pytest.fixture
def tables(app: Flask, database: Database, settings: Settings, request: pytest.FixtureRequest) -> Tables:
    if database.dialect == SQLITE:
        return Sqlite(places.TABLES, places.ONLY, settings.data_dir / "ipplatform.sqlite3")
    cluster: Cluster = request.getfixturevalue("postgres")
    url = cluster.url(make_url(database.url).database or "", "postgres")
    return Postgresql(places.TABLES, places.ONLY, url)


@pytest.mark.trial
@both_databases
def test_a_full_disk_stops_the_sequencer_which_goes_on_when_there_is_room(app: Flask, database: Database) -> None:
    cycles = count(sample=8, full=200)
    log, ended = disturbances.disk_full(cycles=cycles, seed=17)
    report(
        "disk full at tiles, checkpoint, signer's memory or everywhere",
        database=database.dialect, cycles=cycles, **ended, filings=log.filed, **{FAULTS: len(log.faults)},
    )  # fmt: skip
    assert "\n".join(log.faults) == ""
    assert ended["halted"] > 0


@pytest.mark.trial
@both_databases
def test_restored_backups_of_any_store_fork_nothing(app: Flask, database: Database, backup: Backup) -> None:
    rounds = count(sample=6, full=60)
    log, done = disturbances.restored_backups(backup, rounds=rounds, seed=19)
    report(
        "database, published files or signer's memory put back from a backup, or two of them",
        database=database.dialect, rounds=rounds, **done, filings=log.filed, heads=len(log.heads),
        **{FAULTS: len(log.faults)},
    )  # fmt: skip
    assert "\n".join(log.faults) == ""


@pytest.mark.trial
@both_databases
def test_a_flipped_bit_in_any_table_or_file_of_the_log_is_named(
    app: Flask, database: Database, settings: Settings, tables: Tables
) -> None:
    flips = count(sample=16, full=200)
    log, seen = disturbances.flipped_bits(tables, settings, flips=flips, seed=23)
    tables.close()
    report(
        "a flipped bit in each table and file of the log while filings go on",
        database=database.dialect, flips=seen["halted"] + seen["went on"], **seen, filings=log.filed, heads=len(log.heads),
        **{FAULTS: len(log.faults)},
    )  # fmt: skip
    assert "\n".join(log.faults) == ""


@pytest.mark.trial
@pytest.mark.slow
@both_databases
def test_a_clock_set_back_or_forward_changes_no_order(app: Flask, database: Database, settings: Settings) -> None:
    shifts = disturbances.BACK_AND_FORWARD[: count(sample=2, full=4)]
    log, stated = disturbances.wrong_clock(settings, database_url=database.url, shifts=shifts)
    report(
        "sequencers whose clock is 40 days behind, 400 ahead, a day behind, then right",
        database=database.dialect, heads=len(log.heads), filings=log.filed, **{FAULTS: len(log.faults)},
    )  # fmt: skip
    assert "\n".join(log.faults) == ""
    assert stated[0] == stated[1] < stated[2]
    assert set(stated[3:]) <= {stated[2]}, "a time once signed is stated until the clock has caught up"


def test_what_a_time_stamp_proves_does_not_depend_on_our_clock(
    app: Flask, make_authority: MakeAuthority, tmp_path: Path
) -> None:
    file = written(tmp_path / "authorities.toml", make_authority("east"))
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
    real = clock.now()
    for days in (0, -2000, 400):
        (record,) = grow()
        with clock.shifted(timedelta(days=days)):
            (outcome,) = stamping.stamp_newest()
        assert outcome.state == "stamped"
        with transaction(reads_only=True):
            found = queries.interval(db.session.merge(record).leaf_index)
        assert found.not_after is not None
        assert abs(found.not_after - real) < timedelta(minutes=5)
        assert found.not_before is None or abs(found.not_before - real) < timedelta(minutes=5)
    assert findings() == []

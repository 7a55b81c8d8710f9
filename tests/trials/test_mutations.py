"""Every change of one byte is found and named. A fair sample here; `TRIALS=full` runs the two thousand."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import make_url

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import further, heads, log, parts, records, runs
from ipplatform.domain.evidence.audit.findings import Finding
from ipplatform.domain.evidence.audit.marks import Standing
from ipplatform.domain.evidence.models import AuditFinding
from ipplatform.foundation.db import Base, db, transaction
from tests.authorities import MakeAuthority
from tests.databases import SQLITE, Database, both_databases
from tests.factories.evidence import make_records
from tests.postgres import Cluster
from tests.trials import counts, installation, mutations, places
from tests.trials.stored import Postgresql, Refused, Sqlite, Tables

SEED = int(os.environ.get("SEED", "20261123"))
EVIDENCE = "ipplatform.domain.evidence"
# Tables of evidence that no row of is evidence.
BESIDE = {
    "evidence_alarm": "of what the office was told, so that it is told once",
    "evidence_audited": "what the last audit said of each record; the next one says it anew",
    "log_witness": "how a witness answered last; it is asked anew",
    "time_authority": "how an authority answered last",
    "signing_challenge": "what has to be signed to enrol a key, until it expires",
    "evidence_erased_file": "which files have still to be destroyed",
    "legal_hold": "what may not be erased; it says nothing of a filing and is in no log, only in the office's trail",
}


def findings() -> list[Finding]:
    """Everything a full audit finds, without keeping it."""
    assert further
    found: list[Finding] = []
    with transaction(reads_only=True):
        for step in (lambda cursor: records.step(cursor, Standing()), log.step, lambda _: heads.step()):
            part = step(0)
            found += part.findings
            while not part.ended:
                part = step(part.cursor)
                found += part.findings
        found += [item for name in parts.names() for item in parts.step(name).findings]
    db.session.remove()
    return found


def tables_of(database: Database, settings: Settings, request: pytest.FixtureRequest) -> Tables:
    if database.dialect == SQLITE:
        return Sqlite(places.TABLES, places.ONLY, settings.data_dir / "ipplatform.sqlite3")
    cluster: Cluster = request.getfixturevalue("postgres")
    return Postgresql(places.TABLES, places.ONLY, cluster.url(make_url(database.url).database or "", "postgres"))


@pytest.fixture
def installed(app: Flask, tmp_path: Path, make_authority: MakeAuthority) -> Settings:
    return installation.make(app, tmp_path, make_authority, Random(SEED))


@pytest.fixture
def tables(installed: Settings, database: Database, request: pytest.FixtureRequest) -> Iterator[Tables]:
    opened = tables_of(database, installed, request)
    yield opened
    opened.close()


@pytest.mark.trial
@pytest.mark.slow
@both_databases
def test_every_change_of_one_byte_is_found_and_named(installed: Settings, tables: Tables, database: Database) -> None:
    assert findings() == []
    assert [place for place in places.covered() if tables.choose(*place, Random(SEED)) is None] == []
    wanted, begun = mutations.count(database.dialect), time.monotonic()
    missed, tried, touched = [], 0, set()
    for mutation in mutations.mutations(installed, tables, Random(SEED)):
        db.session.remove()
        try:
            mutation.apply()
        except Refused:
            continue
        try:
            found = findings()
        finally:
            mutation.undo()
        tried += 1
        touched.add(mutation.place.partition(" ")[0])
        if not mutations.is_named(mutation, found):
            missed.append(f"{mutation} {[(item.record, item.field) for item in found[:5]]}")
        if tried == wanted:
            break
    counts.report(
        "single-byte changes found by the audit, and named",
        database=database.dialect, changes=tried, places=len(places.covered()) + len(places.FOLDERS), missed=len(missed),
        seconds=round(time.monotonic() - begun),
    )  # fmt: skip
    assert "\n".join(missed) == ""
    assert findings() == []


def test_every_column_of_a_table_of_evidence_is_changed_or_said_to_be_none(app: Flask) -> None:
    named = {
        mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.__module__.startswith(EVIDENCE)
    }
    assert named <= {*places.COVERED, *BESIDE}, "a table of evidence that no trial knows"
    assert not set(BESIDE) & set(places.COVERED)
    declared = {f"{table}.{column.name}" for table in places.COVERED for column in Base.metadata.tables[table].columns}
    changed = {f"{table}.{column}" for table, column in places.covered()}
    assert not changed & set(places.UNCOVERED)
    assert declared == changed | set(places.UNCOVERED) | {name for name in declared if name.endswith(".id")}


def test_a_whole_run_reports_a_changed_byte_with_record_field_and_values(app: Flask, settings: Settings) -> None:
    make_records(5)
    sequencer.run_all()
    db.session.remove()
    tables = Sqlite(places.TABLES, places.ONLY, settings.data_dir / "ipplatform.sqlite3")
    row = tables.choose("evidence_record", "public_id", Random(1))
    assert row is not None
    names = tables.names(row)
    tables.write(row, tables.changed(row, Random(1)))
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    for _ in runs.drive(run):
        pass
    with transaction(reads_only=True):
        kept = db.session.query(AuditFinding).all()
        assert any(item.field == "public_id" and item.record in {*names, *tables.names(row)} for item in kept)
    tables.close()

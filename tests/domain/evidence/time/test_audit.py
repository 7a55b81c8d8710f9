from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import text

from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.time import audit, renewal, stamping
from ipplatform.foundation.db import db, transaction
from tests.authorities import MakeAuthority
from tests.databases import both_databases
from tests.domain.evidence.time.conftest import Configure, grow


@pytest.fixture
def stamped(make_authority: MakeAuthority, configure: Configure, filed: Record) -> None:
    """Two stamped checkpoints of five and six entries, the first of them renewed."""
    configure(make_authority("east"), make_authority("west", intermediate=True))
    stamping.stamp_newest()
    renewal.renew(every=True)
    grow()
    stamping.stamp_newest()


def found() -> list[str]:
    db.session.expire_all()
    with transaction(reads_only=True):
        return sorted({item.record for item in audit.findings()})


def change(statement: str, **values: Any) -> None:
    with transaction():
        db.session.execute(text(statement), values)


@both_databases
def test_whole_tokens_and_renewals_give_no_finding(stamped: None) -> None:
    assert found() == []
    with transaction(reads_only=True):
        assert audit.stamped_sizes() == [5, 7]


def test_every_changed_value_of_every_table_is_named_with_its_checkpoint(stamped: None) -> None:
    chosen = random.Random(5816)
    blobs = [("time_anchor", "response"), ("time_anchor", "seal"), ("time_checkpoint", "note"), ("time_file", "data")]
    for table, column in blobs:
        for _ in range(12):
            place, bit = chosen.random(), 1 << chosen.randrange(8)
            with transaction(reads_only=True):
                rows = db.session.execute(text(f"SELECT rowid, {column} FROM {table}")).all()
            row, data = rows[chosen.randrange(len(rows))]
            changed = bytearray(data)
            changed[int(place * len(changed))] ^= bit
            change(f"UPDATE {table} SET {column} = :new WHERE rowid = :row", new=bytes(changed), row=row)
            assert found(), (table, column, row, int(place * len(changed)))
            change(f"UPDATE {table} SET {column} = :old WHERE rowid = :row", old=data, row=row)
    assert found() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("authority", "north"),
        ("renewal", 3),
        ("nonce", "1"),
        ("serial", "1"),
        ("gen_time", "2001-01-01 00:00:00.000000"),
        ("latest_at", "2001-01-01 00:00:00.000000"),
        ("earliest_at", "no date"),
        ("certificates_end_at", "2099-01-01 00:00:00.000000"),
        ("algorithms", "sha512"),
        ("crls", None),
    ],
)
def test_a_changed_column_is_named(stamped: None, column: str, value: object) -> None:
    change(f"UPDATE time_anchor SET {column} = :value WHERE checkpoint_size = 7 AND authority = 'east'", value=value)
    assert found() == ["checkpoint 7"]


def test_a_missing_token_is_named(stamped: None) -> None:
    change("DELETE FROM time_anchor WHERE checkpoint_size = 7")
    assert found() == ["checkpoint 7"]

"""How the audit's statements are sent: compiled once, and streamed past a row that cannot be read as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import CursorResult, select

from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import among, db, transaction
from tests.databases import both_databases
from tests.factories.evidence import make_records


def test_a_statement_over_raw_texts_is_compiled_once() -> None:
    statement = select(rows.raw_text(Record.public_id.expression))
    assert statement._generate_cache_key() is not None
    other = select(rows.raw_text(Record.kind.expression))
    assert statement._generate_cache_key() != other._generate_cache_key()


@both_databases
def test_what_cannot_be_read_as_a_whole_is_read_by_columns(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_records(5)
    with transaction(reads_only=True):
        whole = [tuple(raw) for raw in rows.after(0, 10)]
        monkeypatch.setattr(rows, "FETCHED", 2)
        monkeypatch.setattr(CursorResult, "partitions", first_only)
        again = [tuple(raw) for raw in rows.after(0, 10)]
    assert len(whole) == 5
    assert again == whole


def first_only(found: Any, size: int) -> Iterator[Any]:
    yield found.fetchmany(size)
    raise ValueError("a value that is no number")


@both_databases
def test_the_last_of_the_records_to_come(app: Flask) -> None:
    make_records(3)
    ids = [raw[0] for raw in rows.after(0, 10)]
    assert rows.last_after(0, 2) == ids[1]
    assert rows.last_after(ids[0], 10) == ids[-1]
    assert rows.last_after(ids[-1], 10) == ids[-1]


@both_databases
def test_among_numbers_with_none_among_them(app: Flask) -> None:
    make_records(3)
    ids = [raw[0] for raw in rows.after(0, 10)]
    wanted = among(Record.id, [ids[0], None, ids[2], 10**9])
    assert db.session.scalars(select(Record.id).where(wanted).order_by(Record.id)).all() == [ids[0], ids[2]]
    assert db.session.scalars(select(Record.id).where(among(Record.id, []))).all() == []

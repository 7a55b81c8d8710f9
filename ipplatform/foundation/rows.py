"""New rows written with one statement each, past the unit of work: where thousands come in, that costs a third of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import make_transient_to_detached

from ipplatform.foundation.db import Base, db, is_sqlite


def insert(row: Base) -> None:
    """Write ``row`` now and keep it in the session. Defaults are filled in; relationships are not followed."""
    written = _write(row, unless_there=False)
    assert written


def insert_unless_there(row: Base) -> bool:
    """As ``insert``, but False, and nothing is written, when a row has the same values where they must be unique.

    Waits for a transaction that is writing such a row at this moment (PostgreSQL).
    """
    return _write(row, unless_there=True)


def insert_all(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write all ``rows`` (column -> value, the same columns each) with one statement; nothing for none."""
    if rows:
        db.session.connection().execute(_plain(model, is_sqlite()), list(rows))


def _write(row: Base, *, unless_there: bool) -> bool:
    model = type(row)
    values = {name: _value(row, column) for name, column in _columns(model).items()}
    statement = _returning(model, is_sqlite(), unless_there)
    identity = db.session.connection().execute(statement, values).scalar_one_or_none()
    if identity is None:
        return False
    row.id = identity  # type: ignore[attr-defined]
    make_transient_to_detached(row)
    db.session.add(row)
    return True


def _value(row: Base, column: Column[Any]) -> Any:
    """What ``row`` has in ``column``; its default, as the unit of work would fill it in, where it has nothing."""
    if column.key in row.__dict__:
        return row.__dict__[column.key]
    default: Any = column.default
    value = None if default is None else default.arg(None) if default.is_callable else default.arg
    setattr(row, column.key, value)
    return value


@cache
def _columns(model: type[Base]) -> dict[str, Column[Any]]:
    """All but ``id``, which the database gives."""
    return {column.key: column for column in _table(model).columns if column.key != "id"}


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@cache
def _plain(model: type[Base], sqlite: bool) -> Any:
    return (sqlite_insert if sqlite else postgresql_insert)(_table(model))


@cache
def _returning(model: type[Base], sqlite: bool, unless_there: bool) -> Any:
    """Made once: SQLAlchemy then also finds the compiled statement again without looking at its parts."""
    statement = _plain(model, sqlite)
    if unless_there:
        statement = statement.on_conflict_do_nothing()
    return statement.returning(_table(model).c.id)

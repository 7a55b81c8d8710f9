"""A transaction on the driver's own connection, past the session: for routes that write new rows and must be fast.

What such a route writes goes through ``foundation.rows`` and ``foundation.prepared``; the session may read meanwhile, in
a transaction of its own that ends first and writes nothing. The write transaction begins with the first statement, so
that SQLite's only writer is held for the statements alone. Why: docs/decisions/0054.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ipplatform.foundation import turns
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.prepared import Prepared


class _Unit:
    """One write transaction; it takes a connection when it is first asked for one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._taken: Any = None

    def driver(self) -> Any:
        if self._taken is None:
            self._taken = self._engine.raw_connection()
            self._begin()
        return self._taken.driver_connection

    def commit(self) -> None:
        if self._taken is not None:
            self._translate(self._taken.commit)

    def close(self) -> None:
        """Roll back what was not committed and give the connection back."""
        if self._taken is not None:
            self._taken.close()
            self._taken = None

    def _begin(self) -> None:
        """PostgreSQL's driver begins with the first statement."""
        if self._engine.dialect.name == "sqlite":
            turns.await_turn(self._taken)
            self._translate(lambda: self._taken.driver_connection.execute("BEGIN IMMEDIATE"))

    def _translate(self, act: Any) -> None:
        dialect = self._engine.dialect
        base = dialect.loaded_dbapi.Error
        try:
            act()
        except base as error:
            raise DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=dialect) from error


_unit: ContextVar[_Unit | None] = ContextVar("direct_unit", default=None)


@contextmanager
def direct_transaction() -> Iterator[None]:
    """Commit what the block wrote through ``run``, or nothing of it."""
    unit = _Unit(db.engine)
    token = _unit.set(unit)
    try:
        with transaction(reads_only=True):
            yield
        unit.commit()
    finally:
        _unit.reset(token)
        unit.close()


def is_direct() -> bool:
    return _unit.get() is not None


def run(statement: Prepared, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run in the current transaction, direct or the session's; the rows it gives."""
    driver, dialect = _current()
    return statement.run(driver, dialect, values)


def run_many(statement: Prepared, rows: list[dict[str, Any]]) -> None:
    driver, dialect = _current()
    statement.run_many(driver, dialect, rows)


def _current() -> tuple[Any, Dialect]:
    unit = _unit.get()
    if unit is not None:
        return unit.driver(), db.engine.dialect
    connection = db.session.connection()
    return connection.connection.driver_connection, connection.dialect


def look(statement: Prepared, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one reading statement, in no transaction but its own."""
    engine = db.engine
    taken = engine.raw_connection()
    try:
        driver: Any = taken.driver_connection
        if engine.dialect.name == "sqlite":
            return statement.run(driver, engine.dialect, values)
        driver.autocommit = True
        try:
            return statement.run(driver, engine.dialect, values)
        finally:
            driver.autocommit = False
    finally:
        taken.close()


def see_anew() -> None:
    """Let the session of a direct transaction see what others have committed since it began to read."""
    if is_direct():
        db.session.rollback()


@event.listens_for(Session, "before_flush")
def _refuse(_session: Session, _context: Any, _instances: Any) -> None:
    if is_direct():
        raise RuntimeError("a direct transaction writes through foundation.rows alone")

"""Transactions on the driver's own connection, past the session: for routes that write new rows and must be fast.

What such a route writes goes through ``foundation.rows`` and ``foundation.prepared`` inside ``write``; the session may
read meanwhile, in a transaction of its own that writes nothing. SQLite's only writer is held for the statements and the
commit alone, and threads that write at the same time share them. Why: docs/decisions/0054.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ipplatform.foundation import turns
from ipplatform.foundation.at_hand import AtHand
from ipplatform.foundation.db import db, is_sqlite, transaction
from ipplatform.foundation.prepared import Prepared
from ipplatform.foundation.together import Group, Task

Result = TypeVar("Result")


class _Unit:
    """One write transaction; what is not committed when it is closed is rolled back."""

    def __init__(self, engine: Engine) -> None:
        self.dialect, self._at_hand = engine.dialect, _of(engine).writing
        self._taken = self._at_hand.take(engine)
        self.is_over = False
        self.driver: Any = self._taken.driver_connection
        if self.dialect.name == "sqlite":
            try:
                turns.await_turn(self._taken)
                self.execute("BEGIN IMMEDIATE")
            except BaseException:
                self.close()
                raise

    def execute(self, statement: str) -> None:
        with self.translated():
            self.driver.execute(statement)

    def commit(self) -> None:
        with self.translated():
            self.driver.commit()
        self.is_over = True

    def close(self) -> None:
        if self.is_over:
            self._at_hand.rest(self._taken)
        else:
            self._at_hand.release(self._taken)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """The driver's errors as SQLAlchemy's."""
        base = self.dialect.loaded_dbapi.Error
        try:
            yield
        except base as error:
            raise DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=self.dialect) from error


_is_direct: ContextVar[bool] = ContextVar("is_direct", default=False)
_unit: ContextVar[_Unit | None] = ContextVar("direct_unit", default=None)


class _Kept:
    """What stays from one transaction on an engine to the next."""

    def __init__(self, engine: Engine) -> None:
        self.group = Group()
        self.writing, self.reading = AtHand(engine), AtHand(engine, autocommit=True)


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_making = Lock()


@contextmanager
def direct_transaction() -> Iterator[None]:
    """In the block ``write`` commits by itself, on the driver's connection; the session only reads."""
    token = _is_direct.set(True)
    try:
        with transaction(reads_only=True):
            yield
    finally:
        _is_direct.reset(token)


def is_direct() -> bool:
    return _is_direct.get()


def write(act: Callable[[], Result]) -> Result:
    """What ``act`` returns, once what it wrote through ``run`` is committed; nothing of it is kept when it raises.

    The session's reading ends before, so that nobody waits for a writer with a connection in hand. Without
    ``direct_transaction`` it is a part of the session's transaction, committed with that.
    """
    if not is_direct():
        return act()
    if db.session.registry.has():
        db.session.commit()
    task = Task(copy_context(), lambda unit: _within(unit, act))
    if is_sqlite():
        engine = db.engine
        _of(engine).group.run(task, lambda: _Unit(engine))
    else:
        _alone(task)
    return cast("Result", task.result())


def _within(unit: _Unit, act: Callable[[], Result]) -> Result:
    _unit.set(unit)
    return act()


def _alone(task: Task) -> None:
    """Statements without an answer travel with the next one that has one, or with the commit."""
    unit = _Unit(db.engine)
    try:
        with unit.translated(), unit.driver.pipeline():
            if went_well := task.attempt(unit):
                unit.driver.commit()
        unit.is_over = went_well
    finally:
        unit.close()


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
        return unit.driver, unit.dialect
    if is_direct():
        raise RuntimeError("a direct transaction writes inside foundation.direct.write")
    connection = db.session.connection()
    return connection.connection.driver_connection, connection.dialect


def look(statement: Prepared, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one reading statement, in no transaction but its own."""
    engine = db.engine
    at_hand = _of(engine).reading
    taken = at_hand.take(engine)
    try:
        rows = statement.run(taken.driver_connection, engine.dialect, values)
    except BaseException:
        at_hand.release(taken)
        raise
    at_hand.rest(taken)
    return rows


def _of(engine: Engine) -> _Kept:
    kept = _kept.get(engine)
    if kept is None:
        # Two threads that come first at once must not each listen for the engine's end.
        with _making:
            kept = _kept.get(engine) or _kept.setdefault(engine, _Kept(engine))
    return kept


def see_anew() -> None:
    """Let the session of a direct transaction see what others have committed since it began to read."""
    if is_direct():
        db.session.rollback()


@event.listens_for(Session, "before_flush")
def _refuse(_session: Session, _context: Any, _instances: Any) -> None:
    if is_direct():
        raise RuntimeError("a direct transaction writes through foundation.rows alone")

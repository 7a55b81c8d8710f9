"""Database: one declarative base, column types both databases agree on, and the transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    String,
    any_,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from ipplatform.foundation import connections, secretbox, turns

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Model = TypeVar("Model")
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
may_write: ContextVar[bool] = ContextVar("may_write", default=False)


class LockHeld(Exception):
    """Somebody else holds the lock."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

PublicId = String(16)
PlainJson = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes; SQLite drops zones, so they are put back, and a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Sealed(TypeDecorator[Any]):
    """Knows its column, so that a damaged value can be named."""

    impl = LargeBinary
    cache_ok = True
    _column: Any = None

    def _set_parent(self, parent: Any, outer: bool = False, **more: Any) -> None:
        # A column of a query or an alias shares the type: the first is the table's own.
        if self._column is None:
            self._column = parent
        super()._set_parent(parent, outer=outer, **more)

    def _unsealed(self, value: bytes) -> bytes:
        try:
            return secretbox.unseal(bytes(value))
        except secretbox.Damaged as error:
            raise secretbox.Damaged(str(error), None if self._column is None else str(self._column)) from error


class EncryptedBytes(_Sealed):
    """Bytes sealed with the data key. Reading a damaged value raises ``secretbox.Damaged``, which names the column."""

    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else secretbox.seal(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else self._unsealed(value)


class EncryptedJson(_Sealed):
    """JSON sealed with the data key. Assign a new value to save it: changes inside it are not noticed."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return secretbox.seal(_ENCODE(value).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(self._unsealed(value))

    @staticmethod
    def opened(value: bytes) -> Any:
        return json.loads(secretbox.unseal(bytes(value)))


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def insert_into(table: Any, dialect: Dialect | None = None) -> Any:
    """An INSERT that may say what becomes of a row that is there already, for the application's database or ``dialect``."""
    name = dialect.name if dialect is not None else db.engine.dialect.name
    return sqlite.insert(table) if name == "sqlite" else postgresql.insert(table)


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """`column` is one of `values`, sent as one value: a thousand bind parameters cost more than their rows."""
    listed = list(values)
    if is_sqlite():
        return cast(
            "ColumnElement[bool]", column.in_(select(func.json_each(json.dumps(listed)).table_valued("value").c.value))
        )
    array = integers(listed, column.type) if isinstance(column.type, Integer) else literal(listed, ARRAY(column.type))
    return cast("ColumnElement[bool]", column == any_(array))


def integers(values: Iterable[int | None], of: Integer) -> ColumnElement[Any]:
    """PostgreSQL: an array sent as its text, which psycopg would make number by number in Python. None equals nothing."""
    text_of_array = ",".join([str(int(value)) for value in values if value is not None])
    return sql_cast(literal(f"{{{text_of_array}}}", String), ARRAY(of))


def lock_row(model: type[Model], identity: int) -> Model | None:
    """The row, locked until the transaction ends. SQLite's one writer is the lock there, so only a fresh read."""
    statement = select(model).where(model.id == identity).with_for_update()  # type: ignore[attr-defined]
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


@contextmanager
def transaction(*, reads_only: bool = False) -> Iterator[None]:
    """Commit what the block did, or nothing of it. On SQLite a writing block takes the write lock at its start.

    A reading transaction still open is ended first: SQLite refuses to let an old snapshot write.
    """
    if not reads_only and not may_write.get() and db.session().in_transaction():
        db.session.commit()
    token = may_write.set(not reads_only)
    try:
        yield
        if db.session.registry.has():
            db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        may_write.reset(token)


def prepare_engine(engine: Engine) -> None:
    """SQLite: WAL, foreign keys, full durability, and BEGIN IMMEDIATE for transactions that may write.

    What is deleted or replaced is overwritten (secure_delete), so that erased content leaves no bytes behind.
    """
    if engine.dialect.name != "sqlite":
        connections.test_idle(engine)
        return
    turns.take_turns(engine)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "busy_timeout=30000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if may_write.get():
            turns.await_turn(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if may_write.get() else "BEGIN")


def hold_pages() -> None:
    """SQLite: let the current connection keep the pages of one large transaction, up to 64 MiB, until it commits.

    With the 2 MiB that others have they are written out, read back and written again.
    """
    if is_sqlite():
        db.session.execute(text("PRAGMA cache_size = -65536"))


@contextmanager
def held_by_one(number: int) -> Iterator[Callable[[], None]]:
    """PostgreSQL: hold its advisory lock `number` over several transactions, on a connection of its own.

    Yields a check that raises OperationalError once the connection, and so the lock, is lost. Raises LockHeld when
    another connection has it. SQLite is one file on one machine; there a lock file does it, and this does nothing.
    """
    if is_sqlite():
        yield lambda: None
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(number))):
            raise LockHeld
        try:
            yield lambda: _answers(connection)
        finally:
            _release(connection, number)


def _answers(connection: Connection) -> None:
    connection.execute(select(1))


def _release(connection: Connection, number: int) -> None:
    """A connection that is broken has lost the lock already; it must not go back to the pool."""
    try:
        connection.execute(select(func.pg_advisory_unlock(number)))
    except OperationalError:
        connection.invalidate()

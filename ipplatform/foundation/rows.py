"""New rows written with one statement each, past the unit of work: where thousands come in, that costs a third of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import ClauseElement, Column, Table, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import make_transient_to_detached

from ipplatform.foundation import direct
from ipplatform.foundation.db import Base, db, insert_into
from ipplatform.foundation.prepared import Prepared

Row = TypeVar("Row", bound=Base)


def made(model: type[Row], **values: Any) -> Row:
    """A row for ``insert_unless_there`` with these values, made past the instrumentation of its attributes.

    That costs more than the statement. Nothing of it is known to a session before it is written.
    """
    row: Row = model.__mapper__.class_manager.new_instance()
    row.__dict__.update(values)
    return row


def insert_unless_there(row: Base) -> bool:
    """Write ``row`` now; False, and nothing is written, when another has its unique values.

    The session keeps it, but for a direct transaction's, in which the session only reads. Defaults are filled in; relationships are not followed. Waits for a transaction that is writing such a row at this
    moment (PostgreSQL).
    """
    model, given = type(row), row.__dict__
    values = _whole(model, given)
    written = direct.run(_returning(model), values)
    if not written:
        return False
    given.update(values, id=written[0][0])
    if not direct.is_direct():
        make_transient_to_detached(row)
        db.session.add(row)
    return True


def insert_all(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write all ``rows`` (column -> value) with one statement, defaults filled in; nothing for none."""
    whole = [_whole(model, row) for row in rows]
    if len(whole) == 1:
        direct.run(_plain(model), whole[0])
    elif whole:
        direct.run_many(_plain(model), whole)


def _whole(model: type[Base], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] if name in given else _default(column) for name, column in _columns(model).items()}


def _default(column: Column[Any]) -> Any:
    """As the unit of work would fill it in."""
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


@cache
def _columns(model: type[Base]) -> dict[str, Column[Any]]:
    """All but ``id``, which the database gives."""
    return {column.key: column for column in _table(model).columns if column.key != "id"}


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@cache
def _plain(model: type[Base]) -> Prepared:
    return Prepared(insert(_table(model)), columns=list(_columns(model)))


@cache
def _returning(model: type[Base]) -> Prepared:
    table = _table(model)

    def spelled(dialect: Dialect) -> ClauseElement:
        return cast(ClauseElement, insert_into(table, dialect).on_conflict_do_nothing().returning(table.c.id))

    return Prepared(spelled, columns=list(_columns(model)))

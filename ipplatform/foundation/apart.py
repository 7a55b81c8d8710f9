"""Lists of rows with encrypted columns: each value is opened by itself, so that a damaged one hides no other row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary, Select, inspect, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, defer
from sqlalchemy.orm.attributes import set_committed_value

from ipplatform.foundation.db import db
from ipplatform.foundation.pagination import Descending, Order, Page, keyset
from ipplatform.foundation.secretbox import Damaged

Column = InstrumentedAttribute[Any]


def closed(statement: Select[Any], *columns: Column) -> Select[Any]:
    """``statement`` of one model, which brings its encrypted ``columns`` as they are stored, for ``opened``."""
    stored = (type_coerce(column, LargeBinary).label(f"stored_{column.key}") for column in columns)
    return statement.options(*(defer(column) for column in columns)).add_columns(*stored)


def opened(row: Any, *columns: Column) -> Any:
    """The object of a row of ``closed``, its ``columns`` opened.

    Where one does not authenticate, the object's ``damaged`` is True, and reading that column raises Damaged.
    """
    found = row[0]
    missing = inspect(found).unloaded
    for column in columns:
        if column.key not in missing:
            continue
        try:
            value = column.type.process_result_value(getattr(row, f"stored_{column.key}"), db.engine.dialect)
        except Damaged:
            found.damaged = True
        else:
            set_committed_value(found, column.key, value)
    return found


def page(statement: Select[Any], *columns: Column, order: Order, after: str | None, limit: int) -> Page[Any]:
    """`keyset` by ``order``, which is unique, over rows whose encrypted ``columns`` are opened one by one."""
    ordered = closed(statement, *columns).add_columns(order.column if isinstance(order, Descending) else order)
    rows = keyset(ordered, order=[order], after=after, limit=limit, scalars=False)
    return Page([opened(row, *columns) for row in rows.items], rows.next_cursor)

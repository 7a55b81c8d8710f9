"""Keyset pages: the same cost at any depth, and no row twice while others are added."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.text import forbidden_characters

Item = TypeVar("Item")
LARGEST_PAGE = 100


class ForeignCursor(Invalid):
    """The address names a place in a list that this service never gave out; ``parameter`` is the part that does."""

    default = _l("This page address is not one of ours. Start from the first page.")

    def __init__(self, parameter: str = "after"):
        super().__init__({parameter: [self.default]})
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    items: Sequence[Item]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Descending:
    column: InstrumentedAttribute[Any]


Order = InstrumentedAttribute[Any] | Descending


def encode(values: Sequence[Any]) -> str:
    """An opaque address-safe cursor for the last row's sort values."""
    plain = [_to_json(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str, length: int) -> list[Any]:
    """The sort values in ``cursor``; ForeignCursor when it is not one of ours."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != length:
            raise ValueError("wrong shape")
        return [_from_json(value) for value in values]
    except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error, RecursionError) as error:
        raise ForeignCursor from error


def keyset(
    statement: Select[Any], *, order: Sequence[Order], after: str | None, limit: int, scalars: bool = True
) -> Page[Any]:
    """One page of ``statement`` by ``order`` (columns, or ``Descending(column)``; the last must be unique)."""
    limit = max(1, min(limit, LARGEST_PAGE))
    columns = [(part.column, True) if isinstance(part, Descending) else (part, False) for part in order]
    if after:
        statement = statement.where(_beyond(columns, _fitting(columns, decode(after, len(columns)))))
    ordering = [column.desc() if descending else column.asc() for column, descending in columns]
    if scalars:
        rows = list(db.session.scalars(statement.order_by(*ordering).limit(limit + 1)).unique())
        keys = [[getattr(row, column.key) for column, _ in columns] for row in rows]
    else:
        rows = list(db.session.execute(statement.order_by(*ordering).limit(limit + 1)))
        keys = [[getattr(row, column.key) for column, _ in columns] for row in rows]
    more = len(rows) > limit
    return Page(rows[:limit], encode(keys[limit - 1]) if more else None)


def _fitting(columns: Sequence[tuple[InstrumentedAttribute[Any], bool]], values: Sequence[Any]) -> Sequence[Any]:
    """``values`` when each is of its column's type: PostgreSQL compares nothing else, and a forged cursor is bad input."""
    for (column, _descending), value in zip(columns, values, strict=True):
        if type(value) is not column.type.python_type:
            raise ForeignCursor
    return values


def _beyond(columns: Sequence[tuple[InstrumentedAttribute[Any], bool]], values: Sequence[Any]) -> Any:
    alternatives = []
    for place, (column, descending) in enumerate(columns):
        equal = [earlier == value for (earlier, _), value in zip(columns[:place], values[:place], strict=True)]
        further = column < values[place] if descending else column > values[place]
        alternatives.append(and_(*equal, further))
    return or_(*alternatives)


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, Decimal):
        return {"n": str(value)}
    return value


def _from_json(value: Any) -> Any:
    if not isinstance(value, dict):
        if isinstance(value, str) and forbidden_characters(value):
            raise ValueError("no text of ours")
        if isinstance(value, list) or (isinstance(value, int) and abs(value) >= 2**63):
            raise ValueError("out of range")
        return value
    if "t" in value:
        moment = datetime.fromisoformat(value["t"])
        if moment.tzinfo is None:
            raise ValueError("no zone")
        return moment
    return date.fromisoformat(value["d"]) if "d" in value else Decimal(value["n"])

"""Column types of the ledger: PostgreSQL's ranges, and the same text on SQLite."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import DATERANGE, INT4MULTIRANGE, INT8MULTIRANGE, Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from ipplatform.domain.rights.ranges import Ranges

_DAY = timedelta(days=1)


class RangesColumn(TypeDecorator[Ranges]):
    """A set of integers: ``int4multirange``, or ``int8multirange`` when ``wide``; text such as ``{[1,4)}`` on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, *, wide: bool = False) -> None:
        super().__init__()
        self.wide = wide

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(INT8MULTIRANGE() if self.wide else INT4MULTIRANGE())
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Ranges | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name != "postgresql":
            return value.text()
        return MultiRange(Range(low, high, bounds="[)") for low, high in value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Ranges | None:
        if value is None or isinstance(value, str):
            return None if value is None else Ranges.parse(value)
        return Ranges.of((span.lower, span.upper) for span in value)


class Days(TypeDecorator[tuple[date, date | None]]):
    """Days from the first to the last, both included, None for no end: ``daterange``; ISO text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DATERANGE() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: tuple[date, date | None] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        start, end = value
        after = None if end is None or end >= date.max else end + _DAY
        if dialect.name == "postgresql":
            return Range(start, after, bounds="[)")
        return f"[{start.isoformat()},{'' if after is None else after.isoformat()})"

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[date, date | None] | None:
        if value is None:
            return None
        if isinstance(value, str):
            low, high = value.strip("[)").split(",")
            return date.fromisoformat(low), date.fromisoformat(high) - _DAY if high else None
        return value.lower, None if value.upper is None else value.upper - _DAY

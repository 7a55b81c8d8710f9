"""Statements compiled once and run by the driver itself, where asking SQLAlchemy each time costs more than the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ClauseElement, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

Processor = Callable[[Any], Any] | None
Spelled = Callable[[Dialect], ClauseElement]


class _Compiled(NamedTuple):
    """``binds`` are (name, processor) in the order of the text; ``constants`` the values the statement brings itself.

    ``results`` are the places of a row that are processed, and how.
    """

    text: str
    positional: bool
    binds: tuple[tuple[str, Processor], ...]
    constants: Mapping[str, Any]
    results: tuple[tuple[int, Callable[[Any], Any]], ...]
    answers: bool

    def parameters(self, values: Mapping[str, Any]) -> Any:
        known = {**self.constants, **values} if self.constants else values
        if self.positional:
            return [known[name] if process is None else process(known[name]) for name, process in self.binds]
        return {name: known[name] if process is None else process(known[name]) for name, process in self.binds}


class Prepared:
    """One statement for any database. Its values are processed by their types, as SQLAlchemy would; no list is expanded.

    ``statement`` may be a function of the dialect, for what each database writes in its own way. Errors of the driver
    come as SQLAlchemy's (DBAPIError), without the values.
    """

    def __init__(self, statement: ClauseElement | Spelled, *, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._compiled: dict[str, _Compiled] = {}

    def text(self, dialect: Dialect) -> str:
        return self._for(dialect).text

    def run(self, driver: Any, dialect: Dialect, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute on the connection ``driver``; the rows it gives, if it gives any."""
        compiled = self._for(dialect)
        parameters = compiled.parameters(values)
        try:
            cursor = driver.execute(compiled.text, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall() if compiled.answers else []
        except dialect.loaded_dbapi.Error as error:
            raise _translated(error, compiled.text, dialect) from error
        if compiled.results:
            return [_processed(row, compiled.results) for row in rows]
        return rows

    def run_many(self, driver: Any, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> None:
        compiled = self._for(dialect)
        try:
            driver.cursor().executemany(compiled.text, [compiled.parameters(values) for values in rows])
        except dialect.loaded_dbapi.Error as error:
            raise _translated(error, compiled.text, dialect) from error

    def _for(self, dialect: Dialect) -> _Compiled:
        return self._compiled.get(dialect.name) or self._compile(dialect)

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement = self._statement if isinstance(self._statement, ClauseElement) else self._statement(dialect)
        made: Any = statement.compile(dialect=dialect, column_keys=self._columns)
        names = made.positiontup if made.positional else list(made.binds)
        binds = tuple((name, made.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
        constants = {name: one.effective_value for name, one in made.binds.items() if not one.required}
        answers = isinstance(statement, Select) or bool(made.effective_returning)
        results = _results(statement, dialect) if isinstance(statement, Select) else ()
        compiled = _Compiled(str(made), bool(made.positional), binds, constants, results, answers)
        self._compiled[dialect.name] = compiled
        return compiled


def _results(statement: Select[Any], dialect: Dialect) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    types: list[Any] = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
    found = [(place, one.result_processor(dialect, None)) for place, one in enumerate(types)]
    return tuple((place, process) for place, process in found if process is not None)


def _processed(row: Sequence[Any], results: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for place, process in results:
        values[place] = process(values[place])
    return tuple(values)


def _translated(error: Exception, text: str, dialect: Dialect) -> BaseException:
    raised: BaseException = DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
    )
    return raised

"""What the code under test asked the database for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event
from sqlalchemy.engine import Dialect

from ipplatform.foundation.db import db
from ipplatform.foundation.prepared import Prepared

NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "PRAGMA")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL sent while the block runs, by SQLAlchemy or prepared, without BEGIN, COMMIT and savepoints."""
    sent: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(NOT_COUNTED):
            sent.append(statement)

    def noted(name: str) -> Any:
        original = getattr(Prepared, name)

        def run(self: Prepared, driver: Any, dialect: Dialect, values: Any) -> Any:
            note(self.text(dialect))
            return original(self, driver, dialect, values)

        return patch.object(Prepared, name, run)

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        note(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        with noted("run"), noted("run_many"):
            yield sent
    finally:
        event.remove(engine, "before_cursor_execute", listen)

"""The migrations make exactly the tables of the models, and can be taken back with data in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import CheckConstraint, inspect, text

from ipplatform.foundation.db import Base, db
from tests.architecture import tree
from tests.databases import both_databases

_SCRIPTS = ScriptDirectory(str(tree.ROOT / "migrations"))


def test_migrations_are_one_numbered_chain() -> None:
    chain = [script.revision for script in reversed(list(_SCRIPTS.walk_revisions()))]
    assert len(_SCRIPTS.get_heads()) == 1
    assert [name[:4] for name in chain] == [f"{number:04d}" for number in range(1, len(chain) + 1)]


def test_every_migration_is_named_for_what_it_does() -> None:
    for script in _SCRIPTS.walk_revisions():
        assert re.fullmatch(rf"{script.revision}_[a-z]+_[a-z_]+\.py", Path(script.path).name), script.path


@both_databases
def test_the_migrated_schema_is_that_of_the_models(app: Flask) -> None:
    assert _differences() == []


@both_databases
def test_the_migrated_tables_hold_every_named_check(app: Flask) -> None:
    inspector = inspect(db.engine)
    missing = {
        (table.name, constraint.name)
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and _is_for(constraint, db.engine.dialect.name)
        if constraint.name not in {check["name"] for check in inspector.get_check_constraints(table.name)}
    }
    assert missing == set()


@both_databases
@pytest.mark.usefixtures("world")
def test_migrations_go_down_and_up_again_with_data_in_the_tables(app: Flask) -> None:
    db.session.remove()
    for revision in _downwards():
        flask_migrate.downgrade(revision=revision)
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert _differences() == []


@both_databases
@pytest.mark.usefixtures("world")
def test_the_newest_migration_keeps_the_rows_of_older_tables(app: Flask) -> None:
    tables = _tables_below_head()
    before = _counts(tables)
    assert sum(before.values()) > 0
    db.session.remove()
    flask_migrate.downgrade(revision="-1")
    flask_migrate.upgrade()
    assert _counts(tables) == before


def _downwards() -> Iterator[str]:
    revisions = [script.revision for script in _SCRIPTS.walk_revisions()]
    yield from (*revisions[1:], "base")


def _tables_below_head() -> list[str]:
    """Tables that the newest migration did not make; the file says which it makes."""
    newest = next(iter(_SCRIPTS.walk_revisions()))
    with open(newest.path) as file:
        source = file.read()
    return [table.name for table in Base.metadata.sorted_tables if f'"{table.name}"' not in source]


def _counts(tables: list[str]) -> dict[str, int]:
    with db.engine.connect() as connection:
        return {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in tables}


def _differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def _is_for(constraint: CheckConstraint, dialect: str) -> bool:
    only = constraint.info.get("dialect")
    return constraint.name is not None and only in (None, dialect)

"""Databases for tests: migrated once, then copied for each test.

``@both_databases`` runs a test on SQLite and on a throw-away PostgreSQL cluster; without it a test gets SQLite.
The fixture ``database`` says where the test's own, migrated, empty database is.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.postgres import Cluster, PostgresMissing, cluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"
both_databases = pytest.mark.parametrize("database", [SQLITE, POSTGRESQL], indirect=True)
on_postgresql = pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)

_TEMPLATE = "template_ipplatform"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """Where a test's data is. ``url`` is what DATABASE_URL would say."""

    url: str
    dialect: str


def migrate(url: str, folder: Path, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision`` with the product's own migrations."""
    import flask_migrate

    from config import from_environment
    from ipplatform import create_app

    app = create_app(from_environment(environment="test", data_dir=folder, database_url=url))
    with app.app_context():
        flask_migrate.upgrade(revision=revision)
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without data."""
    folder = tmp_path_factory.mktemp("sqlite-template")
    file = folder / "template.sqlite3"
    migrate(f"sqlite:///{file}", folder)
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A cluster with a migrated template database; fast rather than durable."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(cluster())
        except PostgresMissing as missing:
            pytest.skip(str(missing))
        with tempfile.TemporaryDirectory() as folder:
            migrate(started.create(_TEMPLATE), Path(folder))
        yield started


@pytest.fixture
def empty_postgresql(postgres: Cluster) -> Iterator[str]:
    """Address of a PostgreSQL database without any table, for tests of the migrations themselves."""
    name = f"empty_{next(_numbers)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if getattr(request, "param", SQLITE) == SQLITE:
        file = tmp_path / "ipplatform.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield Database(f"sqlite:///{file}", SQLITE)
        return
    started: Cluster = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    yield Database(started.create(name, _TEMPLATE), POSTGRESQL)
    started.drop(name)

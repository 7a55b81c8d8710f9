"""A backup of a test's database and documents, and putting both back: on SQLite a copied file, on PostgreSQL a template."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url

from config import Settings
from ipplatform.foundation.db import db
from tests.databases import SQLITE, Database
from tests.postgres import Cluster

_numbers = count(1)


@dataclass(frozen=True)
class Backup:
    """`copy` is a file or the name of a database."""

    copy: str
    documents: Path
    put_back: Callable[[], None]

    def restore(self, settings: Settings) -> None:
        """The database as it was; files of documents that are gone come back, those that came since stay."""
        shutil.copytree(self.documents, settings.documents_dir, dirs_exist_ok=True)
        _let_go()
        self.put_back()


@pytest.fixture
def backup(
    request: pytest.FixtureRequest, database: Database, settings: Settings, tmp_path: Path
) -> Callable[[], Backup]:
    """Call it to make one, outside any transaction."""

    def make() -> Backup:
        folder = tmp_path / f"backup-{next(_numbers)}"
        folder.mkdir()
        shutil.copytree(settings.documents_dir, folder / "documents")
        _let_go()
        if database.dialect == SQLITE:
            return _of_file(Path(database.url.removeprefix("sqlite:///")), folder)
        return _of_database(request.getfixturevalue("postgres"), database, folder)

    return make


def _of_file(file: Path, folder: Path) -> Backup:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "copy"),))

    def put_back() -> None:
        for leftover in file.parent.glob(f"{file.name}-*"):
            leftover.unlink()
        shutil.copyfile(folder / "copy", file)

    return Backup(str(folder / "copy"), folder / "documents", put_back)


def _of_database(started: Cluster, database: Database, folder: Path) -> Backup:
    name = str(make_url(database.url).database)
    copy = f"{name}_{folder.name.replace('-', '_')}"
    started.create(copy, name)

    def put_back() -> None:
        started.drop(name)
        started.create(name, copy)

    return Backup(copy, folder / "documents", put_back)


def _let_go() -> None:
    db.session.remove()
    db.engine.dispose()

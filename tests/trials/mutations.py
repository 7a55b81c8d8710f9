"""Changes of a single byte over everything the audit vouches for: records, documents, leaves, tiles.

`mutations(random, count)` draws from every place with equal weight per place, not per byte, so that small columns are hit
as surely as large files. Each mutation is applied, must be found by a full audit that names it, and is taken back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from config import Settings
from tests.trials import counts

COLUMNS = {
    "evidence_record": (
        "public_id", "asset", "kind", "idempotency_key", "request_digest", "manifest", "salt", "commitment", "leaf",
        "seal", "created_at",
    ),
    "evidence_document": ("storage_key",),
    "log_leaf": ("entry",),
    "log_tile": ("data",),
}  # fmt: skip
FILE_PLACES = ("document", "published tile", "published entries")


@dataclass(frozen=True)
class Mutation:
    """`place` says what was changed; `names` are words of which a finding's record or field must hold one."""

    place: str
    names: tuple[str, ...]
    apply: Callable[[], None]
    undo: Callable[[], None]


def count() -> int:
    return counts.count(sample=60, full=1000)


def mutations(settings: Settings, random: Random, how_many: int) -> Iterator[Mutation]:
    places = [(table, column) for table, columns in COLUMNS.items() for column in columns]
    places += [(kind, "") for kind in FILE_PLACES]
    for number in range(how_many):
        place, column = places[number % len(places)] if number < len(places) else random.choice(places)
        if place in FILE_PLACES:
            yield _of_file(settings, random, place)
        else:
            yield _of_column(settings, random, place, column)


def flip(data: bytes, at: int, random: Random) -> bytes:
    return data[:at] + bytes([data[at] ^ random.randint(1, 255)]) + data[at + 1 :]


def _database(settings: Settings) -> Path:
    return settings.data_dir / "ipplatform.sqlite3"


def _of_column(settings: Settings, random: Random, table: str, column: str) -> Mutation:
    with closing(sqlite3.connect(_database(settings))) as connection:
        rows = connection.execute(
            f"SELECT rowid, CAST({column} AS BLOB), typeof({column}) FROM {table} WHERE {column} IS NOT NULL"
        ).fetchall()
        rowid, before, kind = random.choice(rows)
        names = _names_of_row(connection, table, rowid)
    after = flip(before, random.randrange(len(before)), random)

    def write(value: bytes) -> None:
        with closing(sqlite3.connect(_database(settings))) as connection, connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute(
                f"UPDATE {table} SET {column} = CAST(? AS {'BLOB' if kind == 'blob' else 'TEXT'}) WHERE rowid = ?",
                (value, rowid),
            )

    names += (after.decode("utf-8", "replace"),) if column == "public_id" else ()
    return Mutation(f"{table}.{column} row {rowid}", names, lambda: write(after), lambda: write(before))


def _names_of_row(connection: sqlite3.Connection, table: str, rowid: int) -> tuple[str, ...]:
    if table == "log_tile":
        level, number = connection.execute("SELECT level, number FROM log_tile WHERE rowid = ?", (rowid,)).fetchone()
        return (f"tile/{level}/{number:03d}",)
    queries = {
        "evidence_record": "SELECT public_id FROM evidence_record WHERE rowid = ?",
        "evidence_document": "SELECT public_id FROM evidence_record WHERE id = "
        "(SELECT record_id FROM evidence_document WHERE rowid = ?)",
        "log_leaf": "SELECT public_id FROM evidence_record WHERE leaf_index = "
        "(SELECT leaf_index FROM log_leaf WHERE rowid = ?)",
    }
    return (connection.execute(queries[table], (rowid,)).fetchone()[0],)


def _of_file(settings: Settings, random: Random, place: str) -> Mutation:
    folders = {
        "document": settings.documents_dir,
        "published tile": settings.log_dir / "tile" / "0",
        "published entries": settings.log_dir / "tile" / "entries",
    }
    files = sorted(path for path in folders[place].rglob("*") if path.is_file())
    path = random.choice(files)
    before = path.read_bytes()
    after = flip(before, random.randrange(len(before)), random)
    name = str(path.relative_to(settings.log_dir)) if place != "document" else _owner(settings, path.name)
    return Mutation(f"{place} {path.name}", (name,), lambda: _overwrite(path, after), lambda: _overwrite(path, before))


def _owner(settings: Settings, storage_key: str) -> str:
    with closing(sqlite3.connect(_database(settings))) as connection:
        found = connection.execute(
            "SELECT public_id FROM evidence_record WHERE id = "
            "(SELECT record_id FROM evidence_document WHERE storage_key = ?)",
            (storage_key,),
        ).fetchone()
    return str(found[0])


def _overwrite(path: Path, data: bytes) -> None:
    path.write_bytes(data)

"""Stored values read and overwritten behind the service's back, byte by byte, on each database."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from ipplatform.foundation.db import Base

LENGTHS = (1, 2, 3, 4, 6, 8)
OWNERS = "SELECT r.public_id FROM evidence_record r JOIN evidence_document d ON d.record_id = r.id"


class Refused(Exception):
    """The table itself does not take the changed value."""


@dataclass
class Row:
    """One value: `key` says where its row is now, `value` what it was."""

    table: str
    column: str
    key: Any
    value: Any
    kind: str = ""


class Tables(ABC):
    """The database's tables. `names` are what a finding about a row may be called by (places.TABLES)."""

    mark: str

    def __init__(self, rows: Mapping[str, tuple[str, str]], only: Mapping[str, str]) -> None:
        self._rows, self._only = rows, only

    @abstractmethod
    def key(self, table: str, alias: str = "") -> str:
        """By what a row is found again, as SQL."""

    @abstractmethod
    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def changed(self, row: Row, random: Random) -> Any:
        """The value with one byte changed, as it is stored."""

    @abstractmethod
    def write(self, row: Row, value: Any) -> None:
        """Raises Refused. The row's key follows it."""

    @abstractmethod
    def choose(self, table: str, column: str, random: Random) -> Row | None:
        """Any row that evidence covers and that has a value there."""

    @abstractmethod
    def value(self, row: Row) -> Any:
        """What stands there now, as `changed` gives it; None when the row is gone."""

    def owners(self, storage_key: str) -> list[str]:
        return [str(row[0]) for row in self.query(f"{OWNERS} WHERE d.storage_key = {self.mark}", storage_key)]

    def names(self, row: Row) -> list[str]:
        name, joined = self._rows[row.table]
        statement = f"SELECT {name} FROM {row.table} t {joined} WHERE {self.key(row.table, 't.')} = {self.mark}"
        return [str(value) for found in self.query(statement, row.key) for value in found if value is not None]

    def _choose(self, table: str, column: str, value: str, random: Random) -> Row | None:
        _name, joined = self._rows[table]
        statement = f"SELECT {self.key(table, 't.')}, {value} FROM {table} t {joined} WHERE t.{column} IS NOT NULL"
        statement += f" AND {self._only.get(f'{table}.{column}', 'true')}"
        rows = [row for row in self.query(statement) if row[1] not in (b"", "", "\\x")]
        return Row(table, column, *random.choice(rows)) if rows else None


class Sqlite(Tables):
    """Bytes as SQLite keeps them: text as its bytes, valid or not, integers as the fewest bytes that hold them."""

    mark = "?"

    def __init__(self, rows: Mapping[str, tuple[str, str]], only: Mapping[str, str], file: Path) -> None:
        super().__init__(rows, only)
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.text_factory = lambda data: data.decode("utf-8", "replace")
        self._connection.execute("PRAGMA foreign_keys=OFF")
        self._connection.execute("PRAGMA ignore_check_constraints=ON")

    def key(self, table: str, alias: str = "") -> str:
        return f"{alias}rowid"

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        self._connection.close()

    def choose(self, table: str, column: str, random: Random) -> Row | None:
        kept = f"CASE typeof(t.{column}) WHEN 'integer' THEN t.{column} ELSE CAST(t.{column} AS BLOB) END"
        return self._choose(table, column, f"{kept}, typeof(t.{column})", random)

    def value(self, row: Row) -> Any:
        kept = f"CASE typeof({row.column}) WHEN 'integer' THEN {row.column} ELSE CAST({row.column} AS BLOB) END"
        found = self.query(f"SELECT {kept} FROM {row.table} WHERE rowid = ?", row.key)
        return found[0][0] if found else None

    def changed(self, row: Row, random: Random) -> Any:
        if isinstance(row.value, bytes):
            return flipped(row.value, random)
        length = next(one for one in LENGTHS if -(1 << 8 * one - 1) <= row.value < 1 << 8 * one - 1)
        return int.from_bytes(flipped(row.value.to_bytes(length, "big", signed=True), random), "big", signed=True)

    def write(self, row: Row, value: Any) -> None:
        kind = "CAST(? AS TEXT)" if row.kind == "text" else "?"
        try:
            self._connection.execute(f"UPDATE {row.table} SET {row.column} = {kind} WHERE rowid = ?", (value, row.key))
        except sqlite3.IntegrityError as error:
            raise Refused(str(error)) from error
        if not self.query(f"SELECT 1 FROM {row.table} WHERE rowid = ?", row.key):
            row.key = value


class Postgresql(Tables):
    """Values in their text form, one character of it changed; what is then no value of the column, the table refuses."""

    mark = "%s"

    def __init__(self, rows: Mapping[str, tuple[str, str]], only: Mapping[str, str], url: str) -> None:
        super().__init__(rows, only)
        self._connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
        self._connection.execute("SET session_replication_role = replica")

    def key(self, table: str, alias: str = "") -> str:
        columns = ", ".join(f"{alias}{column.name}" for column in Base.metadata.tables[table].primary_key)
        return f"ROW({columns})::text"

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values or None).fetchall()

    def close(self) -> None:
        self._connection.close()

    def choose(self, table: str, column: str, random: Random) -> Row | None:
        return self._choose(table, column, f"t.{column}::text, pg_typeof(t.{column})::text", random)

    def value(self, row: Row) -> Any:
        found = self.query(f"SELECT {row.column}::text FROM {row.table} WHERE {self.key(row.table)} = %s", row.key)
        return found[0][0] if found else None

    def changed(self, row: Row, random: Random) -> Any:
        text: str = row.value
        binary = text.startswith("\\x")
        at = random.randrange(2 if binary else 0, len(text))
        letters = "0123456789abcdef" if binary else [chr(code) for code in range(32, 127)]
        return text[:at] + random.choice([one for one in letters if one != text[at]]) + text[at + 1 :]

    def write(self, row: Row, value: Any) -> None:
        key = self.key(row.table)
        changed = f"{row.column} = %s::{row.kind}"
        another = f"({row.column}::text IS DISTINCT FROM (%s::{row.kind})::text)"
        statement = f"UPDATE {row.table} SET {changed} WHERE {key} = %s AND {another} RETURNING {key}"
        try:
            found = self.query(statement, value, row.key, value)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            raise Refused(str(error)) from error
        if not found:
            raise Refused("the same value in another spelling")
        row.key = found[0][0]


def flipped(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ random.randint(1, 255)]) + data[at + 1 :]

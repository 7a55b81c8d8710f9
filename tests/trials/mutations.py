"""Changes of a single byte over everything the audit vouches for: rows of tables, and files.

Every place (a column of a table, a folder) has equal weight, not every byte, so that small columns are hit as surely as
large files. Each change is made behind the service's back, must be found by a full audit that names it, and is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

from config import Settings
from ipplatform.domain.evidence.audit.findings import Finding
from tests.databases import SQLITE
from tests.trials import counts, places
from tests.trials.stored import Row, Tables, flipped


class Mutation(Protocol):
    """`place` says what was changed; `names` are words of which a finding must hold one. `apply` may raise Refused."""

    place: str

    @property
    def names(self) -> Sequence[str]: ...
    def apply(self) -> None: ...
    def stands(self) -> bool:
        """Whether the changed value is still there."""

    def undo(self) -> None: ...


def count(dialect: str) -> int:
    return counts.count(sample=16, full=2000) if dialect == SQLITE else counts.count(sample=6, full=300)


def mutations(settings: Settings, tables: Tables, random: Random) -> Iterator[Mutation]:
    """Without end: every place once in random order, then places at random."""
    found: list[tuple[str, str]] = [*places.covered(), *((folder, "") for folder in places.FOLDERS)]
    random.shuffle(found)
    number = 0
    while True:
        table, column = found[number] if number < len(found) else random.choice(found)
        number += 1
        made = OfColumn.at(tables, table, column, random) if column else OfFile.at(settings, tables, table, random)
        if made is not None:
            yield made


def is_named(mutation: Mutation, findings: Sequence[Finding]) -> bool:
    wanted = "|".join(re.escape(name) for name in mutation.names if name)
    pattern = re.compile(rf"(?<!\w)({wanted})(?!\w)")
    return any(pattern.search(f"{item.record} {item.field}") for item in findings)


@dataclass
class OfColumn:
    """A byte of a stored value. The row is named by what it said before or says now."""

    tables: Tables
    row: Row
    after: Any
    names: Sequence[str]
    place: str

    @staticmethod
    def at(tables: Tables, table: str, column: str, random: Random) -> OfColumn | None:
        """None when no row has a value there."""
        row = tables.choose(table, column, random)
        if row is None:
            return None
        return OfColumn(tables, row, tables.changed(row, random), tables.names(row), f"{table}.{column} {row.key}")

    def __str__(self) -> str:
        return f"{self.place}: {self.row.value!r:.400} became {self.after!r:.400}, looked for {list(self.names)}"

    def apply(self) -> None:
        self.tables.write(self.row, self.after)
        self.after = self.tables.value(self.row)
        self.names = [*self.names, *self.tables.names(self.row)]

    def stands(self) -> bool:
        return self.tables.value(self.row) == self.after

    def undo(self) -> None:
        self.tables.write(self.row, self.row.value)


@dataclass
class OfFile:
    path: Path
    before: bytes
    after: bytes
    names: Sequence[str]
    place: str

    @staticmethod
    def at(settings: Settings, tables: Tables, folder: str, random: Random) -> OfFile:
        found = [path for path in (settings.data_dir / folder).rglob("*") if path.is_file() and path.stat().st_size]
        named = {path: places.names_of_file(tables, path.relative_to(settings.data_dir)) for path in sorted(found)}
        path = random.choice([path for path, names in named.items() if names])
        before = path.read_bytes()
        return OfFile(path, before, flipped(before, random), named[path], str(path.relative_to(settings.data_dir)))

    def __str__(self) -> str:
        at = next(at for at, byte in enumerate(self.before) if byte != self.after[at])
        return f"{self.place}: byte {at} of {len(self.before)}, looked for {list(self.names)}"

    def apply(self) -> None:
        self.path.write_bytes(self.after)

    def stands(self) -> bool:
        return self.path.exists() and self.path.read_bytes() == self.after

    def undo(self) -> None:
        self.path.write_bytes(self.before)

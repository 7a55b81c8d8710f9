"""Checkpoints, cosignatures and tokens of a log that ended, as lines of JSON in a file beside the data.

They belong to heads of the old log, whose sizes the new log will have again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, select

from ipplatform.domain.evidence.models import LogCheckpoint, LogLeaf, LogTile
from ipplatform.foundation import settings
from ipplatform.foundation.db import Base, db
from ipplatform.foundation.storage import write_durably


def path_of(number: int) -> Path:
    return settings.current().data_dir / "former" / str(number) / "evidence.jsonl"


def write(number: int) -> str:
    """Write the file anew and durably; its SHA-256 in hexadecimal."""
    data = b"".join(_lines())
    write_durably(path_of(number), data)
    return hashlib.sha256(data).hexdigest()


def clear() -> None:
    """Empty the tables that hold the tree and its heads, those that refer to others first."""
    for table in reversed(_about_heads()):
        db.session.execute(delete(table))
    for model in (LogTile, LogLeaf):
        db.session.execute(delete(model))


def _about_heads() -> list[Table]:
    """The table of checkpoints and every table with rows about one, directly or through another."""
    found: list[Table] = []
    for table in Base.metadata.sorted_tables:
        targets = {key.column.table.name for key in table.foreign_keys}
        if table.name == LogCheckpoint.__tablename__ or targets & {one.name for one in found}:
            found.append(table)
    return found


def _lines() -> Iterator[bytes]:
    for table in _about_heads():
        order = list(table.primary_key.columns)
        for row in db.session.execute(select(table).order_by(*order), execution_options={"yield_per": 500}):
            value = {"table": table.name} | {name: _plain(item) for name, item in row._mapping.items()}
            yield json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, datetime) else value

"""Raw rows of records: read so that a damaged value becomes a finding and never ends the audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, func, literal, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from ipplatform.domain.evidence.models import LogLeaf, LogState, Record, RecordDocument
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import db

UNREADABLE = "(not readable)"
FETCHED = 100
DAMAGED = (DBAPIError, ValueError, TypeError)
Raw = Sequence[Any]


class raw_text(ColumnElement[Any]):  # noqa: N801
    """A text column as its bytes on SQLite, which stores bytes that are no text; decode with `text_of`."""

    # Without these SQLAlchemy would compile every statement that holds one anew.
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]
    inherit_cache = True

    def __init__(self, column: Any) -> None:
        self.column = column
        self.type = LargeBinary()


@compiles(raw_text)
def _as_it_is(element: raw_text, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.column, **more))


@compiles(raw_text, "sqlite")
def _as_bytes(element: raw_text, compiler: Any, **more: Any) -> str:
    return f"CAST({compiler.process(element.column, **more)} AS BLOB)"


def text_of(value: Any) -> Any:
    """Bytes as text, whatever they are; other values as they are."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def unsealed(value: Any) -> bytes | None:
    """The bytes of a sealed value; None for none, and for one that was changed."""
    try:
        return secretbox.unseal(bytes(value)) if isinstance(value, bytes | memoryview) else None
    except secretbox.Damaged:
        return None


def log_state() -> LogState | None:
    """The log's row; None when there is none, or when it cannot be read (which `heads` finds)."""
    try:
        return db.session.scalars(select(LogState)).one_or_none()
    except DAMAGED:
        return None


TEXTS = ("public_id", "asset", "kind", "idempotency_key", "request_digest", "created_at")
COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": Record.id.expression,
    "public_id": raw_text(Record.public_id.expression),
    "organisation_id": Record.organisation_id.expression,
    "asset": raw_text(Record.asset.expression),
    "kind": raw_text(Record.kind.expression),
    "idempotency_key": raw_text(Record.idempotency_key.expression),
    "request_digest": raw_text(Record.request_digest.expression),
    "manifest": type_coerce(Record.manifest, LargeBinary),
    "salt": type_coerce(Record.salt, LargeBinary),
    "commitment": Record.commitment.expression,
    "leaf": Record.leaf.expression,
    "leaf_index": Record.leaf_index.expression,
    "seal": Record.seal.expression,
    "created_at": raw_text(Record.created_at.expression),
}
NAMES = (*COLUMNS, "entry")


def after(cursor: int, limit: int) -> Iterator[Raw]:
    """Records with an id above `cursor`, in order: the values of NAMES, texts undecoded."""
    return _read(_wide().where(Record.id > cursor).order_by(Record.id).limit(limit), cursor, limit)


def of(record_id: int) -> Iterator[Raw]:
    return _read(_wide().where(Record.id == record_id), record_id - 1, 1)


def last_after(cursor: int, limit: int) -> int:
    """The id of the last of these records; `cursor` when there are none."""
    ids = select(Record.id).where(Record.id > cursor).order_by(Record.id).limit(limit).subquery()
    return db.session.scalar(select(func.max(ids.c.id))) or cursor


def named(raw: Raw) -> dict[str, Any]:
    """A raw row by the names of its columns, texts decoded."""
    return {name: text_of(value) if name in TEXTS else value for name, value in zip(NAMES, raw, strict=True)}


def documents(first: int, last: int) -> dict[int, dict[int, Any]]:
    """Record id to position to storage key, for the records from `first` to `last` that have documents."""
    kept: dict[int, dict[int, Any]] = {}
    columns = select(RecordDocument.record_id, RecordDocument.position, raw_text(RecordDocument.storage_key.expression))
    for record_id, position, key in db.session.execute(columns.where(RecordDocument.record_id.between(first, last))):
        kept.setdefault(record_id, {})[position] = text_of(key)
    return kept


def moment(value: Any) -> datetime | None:
    """SQLite gives text, PostgreSQL a datetime; None when it is no moment."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def is_moment(value: Any, expected: datetime) -> bool:
    """Whether the stored `value` is `expected`; text must be spelled as SQLAlchemy spells it for SQLite."""
    if isinstance(value, str):
        return value == expected.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return moment(value) == expected


def spelled(submitted_at: str) -> bytes:
    """A manifest's moment as SQLite holds it. Raises ValueError where that is not in UTC to the second."""
    if submitted_at[19:] != "Z":
        raise ValueError("a manifest's moment is in UTC, to the second")
    return f"{submitted_at[:10]} {submitted_at[11:19]}.000000".encode()


def _wide() -> Select[Any]:
    columns = [column.label(name) for name, column in COLUMNS.items()]
    return select(*columns, LogLeaf.entry.label("entry")).outerjoin(LogLeaf, LogLeaf.leaf_index == Record.leaf_index)


def _read(statement: Select[Any], cursor: int, limit: int) -> Iterator[Raw]:
    """A few rows at a time: they are checked while they are still in the processor's cache."""
    reached, left = cursor, limit
    try:
        with db.session.connection().execute(statement) as found:
            for some in found.partitions(FETCHED):
                yield from some
                reached, left = some[-1][0], left - len(some)
    except DAMAGED:
        ids = select(Record.id).where(Record.id > reached).order_by(Record.id).limit(left)
        yield from [_by_columns(identity) for identity in db.session.scalars(ids).all()]


def _by_columns(identity: int) -> Raw:
    """One column at a time, when a row cannot be read as a whole."""
    values = [_one(select(column).where(Record.id == identity)) for column in COLUMNS.values()]
    index = values[list(COLUMNS).index("leaf_index")]
    entry = _one(select(LogLeaf.entry).where(LogLeaf.leaf_index == literal(index))) if isinstance(index, int) else None
    return (*values, entry)


def _one(statement: Select[Any]) -> Any:
    try:
        value = db.session.scalar(statement)
    except (DBAPIError, ValueError, TypeError):
        return UNREADABLE
    return value

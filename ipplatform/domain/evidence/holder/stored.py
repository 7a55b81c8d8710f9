"""Raw rows of holders' keys and signatures, and of certificates: read so that a damaged value becomes a finding and never ends the audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, String, select, type_coerce

from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.certificate.models import Certificate
from ipplatform.domain.evidence.holder.models import HolderSignature, SigningKey
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import EncryptedBytes, UtcDateTime, db


class Changed:
    """Stands for a sealed value whose bytes no longer authenticate."""

    def __repr__(self) -> str:
        return "changed bytes"


CHANGED = Changed()


@dataclass(frozen=True)
class Stored:
    """A row's values by column, as they are."""

    table: str
    values: dict[str, Any]
    seal: bytes

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def read(
    model: type[SigningKey] | type[HolderSignature] | type[Certificate], condition: ColumnElement[bool]
) -> Iterator[Stored]:
    """Rows in the order they were made."""
    columns = model.__table__.columns
    chosen = [_raw(column).label(column.name) for column in columns]
    for row in db.session.execute(select(*chosen).where(condition).order_by(model.id)):
        values = {column.name: _plain(column, row._mapping[column.name]) for column in columns}
        seal = values.pop("seal")
        yield Stored(model.__tablename__, values, seal if isinstance(seal, bytes) else b"")


def unsealed(value: Any) -> Any:
    """The bytes of a sealed value, None for none, CHANGED when they do not authenticate."""
    if value is None:
        return None
    try:
        return secretbox.unseal(bytes(value))
    except (secretbox.Damaged, TypeError, ValueError):
        return CHANGED


def _raw(column: Any) -> Any:
    if isinstance(column.type, String | UtcDateTime):
        return rows.raw_text(column)
    if isinstance(column.type, EncryptedBytes):
        return type_coerce(column, LargeBinary)
    return column


def _plain(column: Any, value: Any) -> Any:
    if isinstance(column.type, EncryptedBytes):
        return unsealed(value)
    plain = bytes(value) if isinstance(value, memoryview) else value
    if isinstance(column.type, UtcDateTime):
        return _moment(rows.text_of(plain))
    return rows.text_of(plain) if isinstance(column.type, String) else plain


def _moment(value: Any) -> Any:
    """The moment when it is spelled as this service spells one, else what stands there."""
    found = rows.moment(value)
    return found if found is not None and rows.is_moment(value, found) else value

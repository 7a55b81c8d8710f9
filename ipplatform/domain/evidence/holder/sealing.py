"""Authenticates every column of holders' keys and signatures, so that a change is found and named. See ../seals.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.holder.models import HolderSignature, SigningKey

KEY = tuple(column.name for column in SigningKey.__table__.columns if column.name not in ("id", "seal"))
SIGNATURE = tuple(column.name for column in HolderSignature.__table__.columns if column.name not in ("id", "seal"))


def seal_key(row: SigningKey) -> bytes:
    return seal("signing_key", KEY, {name: getattr(row, name) for name in KEY})


def seal_signature(row: HolderSignature) -> bytes:
    return seal("holder_signature", SIGNATURE, {name: getattr(row, name) for name in SIGNATURE})


def seal(table: str, names: tuple[str, ...], values: Mapping[str, Any]) -> bytes:
    """Eight bytes for each column in order."""
    return b"".join(seals.keyed_digest(f"{table}.{name}", _spelled(values[name]))[: seals.PART] for name in names)


def broken(table: str, names: tuple[str, ...], values: Mapping[str, Any], sealed: bytes) -> list[str]:
    """The columns whose part differs; `seal` itself when it has another length."""
    if len(sealed) != len(names) * seals.PART:
        return ["seal"]
    expected = seal(table, names, values)
    parts = [slice(place, place + seals.PART) for place in range(0, len(sealed), seals.PART)]
    return [name for name, part in zip(names, parts, strict=True) if sealed[part] != expected[part]]


def _spelled(value: Any) -> bytes:
    """A value apart from every other value, whatever its type."""
    if value is None:
        return b"null"
    if isinstance(value, bytes):
        return b"bytes " + value
    if isinstance(value, datetime):
        return b"time " + value.isoformat().encode()
    return f"{type(value).__name__} {value}".encode("utf-8", "surrogateescape")

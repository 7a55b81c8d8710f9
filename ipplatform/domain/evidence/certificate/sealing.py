"""Authenticates every column of a certificate, so that a changed one is found whatever it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipplatform.domain.evidence.certificate.models import Certificate
from ipplatform.domain.evidence.holder import sealing

SEALED = tuple(column.name for column in Certificate.__table__.columns if column.name not in ("id", "seal"))


def seal(row: Certificate) -> bytes:
    return sealing.seal(Certificate.__tablename__, SEALED, {name: getattr(row, name) for name in SEALED})


def broken(values: Mapping[str, Any], sealed: bytes) -> list[str]:
    """The columns that are not what was sealed; `seal` itself when it has another length."""
    return sealing.broken(Certificate.__tablename__, SEALED, values, sealed)

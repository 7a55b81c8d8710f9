from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ipplatform.domain.audit.models import AuditEntry
from ipplatform.foundation.pagination import Descending, Page, keyset


def entries(
    *, subject_kind: str | None = None, subject: str | None = None, after: str | None = None, limit: int = 50
) -> Page[Any]:
    """Newest first; narrowed to one subject when given."""
    statement = select(AuditEntry)
    if subject_kind is not None:
        statement = statement.where(AuditEntry.subject_kind == subject_kind)
    if subject is not None:
        statement = statement.where(AuditEntry.subject == subject)
    return keyset(statement, order=[Descending(AuditEntry.id)], after=after, limit=limit)

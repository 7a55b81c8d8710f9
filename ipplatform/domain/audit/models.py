from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation.db import Base, PlainJson, UtcDateTime

READS = text("door IS NOT NULL")


class AuditEntry(Base):
    """One act. ``subject`` is a public id; ``detail`` never holds confidential content or personal data.

    Only reads have a ``door``: page, api, command, or unknown for those from before doors were kept.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "subject_kind", "subject"),
        Index(None, "organisation_id", "id"),
        Index("ix_audit_entry_reads", "id", sqlite_where=READS, postgresql_where=READS),
        Index("ix_audit_entry_reads_of_person", "person_id", "id", sqlite_where=READS, postgresql_where=READS),
        Index("ix_audit_entry_reads_at", "at", "id", sqlite_where=READS, postgresql_where=READS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None]
    organisation_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(32))
    door: Mapped[str | None] = mapped_column(String(8))

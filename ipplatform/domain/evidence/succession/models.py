"""Tables of logs that ended. Rows are written once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation.db import Base, PublicId, UtcDateTime


class FormerLog(Base):
    """A log that ended. `checkpoint` is its final note, `policy` what that note must be signed with.

    `place` is where its files stand published; `archive_sha256` is of the file with its checkpoints, cosignatures and
    tokens; `anchor` is the record that is leaf 0 of the log after it.
    """

    __tablename__ = "former_log"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(String(200), unique=True)
    place: Mapped[str] = mapped_column(String(400))
    size: Mapped[int] = mapped_column(BigInteger)
    checkpoint: Mapped[bytes] = mapped_column(LargeBinary)
    policy: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    archive_sha256: Mapped[str] = mapped_column(String(64))
    anchor: Mapped[str] = mapped_column(PublicId)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FormerEntry(Base):
    """Where a record stood in a log that ended, and the entry as it stood there."""

    __tablename__ = "former_entry"
    __table_args__ = (UniqueConstraint("log_id", "leaf_index"),)

    log_id: Mapped[int] = mapped_column(ForeignKey("former_log.id"), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"), primary_key=True)
    leaf_index: Mapped[int] = mapped_column(BigInteger)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(300))

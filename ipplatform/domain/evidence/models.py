"""Tables of the log. All but `LogState` are written once: a record gains its index, a partial tile its further hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ipplatform.foundation.db import Base, EncryptedBytes, EncryptedJson, PlainJson, PublicId, UtcDateTime

PENDING = text("leaf_index IS NULL")
BROKEN = text("NOT whole")


class Record(Base):
    """A filing as evidence: manifest bytes, salt, commitment and leaf; pending until the sequencer gives an index.

    `public_id` is the filing's. `asset` is the public id of the asset. Manifest and salt are null only after erasure.
    `seal` authenticates the columns that no manifest holds, see seals.py.
    """

    __tablename__ = "evidence_record"
    __table_args__ = (
        UniqueConstraint("organisation_id", "idempotency_key"),
        CheckConstraint("leaf_index >= 0", name="leaf_index"),
        Index(None, "asset", "id"),
        Index(None, "kind", "id"),
        Index(None, "created_at"),
        Index("ix_evidence_record_pending", "id", sqlite_where=PENDING, postgresql_where=PENDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    asset: Mapped[str | None] = mapped_column(PublicId)
    kind: Mapped[str] = mapped_column(String(40))
    idempotency_key: Mapped[str] = mapped_column(String(200))
    request_digest: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    salt: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(300))
    leaf_index: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    documents: Mapped[list[RecordDocument]] = relationship(order_by="RecordDocument.position")


class RecordDocument(Base):
    """Where the bytes of the manifest's document at `position` (from 0) are kept; null when the holder kept them."""

    __tablename__ = "evidence_document"
    __table_args__ = (UniqueConstraint("record_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    storage_key: Mapped[str | None] = mapped_column(String(32))


class LogLeaf(Base):
    """An entry of the log at its place."""

    __tablename__ = "log_leaf"

    leaf_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry: Mapped[bytes] = mapped_column(LargeBinary(300))


class LogTile(Base):
    """Up to 256 hashes of one level (C2SP tlog-tiles); the last of a level grows until it is full."""

    __tablename__ = "log_tile"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary(8192))


class LogState(Base):
    """The one row that says how large the tree is, and how much of it a published checkpoint covers."""

    __tablename__ = "log_state"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("published_size <= size", name="published"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    published_size: Mapped[int] = mapped_column(BigInteger, default=0)
    halted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    halted_reason: Mapped[str | None] = mapped_column(Text)


class LogCheckpoint(Base):
    """A signed head that has been published, as the bytes of its note."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRun(Base):
    """A run of the audit with its progress; findings are its rows.

    `standing` is what the steps so far say of every leaf (audit/marks.py), `first_record` the id after which records are
    checked, `covered_size` the leaves the run began after and, once finished, those it vouches for. `report` is the
    signed note that can be downloaded. `moving_at` is when its first step was kept, `changed_at` moves with every step.
    """

    __tablename__ = "evidence_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True)
    scope: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str | None] = mapped_column(PublicId)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(10))
    phase: Mapped[str] = mapped_column(String(10))
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    checked: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    found: Mapped[int] = mapped_column(BigInteger, default=0)
    covered_size: Mapped[int] = mapped_column(BigInteger, default=0)
    first_record: Mapped[int] = mapped_column(BigInteger, default=0)
    standing: Mapped[dict[str, Any] | None] = mapped_column(PlainJson, deferred=True)
    report: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moving_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditFinding(Base):
    """What an audit found changed. `record` is a filing's public id, or names a part of the log (`tile/0/000`).

    The values are sealed: a changed title may be one that is not published. `around` holds the bytes of both sides about
    `position` in hexadecimal, and `start`, the place of the first of them (audit/findings.py).
    """

    __tablename__ = "evidence_finding"
    __table_args__ = (Index(None, "audit_id", "id"), Index(None, "record", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("evidence_audit.id"))
    record: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(120))
    expected: Mapped[str] = mapped_column(EncryptedJson)
    found: Mapped[str] = mapped_column(EncryptedJson)
    position: Mapped[int | None] = mapped_column(BigInteger)
    around: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    last_whole_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditedRecord(Base):
    """What the last audit of a record said, mark by mark (None: not applicable), and when it was last found whole."""

    __tablename__ = "evidence_audited"
    __table_args__ = (Index("ix_evidence_audited_broken", "record_id", sqlite_where=BROKEN, postgresql_where=BROKEN),)

    record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"), primary_key=True, autoincrement=False)
    whole: Mapped[bool]
    digest: Mapped[bool | None]
    commitment: Mapped[bool | None]
    inclusion: Mapped[bool | None]
    signature_ed25519: Mapped[bool | None]
    signature_mldsa44: Mapped[bool | None]
    witness: Mapped[bool | None]
    time: Mapped[bool | None]
    columns: Mapped[bool | None]
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_whole_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

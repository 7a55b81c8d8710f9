"""Tables of filings: drafts, submissions and decisions, and the documents that belong to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets.models import Asset, Document
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, EncryptedJson, PlainJson, PublicId, UtcDateTime
from ipplatform.foundation.ids import new_public_id

KINDS = (
    "registration",
    "amendment",
    "correction",
    "assignment",
    "licence",
    "licence_end",
    "pledge",
    "pledge_release",
    "open_licence",
    "open_licence_withdrawal",
    "renewal",
    "surrender",
    "evidence",
    "opposition",
    "royalty_statement",
    "office_decision",
    "withdrawal",
)
STATUSES = (
    "draft",
    "submitted",
    "under_examination",
    "deficient",
    "answered",
    "registered",
    "refused",
    "withdrawn",
)
DRAFT = text("status = 'draft'")


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Filing(Base):
    """A submission about an asset, or the draft of one.

    `asset` is the public id the asset has or will have; `about_id` the registration that an amendment, decision or
    withdrawal is about. `fields` are the answers as typed, by field; `content` what the manifest says, set when
    submitted. `damaged` is set in a list, where one that was changed at rest must not hide the others; read alone, it
    raises secretbox.Damaged. `revisions` says at which `version` of the draft each task was last changed. `latest_record_id` is the
    newest record of the case: until it is in a signed checkpoint the status is only "awaiting inclusion".
    """

    damaged = False

    __tablename__ = "filing"
    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint("(status = 'draft') = (record_id IS NULL)", name="submitted_has_record"),
        CheckConstraint("status <> 'registered' OR asset_id IS NOT NULL", name="registered_has_asset"),
        CheckConstraint("status <> 'under_examination' OR registrar_id IS NOT NULL", name="examined_by_somebody"),
        UniqueConstraint("organisation_id", "idempotency_key"),
        Index("ix_filing_organisation_newest", "organisation_id", "id"),
        Index("ix_filing_queue", "kind", "status", "id"),
        Index("uq_filing_one_open_answer", "about_id", unique=True, sqlite_where=DRAFT, postgresql_where=DRAFT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(24))
    asset_kind: Mapped[str] = mapped_column(String(16))
    asset: Mapped[str] = mapped_column(PublicId, default=new_public_id, index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    about_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"), index=True)
    status: Mapped[str] = mapped_column(String(20), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    revisions: Mapped[dict[str, int]] = mapped_column(PlainJson, default=dict)
    fields: Mapped[dict[str, Any]] = mapped_column(EncryptedJson, default=dict)
    content: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_record.id"), unique=True)
    latest_record_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_record.id"))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    request_digest: Mapped[str | None] = mapped_column(String(64))
    registrar_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()
    register_entry: Mapped[Asset | None] = relationship()
    about: Mapped[Filing | None] = relationship(remote_side="Filing.id")
    record: Mapped[Record | None] = relationship(foreign_keys=[record_id])

    @property
    def title(self) -> str:
        """The title as submitted, or as typed so far; empty when there is none or it cannot be read."""
        if self.damaged:
            return ""
        found = (self.content or {}).get("title") or self.fields.get("title") or ""
        return found if isinstance(found, str) else ""


class FilingDocument(Base):
    """A document of a filing and the role it plays there."""

    __tablename__ = "filing_document"
    __table_args__ = (UniqueConstraint("filing_id", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id", ondelete="CASCADE"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    document: Mapped[Document] = relationship()

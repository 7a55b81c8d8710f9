"""Tables of the register: assets, parties, classes, documents, imports and the titles of classes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets.rules import KINDS, MAIN_SCHEMES, STATUSES
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, PlainJson, PublicId, UtcDateTime


def one_of(column: str, values: tuple[str, ...]) -> str:
    """SQL that holds ``column`` to ``values``; the migration repeats the text, a test compares them."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Asset(Base):
    """One thing that can be owned.

    ``content`` (loaded only when asked for) holds what no query needs: ``claims`` (list of texts), ``description``,
    ``priorities`` ({country, number, date}), ``kind_code``, ``term`` (extension_days, disclaimer, basis) and whatever
    a kind adds. Numbers are compact ("US7640640B2"); ``numbers.display`` writes them as their office does.
    """

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint("origin IN ('native', 'external')", name="origin"),
        CheckConstraint("language IN ('en', 'zh')", name="language"),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("origin = 'native' OR publication_number IS NOT NULL", name="external_number"),
        UniqueConstraint("office", "publication_number"),
        Index("ix_asset_organisation_newest", "organisation_id", "id"),
        Index("ix_asset_status_kind", "status", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(8))
    office: Mapped[str] = mapped_column(String(2), default="")
    application_number: Mapped[str | None] = mapped_column(String(40), index=True)
    publication_number: Mapped[str | None] = mapped_column(String(40))
    registration_number: Mapped[str | None] = mapped_column(String(40), index=True)
    filing_date: Mapped[date | None]
    publication_date: Mapped[date | None]
    grant_date: Mapped[date | None]
    expiry_date: Mapped[date | None] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="en")
    title_translation: Mapped[str | None] = mapped_column(Text)
    abstract: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(12))
    status_note: Mapped[str | None] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    organisation: Mapped[Organisation] = relationship()
    parties: Mapped[list[AssetParty]] = relationship(
        back_populates="asset", order_by="(AssetParty.role.desc(), AssetParty.position)", cascade="all, delete-orphan"
    )
    classifications: Mapped[list[AssetClassification]] = relationship(
        back_populates="asset",
        order_by="(AssetClassification.scheme, AssetClassification.position)",
        cascade="all, delete-orphan",
    )

    def parties_as(self, role: str) -> list[AssetParty]:
        return [party for party in self.parties if party.role == role]

    @property
    def owners(self) -> list[AssetParty]:
        return self.parties_as("owner")

    @property
    def main_class(self) -> str | None:
        """The first code of the scheme that classifies this kind, else of any."""
        codes = self.codes(MAIN_SCHEMES.get(self.kind, "ipc")) or [item.code for item in self.classifications]
        return codes[0] if codes else None

    def codes(self, scheme: str) -> list[str]:
        return [item.code for item in self.classifications if item.scheme == scheme]


class AssetParty(Base):
    """An owner, inventor (author, designer) or agent. Owners alone hold a share, and an asset's shares add to 1."""

    __tablename__ = "asset_party"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'inventor', 'agent')", name="role"),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("(role = 'owner') = (share_numerator IS NOT NULL)", name="owner_has_share"),
        CheckConstraint("(share_numerator IS NULL) = (share_denominator IS NULL)", name="share_whole"),
        CheckConstraint(
            "share_numerator IS NULL OR (share_numerator > 0 AND share_numerator <= share_denominator)",
            name="share_fraction",
        ),
        UniqueConstraint("asset_id", "role", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(8))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(String(2), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    share_numerator: Mapped[int | None]
    share_denominator: Mapped[int | None]

    asset: Mapped[Asset] = relationship(back_populates="parties")


class AssetClassification(Base):
    """One class of an asset, in the form ``classification`` normalises to; position 0 is the main one."""

    __tablename__ = "asset_classification"
    __table_args__ = (
        CheckConstraint("scheme IN ('ipc', 'cpc', 'locarno', 'nice', 'vienna', 'industry')", name="scheme"),
        UniqueConstraint("asset_id", "scheme", "code"),
        Index("ix_asset_classification_scheme_code", "scheme", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"))
    scheme: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]

    asset: Mapped[Asset] = relationship(back_populates="classifications")


class Document(Base):
    """A file as it was received: its bytes lie encrypted in storage and are never re-encoded."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("pages IS NULL OR pages > 0", name="pages"),
        Index("ix_document_organisation_sha256", "organisation_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))
    sha512: Mapped[str] = mapped_column(String(128))
    storage_key: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AssetDocument(Base):
    """A document that belongs to an asset: the office's publication, a drawing, a deposit."""

    __tablename__ = "asset_document"
    __table_args__ = (UniqueConstraint("asset_id", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    is_public: Mapped[bool] = mapped_column(default=False)

    document: Mapped[Document] = relationship()


class AssetImport(Base):
    """One reading of an office's file for an organisation, and how it went."""

    __tablename__ = "asset_import"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'running', 'finished', 'failed')", name="status"),
        Index("ix_asset_import_organisation_newest", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    failure: Mapped[dict[str, Any] | None] = mapped_column(PlainJson)
    skipped: Mapped[list[str]] = mapped_column(PlainJson, default=list)
    taken: Mapped[int] = mapped_column(Integer, default=0)
    doubtful: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AssetImportEntry(Base):
    """What became of one document of an imported file: its place there, the outcome and the remarks with reasons."""

    __tablename__ = "asset_import_entry"
    __table_args__ = (
        CheckConstraint("outcome IN ('taken', 'doubtful', 'refused', 'unchanged')", name="outcome"),
        UniqueConstraint("import_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("asset_import.id", ondelete="CASCADE"))
    position: Mapped[int]
    member: Mapped[str] = mapped_column(Text, default="")
    line: Mapped[int] = mapped_column(default=0)
    publication_number: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(9))
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(PlainJson, default=list)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)


class ClassificationTitle(Base):
    """The title an office gives a class, as imported from its own list."""

    __tablename__ = "classification_title"
    __table_args__ = (UniqueConstraint("scheme", "code", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2), default="en")
    title: Mapped[str] = mapped_column(Text)

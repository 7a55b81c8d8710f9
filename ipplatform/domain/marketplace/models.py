"""Tables of the market: listings, needs, declined matches, and the change feed of the search index."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.marketplace.columns import ExactDecimal
from ipplatform.domain.marketplace.rules import lifecycle
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, EncryptedJson, PlainJson, PublicId, UtcDateTime
from ipplatform.foundation.ids import new_public_id


class Listing(Base):
    """An offer of licences on one asset. Everything here is public once published, so it is stored in the clear.

    ``territories`` are codes as the owner chose them (countries and groups); ``fields`` are nodes of the tree.
    ``royalty_rate`` is a percentage of net sales.
    """

    __tablename__ = "listing"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published', 'closed')", name="status"),
        CheckConstraint("language IN ('en', 'zh')", name="language"),
        CheckConstraint("maturity IS NULL OR (maturity >= 1 AND maturity <= 9)", name="maturity"),
        CheckConstraint("(status = 'closed') = (closed_reason IS NOT NULL)", name="closed_reason"),
        CheckConstraint("status = 'draft' OR published_at IS NOT NULL", name="published_at"),
        CheckConstraint("price_model IN ('lump_sum', 'running', 'both', 'negotiable', 'posted')", name="price_model"),
        CheckConstraint("amount IS NULL OR currency IS NOT NULL", name="amount"),
        CheckConstraint("contact IN ('platform', 'organisation')", name="contact"),
        Index("ix_listing_organisation_newest", "organisation_id", "id"),
        Index("ix_listing_published", "status", "published_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    title: Mapped[str] = mapped_column(Text)
    title_translation: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(Text, default="")
    solution: Mapped[str] = mapped_column(Text, default="")
    advantage: Mapped[str] = mapped_column(Text, default="")
    applications: Mapped[str] = mapped_column(Text, default="")
    maturity: Mapped[int | None]
    exclusivities: Mapped[list[str]] = mapped_column(PlainJson)
    acts: Mapped[list[str]] = mapped_column(PlainJson)
    territories: Mapped[list[str]] = mapped_column(PlainJson)
    fields: Mapped[list[str]] = mapped_column(PlainJson)
    term_end: Mapped[date | None]
    price_model: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    royalty_rate: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    currency: Mapped[str | None] = mapped_column(String(3))
    contact: Mapped[str] = mapped_column(String(12), default="platform")
    consent_declared: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(9), default=lifecycle.DRAFT)
    closed_reason: Mapped[str | None] = mapped_column(String(16))
    narrowed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    asset: Mapped[Asset] = relationship()
    organisation: Mapped[Organisation] = relationship()

    @property
    def summary(self) -> str:
        """What it is, for lists."""
        return self.solution or self.problem

    @property
    def is_public(self) -> bool:
        return lifecycle.is_public(self.status, self.closed_reason)


class Need(Base):
    """What a licensee looks for. Its words are sealed: the owner side sees only what ``visibility`` allows.

    ``damaged`` is set in a list, where words that were changed at rest must not hide the others.
    """

    damaged = False

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'paused', 'closed')", name="status"),
        CheckConstraint("visibility IN ('anonymous', 'summary', 'full')", name="visibility"),
        CheckConstraint("budget IS NULL OR currency IS NOT NULL", name="budget"),
        CheckConstraint("exclusivity IN ('any', 'exclusive', 'sole', 'ordinary')", name="exclusivity"),
        CheckConstraint("price_model IN ('any', 'lump_sum', 'running', 'both')", name="price_model"),
        Index("ix_need_organisation_newest", "organisation_id", "id"),
        Index("ix_need_open", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    words: Mapped[dict[str, str]] = mapped_column(EncryptedJson)
    classes: Mapped[list[str]] = mapped_column(PlainJson, default=list)
    acts: Mapped[list[str]] = mapped_column(PlainJson, default=list)
    territories: Mapped[list[str]] = mapped_column(PlainJson, default=list)
    fields: Mapped[list[str]] = mapped_column(PlainJson, default=list)
    exclusivity: Mapped[str] = mapped_column(String(9), default="any")
    price_model: Mapped[str] = mapped_column(String(10), default="any")
    budget: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    currency: Mapped[str | None] = mapped_column(String(3))
    licence_years: Mapped[int | None]
    latest_date: Mapped[date | None]
    visibility: Mapped[str] = mapped_column(String(9), default="anonymous")
    status: Mapped[str] = mapped_column(String(6), default=lifecycle.OPEN)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    organisation: Mapped[Organisation] = relationship()

    @property
    def title(self) -> str:
        return self._said("title")

    @property
    def problem(self) -> str:
        return self._said("problem")

    @property
    def solution(self) -> str:
        return self._said("solution")

    @property
    def summary(self) -> str:
        """What owners may read when the licensee shows a summary."""
        return self._said("summary")

    def _said(self, part: str) -> str:
        return "" if self.damaged else self.words.get(part, "")


class MatchDecline(Base):
    """A licensee's answer that a listing does not fit, with a reason that goes back to its owner."""

    __tablename__ = "match_decline"
    __table_args__ = (
        UniqueConstraint("need_id", "listing_id"),
        CheckConstraint(
            "reason IN ('too_early', 'benefit_unclear', 'no_commercial_route', 'description_unclear', 'not_our_field',"
            " 'price', 'territory')",
            name="reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"))
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SearchChange(Base):
    """A listing the index has to look at again, written in the transaction that changed it. Ids only grow."""

    __tablename__ = "search_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    listing_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)

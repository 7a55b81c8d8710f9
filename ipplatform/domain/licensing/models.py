"""Tables of licensing. What was offered, said and signed is written once; only states move."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.assets.models import Asset, Document
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.marketplace.models import Listing
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, EncryptedJson, PublicId, UtcDateTime
from ipplatform.foundation.ids import display_id, new_public_id

_STILL_OPEN = text("state IN ('inquiry', 'offered', 'expired', 'agreed', 'reopened')")


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Negotiation(Base):
    """Two organisations about one asset. ``mover_organisation_id`` made the last move: the other side's turn.

    ``blocked`` says, after signing found the rights taken, what stands in the way (``errors.describe``) and since when.
    """

    __tablename__ = "negotiation"
    __table_args__ = (
        CheckConstraint(one_of("state", lifecycle.STATES), name="state"),
        CheckConstraint("licensor_organisation_id <> licensee_organisation_id", name="two_parties"),
        CheckConstraint("(state = 'declined') = (declined_reason IS NOT NULL)", name="declined_reason"),
        Index("ix_negotiation_licensor", "licensor_organisation_id", "id"),
        Index("ix_negotiation_licensee", "licensee_organisation_id", "id"),
        Index(
            "uq_negotiation_one_open",
            "listing_id",
            "licensee_organisation_id",
            unique=True,
            sqlite_where=_STILL_OPEN,
            postgresql_where=_STILL_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id"))
    licensor_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    licensee_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    mover_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[str] = mapped_column(String(10), default=lifecycle.INQUIRY)
    declined_reason: Mapped[str | None] = mapped_column(String(20))
    blocked: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    asset: Mapped[Asset] = relationship()
    listing: Mapped[Listing | None] = relationship()
    licensor: Mapped[Organisation] = relationship(foreign_keys=[licensor_organisation_id])
    licensee: Mapped[Organisation] = relationship(foreign_keys=[licensee_organisation_id])
    offers: Mapped[list[Offer]] = relationship(order_by="Offer.number", back_populates="negotiation")
    steps: Mapped[list[Step]] = relationship(order_by="Step.id")

    def counterpart_id(self, organisation_id: int) -> int:
        own = organisation_id == self.licensor_organisation_id
        return self.licensee_organisation_id if own else self.licensor_organisation_id


class Offer(Base):
    """A whole version of the terms. The newest is the one on the table; none is ever changed."""

    __tablename__ = "licence_offer"
    __table_args__ = (
        UniqueConstraint("negotiation_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    negotiation_id: Mapped[int] = mapped_column(ForeignKey("negotiation.id"))
    number: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    terms: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    valid_until: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    negotiation: Mapped[Negotiation] = relationship(back_populates="offers")


class Step(Base):
    """What happened, by whom, with the words said: the thread both parties read. No person: the service itself."""

    __tablename__ = "negotiation_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    negotiation_id: Mapped[int] = mapped_column(ForeignKey("negotiation.id"), index=True)
    action: Mapped[str] = mapped_column(String(10))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("licence_offer.id"))
    message: Mapped[str | None] = mapped_column(EncryptedJson)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    person: Mapped[Person | None] = relationship()


class Agreement(Base):
    """The document made of an accepted offer. ``sha256`` is what both sides sign; ``filing_id`` is set when executed."""

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint(one_of("state", lifecycle.AGREEMENT_STATES), name="state"),
        CheckConstraint("(state = 'executed') = (filing_id IS NOT NULL)", name="executed_has_filing"),
        CheckConstraint("(state = 'executed') = (executed_at IS NOT NULL)", name="executed_at"),
        UniqueConstraint("offer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    negotiation_id: Mapped[int] = mapped_column(ForeignKey("negotiation.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("licence_offer.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    licensor_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    licensee_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[str] = mapped_column(String(8), default=lifecycle.AWAITING)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    executed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    negotiation: Mapped[Negotiation] = relationship()
    offer: Mapped[Offer] = relationship()
    asset: Mapped[Asset] = relationship()
    document: Mapped[Document] = relationship()
    filing: Mapped[Filing | None] = relationship()
    licensor: Mapped[Organisation] = relationship(foreign_keys=[licensor_organisation_id])
    licensee: Mapped[Organisation] = relationship(foreign_keys=[licensee_organisation_id])
    signatures: Mapped[list[Signature]] = relationship(order_by="Signature.id", back_populates="agreement")

    @property
    def number(self) -> str:
        return agreement_number(self.public_id)


class Signature(Base):
    """One side's signature: who, for whom, when, over which bytes and with which words. Written once."""

    __tablename__ = "agreement_signature"
    __table_args__ = (
        UniqueConstraint("agreement_id", "organisation_id"),
        CheckConstraint("method IN ('password')", name="method"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    statement: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(String(8), default="password")
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    agreement: Mapped[Agreement] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()


def agreement_number(public_id: str) -> str:
    """What people call an agreement: ``A-7K3M-Q9TX-2B4R-W8YZ``."""
    return f"A-{display_id(public_id)}"

"""Tables of erasure. `Erased` and `ErasedFile` say what is gone; requests and holds say who decided it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.evidence.erasure import rules
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import Base, EncryptedJson, PublicId, UtcDateTime
from ipplatform.foundation.ids import new_public_id

OPEN = text("state IN ('requested', 'approved')")


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class ErasureRequest(Base):
    """A wish to have a case's content destroyed. `record_id` is the case's first filing; all of the case goes with it.

    `words` say why, sealed; they are destroyed with the content, since they may quote it. `requested_by_id` is the
    holder's administrator, or the registrar who entered a person's written request (`origin` office).
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        CheckConstraint(one_of("state", rules.STATES), name="state"),
        CheckConstraint(one_of("ground", rules.GROUNDS), name="ground"),
        CheckConstraint("origin IN ('holder', 'office')", name="origin"),
        CheckConstraint("(state = 'refused') = (refused_because IS NOT NULL)", name="refused_because"),
        CheckConstraint("(state IN ('executed', 'completed')) = (erase_record_id IS NOT NULL)", name="executed"),
        CheckConstraint("(state = 'completed') = (completed_at IS NOT NULL)", name="completed"),
        Index("uq_erasure_request_one_open", "record_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    origin: Mapped[str] = mapped_column(String(6))
    ground: Mapped[str] = mapped_column(String(20))
    words: Mapped[str | None] = mapped_column(EncryptedJson)
    state: Mapped[str] = mapped_column(String(9), default=rules.REQUESTED)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    refused_because: Mapped[str | None] = mapped_column(String(20))
    refusal: Mapped[str | None] = mapped_column(EncryptedJson)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erase_record_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_record.id"), unique=True)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    record: Mapped[Record] = relationship(foreign_keys=[record_id])
    organisation: Mapped[Organisation] = relationship()
    requested_by: Mapped[Person] = relationship()
    approvals: Mapped[list[ErasureApproval]] = relationship(
        order_by="ErasureApproval.number", cascade="all, delete-orphan"
    )


class ErasureApproval(Base):
    """One of the two approvals; the table holds no third and none twice by the same person."""

    __tablename__ = "erasure_approval"
    __table_args__ = (
        UniqueConstraint("request_id", "person_id"),
        UniqueConstraint("request_id", "number"),
        CheckConstraint("number IN (1, 2)", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("erasure_request.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class Erased(Base):
    """That a record's content is gone, and which `erase` record says so; `request` is that record's public id too."""

    __tablename__ = "evidence_erased"

    record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"), primary_key=True, autoincrement=False)
    erase_record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"), index=True)
    request: Mapped[str] = mapped_column(PublicId)
    ground: Mapped[str] = mapped_column(String(20))
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ErasedFile(Base):
    """A stored file that has to be destroyed, written with the erasure and ticked off by the job that does it."""

    __tablename__ = "evidence_erased_file"

    storage_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    erase_record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"), index=True)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LegalHold(Base):
    """Nothing of the subject (a filing's or an asset's public id) may be erased while it is in force.

    `reason` is sealed: it may name proceedings. One person asks for it to be lifted, another one lifts it.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('filing', 'asset')", name="subject_kind"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted"),
        CheckConstraint("(lift_asked_at IS NULL) = (lift_asked_by_id IS NULL)", name="lift_asked"),
        CheckConstraint("lifted_by_id IS NULL OR lifted_by_id <> lift_asked_by_id", name="two_people"),
        CheckConstraint("lifted_at IS NULL OR lift_asked_at IS NOT NULL", name="asked_first"),
        Index(None, "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    subject_kind: Mapped[str] = mapped_column(String(6))
    subject: Mapped[str] = mapped_column(PublicId)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reason: Mapped[str] = mapped_column(EncryptedJson)
    authority: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(200))
    until: Mapped[date | None]
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lift_reason: Mapped[str | None] = mapped_column(EncryptedJson)
    lift_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lift_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()
    placed_by: Mapped[Person] = relationship(foreign_keys=[placed_by_id])
    lift_asked_by: Mapped[Person | None] = relationship(foreign_keys=[lift_asked_by_id])
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id])

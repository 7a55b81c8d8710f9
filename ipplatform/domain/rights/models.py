"""The ledger of grants. Rows are never deleted; a grant that ends early keeps its agreed term and gains a last day.

``acts``, ``territories`` and ``fields`` are what people agreed; the ``*_held`` columns and ``bars`` are the same as
integers, for PostgreSQL's constraint ``ex_rights_grant_conflict`` (in the migration, since SQLite has none like it).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.rights.columns import Days, RangesColumn
from ipplatform.domain.rights.ranges import Ranges
from ipplatform.domain.rights.rules import GrantTerms, Standing
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import Base, PlainJson, PublicId, UtcDateTime
from ipplatform.foundation.ids import display_id


class Grant(Base):
    """One right given. ``head_id`` is the licence a sublicence lies in; no licensee means anybody (an open licence).

    ``last_day`` is when it really ends: ``end_date`` unless it ended early (``ended_reason`` says why) or never began.
    """

    __tablename__ = "rights_grant"
    __table_args__ = (
        CheckConstraint("exclusivity IN ('exclusive', 'sole', 'ordinary', 'open')", name="exclusivity"),
        CheckConstraint("end_date IS NULL OR end_date >= start_date", name="term"),
        CheckConstraint("(licensee_organisation_id IS NULL) = (exclusivity = 'open')", name="licensee"),
        CheckConstraint(
            "licensee_organisation_id IS NULL OR licensee_organisation_id <> licensor_organisation_id",
            name="two_parties",
        ),
        CheckConstraint("sublicensing >= 0", name="sublicensing"),
        CheckConstraint("(ended_reason IS NULL) = (ended_at IS NULL)", name="ended"),
        Index("ix_rights_grant_asset_head", "asset_id", "head_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    head_id: Mapped[int | None] = mapped_column(ForeignKey("rights_grant.id"), index=True)
    licensor_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    licensee_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    exclusivity: Mapped[str] = mapped_column(String(9))
    acts: Mapped[list[str]] = mapped_column(PlainJson)
    territories: Mapped[list[str]] = mapped_column(PlainJson)
    fields: Mapped[list[str]] = mapped_column(PlainJson)
    start_date: Mapped[date]
    end_date: Mapped[date | None]
    last_day: Mapped[date | None] = mapped_column(index=True)
    subject_to: Mapped[list[int]] = mapped_column(PlainJson, default=list)
    sublicensing: Mapped[int] = mapped_column(SmallInteger, default=0)
    survives_head: Mapped[bool] = mapped_column(default=False)
    acts_held: Mapped[Ranges] = mapped_column(RangesColumn())
    territories_held: Mapped[Ranges] = mapped_column(RangesColumn())
    fields_held: Mapped[Ranges] = mapped_column(RangesColumn())
    term_held: Mapped[tuple[date, date | None] | None] = mapped_column(Days())
    bars: Mapped[Ranges] = mapped_column(RangesColumn(wide=True))
    agreement_ref: Mapped[str] = mapped_column(String(40), index=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_record.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    asset: Mapped[Asset] = relationship()
    licensor: Mapped[Organisation] = relationship(foreign_keys=[licensor_organisation_id])
    licensee: Mapped[Organisation | None] = relationship(foreign_keys=[licensee_organisation_id])

    @property
    def number(self) -> str:
        return grant_number(self.public_id)

    @property
    def terms(self) -> GrantTerms:
        """The terms as they hold: until ``last_day``."""
        return GrantTerms(
            exclusivity=self.exclusivity,
            acts=frozenset(self.acts),
            territories=frozenset(self.territories),
            fields=frozenset(self.fields),
            start=self.start_date,
            end=self.last_day,
            subject_to=frozenset(self.subject_to),
            sublicensing=self.sublicensing,
        )

    @property
    def standing(self) -> Standing:
        return Standing(self.id, self.number, self.terms, self.head_id, self.licensee_organisation_id)


def grant_number(public_id: str) -> str:
    """What people call a grant: ``G-7K3M-Q9TX-2B4R-W8YZ``."""
    return f"G-{display_id(public_id)}"


def held(terms: GrantTerms) -> dict[str, Any]:
    """The columns that hold ``terms`` as integers, but for ``bars``, which needs the row's id."""
    region = terms.region
    return {
        "acts_held": region["acts"],
        "territories_held": region["territories"],
        "fields_held": region["fields"],
        "term_held": days_held(terms.start, terms.end),
    }


def days_held(start: date, last: date | None) -> tuple[date, date | None] | None:
    """The days a grant holds, None for one that ended before it began."""
    return None if last is not None and last < start else (start, last)

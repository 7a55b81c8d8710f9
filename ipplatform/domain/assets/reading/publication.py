"""What any reader makes of an office's document, before it goes into the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ipplatform.domain.assets.reading.outcome import Remark
from ipplatform.domain.assets.values import ClassValue, PartyValue


@dataclass(frozen=True, slots=True)
class Publication:
    """One granted right as its office published it. ``end`` is the last day of the term, None when unknown.

    ``content`` is JSON-ready: see ``models.Asset``. ``remarks`` are doubts and notes; refusals are raised instead.
    """

    kind: str
    office: str
    publication_number: str
    application_number: str | None
    title: str
    abstract: str
    filing_date: date | None
    grant_date: date
    end: date | None
    parties: tuple[PartyValue, ...]
    classifications: tuple[ClassValue, ...]
    content: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        return any(remark.is_doubt for remark in self.remarks)

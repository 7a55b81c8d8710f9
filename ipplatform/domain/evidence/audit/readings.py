"""The access record: who read what is confidential, when and by which door. Never what it said."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.audit import services as trail
from ipplatform.domain.audit.models import READS, AuditEntry
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.foundation.db import db
from ipplatform.foundation.pagination import Descending, Page, keyset

PAGE = 50
MOST_FOR_OWNERS = 20
COLUMNS = ("at", "person", "organisation", "role", "action", "subject_kind", "subject", "door", "request_id")
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Wanted:
    """Filters: a person's id, a public id that was read, and a period [since, until)."""

    person_id: int | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def page(*, actor: Actor, wanted: Wanted, after: str | None) -> Page[Any]:
    """Rows with COLUMNS, newest first. Looking is recorded too."""
    require(PERMISSIONS["audit"], actor)
    found = keyset(_rows(wanted), order=[Descending(AuditEntry.id)], after=after, limit=PAGE, scalars=False)
    _note(actor, "access.read", wanted)
    return found


def export(*, actor: Actor, wanted: Wanted) -> Iterator[bytes]:
    """The same as CSV, all of it, oldest first, in pieces; recorded before the first byte leaves."""
    require(PERMISSIONS["audit"], actor)
    _note(actor, "access.export", wanted)
    return _csv(_rows(wanted).order_by(AuditEntry.id))


def by_others(*, organisation_id: int, filings: Sequence[str]) -> list[Any]:
    """The newest 20 readings of these filings by anybody but the organisation itself, for its own page."""
    elsewhere = or_(AuditEntry.organisation_id.is_(None), AuditEntry.organisation_id != organisation_id)
    about = AuditEntry.subject_kind == "filing", AuditEntry.subject.in_(filings)
    newest = _rows(Wanted()).where(elsewhere, *about).order_by(AuditEntry.id.desc()).limit(MOST_FOR_OWNERS)
    return list(db.session.execute(newest))


def _rows(wanted: Wanted) -> Select[Any]:
    statement = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.action,
            AuditEntry.subject_kind,
            AuditEntry.subject,
            AuditEntry.door,
            AuditEntry.request_id,
            AuditEntry.detail,
            Person.name.label("person"),
            Person.email.label("email"),
            Organisation.name.label("organisation"),
        )
        .outerjoin(Person, Person.id == AuditEntry.person_id)
        .outerjoin(Organisation, Organisation.id == AuditEntry.organisation_id)
        .where(READS)
    )
    if wanted.person_id is not None:
        statement = statement.where(AuditEntry.person_id == wanted.person_id)
    if wanted.subject is not None:
        statement = statement.where(AuditEntry.subject == wanted.subject)
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditEntry.at < wanted.until)
    return statement


def _note(actor: Actor, action: str, wanted: Wanted) -> None:
    role = trail.AUDITOR if trail.AUDITOR in actor.office else trail.SYSTEM
    subject = wanted.subject or "all"
    trail.record_read(actor=actor, action=action, subject_kind="access", subject=subject, role=role)


def _csv(statement: Select[Any]) -> Iterator[bytes]:
    """With a byte order mark: spreadsheets then read names in every script."""
    yield b"\xef\xbb\xbf" + _line(COLUMNS)
    for row in db.session.execute(statement, execution_options={"yield_per": 500}):
        yield _line(
            (
                row.at.isoformat(),
                row.person,
                row.organisation,
                (row.detail or {}).get("role"),
                row.action,
                row.subject_kind,
                row.subject,
                row.door,
                row.request_id,
            )
        )


def _line(values: Sequence[str | None]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow([_cell(value or "") for value in values])
    return written.getvalue().encode()


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value

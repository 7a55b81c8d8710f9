"""What an auditor sees. Every read is recorded; nothing here changes anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.audit import report as reports
from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.models import AuditedRecord, AuditFinding, AuditRun, LogState, Record
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.domain.evidence.queries import Receipt
from ipplatform.foundation import secretbox, settings
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.pagination import Descending, Page, keyset

PAGE = 50


@dataclass(frozen=True)
class RecordRow:
    """A record in the list; `whole` is None until it was audited."""

    public_id: str
    kind: str
    created_at: datetime | None
    organisation: str | None
    leaf_index: int | None
    state: str
    whole: bool | None
    checked_at: datetime | None


@dataclass(frozen=True)
class RecordView:
    """One record with its content; `manifest` is None when it was erased or does not authenticate."""

    record: RecordRow
    commitment: bytes
    leaf: bytes
    receipt: Receipt
    manifest: dict[str, Any] | None
    findings: list[AuditFinding]


def records(*, actor: Actor, after: str | None, broken: bool = False) -> Page[RecordRow]:
    """Newest first. Manifests stay unread: a damaged one must not hide the list."""
    require(PERMISSIONS["audit"], actor)
    statement = _rows()
    if broken:
        statement = statement.where(AuditedRecord.whole.is_(False))
    page = keyset(statement, order=[Descending(Record.id)], after=after, limit=PAGE, scalars=False)
    size = queries.published_size()
    trail.record(actor=actor, action="audit.list", subject_kind="evidence", subject="records")
    return Page([_row(item, size) for item in page.items], page.next_cursor)


def record(*, actor: Actor, public_id: str) -> RecordView:
    require(PERMISSIONS["audit"], actor)
    content = type_coerce(Record.manifest, LargeBinary).label("sealed")
    found = db.session.execute(_rows(Record.commitment, Record.leaf, content).where(Record.public_id == public_id))
    row = found.one_or_none()
    if row is None:
        raise NotFound
    trail.record(actor=actor, action="audit.read", subject_kind="filing", subject=public_id)
    receipt = queries.receipt_at(row.leaf_index)
    return RecordView(
        record=_row(row, receipt.size),
        commitment=bytes(row.commitment),
        leaf=bytes(row.leaf),
        receipt=receipt,
        manifest=_manifest(row.sealed),
        findings=_findings_of(public_id),
    )


def read_bundle(*, actor: Actor, public_id: str) -> Record:
    """The record for the office, its reading recorded. Whether a registrar is on the case is for the caller to ask."""
    found = queries.record_by_filing(public_id)
    if found is None:
        raise NotFound
    require(PERMISSIONS["bundle.office"], actor, found)
    trail.record(actor=actor, action="audit.bundle", subject_kind="filing", subject=public_id)
    return found


def run(*, actor: Actor, public_id: str) -> AuditRun:
    require(PERMISSIONS["audit"], actor)
    found = db.session.scalars(select(AuditRun).where(AuditRun.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    if found.ended_at is not None:
        trail.record(actor=actor, action="audit.report", subject_kind="audit", subject=public_id)
    return found


def report(*, actor: Actor, public_id: str) -> bytes:
    """The signed note of a finished run, the same bytes each time. Raises NotFound, also for a run without one."""
    require(PERMISSIONS["audit"], actor)
    data = db.session.scalar(select(AuditRun.report).where(AuditRun.public_id == public_id))
    if data is None:
        raise NotFound
    trail.record(actor=actor, action="audit.download", subject_kind="audit", subject=public_id)
    return bytes(data)


def report_key() -> str | None:
    """What reports are verified with, as `name+id+key`; None until `ipplatform setup` has made the key."""
    return next((key.vkey for key in reports.verifier_keys(settings.current().origin)), None)


def findings(found: AuditRun, *, after: str | None = None, limit: int = PAGE) -> Page[Any]:
    statement = select(AuditFinding).where(AuditFinding.audit_id == found.id)
    return keyset(statement, order=[AuditFinding.id], after=after, limit=limit)


def recent_runs(limit: int = 10) -> list[AuditRun]:
    return list(db.session.scalars(select(AuditRun).order_by(AuditRun.id.desc()).limit(limit)))


def run_page(*, actor: Actor, after: str | None, limit: int = PAGE) -> Page[Any]:
    """Runs, newest first."""
    require(PERMISSIONS["audit"], actor)
    return keyset(select(AuditRun), order=[Descending(AuditRun.id)], after=after, limit=limit)


def log_state() -> LogState | None:
    return queries.state()


def _rows(*more: Any) -> Any:
    columns = (
        Record.id, Record.leaf_index,
        *(rows.COLUMNS[name].label(name) for name in ("public_id", "kind", "created_at")),
        Organisation.name.label("organisation"), AuditedRecord.whole, AuditedRecord.checked_at,
    )  # fmt: skip
    return (
        select(*columns, *more)
        .outerjoin(Organisation, Organisation.id == Record.organisation_id)
        .outerjoin(AuditedRecord, AuditedRecord.record_id == Record.id)
    )


def _row(item: Any, size: int) -> RecordRow:
    included = item.leaf_index is not None and item.leaf_index < size
    return RecordRow(
        public_id=rows.text_of(item.public_id),
        kind=rows.text_of(item.kind),
        created_at=rows.moment(rows.text_of(item.created_at)),
        organisation=item.organisation,
        leaf_index=item.leaf_index,
        state="included" if included else "awaiting_inclusion",
        whole=item.whole,
        checked_at=item.checked_at,
    )


def _manifest(sealed: bytes | None) -> dict[str, Any] | None:
    if sealed is None:
        return None
    try:
        value: dict[str, Any] = canonical.loads(secretbox.unseal(bytes(sealed)))
    except (secretbox.Damaged, canonical.CanonicalError):
        return None
    return value


def _findings_of(public_id: str) -> list[AuditFinding]:
    newest = select(AuditFinding).where(AuditFinding.record == public_id).order_by(AuditFinding.id.desc()).limit(20)
    return list(db.session.scalars(newest))

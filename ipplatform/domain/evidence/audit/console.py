"""What an auditor sees. Every read is recorded; nothing here changes anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, or_, select, type_coerce

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.audit import marks, rows
from ipplatform.domain.evidence.audit import report as reports
from ipplatform.domain.evidence.audit.scopes import ONE
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.models import BROKEN, AuditedRecord, AuditFinding, AuditRun, Record
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.domain.evidence.queries import Receipt
from ipplatform.domain.evidence.time import configuration as times
from ipplatform.domain.evidence.witness import quorum
from ipplatform.domain.evidence.witness.policy import WitnessPolicyProblem
from ipplatform.foundation import secretbox, settings
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.pagination import Descending, Page, keyset

PAGE = 50
ALL, BROKEN_ONLY, UNCHECKED_ONLY = "all", "broken", "unchecked"
SHOWN = (ALL, BROKEN_ONLY, UNCHECKED_ONLY)


@dataclass(frozen=True)
class RecordRow:
    """A record in the list; `whole` is None until it was audited. `marks` are names of marks.MARKS to marks.STATES."""

    public_id: str
    kind: str
    created_at: datetime | None
    organisation: str | None
    leaf_index: int | None
    state: str
    whole: bool | None
    checked_at: datetime | None
    last_whole_at: datetime | None
    marks: dict[str, str]


@dataclass(frozen=True)
class RecordView:
    """One record with its content; `manifest` is None when it is gone, or `damaged`: there, and does not open.

    `findings` are those of the run that looked last, `earlier` those of runs before it; `restored_by` is the run that
    has found the record whole since, where it is known which.
    """

    record: RecordRow
    commitment: bytes
    leaf: bytes
    receipt: Receipt
    manifest: dict[str, Any] | None
    damaged: bool
    findings: list[AuditFinding]
    earlier: list[AuditFinding]
    restored_by: AuditRun | None
    runs: dict[int, AuditRun]


def records(*, actor: Actor, after: str | None, show: str = ALL, number: str | None = None) -> Page[RecordRow]:
    """Newest first, of SHOWN, or the one whose filing has the public id `number`.

    Manifests stay unread: a damaged one must not hide the list.
    """
    require(PERMISSIONS["audit"], actor)
    statement = _rows(inner=show == BROKEN_ONLY)
    if show == BROKEN_ONLY:
        statement = statement.where(BROKEN)
    elif show == UNCHECKED_ONLY:
        statement = statement.where(AuditedRecord.record_id.is_(None))
    if number is not None:
        statement = statement.where(Record.public_id == number)
    page = keyset(statement, order=[Descending(Record.id)], after=after, limit=PAGE, scalars=False)
    size, demanded = queries.published_size(), demanded_marks()
    trail.record_read(
        actor=actor, action="audit.list", subject_kind="evidence", subject=number or "records", role=_role(actor)
    )
    return Page([_row(item, size, demanded) for item in page.items], page.next_cursor)


def demanded_marks() -> set[str]:
    """Marks that this installation has at all: without witnesses or authorities theirs do not apply."""
    found = set(marks.MARKS)
    if not times.is_configured():
        found.discard(marks.TIME)
    try:
        if not quorum.demanded():
            found.discard(marks.WITNESS)
    except WitnessPolicyProblem:
        return found
    return found


def record(*, actor: Actor, public_id: str) -> RecordView:
    require(PERMISSIONS["audit"], actor)
    content = type_coerce(Record.manifest, LargeBinary).label("sealed")
    found = db.session.execute(_rows(Record.commitment, Record.leaf, content).where(Record.public_id == public_id))
    row = found.one_or_none()
    if row is None:
        raise NotFound
    trail.record_read(actor=actor, action="audit.read", subject_kind="filing", subject=public_id, role=_role(actor))
    receipt = queries.receipt_at(row.leaf_index)
    named, manifest = _findings_of(public_id), _manifest(row.sealed)
    last = [finding for finding, run in named if _is_of(run, row.checked_at) and not row.whole]
    return RecordView(
        record=_row(row, receipt.size, demanded_marks()),
        commitment=bytes(row.commitment),
        leaf=bytes(row.leaf),
        receipt=receipt,
        manifest=manifest,
        damaged=manifest is None and row.sealed is not None,
        findings=last,
        earlier=[finding for finding, _run in named if finding not in last],
        restored_by=_looked_at(public_id, row.checked_at) if named and row.whole else None,
        runs={run.id: run for _finding, run in named},
    )


def read_bundle(*, actor: Actor, public_id: str) -> Record:
    """The record for the office, its reading recorded. Whether a registrar is on the case is for the caller to ask."""
    found = queries.record_by_filing(public_id)
    if found is None:
        raise NotFound
    require(PERMISSIONS["bundle.office"], actor, found)
    trail.record_read(actor=actor, action="audit.bundle", subject_kind="filing", subject=public_id, role=_role(actor))
    return found


def run(*, actor: Actor, public_id: str, polled: bool = False) -> AuditRun:
    """A run; reading it is recorded, but not each look at its progress (`polled`)."""
    require(PERMISSIONS["audit"], actor)
    found = db.session.scalars(select(AuditRun).where(AuditRun.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    if not polled:
        trail.record_read(
            actor=actor, action="audit.report", subject_kind="audit", subject=public_id, role=_role(actor)
        )
    return found


def report(*, actor: Actor, public_id: str) -> bytes:
    """The signed note of a finished run, the same bytes each time. Raises NotFound, also for a run without one."""
    require(PERMISSIONS["audit"], actor)
    data = db.session.scalar(select(AuditRun.report).where(AuditRun.public_id == public_id))
    if data is None:
        raise NotFound
    trail.record_read(actor=actor, action="audit.download", subject_kind="audit", subject=public_id, role=_role(actor))
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


def _role(actor: Actor) -> str:
    return next((role for role in (trail.AUDITOR, trail.REGISTRAR, trail.SYSTEM) if role in actor.office), trail.MEMBER)


def _rows(*more: Any, inner: bool = False) -> Any:
    columns = (
        Record.id, Record.leaf_index,
        *(rows.COLUMNS[name].label(name) for name in ("public_id", "kind", "created_at")),
        Organisation.name.label("organisation"), AuditedRecord.whole, AuditedRecord.checked_at,
        AuditedRecord.last_whole_at, *(getattr(AuditedRecord, name).label(f"mark_{name}") for name in marks.MARKS),
    )  # fmt: skip
    return (
        select(*columns, *more)
        .outerjoin(Organisation, Organisation.id == Record.organisation_id)
        .join(AuditedRecord, AuditedRecord.record_id == Record.id, isouter=not inner)
    )


def _row(item: Any, size: int, demanded: set[str]) -> RecordRow:
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
        last_whole_at=item.last_whole_at,
        marks={
            name: marks.state_of(
                name, getattr(item, f"mark_{name}"), audited=item.whole is not None, demanded=name in demanded
            )
            for name in marks.MARKS
        },
    )


def _manifest(sealed: bytes | None) -> dict[str, Any] | None:
    if sealed is None:
        return None
    try:
        value: dict[str, Any] = canonical.loads(secretbox.unseal(bytes(sealed)))
    except (secretbox.Damaged, canonical.CanonicalError):
        return None
    return value


def _is_of(run: AuditRun, checked_at: datetime | None) -> bool:
    """Whether the record's marks of that moment are this run's."""
    return checked_at is None or (run.started_at <= checked_at and (run.ended_at is None or checked_at <= run.ended_at))


def _looked_at(public_id: str, at: datetime) -> AuditRun | None:
    """The run that checked the record at that moment; None where two ran that could have."""
    going_on = AuditRun.started_at <= at, or_(AuditRun.ended_at.is_(None), AuditRun.ended_at >= at)
    of_it = or_(AuditRun.scope != ONE, AuditRun.subject == public_id)
    found = db.session.scalars(select(AuditRun).where(*going_on, of_it).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _findings_of(public_id: str) -> list[tuple[AuditFinding, AuditRun]]:
    """The newest 20 with the runs that found them."""
    newest = select(AuditFinding, AuditRun).join(AuditRun, AuditRun.id == AuditFinding.audit_id)
    found = newest.where(AuditFinding.record == public_id).order_by(AuditFinding.id.desc()).limit(20)
    return [(finding, run) for finding, run in db.session.execute(found)]

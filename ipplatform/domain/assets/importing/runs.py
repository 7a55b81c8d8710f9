"""An import from its start to its report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets import documents
from ipplatform.domain.assets.documents import Readable
from ipplatform.domain.assets.models import Asset, AssetImport, AssetImportEntry
from ipplatform.domain.assets.permissions import IMPORT_ASSETS, VIEW_IMPORT
from ipplatform.domain.audit import services as audit
from ipplatform.foundation import jobs
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import new_public_id
from ipplatform.foundation.pagination import Page, keyset

JOB = "assets.import"
READ_TYPES = frozenset({"application/xml", "application/zip", "application/gzip", "text/plain"})
OUTCOMES = ("taken", "doubtful", "refused", "unchanged")
OUTCOME_LABELS = {
    "taken": _l("Taken"),
    "doubtful": _l("Taken with doubts"),
    "refused": _l("Refused"),
    "unchanged": _l("Already there"),
}


def begin(*, actor: Actor, organisation: Organisation, file_name: str, document_id: int | None = None) -> AssetImport:
    """Open an import for the organisation. Forbidden for members who may not file, NotFound for strangers."""
    require(IMPORT_ASSETS, actor, organisation)
    run = AssetImport(
        public_id=new_public_id(),
        organisation_id=organisation.id,
        person_id=actor.person_id,
        document_id=document_id,
        file_name=file_name,
        taken=0,
        doubtful=0,
        refused=0,
        unchanged=0,
    )
    db.session.add(run)
    db.session.flush()
    audit.record(actor=actor, action="asset.import", subject_kind="import", subject=run.public_id)
    return run


def upload(
    *, actor: Actor, organisation: Organisation, stream: Readable | Iterable[bytes], name: str | None
) -> AssetImport:
    """Keep an uploaded file and let the worker read it. Raises Invalid on ``file``, TooLarge, Forbidden."""
    require(IMPORT_ASSETS, actor, organisation)
    document = documents.receive(
        actor=actor, stream=stream, name=name, organisation_id=organisation.id, accepted=READ_TYPES
    )
    run = begin(actor=actor, organisation=organisation, file_name=document.name, document_id=document.id)
    jobs.enqueue(JOB, {"import": run.public_id})
    return run


def finish(run: AssetImport, *, failure: dict[str, Any] | None = None) -> None:
    """Close the import; ``failure`` is a code of ``archives.MESSAGES`` when the file broke off."""
    run.status = "failed" if failure else "finished"
    run.failure = failure
    run.finished_at = now()
    db.session.flush()


def run_by_id(public_id: str) -> AssetImport | None:
    return db.session.scalars(select(AssetImport).where(AssetImport.public_id == public_id)).one_or_none()


def visible_run(*, actor: Actor, public_id: str) -> AssetImport:
    """The import for a member of its organisation; NotFound for everybody else."""
    run = run_by_id(public_id)
    if run is None:
        raise NotFound
    require(VIEW_IMPORT, actor, run)
    return run


def runs_of(organisation_id: int, *, limit: int = 20) -> list[AssetImport]:
    newest = select(AssetImport).where(AssetImport.organisation_id == organisation_id)
    return list(db.session.scalars(newest.order_by(AssetImport.id.desc()).limit(limit)))


def last_position(run: AssetImport) -> int:
    """The last document dealt with: where a run that was interrupted goes on."""
    found = select(func.max(AssetImportEntry.position)).where(AssetImportEntry.import_id == run.id)
    return db.session.scalar(found) or 0


def entries(
    run: AssetImport, *, outcome: str | None = None, after: str | None = None, limit: int = 50
) -> Page[AssetImportEntry]:
    """Lines of the report in the file's order."""
    statement = select(AssetImportEntry).where(AssetImportEntry.import_id == run.id)
    if outcome:
        statement = statement.where(AssetImportEntry.outcome == outcome)
    return keyset(statement, order=[AssetImportEntry.position], after=after, limit=limit)


def asset_ids(lines: Iterable[AssetImportEntry]) -> dict[int, str]:
    """Asset id -> public id for the lines of a page; one statement."""
    wanted = [line.asset_id for line in lines if line.asset_id is not None]
    found = db.session.execute(select(Asset.id, Asset.public_id).where(Asset.id.in_(wanted))) if wanted else ()
    return {int(key): str(public_id) for key, public_id in found}

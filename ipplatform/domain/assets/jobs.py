"""Jobs of the register: reading uploaded files, and letting rights expire when their term is over."""

from __future__ import annotations

import tempfile
from typing import Any, BinaryIO

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.assets import documents, services
from ipplatform.domain.assets.importing import candidates, runs, taking
from ipplatform.domain.assets.models import AssetImport, Document
from ipplatform.domain.assets.reading import archives
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db

DOCUMENTS_A_RUN = 2_000


@jobs.job(runs.JOB)
def import_file(payload: dict[str, Any]) -> None:
    """Read an uploaded file on from where the last run stopped; a long file is read in several jobs.

    Each batch is committed by itself: nothing is taken twice, and the database is never held for long.
    """
    run = runs.run_by_id(str(payload["import"]))
    if run is None or run.status in ("finished", "failed"):
        return
    run.status = "running"
    assert run.document_id is not None
    document = db.session.get_one(Document, run.document_id)
    with tempfile.TemporaryFile() as handle:
        for chunk in documents.open_document(document):
            handle.write(chunk)
        handle.seek(0)
        _read(run, handle)


def _read(run: AssetImport, handle: BinaryIO) -> None:
    limits = archives.Limits()
    first = runs.last_position(run)
    organisation = accounts.organisation(run.organisation_id)
    try:
        opened = archives.open_file(handle, limits)
        run.skipped = list(opened.skipped)
        for batch in candidates.batches(candidates.read_all(opened.members, limits, after=first)):
            taking.take(run, organisation, batch)
            db.session.commit()
            if batch[-1].position - first >= DOCUMENTS_A_RUN:
                jobs.enqueue(runs.JOB, {"import": run.public_id})
                return
    except archives.UnusableFile as error:
        runs.finish(run, failure={"code": error.code})
        return
    runs.finish(run)


@jobs.job(services.EXPIRY_JOB)
def expire(_payload: dict[str, Any]) -> None:
    """Let rights expire whose term has ended; harmless to run twice. Schedules its own next run."""
    while services.expire_due():
        db.session.commit()
    services.schedule_expiry()

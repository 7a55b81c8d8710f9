"""After the commit: the files are destroyed, then what the database still holds of the old bytes. Idempotent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ipplatform.domain.evidence.erasure import destroying, purging, rules
from ipplatform.domain.evidence.erasure.models import ErasedFile, ErasureRequest
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import clock, jobs, storage
from ipplatform.foundation.db import db


@jobs.job(destroying.JOB)
def destroy_files(payload: dict[str, Any]) -> None:
    """Run again after a crash it goes on where it stopped; a file already gone is fine."""
    public_id = str(payload["erasure"])
    waiting = (
        select(ErasedFile)
        .join(Record, Record.id == ErasedFile.erase_record_id)
        .where(Record.public_id == public_id, ErasedFile.destroyed_at.is_(None))
        .order_by(ErasedFile.storage_key)
    )
    for file in db.session.scalars(waiting).all():
        storage.destroy(file.storage_key)
        file.destroyed_at = clock.now()
    db.session.commit()
    purging.purge()
    found = db.session.scalars(select(ErasureRequest).where(ErasureRequest.public_id == public_id)).one_or_none()
    if found is not None and rules.may("complete", found.state):
        found.state, found.completed_at = rules.step("complete").target, clock.now()

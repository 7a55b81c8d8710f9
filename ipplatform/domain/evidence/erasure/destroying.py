"""Destroying what an erase record names. The same code runs when it is decided and when it is replayed: it may run again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update

from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.erasure import subjects
from ipplatform.domain.evidence.erasure.models import Erased, ErasedFile
from ipplatform.domain.evidence.erasure.subjects import Destroyed, Item
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.holder import services as holders
from ipplatform.domain.evidence.models import AuditFinding, Record, RecordDocument
from ipplatform.foundation import events, jobs
from ipplatform.foundation.db import db, insert_into

JOB = "evidence.erase_files"
NOTHING = ""
GONE = "(erased)"


def said(erase: Record) -> dict[str, Any]:
    """What the erase record's manifest says in its fields."""
    assert erase.manifest is not None
    fields: dict[str, Any] = canonical.loads(erase.manifest)["fields"]
    return fields


def items_of(erase: Record) -> list[Item]:
    return [Item(**item) for item in said(erase)["erased"]]


def destroy(erase: Record) -> int:
    """Destroy in this transaction what `erase` names and leave its files to the job; how many records had content."""
    items = items_of(erase)
    rows = db.session.execute(
        select(Record.id, Record.public_id, Record.organisation_id, Record.idempotency_key, Record.salt.is_not(None))
        .where(Record.public_id.in_([item.filing for item in items]))
        .order_by(Record.id)
    ).all()
    identities = [row[0] for row in rows]
    destroyed = Destroyed(items, files=_kept_by(identities))
    events.publish(subjects.EXECUTE, destroyed=destroyed)
    for identity, _public_id, organisation_id, key, _whole in rows:
        _empty(identity, organisation_id, key)
        holders.forget(record_id=identity)
    _note(erase, identities)
    _silence_findings([item.filing for item in items])
    _leave_to_job(erase, destroyed)
    return sum(1 for row in rows if row[4])


def _kept_by(record_ids: Sequence[int]) -> set[str]:
    keys = select(RecordDocument.storage_key).where(
        RecordDocument.record_id.in_(record_ids), RecordDocument.storage_key.is_not(None)
    )
    return {str(key) for key in db.session.scalars(keys)}


def _empty(record_id: int, organisation_id: int | None, key: str) -> None:
    """Salt, manifest, the request's digest (it would confirm a guess) and where the documents were; sealed anew."""
    db.session.execute(update(RecordDocument).where(RecordDocument.record_id == record_id).values(storage_key=None))
    places = select(RecordDocument.storage_key).where(RecordDocument.record_id == record_id)
    sealed = seals.seal(
        organisation_id=organisation_id,
        idempotency_key=key,
        request_digest=NOTHING,
        storage_keys=list(db.session.scalars(places.order_by(RecordDocument.position))),
    )
    emptied = update(Record).where(Record.id == record_id)
    db.session.execute(emptied.values(manifest=None, salt=None, request_digest=NOTHING, seal=sealed))


def _note(erase: Record, record_ids: Sequence[int]) -> None:
    db.session.execute(delete(Erased).where(Erased.record_id.in_(record_ids)))
    for identity in record_ids:
        db.session.add(
            Erased(
                record_id=identity,
                erase_record_id=erase.id,
                request=erase.public_id,
                ground=said(erase)["ground"],
                erased_at=erase.created_at,
            )
        )
    db.session.flush()


def _silence_findings(filings: Sequence[str]) -> None:
    """Findings hold values that were found, and names of documents."""
    named = update(AuditFinding).where(AuditFinding.record.in_(filings))
    db.session.execute(named.values(field=GONE, expected=GONE, found=GONE, around=None))


def _leave_to_job(erase: Record, destroyed: Destroyed) -> None:
    wanted = destroyed.files - destroyed.kept
    needed = select(RecordDocument.storage_key).where(RecordDocument.storage_key.in_(wanted))
    wanted -= {str(key) for key in db.session.scalars(needed)}
    for key in sorted(wanted):
        row = insert_into(ErasedFile).values(storage_key=key, erase_record_id=erase.id, destroyed_at=None)
        again = {"erase_record_id": erase.id, "destroyed_at": None}
        db.session.execute(row.on_conflict_do_update(index_elements=["storage_key"], set_=again))
    earlier = update(ErasedFile).where(ErasedFile.erase_record_id == erase.id)
    db.session.execute(earlier.values(destroyed_at=None))
    jobs.enqueue(JOB, {"erasure": erase.public_id}, key=erase.public_id)

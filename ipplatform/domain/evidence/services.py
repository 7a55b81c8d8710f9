"""Writing evidence: a filing becomes a pending entry of the log in the caller's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.manifest import DocumentDigest
from ipplatform.domain.evidence.models import Record, RecordDocument
from ipplatform.foundation import clock, direct, rows, settings
from ipplatform.foundation.db import db, is_sqlite
from ipplatform.foundation.errors import Conflict
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.prepared import Prepared

_TAKE_BACK_DOCUMENTS = Prepared(delete(RecordDocument).where(RecordDocument.record_id == bindparam("record")))
_TAKE_BACK = Prepared(delete(Record).where(Record.id == bindparam("record")))
KEY_REUSED = _l("This key was used before for another request. Use a new key for a new request.")


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that nobody has seen, ready to be entered, and where its documents' bytes are kept."""

    record: Record
    storage_keys: Sequence[str | None]


def append(
    *,
    organisation_id: int | None,
    filing: str,
    kind: str,
    asset: str | None,
    submitter: dict[str, Any],
    fields: dict[str, Any],
    documents: Sequence[DocumentDigest],
    idempotency_key: str,
    leaf_kind: str = "filing",
) -> Record:
    """The record of a filing, pending inclusion. `filing` and `asset` are public ids.

    The same key and request give the same record; Conflict (idempotency_mismatch) for the same key with another one.
    CanonicalError for floats in `fields`.
    """
    digest = request_digest(
        {"kind": kind, "asset": asset, "fields": fields, "documents": [item.entry for item in documents]}
    )
    earlier = _earlier(organisation_id, idempotency_key)
    if earlier is not None:
        return _same_request(earlier, digest)
    return enter(
        new_record(
            organisation_id=organisation_id,
            filing=filing,
            kind=kind,
            asset=asset,
            previous=_previous(asset),
            submitter=submitter,
            fields=fields,
            documents=documents,
            idempotency_key=idempotency_key,
            digest=digest,
            leaf_kind=leaf_kind,
        )
    )


def new_record(
    *,
    organisation_id: int | None,
    filing: str,
    kind: str,
    asset: str | None,
    submitter: dict[str, Any],
    fields: dict[str, Any],
    documents: Sequence[DocumentDigest],
    idempotency_key: str,
    digest: str,
    previous: str | None = None,
    leaf_kind: str = "filing",
) -> NewRecord:
    """The record of a filing, of which nothing is written before `enter`; nothing earlier is looked for.

    `digest` says which request it answers (`request_digest`), `previous` is the commitment (hex) of the asset's newest
    record: None for an asset whose id was made for this filing.
    """
    moment = clock.now().replace(microsecond=0)
    manifest = manifests.build(
        origin=settings.current().origin,
        filing=filing,
        kind=kind,
        asset=asset,
        previous=previous,
        submitted_at=moment,
        submitter=submitter,
        fields=fields,
        documents=documents,
    )
    keys = [document.storage_key for document in documents]
    sealed = seals.seal(
        organisation_id=organisation_id, idempotency_key=idempotency_key, request_digest=digest, storage_keys=keys
    )
    record = rows.made(
        Record,
        public_id=filing,
        organisation_id=organisation_id,
        asset=asset,
        kind=kind,
        idempotency_key=idempotency_key,
        request_digest=digest,
        created_at=moment,
        seal=sealed,
        **_commitment(manifest, leaf_kind, moment),
    )
    return NewRecord(record, keys)


def enter(new: NewRecord) -> Record:
    """Write it. A racing request with the same key may have been faster: then its record is the answer."""
    record = new.record
    if not rows.insert_unless_there(record):
        direct.see_anew()
        earlier = _earlier(record.organisation_id, record.idempotency_key)
        if earlier is None:
            raise Conflict(code="raced")
        return _same_request(earlier, record.request_digest)
    places = enumerate(new.storage_keys)
    rows.insert_all(
        RecordDocument, [{"record_id": record.id, "position": place, "storage_key": key} for place, key in places]
    )
    return record


def rebuilt(
    *,
    filing: str,
    kind: str,
    asset: str | None,
    idempotency_key: str,
    manifest: bytes,
    salt: bytes,
    leaf: bytes,
    created_at: datetime,
) -> Record:
    """A record of the office without documents, as `append` made it, from what was kept outside the database."""
    fields = canonical.loads(manifest)["fields"]
    digest = request_digest({"kind": kind, "asset": asset, "fields": fields, "documents": []})
    return Record(
        public_id=filing,
        organisation_id=None,
        asset=asset,
        kind=kind,
        idempotency_key=idempotency_key,
        request_digest=digest,
        manifest=manifest,
        salt=salt,
        commitment=manifests.commit(salt, manifest),
        leaf=leaf,
        seal=seals.seal(organisation_id=None, idempotency_key=idempotency_key, request_digest=digest, storage_keys=[]),
        created_at=created_at,
    )


def take_back(record: Record) -> None:
    """Undo an ``append`` of the current transaction, which nobody else has seen: the filing was another's already."""
    for statement in (_TAKE_BACK_DOCUMENTS, _TAKE_BACK):
        direct.run(statement, {"record": record.id})
    if record in db.session:
        db.session.expunge(record)


def request_digest(described: Any) -> str:
    """A keyed digest of what a request asks for, to tell its repetition from another request with the same key."""
    return seals.content_digest(canonical.dumps(described, spell=manifests.spelled))


def _commitment(manifest: bytes, leaf_kind: str, moment: datetime) -> dict[str, bytes]:
    salt = secrets.token_bytes(manifests.SALT_SIZE)
    commitment = manifests.commit(salt, manifest)
    leaf = leaves.build(
        origin=settings.current().origin, commitment=commitment, kind=leaf_kind, time=int(moment.timestamp())
    )
    return {"manifest": manifest, "salt": salt, "commitment": commitment, "leaf": leaf}


def _earlier(organisation_id: int | None, key: str) -> Record | None:
    same = select(Record).where(Record.organisation_id == organisation_id, Record.idempotency_key == key)
    return db.session.scalars(same).one_or_none()


def _same_request(earlier: Record, digest: str) -> Record:
    if earlier.request_digest != digest:
        raise Conflict(KEY_REUSED, code="idempotency_mismatch")
    return earlier


def lock_asset(asset: str) -> None:
    """Until the transaction ends nobody else appends about, erases or holds what belongs to `asset` (a public id)."""
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(asset, 0))))


def _previous(asset: str | None) -> str | None:
    """Commitment of the asset's newest record. Two filings at once would both follow the same one, hence the lock."""
    if asset is None:
        return None
    lock_asset(asset)
    newest = select(Record.commitment).where(Record.asset == asset).order_by(Record.id.desc()).limit(1)
    commitment = db.session.scalar(newest)
    return None if commitment is None else commitment.hex()

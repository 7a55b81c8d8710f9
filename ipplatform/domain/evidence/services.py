"""Writing evidence: a filing becomes a pending entry of the log in the caller's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.manifest import DocumentDigest
from ipplatform.domain.evidence.models import Record, RecordDocument
from ipplatform.foundation import clock, settings
from ipplatform.foundation.db import db, is_sqlite
from ipplatform.foundation.errors import Conflict
from ipplatform.foundation.i18n import _l

KEY_REUSED = _l("This key was used before for another request. Use a new key for a new request.")


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
    request_digest: str | None = None,
    leaf_kind: str = "filing",
) -> Record:
    """The record of a filing, pending inclusion. `filing` and `asset` are public ids.

    The same key and request give the same record; Conflict (idempotency_mismatch) for the same key with another one.
    Without `request_digest` the request is what the manifest says. CanonicalError for floats in `fields`.
    """
    content = {"kind": kind, "asset": asset, "fields": fields, "documents": [item.entry for item in documents]}
    digest = seals.content_digest(canonical.dumps(manifests.plain(request_digest or content)))
    earlier = _earlier(organisation_id, idempotency_key)
    if earlier is not None:
        return _same_request(earlier, digest)
    moment = clock.now().replace(microsecond=0)
    record = Record(
        public_id=filing,
        organisation_id=organisation_id,
        asset=asset,
        kind=kind,
        idempotency_key=idempotency_key,
        request_digest=digest,
        created_at=moment,
    )
    _keep(record, documents)
    manifest = manifests.build(
        origin=settings.current().origin,
        filing=filing,
        kind=kind,
        asset=asset,
        previous=_previous(asset),
        submitted_at=moment,
        submitter=submitter,
        fields=fields,
        documents=documents,
    )
    _commit_to(record, manifest, leaf_kind)
    return _insert(record, digest)


def _keep(record: Record, documents: Sequence[DocumentDigest]) -> None:
    keys = [document.storage_key for document in documents]
    record.documents = [RecordDocument(position=place, storage_key=key) for place, key in enumerate(keys)]
    record.seal = seals.seal(
        organisation_id=record.organisation_id,
        idempotency_key=record.idempotency_key,
        request_digest=record.request_digest,
        storage_keys=keys,
    )


def _commit_to(record: Record, manifest: bytes, leaf_kind: str) -> None:
    salt = secrets.token_bytes(manifests.SALT_SIZE)
    record.manifest, record.salt = manifest, salt
    record.commitment = manifests.commit(salt, manifest)
    record.leaf = leaves.build(
        origin=settings.current().origin,
        commitment=record.commitment,
        kind=leaf_kind,
        time=int(record.created_at.timestamp()),
    )


def _insert(record: Record, digest: str) -> Record:
    """A racing request with the same key may have been faster: then its record is the answer."""
    try:
        with db.session.begin_nested():
            db.session.add(record)
    except IntegrityError:
        earlier = _earlier(record.organisation_id, record.idempotency_key)
        if earlier is None:
            raise
        return _same_request(earlier, digest)
    return record


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

"""What the log's records say of keys and signatures, against the rows: a batch of records at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from ipplatform.domain.evidence.holder import enrolment, services
from ipplatform.domain.evidence.holder.models import HolderSignature, SigningKey
from ipplatform.domain.evidence.holder.stored import Stored, read
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import among, db

Difference = tuple[str, object, object]
Fields = dict[str, Any]


def differences(told: Mapping[int, tuple[str, Fields]]) -> Iterator[tuple[int, Difference]]:
    """`told` is the id of a record to its kind and fields. No row may be gone but with what was erased."""
    signatures = _by(HolderSignature, "log_record_id", _of(told, services.KIND))
    enrolled = _by(SigningKey, "record_id", _of(told, enrolment.ENROLLED))
    revoked = _by(SigningKey, "revocation_id", _of(told, enrolment.REVOKED))
    signed = _signed([fields["filing"] for kind, fields in told.values() if kind == services.KIND])
    for identity, (kind, fields) in told.items():
        if kind == services.KIND:
            found = _signature(signatures.get(identity), fields, signed.get(fields["filing"]))
        elif kind == enrolment.ENROLLED:
            found = _same("signing_key", enrolled.get(identity), fields, _enrolment)
        else:
            found = _same("signing_key", revoked.get(identity), fields, _revocation)
        yield from ((identity, difference) for difference in found)


def _of(told: Mapping[int, tuple[str, Fields]], wanted: str) -> list[int]:
    return [identity for identity, (kind, _fields) in told.items() if kind == wanted]


def _by(model: type[SigningKey] | type[HolderSignature], column: str, identities: list[int]) -> dict[int, Stored]:
    if not identities:
        return {}
    rows = read(model, among(model.__table__.c[column], identities))
    return {row[column]: row for row in rows}


def _signed(filings: list[str]) -> dict[str, tuple[int, bool]]:
    """Filing to its record's id, and whether its content was erased."""
    if not filings:
        return {}
    columns = (Record.public_id, Record.id, Record.manifest.is_(None))
    found = db.session.execute(select(*columns).where(among(Record.public_id, filings)))
    return {public_id: (identity, erased) for public_id, identity, erased in found}


def _signature(row: Stored | None, fields: Fields, signed: tuple[int, bool] | None) -> Iterator[Difference]:
    if row is None and signed is not None and signed[1]:
        return
    if row is not None and (signed is None or row["record_id"] != signed[0]):
        yield "holder_signature.record_id", fields["filing"], row["record_id"]
    yield from _same("holder_signature", row, fields, _signing)


def _same(
    table: str, row: Stored | None, fields: Fields, says: Callable[[Stored, Fields], Iterator[Difference]]
) -> Iterator[Difference]:
    if row is None:
        yield table, f"the row that the log records as {fields.get('signature') or fields.get('key')}", "none"
        return
    for column, expected, found in says(row, fields):
        if expected != found:
            yield f"{table}.{column}", expected, found


def _signing(row: Stored, fields: dict[str, Any]) -> Iterator[Difference]:
    yield "public_id", fields["signature"], row["public_id"]
    yield "roles", " ".join(fields["roles"]), row["roles"]
    signature = row["signature"]
    digest = hashlib.sha256(signature).hexdigest() if isinstance(signature, bytes) else str(signature)
    yield "signature", f"sha256 {fields['signature_sha256']}", f"sha256 {digest}"


def _enrolment(row: Stored, fields: dict[str, Any]) -> Iterator[Difference]:
    for column, member in (("public_id", "key"), ("kind", "kind"), ("name", "name"), ("algorithm", "algorithm")):
        yield column, fields[member], row[column]
    found = hashlib.sha256(row["spki"]).hexdigest() if isinstance(row["spki"], bytes) else str(row["spki"])
    yield "spki", f"sha256 {fields['key_sha256']}", f"sha256 {found}"


def _revocation(row: Stored, fields: dict[str, Any]) -> Iterator[Difference]:
    yield "public_id", fields["key"], row["public_id"]

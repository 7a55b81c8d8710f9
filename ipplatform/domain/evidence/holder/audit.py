"""Checks every stored key and signature again: columns, proof of possession, signature, and what the log says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce

from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.audit.findings import Finding, shown
from ipplatform.domain.evidence.audit.rows import raw_text, text_of
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.holder import (
    as_logged,
    assertions,
    enrolment,
    message,
    passkeys,
    publickeys,
    sealing,
    services,
)
from ipplatform.domain.evidence.holder.models import PASSKEY, HolderSignature, SigningKey
from ipplatform.domain.evidence.holder.stored import CHANGED, Stored, read, unsealed
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import among, db

CHUNK = 200
KINDS = (services.KIND, *enrolment.KINDS)
Difference = tuple[str, object, object]


class _Subject:
    """A record that was signed, or that logs a key or a signature. `manifest` is None when erased or damaged."""

    def __init__(self, row: Any) -> None:
        self.number, self.kind = str(text_of(row.public_id)), str(text_of(row.kind))
        manifest = unsealed(row.manifest)
        self.erased = row.manifest is None
        self.manifest: bytes | None = manifest if isinstance(manifest, bytes) else None

    @property
    def fields(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = None if self.manifest is None else canonical.loads(self.manifest)["fields"]
        return found


def every() -> Iterator[tuple[int, Finding]]:
    """Findings about all keys and signatures, as (id of the record named, finding)."""
    identities = db.session.scalars(
        select(Record.id).where(
            Record.kind.in_(KINDS) | Record.id.in_(select(HolderSignature.record_id))
            | Record.id.in_(select(SigningKey.record_id))
        ).order_by(Record.id)
    ).all()  # fmt: skip
    for place in range(0, len(identities), CHUNK):
        yield from findings(identities[place : place + CHUNK])


def findings(record_ids: Sequence[int]) -> Iterator[tuple[int, Finding]]:
    """Findings about the keys and signatures that belong to some records, as (id of the record named, finding).

    A signature belongs to the record it signs and to the one that logs it, a key to those of its enrolment and end.
    """
    signatures = list(read(HolderSignature, among(HolderSignature.__table__.c.record_id, record_ids)))
    enrolled = list(read(SigningKey, among(SigningKey.__table__.c.record_id, record_ids)))
    logged = _logging(record_ids)
    named = {row["record_id"] for row in (*signatures, *enrolled)} | set(logged)
    subjects = logged | _subjects(named - set(logged))
    keys = _keys(signatures)
    for row in signatures:
        for field, expected, found in _signature(row, subjects[row["record_id"]], keys.get(row["key_id"])):
            yield row["record_id"], _finding(subjects[row["record_id"]], field, expected, found)
    for row in enrolled:
        for field, expected, found in _key(row):
            yield row["record_id"], _finding(subjects[row["record_id"]], field, expected, found)
    told = {identity: (subject.kind, subject.fields) for identity, subject in logged.items() if subject.fields}
    for identity, (field, expected, found) in as_logged.differences(told):
        yield identity, _finding(logged[identity], field, expected, found)


def _finding(subject: _Subject, field: str, expected: object, found: object) -> Finding:
    return Finding(subject.number, field, shown(expected), shown(found))


def _wide() -> Any:
    return select(
        Record.id,
        raw_text(Record.public_id.expression).label("public_id"),
        raw_text(Record.kind.expression).label("kind"),
        type_coerce(Record.manifest, LargeBinary).label("manifest"),
    )


def _subjects(identities: set[int]) -> dict[int, _Subject]:
    if not identities:
        return {}
    return {row.id: _Subject(row) for row in db.session.execute(_wide().where(among(Record.id, identities)))}


def _logging(record_ids: Sequence[int]) -> dict[int, _Subject]:
    found = _wide().where(among(Record.id, record_ids), Record.kind.in_(KINDS))
    return {row.id: _Subject(row) for row in db.session.execute(found)}


def _keys(signatures: list[Stored]) -> dict[int, Stored]:
    if not signatures:
        return {}
    wanted = {row["key_id"] for row in signatures}
    return {row["id"]: row for row in read(SigningKey, SigningKey.__table__.c.id.in_(wanted))}


def _columns(row: Stored, names: tuple[str, ...]) -> Iterator[Difference]:
    for name in names:
        if row[name] is CHANGED:
            yield f"{row.table}.{name}", "bytes that authenticate", CHANGED
    for name in sealing.broken(row.table, names, row.values, row.seal):
        yield f"{row.table}.{name} (or its seal)", *_seal_parts(row, names, name)


def _seal_parts(row: Stored, names: tuple[str, ...], name: str) -> tuple[str, str]:
    """The value or its part of the seal was changed, and nobody can tell which; a seal of another length is named itself."""
    if name not in names:
        return f"{len(names) * seals.PART} bytes", f"{len(row.seal)} bytes"
    part = slice(names.index(name) * seals.PART, (names.index(name) + 1) * seals.PART)
    computed = sealing.seal(row.table, names, row.values)[part].hex()
    value = shown(row[name])
    return f"{computed}, computed from the value as it stands: {value}", f"{row.seal[part].hex()}, stored in the seal"


def _signature(row: Stored, subject: _Subject, key: Stored | None) -> Iterator[Difference]:
    yield from _columns(row, sealing.SIGNATURE)
    if subject.manifest is None:
        return
    if key is None:
        yield "holder_signature.key_id", "a key that is enrolled", row["key_id"]
        return
    try:
        public = publickeys.of_spki(key["spki"])
    except (publickeys.Refused, TypeError):
        yield "signing_key.spki", "the key that signed", key["spki"]
        return
    if CHANGED not in (row["signature"], row["authenticator_data"], row["client_data"]):
        yield from _verified(row, subject.manifest, public, key)


def _verified(row: Stored, manifest: bytes, public: publickeys.PublicKey, key: Stored) -> Iterator[Difference]:
    if row["client_data"] is None:
        if not public.verifies(row["signature"], message.to_sign(manifest)):
            yield "holder_signature.signature", "a signature over the manifest", row["signature"]
        return
    assertion = assertions.Assertion(row["authenticator_data"] or b"", row["client_data"], row["signature"])
    challenge = message.challenge_of(manifest)
    try:
        assertions.require_true(assertion, key=public, challenge=challenge, rp_id=str(key["rp_id"]))
    except assertions.NotTrue as error:
        yield "holder_signature.signature", "a passkey's signature over the manifest", str(error)


def _key(row: Stored) -> Iterator[Difference]:
    yield from _columns(row, sealing.KEY)
    try:
        public = publickeys.of_spki(row["spki"])
    except (publickeys.Refused, TypeError):
        yield "signing_key.spki", "a key that is taken", row["spki"]
        return
    if row["kind"] != PASSKEY:
        if not public.verifies(row["proof"], row["possession"]):
            yield "signing_key.proof", "a signature over signing_key.possession", row["proof"]
        return
    try:
        cose = passkeys.registered_again(row["possession"], row["proof"], rp=str(row["rp_id"]))
        if cose != row["cose"] or passkeys.key_of(cose) != public:
            yield "signing_key.cose", "the key of the attestation object", row["cose"]
    except (passkeys.Failed, publickeys.Refused) as error:
        yield "signing_key.proof", "an attestation object that verifies", str(error)

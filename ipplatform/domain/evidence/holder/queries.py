"""Reading holders' keys and signatures. Sealed bytes stay unread here: a damaged one must not hide a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager, joinedload

from ipplatform.domain.accounts.models import Person
from ipplatform.domain.evidence.holder.models import HolderSignature, SigningChallenge, SigningKey
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db


@dataclass(frozen=True)
class SignatureLine:
    """A signature as people read it. `log_record` is the public id of the log record that dates it."""

    public_id: str
    person: str
    roles: tuple[str, ...]
    key: str
    key_name: str
    kind: str
    algorithm: str
    fingerprint: str
    signed_at: datetime
    revoked_at: datetime | None
    log_record: str


def keys_of(*, organisation_id: int, person_id: int | None = None) -> list[SigningKey]:
    """Keys in an organisation, newest first, with their persons and records; those of one person when named."""
    statement = select(SigningKey).where(SigningKey.organisation_id == organisation_id)
    if person_id is not None:
        statement = statement.where(SigningKey.person_id == person_id)
    statement = statement.options(joinedload(SigningKey.person), joinedload(SigningKey.record))
    return list(db.session.scalars(statement.order_by(SigningKey.id.desc())))


def usable_keys(*, organisation_id: int, person_id: int) -> list[SigningKey]:
    return [key for key in keys_of(organisation_id=organisation_id, person_id=person_id) if key.revoked_at is None]


def key(public_id: str) -> SigningKey | None:
    return db.session.scalars(select(SigningKey).where(SigningKey.public_id == public_id)).one_or_none()


def key_by_credential(credential_id: bytes) -> SigningKey | None:
    return db.session.scalars(select(SigningKey).where(SigningKey.credential_id == credential_id)).one_or_none()


def key_by_digest(sha256: bytes) -> SigningKey | None:
    return db.session.scalars(select(SigningKey).where(SigningKey.spki_sha256 == sha256)).one_or_none()


def own_challenge(public_id: str, *, person_id: int, organisation_id: int) -> SigningChallenge | None:
    """The person's own challenge in that organisation, in whatever state."""
    return db.session.scalars(
        select(SigningChallenge).where(
            SigningChallenge.public_id == public_id,
            SigningChallenge.person_id == person_id,
            SigningChallenge.organisation_id == organisation_id,
        )
    ).one_or_none()


def signatures(record_id: int) -> list[SignatureLine]:
    """Who signed a record, in the order they signed; one statement."""
    return _lines(HolderSignature.record_id == record_id)


def signatures_over(filing: str) -> list[SignatureLine]:
    """As `signatures`, by the public id of the filing."""
    identity = select(Record.id).where(Record.public_id == filing).scalar_subquery()
    return _lines(HolderSignature.record_id == identity)


def _lines(condition: ColumnElement[bool]) -> list[SignatureLine]:
    log_record = Record.public_id.label("log_record")
    rows = db.session.execute(
        select(HolderSignature.public_id, HolderSignature.roles, HolderSignature.signed_at, SigningKey, log_record)
        .join(SigningKey, SigningKey.id == HolderSignature.key_id)
        .join(Person, Person.id == SigningKey.person_id)
        .join(Record, Record.id == HolderSignature.log_record_id)
        .options(contains_eager(SigningKey.person))
        .where(condition)
        .order_by(HolderSignature.id)
    )
    return [
        SignatureLine(
            public_id=public_id,
            person=found.person.name,
            roles=tuple(roles.split()),
            key=found.public_id,
            key_name=found.name,
            kind=found.kind,
            algorithm=found.algorithm,
            fingerprint=found.spki_sha256.hex(),
            signed_at=signed_at,
            revoked_at=found.revoked_at,
            log_record=number,
        )
        for public_id, roles, signed_at, found, number in rows
    ]


def signature_count(record_id: int) -> int:
    """How many signed a record: all that the public learns."""
    counted = select(func.count()).select_from(HolderSignature).where(HolderSignature.record_id == record_id)
    return db.session.scalar(counted) or 0


def signature_by(*, record_id: int, key_id: int) -> HolderSignature | None:
    found = select(HolderSignature).where(HolderSignature.record_id == record_id, HolderSignature.key_id == key_id)
    return db.session.scalars(found).one_or_none()


def signatures_with_bytes(record_id: int) -> Sequence[tuple[HolderSignature, Record]]:
    """Signatures with key, person and enrolment, and the log record of each, oldest first; one statement."""
    rows = db.session.execute(
        select(HolderSignature, Record)
        .join(Record, Record.id == HolderSignature.log_record_id)
        .options(
            joinedload(HolderSignature.key).joinedload(SigningKey.person),
            joinedload(HolderSignature.key).joinedload(SigningKey.record),
        )
        .where(HolderSignature.record_id == record_id)
        .order_by(HolderSignature.id)
    )
    return [(signature, record) for signature, record in rows]

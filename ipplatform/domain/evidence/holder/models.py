"""Tables of holders' keys and signatures. Rows are written once; only revoking changes a key, using a challenge."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ipplatform.domain.accounts.models import Person
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import Base, EncryptedBytes, PublicId, UtcDateTime
from ipplatform.foundation.ids import new_public_id

PASSKEY, UPLOADED = "passkey", "uploaded"


class SigningKey(Base):
    """A person's key in an organisation, and what showed that they hold it.

    `possession` is what was signed to show it (a text, or a passkey's clientDataJSON) and `proof` the signature, or the
    passkey's attestation object. `record_id` is the log record of the enrolment, `revocation_id` that of the revocation.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("kind IN ('passkey','uploaded')", name="kind"),
        CheckConstraint("(kind = 'passkey') = (credential_id IS NOT NULL)", name="passkey_has_credential"),
        CheckConstraint("(revoked_at IS NULL) = (revocation_id IS NULL)", name="revocation_has_record"),
        Index(None, "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(100))
    algorithm: Mapped[str] = mapped_column(String(20))
    spki: Mapped[bytes] = mapped_column(LargeBinary(200))
    spki_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    credential_id: Mapped[bytes | None] = mapped_column(LargeBinary(1023), unique=True)
    cose: Mapped[bytes | None] = mapped_column(LargeBinary(1000))
    rp_id: Mapped[str | None] = mapped_column(String(253))
    sign_count: Mapped[int | None] = mapped_column(BigInteger)
    possession: Mapped[bytes] = mapped_column(LargeBinary)
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"), unique=True)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revocation_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_record.id"), unique=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seal: Mapped[bytes] = mapped_column(LargeBinary(160))

    person: Mapped[Person] = relationship()
    record: Mapped[Record] = relationship(foreign_keys=[record_id])


class SigningChallenge(Base):
    """What somebody enrolling a key has to sign, until it expires or is used. `spki` is null for a passkey."""

    __tablename__ = "signing_challenge"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    challenge: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    spki: Mapped[bytes | None] = mapped_column(LargeBinary(200))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HolderSignature(Base):
    """A signature over a record's manifest. Bytes are sealed: with them a confidential filing could be guessed.

    `roles` are those the signer had in the organisation; `log_record_id` is the log record of the signature, whose
    manifest holds its digest.
    """

    __tablename__ = "holder_signature"
    __table_args__ = (
        UniqueConstraint("record_id", "key_id"),
        CheckConstraint("(authenticator_data IS NULL) = (client_data IS NULL)", name="assertion_is_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"))
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_key.id"), index=True)
    roles: Mapped[str] = mapped_column(String(80))
    signature: Mapped[bytes] = mapped_column(EncryptedBytes)
    authenticator_data: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    client_data: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    log_record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"), unique=True)
    seal: Mapped[bytes] = mapped_column(LargeBinary(160))

    key: Mapped[SigningKey] = relationship()

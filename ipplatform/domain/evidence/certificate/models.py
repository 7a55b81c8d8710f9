"""Certificates as they were issued; a row is written once, and destroyed when the filing is erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation.db import Base, EncryptedBytes, UtcDateTime


class Certificate(Base):
    """The PDF of a record in one language over one state of its evidence.

    `basis` is the SHA-256 in hexadecimal of the evidence it shows (facts.Evidence.basis; `basis_when_stamped` where a
    first one had no time stamp), `checkpoint_size` the size of
    the head in it. `signer_sha256` names the X.509 certificate that signed it; `stamped_by` is the authority whose time
    stamp the signature carries, None where none was configured or answered. `seal` authenticates the row, see checks.py.
    """

    __tablename__ = "evidence_certificate"
    __table_args__ = (
        UniqueConstraint("record_id", "language", "basis"),
        CheckConstraint("language IN ('en', 'zh')", name="language"),
        CheckConstraint("checkpoint_size > 0", name="checkpoint_size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("evidence_record.id"))
    language: Mapped[str] = mapped_column(String(2))
    basis: Mapped[str] = mapped_column(String(64))
    checkpoint_size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
    signer_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    stamped_by: Mapped[str | None] = mapped_column(String(40))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seal: Mapped[bytes] = mapped_column(LargeBinary)

"""Tables of independent time. A token is written once and never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation.db import Base, UtcDateTime

RENEWED = text("renewal > 0")


class StampedCheckpoint(Base):
    """The exact bytes that were stamped: the log's own copy may gain signatures of witnesses later."""

    __tablename__ = "time_checkpoint"

    size: Mapped[int] = mapped_column(ForeignKey("log_checkpoint.size"), primary_key=True, autoincrement=False)
    note: Mapped[bytes] = mapped_column(LargeBinary)


class TimeFile(Base):
    """Certificates or revocation lists in PEM, under their SHA-256 in hexadecimal: many tokens share them."""

    __tablename__ = "time_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class TimeAnchor(Base):
    """A token (a whole TimeStampResp) over a checkpoint; `renewal` 0 is over it alone, n over it and all before n.

    `chain` is the signer's certificate first, the root last. `nonce` and `serial` are in hexadecimal. `earliest_at` and
    `latest_at` are the token's time less and plus its accuracy. `seal` authenticates the row, see audit.py.
    """

    __tablename__ = "time_anchor"
    __table_args__ = (
        UniqueConstraint("checkpoint_size", "renewal", "authority"),
        CheckConstraint("renewal >= 0", name="renewal"),
        Index(None, "authority", "renewal", "checkpoint_size"),
        Index(
            "uq_time_anchor_one_renewal",
            "checkpoint_size",
            "renewal",
            unique=True,
            sqlite_where=RENEWED,
            postgresql_where=RENEWED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    checkpoint_size: Mapped[int] = mapped_column(BigInteger, ForeignKey("time_checkpoint.size"))
    renewal: Mapped[int] = mapped_column(SmallInteger)
    authority: Mapped[str] = mapped_column(String(40))
    response: Mapped[bytes] = mapped_column(LargeBinary)
    chain: Mapped[str] = mapped_column(ForeignKey("time_file.sha256"))
    crls: Mapped[str | None] = mapped_column(ForeignKey("time_file.sha256"))
    nonce: Mapped[str] = mapped_column(String(32))
    serial: Mapped[str] = mapped_column(String(64))
    gen_time: Mapped[datetime] = mapped_column(UtcDateTime)
    earliest_at: Mapped[datetime] = mapped_column(UtcDateTime)
    latest_at: Mapped[datetime] = mapped_column(UtcDateTime)
    certificates_end_at: Mapped[datetime] = mapped_column(UtcDateTime)
    algorithms: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuthorityState(Base):
    """How an authority answered last."""

    __tablename__ = "time_authority"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(300))

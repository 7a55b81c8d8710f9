"""Tables of witnessing: cosignatures on our checkpoints, what each witness knows, and the logs we witness ourselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ipplatform.foundation.db import Base, PublicId, UtcDateTime


class Cosignature(Base):
    """A signature line of a witness on our checkpoint of `size`. `witness` is its name in the policy file."""

    __tablename__ = "log_cosignature"
    __table_args__ = (UniqueConstraint("size", "witness"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, ForeignKey("log_checkpoint.size"))
    witness: Mapped[str] = mapped_column(String(200))
    line: Mapped[bytes] = mapped_column(LargeBinary)
    cosigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DemandedPolicy(Base):
    """A tlog-policy that was in force when a quorum was met, kept once."""

    __tablename__ = "log_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str] = mapped_column(Text)


class Quorum(Base):
    """That the cosignatures on the checkpoint of `size` met the quorum of a policy, and of which witnesses they were.

    `witnesses` are names in the order their cosignatures came, a space between. Bundles carry those and no later ones,
    and that policy, so that neither late cosignatures nor a change of witnesses changes a bundle.
    """

    __tablename__ = "log_quorum"

    size: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("log_checkpoint.size"), primary_key=True, autoincrement=False
    )
    policy_id: Mapped[int] = mapped_column(ForeignKey("log_policy.id"))
    witnesses: Mapped[str] = mapped_column(Text)
    met_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Endpoint(Base):
    """What we know of a witness, by its submission prefix. `known_size` is the size it holds of our log.

    `contradicted` says that it holds another history of our log than ours.
    """

    __tablename__ = "log_witness"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(300), unique=True)
    known_size: Mapped[int] = mapped_column(BigInteger, default=0)
    cosigned_size: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    contradicted: Mapped[bool] = mapped_column(default=False)


class WitnessedLog(Base):
    """The newest checkpoint that we cosigned of another log; `checkpoint` is its signed note."""

    __tablename__ = "witness_log"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(255), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    checkpoint: Mapped[bytes] = mapped_column(LargeBinary)
    cosigned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EquivocationProof(Base):
    """A log signed two histories: the portable proof as bytes of `formats/equivocation.py`."""

    __tablename__ = "witness_equivocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True)
    origin: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)

"""Create cosignatures, quorums and what is known of witnesses; the logs witnessed here, and proofs of equivocation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_cosignatures()
    _create_witness()


def downgrade() -> None:
    for table in ("witness_equivocation", "witness_log", "log_witness", "log_quorum", "log_policy", "log_cosignature"):
        op.drop_table(table)


def _create_cosignatures() -> None:
    op.create_table(
        "log_cosignature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("cosigned_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoint.size"], name=op.f("fk_log_cosignature_size_log_checkpoint")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_cosignature")),
        sa.UniqueConstraint("size", "witness", name=op.f("uq_log_cosignature_size_witness")),
    )
    op.create_table(
        "log_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_policy")),
        sa.UniqueConstraint("digest", name=op.f("uq_log_policy_digest")),
    )
    op.create_table(
        "log_quorum",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("witnesses", sa.Text(), nullable=False),
        sa.Column("met_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["log_policy.id"], name=op.f("fk_log_quorum_policy_id_log_policy")),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoint.size"], name=op.f("fk_log_quorum_size_log_checkpoint")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_quorum")),
    )


def _create_witness() -> None:
    op.create_table(
        "log_witness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("known_size", sa.BigInteger(), nullable=False),
        sa.Column("cosigned_size", sa.BigInteger()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("tried_at", MOMENT),
        sa.Column("succeeded_at", MOMENT),
        sa.Column("error", sa.Text()),
        sa.Column("contradicted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_witness")),
        sa.UniqueConstraint("url", name=op.f("uq_log_witness_url")),
    )
    op.create_table(
        "witness_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("checkpoint", sa.LargeBinary(), nullable=False),
        sa.Column("cosigned_at", MOMENT, nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_witness_log_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witness_log")),
        sa.UniqueConstraint("origin", name=op.f("uq_witness_log_origin")),
    )
    op.create_table(
        "witness_equivocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witness_equivocation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_witness_equivocation_public_id")),
        sa.UniqueConstraint("digest", name=op.f("uq_witness_equivocation_digest")),
    )

"""Create independent time: stamped checkpoints, tokens with their certificates, and how the authorities answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_authority",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_time_authority")),
    )
    op.create_table(
        "time_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_time_file")),
    )
    op.create_table(
        "time_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoint.size"], name=op.f("fk_time_checkpoint_size_log_checkpoint")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_time_checkpoint")),
    )
    op.create_table(
        "time_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=False),
        sa.Column("renewal", sa.SmallInteger(), nullable=False),
        sa.Column("authority", sa.String(length=40), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("crls", sa.String(length=64), nullable=True),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("gen_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earliest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("certificates_end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("algorithms", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("renewal >= 0", name=op.f("ck_time_anchor_renewal")),
        sa.ForeignKeyConstraint(["chain"], ["time_file.sha256"], name=op.f("fk_time_anchor_chain_time_file")),
        sa.ForeignKeyConstraint(
            ["checkpoint_size"], ["time_checkpoint.size"], name=op.f("fk_time_anchor_checkpoint_size_time_checkpoint")
        ),
        sa.ForeignKeyConstraint(["crls"], ["time_file.sha256"], name=op.f("fk_time_anchor_crls_time_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_anchor")),
        sa.UniqueConstraint(
            "checkpoint_size",
            "renewal",
            "authority",
            name=op.f("uq_time_anchor_checkpoint_size_renewal_authority"),
        ),
    )
    op.create_index(
        op.f("ix_time_anchor_authority_renewal_checkpoint_size"),
        "time_anchor",
        ["authority", "renewal", "checkpoint_size"],
        unique=False,
    )
    op.create_index(
        "uq_time_anchor_one_renewal",
        "time_anchor",
        ["checkpoint_size", "renewal"],
        unique=True,
        sqlite_where=sa.text("renewal > 0"),
        postgresql_where=sa.text("renewal > 0"),
    )


def downgrade() -> None:
    op.drop_table("time_anchor")
    op.drop_table("time_checkpoint")
    op.drop_table("time_file")
    op.drop_table("time_authority")

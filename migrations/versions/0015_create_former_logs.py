"""Create what is kept of logs that ended: their final head, and where each record stood in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_log",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("place", sa.String(400), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("checkpoint", sa.LargeBinary(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("archive_sha256", sa.String(64), nullable=False),
        sa.Column("anchor", sa.String(16), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_former_log_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_log")),
        sa.UniqueConstraint("origin", name=op.f("uq_former_log_origin")),
    )
    op.create_table(
        "former_entry",
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(300), nullable=False),
        sa.ForeignKeyConstraint(["log_id"], ["former_log.id"], name=op.f("fk_former_entry_log_id_former_log")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_former_entry_record_id_evidence_record")
        ),
        sa.PrimaryKeyConstraint("log_id", "record_id", name=op.f("pk_former_entry")),
        sa.UniqueConstraint("log_id", "leaf_index", name=op.f("uq_former_entry_log_id_leaf_index")),
    )


def downgrade() -> None:
    op.drop_table("former_entry")
    op.drop_table("former_log")

"""Create the certificates that were issued."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signer_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("stamped_by", sa.String(40), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("language IN ('en', 'zh')", name=op.f("ck_evidence_certificate_language")),
        sa.CheckConstraint("checkpoint_size > 0", name=op.f("ck_evidence_certificate_checkpoint_size")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_evidence_certificate_record_id_evidence_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_certificate")),
        sa.UniqueConstraint(
            "record_id", "language", "basis", name=op.f("uq_evidence_certificate_record_id_language_basis")
        ),
    )


def downgrade() -> None:
    op.drop_table("evidence_certificate")

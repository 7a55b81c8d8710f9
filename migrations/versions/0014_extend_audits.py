"""Extend audits: a row of marks for every record, what runs keep between steps, their signed report, the byte that differs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BROKEN = sa.text("NOT whole")
MARKS = (
    "digest", "commitment", "inclusion", "signature_ed25519", "signature_mldsa44", "witness", "time", "columns",
)  # fmt: skip


def upgrade() -> None:
    for name in MARKS:
        op.add_column("evidence_audited", sa.Column(name, sa.Boolean()))
    op.create_index(
        "ix_evidence_audited_broken", "evidence_audited", ["record_id"], sqlite_where=BROKEN, postgresql_where=BROKEN
    )
    op.add_column("evidence_finding", sa.Column("position", sa.BigInteger()))
    op.add_column(
        "evidence_audit", sa.Column("first_record", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("evidence_audit", sa.Column("standing", sa.JSON().with_variant(JSONB(), "postgresql")))
    op.add_column("evidence_audit", sa.Column("report", sa.LargeBinary()))
    op.add_column("evidence_audit", sa.Column("changed_at", sa.DateTime(timezone=True)))
    op.create_index("ix_evidence_record_kind_id", "evidence_record", ["kind", "id"])
    op.create_index("ix_evidence_record_created_at", "evidence_record", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_evidence_record_created_at", "evidence_record")
    op.drop_index("ix_evidence_record_kind_id", "evidence_record")
    for name in ("changed_at", "report", "standing", "first_record"):
        op.drop_column("evidence_audit", name)
    op.drop_column("evidence_finding", "position")
    op.drop_index("ix_evidence_audited_broken", "evidence_audited")
    for name in MARKS:
        op.drop_column("evidence_audited", name)

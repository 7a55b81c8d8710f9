"""Record who read what: reads have a door; findings keep the bytes around the one that differs, runs when they began to move."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

READS = sa.text("door IS NOT NULL")
BEFORE = ("audit.list", "audit.read", "audit.bundle", "audit.report", "audit.download", "erasure.read", "hold.read")


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("door", sa.String(8)))
    entry = sa.table("audit_entry", sa.column("action", sa.String), sa.column("door", sa.String))
    op.execute(entry.update().where(entry.c.action.in_(BEFORE)).values(door="unknown"))
    for name, columns in (
        ("ix_audit_entry_reads", ["id"]),
        ("ix_audit_entry_reads_of_person", ["person_id", "id"]),
        ("ix_audit_entry_reads_at", ["at", "id"]),
    ):
        op.create_index(name, "audit_entry", columns, sqlite_where=READS, postgresql_where=READS)
    op.add_column("evidence_finding", sa.Column("around", sa.LargeBinary()))
    op.add_column("evidence_audit", sa.Column("moving_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("evidence_audit", "moving_at")
    op.drop_column("evidence_finding", "around")
    for name in ("ix_audit_entry_reads_at", "ix_audit_entry_reads_of_person", "ix_audit_entry_reads"):
        op.drop_index(name, "audit_entry")
    op.drop_column("audit_entry", "door")

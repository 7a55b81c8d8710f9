"""Create the memory of alarms, so that each is mailed once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("about", sa.String(60), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_alarm")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_evidence_alarm_kind_about")),
    )


def downgrade() -> None:
    op.drop_table("evidence_alarm")

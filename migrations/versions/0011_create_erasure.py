"""Create erasure: requests with their two approvals, legal holds, and what is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("subject_kind", sa.String(length=6), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("placed_by_id", sa.Integer(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lift_reason", sa.LargeBinary(), nullable=True),
        sa.Column("lift_asked_by_id", sa.Integer(), nullable=True),
        sa.Column("lift_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("subject_kind IN ('filing', 'asset')", name=op.f("ck_legal_hold_subject_kind")),
        sa.CheckConstraint(
            "(lift_asked_at IS NULL) = (lift_asked_by_id IS NULL)", name=op.f("ck_legal_hold_lift_asked")
        ),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name=op.f("ck_legal_hold_lifted")),
        sa.CheckConstraint("lifted_at IS NULL OR lift_asked_at IS NOT NULL", name=op.f("ck_legal_hold_asked_first")),
        sa.CheckConstraint(
            "lifted_by_id IS NULL OR lifted_by_id <> lift_asked_by_id", name=op.f("ck_legal_hold_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["lift_asked_by_id"], ["person.id"], name=op.f("fk_legal_hold_lift_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_legal_hold_lifted_by_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_legal_hold_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["placed_by_id"], ["person.id"], name=op.f("fk_legal_hold_placed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sa.UniqueConstraint("public_id", name=op.f("uq_legal_hold_public_id")),
    )
    op.create_index(op.f("ix_legal_hold_subject"), "legal_hold", ["subject"], unique=False)
    op.create_table(
        "erasure_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=6), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_because", sa.String(length=20), nullable=True),
        sa.Column("refusal", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erase_record_id", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'completed') = (completed_at IS NOT NULL)", name=op.f("ck_erasure_request_completed")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (refused_because IS NOT NULL)", name=op.f("ck_erasure_request_refused_because")
        ),
        sa.CheckConstraint(
            "(state IN ('executed', 'completed')) = (erase_record_id IS NOT NULL)",
            name=op.f("ck_erasure_request_executed"),
        ),
        sa.CheckConstraint(
            "ground IN ('purpose_ended', 'service_ended', 'consent_withdrawn', 'objection', 'unlawful', 'legal_obligation')",
            name=op.f("ck_erasure_request_ground"),
        ),
        sa.CheckConstraint("origin IN ('holder', 'office')", name=op.f("ck_erasure_request_origin")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'executed', 'completed', 'refused', 'withdrawn')",
            name=op.f("ck_erasure_request_state"),
        ),
        sa.ForeignKeyConstraint(
            ["erase_record_id"], ["evidence_record.id"], name=op.f("fk_erasure_request_erase_record_id_evidence_record")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_erasure_request_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_erasure_request_record_id_evidence_record")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name=op.f("fk_erasure_request_requested_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
        sa.UniqueConstraint("erase_record_id", name=op.f("uq_erasure_request_erase_record_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_erasure_request_public_id")),
    )
    op.create_index(op.f("ix_erasure_request_organisation_id"), "erasure_request", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_erasure_request_record_id"), "erasure_request", ["record_id"], unique=False)
    op.create_index(op.f("ix_erasure_request_state_id"), "erasure_request", ["state", "id"], unique=False)
    op.create_index(
        "uq_erasure_request_one_open",
        "erasure_request",
        ["record_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'approved')"),
        postgresql_where=sa.text("state IN ('requested', 'approved')"),
    )
    op.create_table(
        "evidence_erased",
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("erase_record_id", sa.Integer(), nullable=False),
        sa.Column("request", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["erase_record_id"], ["evidence_record.id"], name=op.f("fk_evidence_erased_erase_record_id_evidence_record")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_evidence_erased_record_id_evidence_record")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_evidence_erased")),
    )
    op.create_index(op.f("ix_evidence_erased_erase_record_id"), "evidence_erased", ["erase_record_id"], unique=False)
    op.create_table(
        "evidence_erased_file",
        sa.Column("storage_key", sa.String(length=32), nullable=False),
        sa.Column("erase_record_id", sa.Integer(), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["erase_record_id"],
            ["evidence_record.id"],
            name=op.f("fk_evidence_erased_file_erase_record_id_evidence_record"),
        ),
        sa.PrimaryKeyConstraint("storage_key", name=op.f("pk_evidence_erased_file")),
    )
    op.create_index(
        op.f("ix_evidence_erased_file_erase_record_id"), "evidence_erased_file", ["erase_record_id"], unique=False
    )
    op.create_table(
        "erasure_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number IN (1, 2)", name=op.f("ck_erasure_approval_number")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_approval_person_id_person")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["erasure_request.id"], name=op.f("fk_erasure_approval_request_id_erasure_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_approval")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_erasure_approval_request_id_number")),
        sa.UniqueConstraint("request_id", "person_id", name=op.f("uq_erasure_approval_request_id_person_id")),
    )


def downgrade() -> None:
    op.drop_table("erasure_approval")
    op.drop_index(op.f("ix_evidence_erased_file_erase_record_id"), table_name="evidence_erased_file")
    op.drop_table("evidence_erased_file")
    op.drop_index(op.f("ix_evidence_erased_erase_record_id"), table_name="evidence_erased")
    op.drop_table("evidence_erased")
    op.drop_index(
        "uq_erasure_request_one_open",
        table_name="erasure_request",
        sqlite_where=sa.text("state IN ('requested', 'approved')"),
        postgresql_where=sa.text("state IN ('requested', 'approved')"),
    )
    op.drop_index(op.f("ix_erasure_request_state_id"), table_name="erasure_request")
    op.drop_index(op.f("ix_erasure_request_record_id"), table_name="erasure_request")
    op.drop_index(op.f("ix_erasure_request_organisation_id"), table_name="erasure_request")
    op.drop_table("erasure_request")
    op.drop_index(op.f("ix_legal_hold_subject"), table_name="legal_hold")
    op.drop_table("legal_hold")

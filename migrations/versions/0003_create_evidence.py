"""Create the log: records, leaves, tiles, its state and checkpoints, and what audits found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PENDING = sa.text("leaf_index IS NULL")


def upgrade() -> None:
    _create_evidence_record()
    _create_evidence_document()
    _create_log()
    _create_evidence_audit()


def downgrade() -> None:
    op.drop_table("evidence_audited")
    op.drop_table("evidence_finding")
    op.drop_table("evidence_audit")
    op.drop_table("log_checkpoint")
    op.drop_table("log_state")
    op.drop_table("log_tile")
    op.drop_table("log_leaf")
    op.drop_table("evidence_document")
    op.drop_table("evidence_record")


def _create_evidence_record() -> None:
    op.create_table(
        "evidence_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("asset", sa.String(16)),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("idempotency_key", sa.String(200), nullable=False),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.LargeBinary()),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("commitment", sa.LargeBinary(32), nullable=False),
        sa.Column("leaf", sa.LargeBinary(300), nullable=False),
        sa.Column("leaf_index", sa.BigInteger()),
        sa.Column("seal", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("leaf_index >= 0", name=op.f("ck_evidence_record_leaf_index")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_evidence_record_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_record")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_record_public_id")),
        sa.UniqueConstraint("commitment", name=op.f("uq_evidence_record_commitment")),
        sa.UniqueConstraint("leaf_index", name=op.f("uq_evidence_record_leaf_index")),
        sa.UniqueConstraint(
            "organisation_id", "idempotency_key", name=op.f("uq_evidence_record_organisation_id_idempotency_key")
        ),
    )
    op.create_index(op.f("ix_evidence_record_asset_id"), "evidence_record", ["asset", "id"])
    op.create_index(
        op.f("ix_evidence_record_pending"),
        "evidence_record",
        ["id"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )


def _create_evidence_document() -> None:
    op.create_table(
        "evidence_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("storage_key", sa.String(32)),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_evidence_document_record_id_evidence_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_document")),
        sa.UniqueConstraint("record_id", "position", name=op.f("uq_evidence_document_record_id_position")),
    )


def _create_log() -> None:
    op.create_table(
        "log_leaf",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(300), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_log_leaf")),
    )
    op.create_table(
        "log_tile",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(8192), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_tile")),
    )
    op.create_table(
        "log_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("published_size", sa.BigInteger(), nullable=False),
        sa.Column("halted_at", MOMENT),
        sa.Column("halted_reason", sa.Text()),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_state_single")),
        sa.CheckConstraint("published_size <= size", name=op.f("ck_log_state_published")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_state")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )


def _create_evidence_audit() -> None:
    op.create_table(
        "evidence_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(16)),
        sa.Column("person_id", sa.Integer()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("phase", sa.String(10), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("covered_size", sa.BigInteger(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evidence_audit_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_audit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_audit_public_id")),
    )
    op.create_table(
        "evidence_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(120), nullable=False),
        sa.Column("field", sa.String(120), nullable=False),
        sa.Column("expected", sa.LargeBinary(), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=False),
        sa.Column("last_whole_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["evidence_audit.id"], name=op.f("fk_evidence_finding_audit_id_evidence_audit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_finding")),
    )
    op.create_index(op.f("ix_evidence_finding_audit_id_id"), "evidence_finding", ["audit_id", "id"])
    op.create_index(op.f("ix_evidence_finding_record_id"), "evidence_finding", ["record", "id"])
    op.create_table(
        "evidence_audited",
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("last_whole_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_evidence_audited_record_id_evidence_record")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_evidence_audited")),
    )

"""Create filings: drafts, submissions, decisions and their documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DRAFT = sa.text("status = 'draft'")
KINDS = (
    "kind IN ('registration', 'amendment', 'correction', 'assignment', 'licence', 'licence_end', 'pledge', "
    "'pledge_release', 'open_licence', 'open_licence_withdrawal', 'renewal', 'surrender', 'evidence', 'opposition', "
    "'royalty_statement', 'office_decision', 'withdrawal')"
)
STATUSES = (
    "status IN ('draft', 'submitted', 'under_examination', 'deficient', 'answered', 'registered', 'refused', "
    "'withdrawn')"
)


def upgrade() -> None:
    _create_filing()
    op.create_table(
        "filing_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_filing_document_filing_id_filing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_filing_document_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_document")),
        sa.UniqueConstraint("filing_id", "document_id", name=op.f("uq_filing_document_filing_id_document_id")),
    )
    op.create_index(op.f("ix_filing_document_document_id"), "filing_document", ["document_id"])


def downgrade() -> None:
    op.drop_table("filing_document")
    op.drop_table("filing")


def _create_filing() -> None:
    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("asset_kind", sa.String(16), nullable=False),
        sa.Column("asset", sa.String(16), nullable=False),
        sa.Column("asset_id", sa.Integer()),
        sa.Column("about_id", sa.Integer()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revisions", JSON, nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("record_id", sa.Integer()),
        sa.Column("latest_record_id", sa.Integer()),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("request_digest", sa.String(64)),
        sa.Column("registrar_id", sa.Integer()),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT),
        sa.CheckConstraint(KINDS, name=op.f("ck_filing_kind")),
        sa.CheckConstraint(STATUSES, name=op.f("ck_filing_status")),
        sa.CheckConstraint("(status = 'draft') = (record_id IS NULL)", name=op.f("ck_filing_submitted_has_record")),
        sa.CheckConstraint(
            "status <> 'registered' OR asset_id IS NOT NULL", name=op.f("ck_filing_registered_has_asset")
        ),
        sa.CheckConstraint(
            "status <> 'under_examination' OR registrar_id IS NOT NULL", name=op.f("ck_filing_examined_by_somebody")
        ),
        *_foreign_keys(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("public_id", name=op.f("uq_filing_public_id")),
        sa.UniqueConstraint("record_id", name=op.f("uq_filing_record_id")),
        sa.UniqueConstraint(
            "organisation_id", "idempotency_key", name=op.f("uq_filing_organisation_id_idempotency_key")
        ),
    )
    for column in ("asset", "asset_id", "about_id", "registrar_id"):
        op.create_index(op.f(f"ix_filing_{column}"), "filing", [column])
    op.create_index(op.f("ix_filing_organisation_newest"), "filing", ["organisation_id", "id"])
    op.create_index(op.f("ix_filing_queue"), "filing", ["kind", "status", "id"])
    op.create_index(
        op.f("uq_filing_one_open_answer"),
        "filing",
        ["about_id"],
        unique=True,
        sqlite_where=DRAFT,
        postgresql_where=DRAFT,
    )


def _foreign_keys() -> list[sa.ForeignKeyConstraint]:
    targets = {
        "organisation_id": "organisation",
        "asset_id": "asset",
        "about_id": "filing",
        "record_id": "evidence_record",
        "latest_record_id": "evidence_record",
        "registrar_id": "person",
        "created_by_id": "person",
    }
    return [
        sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_filing_{column}_{table}"))
        for column, table in targets.items()
    ]

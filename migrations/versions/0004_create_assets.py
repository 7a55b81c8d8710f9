"""Create the register: assets, parties, classes, documents, imports and titles of classes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PLAIN_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_classification_title()
    _create_asset()
    _create_document()
    _create_asset_classification()
    _create_asset_document()
    _create_asset_import()
    _create_asset_party()
    _create_asset_import_entry()


def downgrade() -> None:
    op.drop_table("asset_import_entry")
    op.drop_table("asset_party")
    op.drop_table("asset_import")
    op.drop_table("asset_document")
    op.drop_table("asset_classification")
    op.drop_table("document")
    op.drop_table("asset")
    op.drop_table("classification_title")


def _create_classification_title() -> None:
    op.create_table(
        "classification_title",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classification_title")),
        sa.UniqueConstraint("scheme", "code", "language", name=op.f("uq_classification_title_scheme_code_language")),
    )


def _create_asset() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("office", sa.String(length=2), nullable=False),
        sa.Column("application_number", sa.String(length=40), nullable=True),
        sa.Column("publication_number", sa.String(length=40), nullable=True),
        sa.Column("registration_number", sa.String(length=40), nullable=True),
        sa.Column("filing_date", sa.Date(), nullable=True),
        sa.Column("publication_date", sa.Date(), nullable=True),
        sa.Column("grant_date", sa.Date(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title_translation", sa.Text(), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("status_note", sa.String(length=40), nullable=True),
        sa.Column("content", PLAIN_JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('patent', 'utility_model', 'design', 'trademark', 'software', 'work', 'ic_layout', 'trade_secret', 'dataset')",
            name=op.f("ck_asset_kind"),
        ),
        sa.CheckConstraint("language IN ('en', 'zh')", name=op.f("ck_asset_language")),
        sa.CheckConstraint(
            "origin = 'native' OR publication_number IS NOT NULL", name=op.f("ck_asset_external_number")
        ),
        sa.CheckConstraint("origin IN ('native', 'external')", name=op.f("ck_asset_origin")),
        sa.CheckConstraint(
            "status IN ('pending', 'in_force', 'lapsed', 'expired', 'surrendered', 'invalidated', 'refused')",
            name=op.f("ck_asset_status"),
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_asset_title_given")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_asset_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("office", "publication_number", name=op.f("uq_asset_office_publication_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_asset_public_id")),
    )
    op.create_index(op.f("ix_asset_application_number"), "asset", ["application_number"], unique=False)
    op.create_index(op.f("ix_asset_expiry_date"), "asset", ["expiry_date"], unique=False)
    op.create_index("ix_asset_organisation_newest", "asset", ["organisation_id", "id"], unique=False)
    op.create_index(op.f("ix_asset_registration_number"), "asset", ["registration_number"], unique=False)
    op.create_index("ix_asset_status_kind", "asset", ["status", "kind"], unique=False)


def _create_document() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sha512", sa.String(length=128), nullable=False),
        sa.Column("storage_key", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pages IS NULL OR pages > 0", name=op.f("ck_document_pages")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_document_size")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_document_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("public_id", name=op.f("uq_document_public_id")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_document_storage_key")),
    )
    op.create_index("ix_document_organisation_sha256", "document", ["organisation_id", "sha256"], unique=False)


def _create_asset_classification() -> None:
    op.create_table(
        "asset_classification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "scheme IN ('ipc', 'cpc', 'locarno', 'nice', 'vienna', 'industry')",
            name=op.f("ck_asset_classification_scheme"),
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_asset_classification_asset_id_asset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_classification")),
        sa.UniqueConstraint("asset_id", "scheme", "code", name=op.f("uq_asset_classification_asset_id_scheme_code")),
    )
    op.create_index("ix_asset_classification_scheme_code", "asset_classification", ["scheme", "code"], unique=False)


def _create_asset_document() -> None:
    op.create_table(
        "asset_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_asset_document_asset_id_asset"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_asset_document_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_document")),
        sa.UniqueConstraint("asset_id", "document_id", name=op.f("uq_asset_document_asset_id_document_id")),
    )
    op.create_index(op.f("ix_asset_document_document_id"), "asset_document", ["document_id"], unique=False)


def _create_asset_import() -> None:
    op.create_table(
        "asset_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("failure", PLAIN_JSON, nullable=True),
        sa.Column("skipped", PLAIN_JSON, nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'running', 'finished', 'failed')", name=op.f("ck_asset_import_status")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_asset_import_document_id_document")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_asset_import_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_asset_import_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_asset_import_public_id")),
    )
    op.create_index("ix_asset_import_organisation_newest", "asset_import", ["organisation_id", "id"], unique=False)


def _create_asset_party() -> None:
    op.create_table(
        "asset_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("share_numerator", sa.Integer(), nullable=True),
        sa.Column("share_denominator", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(role = 'owner') = (share_numerator IS NOT NULL)", name=op.f("ck_asset_party_owner_has_share")
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_asset_party_name_given")),
        sa.CheckConstraint("role IN ('owner', 'inventor', 'agent')", name=op.f("ck_asset_party_role")),
        sa.CheckConstraint(
            "(share_numerator IS NULL) = (share_denominator IS NULL)", name=op.f("ck_asset_party_share_whole")
        ),
        sa.CheckConstraint(
            "share_numerator IS NULL OR (share_numerator > 0 AND share_numerator <= share_denominator)",
            name=op.f("ck_asset_party_share_fraction"),
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_asset_party_asset_id_asset"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_asset_party_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_party")),
        sa.UniqueConstraint("asset_id", "role", "position", name=op.f("uq_asset_party_asset_id_role_position")),
    )
    op.create_index(op.f("ix_asset_party_organisation_id"), "asset_party", ["organisation_id"], unique=False)


def _create_asset_import_entry() -> None:
    op.create_table(
        "asset_import_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("publication_number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("remarks", PLAIN_JSON, nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('taken', 'doubtful', 'refused', 'unchanged')", name=op.f("ck_asset_import_entry_outcome")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_asset_import_entry_asset_id_asset")),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["asset_import.id"],
            name=op.f("fk_asset_import_entry_import_id_asset_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_import_entry")),
        sa.UniqueConstraint("import_id", "position", name=op.f("uq_asset_import_entry_import_id_position")),
    )
    op.create_index(op.f("ix_asset_import_entry_asset_id"), "asset_import_entry", ["asset_id"], unique=False)

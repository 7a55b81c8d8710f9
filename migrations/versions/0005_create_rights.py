"""Create the ledger of grants; on PostgreSQL with the constraint that no two conflicting grants can both stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PLAIN_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBERS = sa.Text().with_variant(postgresql.INT4MULTIRANGE(), "postgresql")
WIDE_NUMBERS = sa.Text().with_variant(postgresql.INT8MULTIRANGE(), "postgresql")
DAYS = sa.Text().with_variant(postgresql.DATERANGE(), "postgresql")

# Locking the asset's row decides; this holds should any code ever write without the lock.
EXCLUSION = """
ALTER TABLE rights_grant ADD CONSTRAINT ex_rights_grant_conflict EXCLUDE USING gist (
    int8range(asset_id, asset_id, '[]') WITH &&,
    int8range(coalesce(head_id, 0), coalesce(head_id, 0), '[]') WITH &&,
    acts_held WITH &&,
    territories_held WITH &&,
    fields_held WITH &&,
    term_held WITH &&,
    bars WITH &&
)
"""


def upgrade() -> None:
    op.create_table(
        "rights_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("head_id", sa.Integer(), nullable=True),
        sa.Column("licensor_organisation_id", sa.Integer(), nullable=False),
        sa.Column("licensee_organisation_id", sa.Integer(), nullable=True),
        sa.Column("exclusivity", sa.String(9), nullable=False),
        sa.Column("acts", PLAIN_JSON, nullable=False),
        sa.Column("territories", PLAIN_JSON, nullable=False),
        sa.Column("fields", PLAIN_JSON, nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("subject_to", PLAIN_JSON, nullable=False),
        sa.Column("sublicensing", sa.SmallInteger(), nullable=False),
        sa.Column("survives_head", sa.Boolean(), nullable=False),
        sa.Column("acts_held", NUMBERS, nullable=False),
        sa.Column("territories_held", NUMBERS, nullable=False),
        sa.Column("fields_held", NUMBERS, nullable=False),
        sa.Column("term_held", DAYS, nullable=True),
        sa.Column("bars", WIDE_NUMBERS, nullable=False),
        sa.Column("agreement_ref", sa.String(40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "exclusivity IN ('exclusive', 'sole', 'ordinary', 'open')", name=op.f("ck_rights_grant_exclusivity")
        ),
        sa.CheckConstraint("end_date IS NULL OR end_date >= start_date", name=op.f("ck_rights_grant_term")),
        sa.CheckConstraint(
            "(licensee_organisation_id IS NULL) = (exclusivity = 'open')", name=op.f("ck_rights_grant_licensee")
        ),
        sa.CheckConstraint(
            "licensee_organisation_id IS NULL OR licensee_organisation_id <> licensor_organisation_id",
            name=op.f("ck_rights_grant_two_parties"),
        ),
        sa.CheckConstraint("sublicensing >= 0", name=op.f("ck_rights_grant_sublicensing")),
        sa.CheckConstraint("(ended_reason IS NULL) = (ended_at IS NULL)", name=op.f("ck_rights_grant_ended")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_rights_grant_asset_id_asset")),
        sa.ForeignKeyConstraint(["head_id"], ["rights_grant.id"], name=op.f("fk_rights_grant_head_id_rights_grant")),
        sa.ForeignKeyConstraint(
            ["licensor_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_rights_grant_licensor_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["licensee_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_rights_grant_licensee_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_rights_grant_record_id_evidence_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_grant")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rights_grant_public_id")),
    )
    op.create_index("ix_rights_grant_asset_head", "rights_grant", ["asset_id", "head_id"])
    for column in (
        "head_id",
        "licensor_organisation_id",
        "licensee_organisation_id",
        "last_day",
        "agreement_ref",
        "record_id",
    ):
        op.create_index(op.f(f"ix_rights_grant_{column}"), "rights_grant", [column])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(EXCLUSION)


def downgrade() -> None:
    op.drop_table("rights_grant")

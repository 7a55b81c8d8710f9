"""Create the market: listings, needs, declined matches and the change feed of the search index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PLAIN_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_listing()
    _create_need()
    _create_match_decline()
    _create_search_change()


def downgrade() -> None:
    op.drop_table("search_change")
    op.drop_table("match_decline")
    op.drop_table("need")
    op.drop_table("listing")


def _create_listing() -> None:
    op.create_table(
        "listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_translation", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("advantage", sa.Text(), nullable=False),
        sa.Column("applications", sa.Text(), nullable=False),
        sa.Column("maturity", sa.Integer(), nullable=True),
        sa.Column("exclusivities", PLAIN_JSON, nullable=False),
        sa.Column("acts", PLAIN_JSON, nullable=False),
        sa.Column("territories", PLAIN_JSON, nullable=False),
        sa.Column("fields", PLAIN_JSON, nullable=False),
        sa.Column("term_end", sa.Date(), nullable=True),
        sa.Column("price_model", sa.String(10), nullable=False),
        sa.Column("amount", sa.String(24), nullable=True),
        sa.Column("royalty_rate", sa.String(24), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("contact", sa.String(12), nullable=False),
        sa.Column("consent_declared", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("closed_reason", sa.String(16), nullable=True),
        sa.Column("narrowed_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("status IN ('draft', 'published', 'closed')", name=op.f("ck_listing_status")),
        sa.CheckConstraint("language IN ('en', 'zh')", name=op.f("ck_listing_language")),
        sa.CheckConstraint("maturity IS NULL OR (maturity >= 1 AND maturity <= 9)", name=op.f("ck_listing_maturity")),
        sa.CheckConstraint("(status = 'closed') = (closed_reason IS NOT NULL)", name=op.f("ck_listing_closed_reason")),
        sa.CheckConstraint("status = 'draft' OR published_at IS NOT NULL", name=op.f("ck_listing_published_at")),
        sa.CheckConstraint(
            "price_model IN ('lump_sum', 'running', 'both', 'negotiable', 'posted')",
            name=op.f("ck_listing_price_model"),
        ),
        sa.CheckConstraint("amount IS NULL OR currency IS NOT NULL", name=op.f("ck_listing_amount")),
        sa.CheckConstraint("contact IN ('platform', 'organisation')", name=op.f("ck_listing_contact")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_listing_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_listing_asset_id_asset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("public_id", name=op.f("uq_listing_public_id")),
    )
    op.create_index("ix_listing_organisation_newest", "listing", ["organisation_id", "id"])
    op.create_index("ix_listing_published", "listing", ["status", "published_at", "id"])
    op.create_index(op.f("ix_listing_asset_id"), "listing", ["asset_id"])


def _create_need() -> None:
    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("classes", PLAIN_JSON, nullable=False),
        sa.Column("acts", PLAIN_JSON, nullable=False),
        sa.Column("territories", PLAIN_JSON, nullable=False),
        sa.Column("fields", PLAIN_JSON, nullable=False),
        sa.Column("exclusivity", sa.String(9), nullable=False),
        sa.Column("price_model", sa.String(10), nullable=False),
        sa.Column("budget", sa.String(24), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("licence_years", sa.Integer(), nullable=True),
        sa.Column("latest_date", sa.Date(), nullable=True),
        sa.Column("visibility", sa.String(9), nullable=False),
        sa.Column("status", sa.String(6), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("status IN ('open', 'paused', 'closed')", name=op.f("ck_need_status")),
        sa.CheckConstraint("visibility IN ('anonymous', 'summary', 'full')", name=op.f("ck_need_visibility")),
        sa.CheckConstraint("budget IS NULL OR currency IS NOT NULL", name=op.f("ck_need_budget")),
        sa.CheckConstraint("exclusivity IN ('any', 'exclusive', 'sole', 'ordinary')", name=op.f("ck_need_exclusivity")),
        sa.CheckConstraint("price_model IN ('any', 'lump_sum', 'running', 'both')", name=op.f("ck_need_price_model")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_need_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("public_id", name=op.f("uq_need_public_id")),
    )
    op.create_index("ix_need_organisation_newest", "need", ["organisation_id", "id"])
    op.create_index("ix_need_open", "need", ["status", "id"])


def _create_match_decline() -> None:
    op.create_table(
        "match_decline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "reason IN ('too_early', 'benefit_unclear', 'no_commercial_route', 'description_unclear', 'not_our_field',"
            " 'price', 'territory')",
            name=op.f("ck_match_decline_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["need.id"], name=op.f("fk_match_decline_need_id_need"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_match_decline_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_decline")),
        sa.UniqueConstraint("need_id", "listing_id", name=op.f("uq_match_decline_need_id_listing_id")),
    )
    op.create_index(op.f("ix_match_decline_listing_id"), "match_decline", ["listing_id"])


def _create_search_change() -> None:
    op.create_table(
        "search_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_search_change_at"), "search_change", ["at"])

"""Create licensing: negotiations with their offers and thread, agreements and signatures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "negotiation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=True),
        sa.Column("licensor_organisation_id", sa.Integer(), nullable=False),
        sa.Column("licensee_organisation_id", sa.Integer(), nullable=False),
        sa.Column("mover_organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("declined_reason", sa.String(length=20), nullable=True),
        sa.Column("blocked", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'declined') = (declined_reason IS NOT NULL)", name=op.f("ck_negotiation_declined_reason")
        ),
        sa.CheckConstraint(
            "state IN ('inquiry', 'offered', 'expired', 'agreed', 'reopened', 'executed', 'declined', 'withdrawn')",
            name=op.f("ck_negotiation_state"),
        ),
        sa.CheckConstraint(
            "licensor_organisation_id <> licensee_organisation_id", name=op.f("ck_negotiation_two_parties")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_negotiation_asset_id_asset")),
        sa.ForeignKeyConstraint(
            ["licensee_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_negotiation_licensee_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["licensor_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_negotiation_licensor_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_negotiation_listing_id_listing")),
        sa.ForeignKeyConstraint(
            ["mover_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_negotiation_mover_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_negotiation_public_id")),
    )
    op.create_index(op.f("ix_negotiation_asset_id"), "negotiation", ["asset_id"], unique=False)
    op.create_index("ix_negotiation_licensee", "negotiation", ["licensee_organisation_id", "id"], unique=False)
    op.create_index("ix_negotiation_licensor", "negotiation", ["licensor_organisation_id", "id"], unique=False)
    op.create_index(
        "uq_negotiation_one_open",
        "negotiation",
        ["listing_id", "licensee_organisation_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('inquiry', 'offered', 'expired', 'agreed', 'reopened')"),
        postgresql_where=sa.text("state IN ('inquiry', 'offered', 'expired', 'agreed', 'reopened')"),
    )
    op.create_table(
        "licence_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("negotiation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_licence_offer_number")),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_licence_offer_negotiation_id_negotiation")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_licence_offer_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_licence_offer_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_offer")),
        sa.UniqueConstraint("negotiation_id", "number", name=op.f("uq_licence_offer_negotiation_id_number")),
    )
    op.create_table(
        "negotiation_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("negotiation_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_negotiation_step_negotiation_id_negotiation")
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["licence_offer.id"], name=op.f("fk_negotiation_step_offer_id_licence_offer")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_negotiation_step_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_negotiation_step_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiation_step")),
    )
    op.create_index(op.f("ix_negotiation_step_negotiation_id"), "negotiation_step", ["negotiation_id"], unique=False)
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("negotiation_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("licensor_organisation_id", sa.Integer(), nullable=False),
        sa.Column("licensee_organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'executed') = (executed_at IS NOT NULL)", name=op.f("ck_agreement_executed_at")),
        sa.CheckConstraint(
            "(state = 'executed') = (filing_id IS NOT NULL)", name=op.f("ck_agreement_executed_has_filing")
        ),
        sa.CheckConstraint("state IN ('awaiting', 'executed', 'void')", name=op.f("ck_agreement_state")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_agreement_asset_id_asset")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_agreement_document_id_document")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_agreement_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["licensee_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_agreement_licensee_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["licensor_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_agreement_licensor_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiation.id"], name=op.f("fk_agreement_negotiation_id_negotiation")
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["licence_offer.id"], name=op.f("fk_agreement_offer_id_licence_offer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("filing_id", name=op.f("uq_agreement_filing_id")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_agreement_offer_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agreement_public_id")),
    )
    op.create_index(op.f("ix_agreement_asset_id"), "agreement", ["asset_id"], unique=False)
    op.create_index(
        op.f("ix_agreement_licensee_organisation_id"), "agreement", ["licensee_organisation_id"], unique=False
    )
    op.create_index(
        op.f("ix_agreement_licensor_organisation_id"), "agreement", ["licensor_organisation_id"], unique=False
    )
    op.create_index(op.f("ix_agreement_negotiation_id"), "agreement", ["negotiation_id"], unique=False)
    op.create_table(
        "agreement_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("method IN ('password')", name=op.f("ck_agreement_signature_method")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_signature_agreement_id_agreement")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_agreement_signature_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agreement_signature_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_signature")),
        sa.UniqueConstraint(
            "agreement_id", "organisation_id", name=op.f("uq_agreement_signature_agreement_id_organisation_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("agreement_signature")
    op.drop_table("agreement")
    op.drop_table("negotiation_step")
    op.drop_table("licence_offer")
    op.drop_table("negotiation")

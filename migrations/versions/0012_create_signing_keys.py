"""Create signing keys of holders, the challenges of their enrolment, and holders' signatures over records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("challenge", sa.LargeBinary(length=32), nullable=False),
        sa.Column("spki", sa.LargeBinary(length=200), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_signing_challenge_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signing_challenge_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_challenge")),
        sa.UniqueConstraint("challenge", name=op.f("uq_signing_challenge_challenge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signing_challenge_public_id")),
    )
    op.create_index(op.f("ix_signing_challenge_person_id"), "signing_challenge", ["person_id"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("algorithm", sa.String(length=20), nullable=False),
        sa.Column("spki", sa.LargeBinary(length=200), nullable=False),
        sa.Column("spki_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=True),
        sa.Column("cose", sa.LargeBinary(length=1000), nullable=True),
        sa.Column("rp_id", sa.String(length=253), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=True),
        sa.Column("possession", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revocation_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seal", sa.LargeBinary(length=160), nullable=False),
        sa.CheckConstraint(
            "(kind = 'passkey') = (credential_id IS NOT NULL)", name=op.f("ck_signing_key_passkey_has_credential")
        ),
        sa.CheckConstraint("kind IN ('passkey','uploaded')", name=op.f("ck_signing_key_kind")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revocation_id IS NULL)", name=op.f("ck_signing_key_revocation_has_record")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_signing_key_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signing_key_person_id_person")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_signing_key_record_id_evidence_record")
        ),
        sa.ForeignKeyConstraint(
            ["revocation_id"], ["evidence_record.id"], name=op.f("fk_signing_key_revocation_id_evidence_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_signing_key_credential_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signing_key_public_id")),
        sa.UniqueConstraint("record_id", name=op.f("uq_signing_key_record_id")),
        sa.UniqueConstraint("revocation_id", name=op.f("uq_signing_key_revocation_id")),
        sa.UniqueConstraint("spki_sha256", name=op.f("uq_signing_key_spki_sha256")),
    )
    op.create_index(op.f("ix_signing_key_organisation_id_id"), "signing_key", ["organisation_id", "id"], unique=False)
    op.create_index(op.f("ix_signing_key_person_id"), "signing_key", ["person_id"], unique=False)
    op.create_table(
        "holder_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("roles", sa.String(length=80), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("authenticator_data", sa.LargeBinary(), nullable=True),
        sa.Column("client_data", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_record_id", sa.Integer(), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=160), nullable=False),
        sa.CheckConstraint(
            "(authenticator_data IS NULL) = (client_data IS NULL)", name=op.f("ck_holder_signature_assertion_is_whole")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_holder_signature_key_id_signing_key")),
        sa.ForeignKeyConstraint(
            ["log_record_id"], ["evidence_record.id"], name=op.f("fk_holder_signature_log_record_id_evidence_record")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["evidence_record.id"], name=op.f("fk_holder_signature_record_id_evidence_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_signature")),
        sa.UniqueConstraint("log_record_id", name=op.f("uq_holder_signature_log_record_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_holder_signature_public_id")),
        sa.UniqueConstraint("record_id", "key_id", name=op.f("uq_holder_signature_record_id_key_id")),
    )
    op.create_index(op.f("ix_holder_signature_key_id"), "holder_signature", ["key_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_holder_signature_key_id"), table_name="holder_signature")
    op.drop_table("holder_signature")
    op.drop_index(op.f("ix_signing_key_person_id"), table_name="signing_key")
    op.drop_index(op.f("ix_signing_key_organisation_id_id"), table_name="signing_key")
    op.drop_table("signing_key")
    op.drop_index(op.f("ix_signing_challenge_person_id"), table_name="signing_challenge")
    op.drop_table("signing_challenge")

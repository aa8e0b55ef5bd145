"""Who is signed in where, which devices are known, and what was asked for by mail

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "signed_in",
        sa.Column("id", KEY, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("device", sa.String(60), nullable=False),
        sa.Column("place", sa.String(50), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_signed_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in")),
        sa.UniqueConstraint("digest", name=op.f("uq_signed_in_digest")),
    )
    op.create_index(op.f("ix_signed_in_user_id"), "signed_in", ["user_id"])
    op.create_index(op.f("ix_signed_in_seen_at"), "signed_in", ["seen_at"])
    op.create_table(
        "asked_by_mail",
        sa.Column("id", KEY, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_by_mail")),
    )
    op.create_table(
        "known_device",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_known_device")),
    )
    op.create_index(op.f("ix_known_device_seen_at"), "known_device", ["seen_at"])


def downgrade() -> None:
    op.drop_table("known_device")
    op.drop_table("asked_by_mail")
    op.drop_table("signed_in")

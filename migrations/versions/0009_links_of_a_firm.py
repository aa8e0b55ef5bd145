"""Links that open a firm's own page

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

EVERYWHERE = sa.text("department_id IS NULL")
PURPOSES = sa.Enum("answer", "interns", name="purpose", native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    with op.batch_alter_table("answer_link") as batch:
        batch.add_column(sa.Column("purpose", PURPOSES, nullable=False, server_default="answer"))
        batch.add_column(sa.Column("revoked_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("turn", sa.SmallInteger(), nullable=False, server_default="0"))
        batch.alter_column("change_request_id", existing_type=sa.BigInteger(), nullable=True)
        batch.create_index("ix_answer_link_email_id", ["email", "id"])
    with op.batch_alter_table("answer_link") as batch:
        for name, kind in (("purpose", sa.String(20)), ("turn", sa.SmallInteger())):
            batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
        batch.create_check_constraint(
            op.f("ck_answer_link_answers_one_request"), "(purpose = 'answer') = (change_request_id IS NOT NULL)"
        )
    op.execute("UPDATE supervisor SET email = lower(email) WHERE email <> lower(email)")
    op.create_index(
        "uq_evaluation_form_number_everywhere", "evaluation_form", ["number"], unique=True,
        sqlite_where=EVERYWHERE, postgresql_where=EVERYWHERE,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index(
        "uq_evaluation_form_number_everywhere", "evaluation_form",
        sqlite_where=EVERYWHERE, postgresql_where=EVERYWHERE,
    )  # fmt: skip
    op.execute("DELETE FROM answer_link WHERE change_request_id IS NULL")
    with op.batch_alter_table("answer_link") as batch:
        batch.drop_constraint(op.f("ck_answer_link_answers_one_request"), type_="check")
        batch.drop_constraint(op.f("ck_answer_link_purpose"), type_="check")
        batch.drop_index("ix_answer_link_email_id")
        batch.alter_column("change_request_id", existing_type=sa.BigInteger(), nullable=False)
        for name in ("turn", "revoked_at", "purpose"):
            batch.drop_column(name)

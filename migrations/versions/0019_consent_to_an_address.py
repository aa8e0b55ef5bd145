"""A supervisor's address changes by consent from the old one

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None



def upgrade() -> None:
    with op.batch_alter_table("answer_link") as batch:
        batch.add_column(sa.Column("new_email", sa.String(length=255), nullable=True))
        batch.drop_constraint(op.f("ck_answer_link_purpose"), type_="check")
    with op.batch_alter_table("answer_link") as batch:
        batch.create_check_constraint(
            op.f("ck_answer_link_purpose"), "purpose IN ('answer', 'interns', 'address')"
        )
        batch.create_check_constraint(
            op.f("ck_answer_link_agrees_to_one_address"), "(purpose = 'address') = (new_email IS NOT NULL)"
        )


def downgrade() -> None:
    op.execute("DELETE FROM answer_link WHERE purpose = 'address'")
    with op.batch_alter_table("answer_link") as batch:
        batch.drop_constraint(op.f("ck_answer_link_agrees_to_one_address"), type_="check")
        batch.drop_constraint(op.f("ck_answer_link_purpose"), type_="check")
    with op.batch_alter_table("answer_link") as batch:
        batch.create_check_constraint(op.f("ck_answer_link_purpose"), "purpose IN ('answer', 'interns')")
        batch.drop_column("new_email")

"""Evaluation forms have their title in English too

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('evaluation_form', sa.Column('title_en', sa.String(length=200), nullable=True))
    # as the seed file has the one every university begins with, which is not written again
    op.execute(
        "UPDATE evaluation_form SET title_en = 'Evaluation of the intern' "
        "WHERE department_id IS NULL AND number = 1 AND title = 'Stajyer değerlendirme formu'"
    )


def downgrade() -> None:
    op.drop_column('evaluation_form', 'title_en')

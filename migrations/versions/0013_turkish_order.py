"""What lists put in order by its text keeps a key of Turkish order

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

from workflow.turkish import COLLATION_LENGTH, collation_key

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

TEXTS = {"faculty": "name", "department": "name", "institution": "name", "supervisor": "name", "answer_template": "title"}
BATCH = 5000


def upgrade() -> None:
    for table, text in TEXTS.items():
        column = sa.Column('collation_key', sa.String(length=COLLATION_LENGTH), nullable=False, server_default='')
        op.add_column(table, column)
        _fill(table, text)
        op.create_index(f'ix_{table}_collation_key_id', table, ['collation_key', 'id'])
    op.create_index('ix_institution_state_collation_key_id', 'institution', ['state', 'collation_key', 'id'])
    op.drop_index('ix_institution_state_name_key_id', table_name='institution')
    op.drop_index('ix_supervisor_name_key_id', table_name='supervisor')


def downgrade() -> None:
    op.create_index('ix_supervisor_name_key_id', 'supervisor', ['name_key', 'id'])
    op.create_index('ix_institution_state_name_key_id', 'institution', ['state', 'name_key', 'id'])
    op.drop_index('ix_institution_state_collation_key_id', table_name='institution')
    for table in TEXTS:
        op.drop_index(f'ix_{table}_collation_key_id', table_name=table)
        op.drop_column(table, 'collation_key')


def _fill(table: str, text: str) -> None:
    """Every row that is there already, a batch at a time."""
    of = sa.table(table, sa.column('id'), sa.column(text), sa.column('collation_key'))
    written = sa.update(of).where(of.c.id == sa.bindparam('pk')).values(collation_key=sa.bindparam('key'))
    connection, last = op.get_bind(), 0
    rows = sa.select(of.c.id, of.c[text]).order_by(of.c.id).limit(BATCH)
    while found := connection.execute(rows.where(of.c.id > last)).all():
        connection.execute(written, [{"pk": pk, "key": collation_key(value)} for pk, value in found])
        last = found[-1].id

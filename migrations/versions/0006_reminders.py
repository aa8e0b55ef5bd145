"""Reminders and summaries, each raised once; who does not want them

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

from models.base import Instant

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INDEXES = {
    'ix_letter_notice_id': ('letter', ['notice_id']),
    'ix_application_state_ends': ('application', ['state', 'ends_on', 'id']),
    'ix_application_state_due': ('application', ['state', 'due_on', 'id']),
    'ix_change_request_state_asked': ('change_request', ['state', 'asked_at', 'id']),
    'ix_request_state_asked': ('request', ['state', 'asked_at', 'id']),
}


def upgrade() -> None:
    op.create_table(
        'notice',
        sa.Column('id', KEY, nullable=False),
        sa.Column('what', sa.String(30), nullable=False),
        sa.Column('row_id', KEY, nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('raised_at', Instant(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
        sa.UniqueConstraint('what', 'row_id', 'due_on', name=op.f('uq_notice_what_row_id_due_on')),
    )
    run = op.get_bind().exec_driver_sql  # one statement both databases know: the library would copy the table on SQLite
    kind = KEY.compile(op.get_bind().dialect)
    run(f'ALTER TABLE letter ADD COLUMN notice_id {kind} CONSTRAINT fk_letter_notice_id REFERENCES notice (id)')
    op.add_column('user', sa.Column('unwanted', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('supervisor', sa.Column('reminded', sa.Boolean(), server_default=sa.true(), nullable=False))
    for name, (table, columns) in INDEXES.items():
        op.create_index(op.f(name), table, columns)


def downgrade() -> None:
    for name, (table, _columns) in INDEXES.items():
        op.drop_index(op.f(name), table_name=table)
    op.drop_column('supervisor', 'reminded')
    op.drop_column('user', 'unwanted')
    op.drop_column('letter', 'notice_id')
    op.drop_table('notice')

"""What the university sets for everybody, whom an announcement is for, and letters in the order they were written

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import promise, release

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

AUDIENCE = "audience IN ('students', 'staff', 'firms', 'everybody')"


def upgrade() -> None:
    op.create_table(
        'site_settings',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('code', sa.String(length=20), nullable=False),
        sa.Column('help_desk', sa.String(length=300), nullable=True),
        sa.Column('training', sa.String(length=300), nullable=True),
        sa.Column('cut_over', sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_site_settings')),
        sa.UniqueConstraint('code', name=op.f('uq_site_settings_code')),
    )
    # until now announcements were for students
    op.add_column('publication', sa.Column('audience', sa.String(length=20), nullable=False, server_default='students'))
    promise('publication', 'ck_publication_audience', AUDIENCE)
    op.create_index('ix_letter_user_id_created_at', 'letter', ['user_id', 'created_at', 'id'])
    op.create_index('ix_letter_state_created_at', 'letter', ['state', 'created_at', 'id'])
    op.create_index('ix_letter_created_at', 'letter', ['created_at', 'id'])


def downgrade() -> None:
    op.drop_index('ix_letter_created_at', table_name='letter')
    op.drop_index('ix_letter_state_created_at', table_name='letter')
    op.drop_index('ix_letter_user_id_created_at', table_name='letter')
    release('publication', 'ck_publication_audience')
    op.drop_column('publication', 'audience')
    op.drop_table('site_settings')

"""When a completion was handed in

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import promise, release

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

HANDED_IN = "('completion', 'accepted', 'partly_accepted', 'not_accepted')"
INDEXES = {
    "ix_application_department_state_handed_in": ["department_id", "state", "handed_in_at", "id"],
    "ix_application_state_handed_in": ["state", "handed_in_at", "id"],
}


def upgrade() -> None:
    op.add_column("application", sa.Column("handed_in_at", sa.DateTime(), nullable=True))
    op.execute(f"UPDATE application SET handed_in_at = submitted_at WHERE state IN {HANDED_IN}")
    promise("application", "ck_application_handed_in_has_moment", f"state NOT IN {HANDED_IN} OR handed_in_at IS NOT NULL")
    for name, columns in INDEXES.items():
        op.create_index(name, "application", columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "application")
    release("application", "ck_application_handed_in_has_moment")
    op.drop_column("application", "handed_in_at")

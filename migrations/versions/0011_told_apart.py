"""Entries of the register that somebody has judged different

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import take_words

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "show",
    "verify", "block", "unblock", "publish", "retract", "create", "edit", "delete", "complete", "return", "accept",
    "accept_partly", "not_accept", "reassess", "attest", "revise", "give", "waive", "retire", "replace",
    "merge", "unmerge", "restore", "take_in", "give_back", "assign",
)
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
OF_INSTITUTION = ("one_id", "other_id", "one_now_id", "other_now_id")
INDEXES = {
    "ix_told_apart_one_now_id": ["one_now_id", "other_now_id"],
    "ix_told_apart_other_now_id": ["other_now_id", "one_now_id"],
    "ix_told_apart_at_id": ["at", "id"],
}


def upgrade() -> None:
    take_words("step", "action", (*ACTIONS, "tell_apart", "hold_alike"))
    op.create_table(
        'told_apart',
        sa.Column('id', KEY, nullable=False),
        *(sa.Column(name, KEY, nullable=False) for name in OF_INSTITUTION),
        sa.Column('by_id', KEY, nullable=True),
        sa.Column('by_name', sa.String(length=200), nullable=False),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.CheckConstraint('one_id < other_id', name=op.f('ck_told_apart_in_order')),
        *(
            sa.ForeignKeyConstraint([name], ['institution.id'], name=op.f(f'fk_told_apart_{name}'))
            for name in OF_INSTITUTION
        ),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_told_apart_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_told_apart')),
        sa.UniqueConstraint('one_id', 'other_id', name=op.f('uq_told_apart_one_id_other_id')),
        sqlite_autoincrement=True,
    )
    for name, columns in INDEXES.items():
        op.create_index(name, 'told_apart', columns)


def downgrade() -> None:
    op.drop_table('told_apart')
    take_words("step", "action", ACTIONS)

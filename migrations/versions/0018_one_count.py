"""A stored count follows what it is counted from; kinds of workplace and of reasons

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import promise, release, take_words

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "show",
    "verify", "block", "unblock", "publish", "retract", "create", "edit", "delete", "complete", "return", "accept",
    "accept_partly", "not_accept", "reassess", "attest", "revise", "give", "waive", "retire", "replace",
    "merge", "unmerge", "restore", "take_in", "give_back", "assign", "tell_apart", "hold_alike", "remind",
)
KINDS, REASONS = ("public", "private"), ("personal", "family", "studies", "workplace", "official", "other")
OF_KINDS = (("institution", "kind", ()), ("application", "workplace_kind", ()), ("holiday_override", "concerns", ("all",)))
RULES = ("min_days", "max_days")
BROKEN = "breaks IS NOT NULL"


def upgrade() -> None:
    take_words("step", "action", (*ACTIONS, "recount"))
    for table, column, also in OF_KINDS:
        take_words(table, column, (*also, *KINDS, "vessel"))
    op.add_column('application', sa.Column('ticked_week', sa.SmallInteger(), nullable=True))
    op.add_column('application', sa.Column('breaks', sa.String(length=20), nullable=True))
    op.add_column('application', sa.Column('reason_kind', sa.String(length=20), nullable=True))
    op.add_column('change_request', sa.Column('reason_kind', sa.String(length=20), nullable=False, server_default='other'))
    for table in ('application', 'change_request'):
        promise(table, f"ck_{table}_reason_kind", f"reason_kind IN ({', '.join(repr(r) for r in REASONS)})")
    promise("application", "ck_application_breaks", f"breaks IN ({', '.join(repr(r) for r in RULES)})")
    op.create_index(
        "ix_application_breaks", "application", ["department_id", "submitted_at", "id"],
        sqlite_where=sa.text(BROKEN), postgresql_where=sa.text(BROKEN),
    )  # fmt: skip
    op.execute("UPDATE application SET ticked_week = working_week WHERE working_week IS NOT NULL")
    # the words stay with the change request, which its commission reads; others read a kind
    op.execute("UPDATE application SET reason_kind = 'other' WHERE stop_reason IS NOT NULL OR state = 'cancelled'")


def downgrade() -> None:
    op.drop_index("ix_application_breaks", "application")
    for table in ('application', 'change_request'):
        release(table, f"ck_{table}_reason_kind")
        op.drop_column(table, 'reason_kind')
    release("application", "ck_application_breaks")
    op.drop_column('application', 'breaks')
    op.drop_column('application', 'ticked_week')
    for table, column, also in OF_KINDS:
        op.execute(f"UPDATE {table} SET {column} = 'private' WHERE {column} = 'vessel'")
        take_words(table, column, (*also, *KINDS))
    take_words("step", "action", ACTIONS)

"""A change request may hand a file over to another supervisor

Revision: 0020, after 0019
"""

from alembic import op

from migrations.checks import promise, release, take_words

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "show",
    "verify", "block", "unblock", "publish", "retract", "create", "edit", "delete", "complete", "return", "accept",
    "accept_partly", "not_accept", "reassess", "attest", "revise", "give", "waive", "retire", "replace",
    "merge", "unmerge", "restore", "take_in", "give_back", "assign", "tell_apart", "hold_alike", "remind", "recount",
)
KINDS = ("postpone", "extend", "stop")
NAME, PROMISE = "ck_change_request_hands_over_from_somebody", "(kind = 'hand_over') = (before_supervisor_id IS NOT NULL)"


def upgrade() -> None:
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"  # in place: SQLite would copy the table
    op.execute(
        f"ALTER TABLE change_request ADD COLUMN before_supervisor_id {kind} "
        "CONSTRAINT fk_change_request_before_supervisor_id REFERENCES supervisor (id)"
    )
    op.create_index("ix_change_request_before_supervisor_id", "change_request", ["before_supervisor_id"])
    take_words("change_request", "kind", (*KINDS, "hand_over"))
    take_words("step", "action", (*ACTIONS, "hand_over"))
    promise("change_request", NAME, PROMISE)


def downgrade() -> None:
    """What was handed over stays with whom it was handed; the history keeps its word."""
    release("change_request", NAME)
    op.execute("UPDATE change_request SET before_supervisor_id = NULL, kind = 'extend' WHERE kind = 'hand_over'")
    take_words("change_request", "kind", KINDS)
    op.drop_index("ix_change_request_before_supervisor_id", "change_request")
    op.execute("ALTER TABLE change_request DROP COLUMN before_supervisor_id")

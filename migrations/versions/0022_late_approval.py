"""The chair's approval between the desk's last day and the law's

Revision: 0022, after 0021
"""

from migrations.checks import take_words

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "show",
    "verify", "block", "unblock", "publish", "retract", "create", "edit", "delete", "complete", "return", "accept",
    "accept_partly", "not_accept", "reassess", "attest", "revise", "give", "waive", "retire", "replace",
    "merge", "unmerge", "restore", "take_in", "give_back", "assign", "tell_apart", "hold_alike", "remind", "recount", "hand_over",
)


def upgrade() -> None:
    take_words("step", "action", (*ACTIONS, "approve_late"))


def downgrade() -> None:
    """The word stays in the law of the table: history is never taken back."""

"""The history keeps that a firm's link was sent again

Revision: 0015, after 0014
"""

from migrations.checks import take_words

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "show",
    "verify", "block", "unblock", "publish", "retract", "create", "edit", "delete", "complete", "return", "accept",
    "accept_partly", "not_accept", "reassess", "attest", "revise", "give", "waive", "retire", "replace",
    "merge", "unmerge", "restore", "take_in", "give_back", "assign", "tell_apart", "hold_alike",
)


def upgrade() -> None:
    take_words("step", "action", (*ACTIONS, "remind"))


def downgrade() -> None:
    """The word stays in the law of the table: history is never taken back."""

"""A declaration marked as sent that was not sent after all

Revision: 0023, after 0022
"""

from migrations.checks import take_words

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "show",
    "verify", "block", "unblock", "publish", "retract", "create", "edit", "delete", "complete", "return", "accept",
    "accept_partly", "not_accept", "reassess", "attest", "revise", "give", "waive", "retire", "replace",
    "merge", "unmerge", "restore", "take_in", "give_back", "assign", "tell_apart", "hold_alike", "remind", "recount", "hand_over",
    "approve_late",
)


def upgrade() -> None:
    take_words("step", "action", (*ACTIONS, "unsend"))


def downgrade() -> None:
    """The word stays in the law of the table: history is never taken back."""

"""National ids shown

Revision: 0003, after 0002
"""

from migrations.checks import take_words

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "verify",
    "block", "unblock", "publish", "retract", "create", "edit", "delete",
)


def upgrade() -> None:
    take_words("step", "action", (*ACTIONS, "show"))


def downgrade() -> None:
    take_words("step", "action", ACTIONS)

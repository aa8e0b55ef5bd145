"""Where an application stands on a day: the stored state, or what the dates make of an approval."""

from datetime import date

from workflow.say import N_
from workflow.words import ApplicationState, Phase, Word

_S = ApplicationState
ASSESSED = frozenset({_S.ACCEPTED, _S.PARTLY_ACCEPTED, _S.NOT_ACCEPTED})
HANDED_IN = ASSESSED | {_S.COMPLETION}
BEFORE_COMPLETION = frozenset({_S.APPROVED, _S.STOPPED, _S.RETURNED})
TAKES_PLACE = BEFORE_COMPLETION | HANDED_IN  # approved once and not cancelled: its days are taken
OPEN_TO_CREDIT = BEFORE_COMPLETION | {_S.SUBMITTED, _S.COMPLETION}  # its days are planned, not yet in the ledger


def status(state: ApplicationState, starts_on: date | None, ends_on: date | None, today: date) -> Word:
    """The word a person reads: approved turns into upcoming, running and ended by its dates (domain: status).

    One whose early end lies ahead is still at work.
    """
    if state is ApplicationState.STOPPED and ends_on is not None and today <= ends_on:
        return Phase.STOPPING
    if state is not ApplicationState.APPROVED or starts_on is None or ends_on is None:
        return state
    if today < starts_on:
        return Phase.UPCOMING
    return Phase.RUNNING if today <= ends_on else Phase.ENDED


class Chance(Word):
    """Who can still approve an application before its internship starts uninsured."""

    IN_TIME = "in_time", N_("In time")
    CHAIR = "chair_only", N_("Only the chair can still approve")
    OVER = "over", N_("Too late to approve")

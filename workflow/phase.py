"""Where an application stands on a day: the stored state, or what the dates make of an approval."""

from datetime import date

from workflow.words import ApplicationState, Phase, Word

_S = ApplicationState
ASSESSED = frozenset({_S.ACCEPTED, _S.PARTLY_ACCEPTED, _S.NOT_ACCEPTED})
HANDED_IN = ASSESSED | {_S.COMPLETION}
BEFORE_COMPLETION = frozenset({_S.APPROVED, _S.STOPPED, _S.RETURNED})
TAKES_PLACE = BEFORE_COMPLETION | HANDED_IN  # approved once and not cancelled: its days are taken
OPEN_TO_CREDIT = BEFORE_COMPLETION | {_S.SUBMITTED, _S.COMPLETION}  # its days are planned, not yet in the ledger


def status(state: ApplicationState, starts_on: date | None, ends_on: date | None, today: date) -> Word:
    """The word a person reads: approved turns into upcoming, running and ended by its dates (domain: status)."""
    if state is not ApplicationState.APPROVED or starts_on is None or ends_on is None:
        return state
    if today < starts_on:
        return Phase.UPCOMING
    return Phase.RUNNING if today <= ends_on else Phase.ENDED

"""Where an application stands on a day: the stored state, or what the dates make of an approval."""

from datetime import date

from workflow.words import ApplicationState, Phase, Word


def status(state: ApplicationState, starts_on: date | None, ends_on: date | None, today: date) -> Word:
    """The word a person reads: approved turns into upcoming, running and ended by its dates (domain: status)."""
    if state is not ApplicationState.APPROVED or starts_on is None or ends_on is None:
        return state
    if today < starts_on:
        return Phase.UPCOMING
    return Phase.RUNNING if today <= ends_on else Phase.ENDED

"""The law of what students write to their commission (seed: Talepler)."""

from workflow import aftermath, guards
from workflow.machine import BOARD, WHY, Machine, row
from workflow.say import N_
from workflow.words import Action as DO
from workflow.words import Actor as A
from workflow.words import Need, RequestState

_R = RequestState
REQUESTS = Machine(
    "request",
    N_("Request to the commission"),
    _R,
    _R.NEW,
    (
        row(DO.ASK, {_R.NEW}, {A.STUDENT}, _R.OPEN, tells=BOARD, then=aftermath.REQUEST_ASK),
        row(
            DO.ANSWER,
            {_R.OPEN},
            BOARD,
            _R.ANSWERED,
            guards.not_own,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT},
            then=aftermath.REQUEST_ANSWER,
        ),
        row(
            DO.ASK_AGAIN, {_R.ANSWERED}, {A.STUDENT}, _R.OPEN, needs=WHY, tells=BOARD, then=aftermath.REQUEST_ASK_AGAIN
        ),
        row(DO.WITHDRAW, {_R.OPEN}, {A.STUDENT}, _R.CLOSED, then=aftermath.REQUEST_WITHDRAW, asks_first=True),
        row(DO.CLOSE, {_R.ANSWERED}, {A.STUDENT, *BOARD}, _R.CLOSED, then=aftermath.REQUEST_CLOSE),
        row(
            DO.REOPEN, {_R.CLOSED}, BOARD, _R.OPEN, needs=WHY, tells={A.STUDENT, *BOARD}, then=aftermath.REQUEST_REOPEN
        ),
    ),
)

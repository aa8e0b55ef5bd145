"""The law: which step leads from where to where, by whom, on what condition, telling whom.

Buttons, permission, forms, letters, history, CHECK constraints, documents and tests all read these
tables; a change of policy is a change of one row.
"""

from workflow import aftermath, guards
from workflow.completion import ATTENDANCES, EVALUATION_FORMS, EVALUATIONS
from workflow.curating import INSTITUTIONS, PUBLICATIONS
from workflow.machine import BOARD, DECIDED, NOBODY, WHY, Cause, Door, Machine, row
from workflow.requests import REQUESTS
from workflow.say import N_
from workflow.words import Action as DO
from workflow.words import Actor as A
from workflow.words import ApplicationState as S
from workflow.words import ChangeState, DeclarationState, Need

__all__ = [
    "APPLICATIONS",
    "CHANGE_REQUESTS",
    "DECLARATIONS",
    "INSTITUTIONS",
    "MACHINES",
    "PUBLICATIONS",
    "REQUESTS",
    "Cause",
    "Door",
    "Machine",
]

_CHANGED = ("change_request", DO.APPROVE)

APPLICATIONS = Machine(
    "application",
    N_("Application"),
    S,
    S.DRAFT,
    (
        row(
            DO.SUBMIT,
            {S.DRAFT, S.REJECTED},
            {A.STUDENT},
            S.SUBMITTED,
            guards.is_complete,
            tells=BOARD,
            then=aftermath.APPLICATION_SUBMIT,
        ),
        row(
            DO.APPROVE,
            {S.SUBMITTED},
            BOARD,
            S.APPROVED,
            guards.not_own,
            guards.institution_not_blocked,
            guards.institution_not_merged,
            guards.institution_vouched_for,
            guards.in_time,
            needs=DECIDED,
            tells={A.STUDENT, A.EMPLOYER, A.HEALTH_OFFICE},
            then=aftermath.APPLICATION_APPROVE,
        ),
        row(  # the desk's day has passed, the law's has not
            DO.APPROVE_LATE,
            {S.SUBMITTED},
            {A.CHAIR},
            S.APPROVED,
            guards.not_own,
            guards.institution_not_blocked,
            guards.institution_not_merged,
            guards.institution_vouched_for,
            guards.in_time,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT, A.EMPLOYER, A.HEALTH_OFFICE},
            then=aftermath.APPLICATION_APPROVE_LATE,
        ),
        row(
            DO.REJECT,
            {S.SUBMITTED},
            BOARD,
            S.REJECTED,
            guards.not_own,
            needs={Need.REASON, Need.PAGES, Need.DECIDER},
            tells={A.STUDENT},
            then=aftermath.APPLICATION_REJECT,
        ),
        row(
            DO.WITHDRAW,
            {S.SUBMITTED},
            {A.STUDENT},
            S.WITHDRAWN,
            tells=BOARD,
            then=aftermath.APPLICATION_WITHDRAW,
            asks_first=True,
        ),
        row(
            DO.CANCEL,
            {S.APPROVED},
            {A.STUDENT, A.CHAIR},
            S.CANCELLED,
            guards.not_started,
            needs=WHY,
            tells={A.STUDENT, *BOARD, A.EMPLOYER, A.HEALTH_OFFICE},
            then=aftermath.APPLICATION_CANCEL,
        ),
        row(
            DO.REOPEN,
            {S.REJECTED},
            {A.CHAIR},
            S.SUBMITTED,
            guards.not_own,
            guards.in_time,
            guards.no_overlap,
            needs=WHY,
            tells={A.STUDENT, *BOARD},
            then=aftermath.APPLICATION_REOPEN,
        ),
        row(
            DO.COMPLETE,
            {S.APPROVED, S.STOPPED, S.RETURNED},
            {A.STUDENT},
            S.COMPLETION,
            guards.has_ended,
            guards.is_complete,
            needs={Need.COUNTED},
            tells=BOARD,
            then=aftermath.APPLICATION_COMPLETE,
        ),
        row(
            DO.RETURN,
            {S.COMPLETION},
            BOARD,
            S.RETURNED,
            guards.not_own,
            needs={Need.REASON, Need.PAGES, Need.DUE, Need.DECIDER},
            tells={A.STUDENT},
            then=aftermath.APPLICATION_RETURN,
        ),
        row(
            DO.ACCEPT,
            {S.COMPLETION},
            BOARD,
            S.ACCEPTED,
            guards.not_own,
            needs={Need.DAYS, Need.DECIDER},
            tells={A.STUDENT, A.CAREER_CENTRE},
            then=aftermath.APPLICATION_ACCEPT,
        ),
        row(
            DO.ACCEPT_PARTLY,
            {S.COMPLETION},
            BOARD,
            S.PARTLY_ACCEPTED,
            guards.not_own,
            needs={Need.DAYS, Need.REASON, Need.DECIDER},
            tells={A.STUDENT, A.CAREER_CENTRE},
            then=aftermath.APPLICATION_ACCEPT_PARTLY,
        ),
        row(
            DO.NOT_ACCEPT,
            {S.COMPLETION},
            BOARD,
            S.NOT_ACCEPTED,
            guards.not_own,
            needs={Need.DAYS, Need.REASON, Need.DECIDER},
            tells={A.STUDENT, A.CAREER_CENTRE},
            then=aftermath.APPLICATION_NOT_ACCEPT,
        ),
        row(
            DO.REASSESS,
            {S.ACCEPTED, S.PARTLY_ACCEPTED, S.NOT_ACCEPTED},
            {A.CHAIR},
            S.COMPLETION,
            guards.not_own,
            guards.nothing_later,
            needs=WHY,
            tells={A.STUDENT, *BOARD},
            then=aftermath.APPLICATION_REASSESS,
        ),
        row(
            DO.POSTPONE,
            {S.APPROVED},
            NOBODY,
            S.APPROVED,
            guards.not_started,
            follows={_CHANGED},
            then=aftermath.APPLICATION_POSTPONE,
        ),
        row(
            DO.EXTEND,
            {S.APPROVED},
            NOBODY,
            S.APPROVED,
            guards.is_running,
            guards.in_time,
            follows={_CHANGED},
            then=aftermath.APPLICATION_EXTEND,
        ),
        row(
            DO.STOP,
            {S.APPROVED},
            NOBODY,
            S.STOPPED,
            guards.has_started,
            needs=WHY,
            follows={_CHANGED},
            then=aftermath.APPLICATION_STOP,
        ),
        *(
            row(DO.HAND_OVER, {s}, NOBODY, s, follows={_CHANGED}, then=aftermath.APPLICATION_HAND_OVER)
            for s in (S.APPROVED, S.STOPPED, S.RETURNED)
        ),
    ),
)

_C = ChangeState
_OPEN = {_C.WITH_SUPERVISOR, _C.WITH_COMMISSION}
CHANGE_REQUESTS = Machine(
    "change_request",
    N_("Change request"),
    _C,
    _C.NEW,
    (
        row(
            DO.ASK,
            {_C.NEW},
            {A.STUDENT},
            _C.WITH_SUPERVISOR,
            guards.is_complete,
            tells={A.EMPLOYER},
            then=aftermath.CHANGE_REQUEST_ASK,
        ),
        row(
            DO.AGREE,
            {_C.WITH_SUPERVISOR},
            {A.EMPLOYER},
            _C.WITH_COMMISSION,
            guards.is_complete,
            tells={A.STUDENT, *BOARD},
            then=aftermath.CHANGE_REQUEST_AGREE,
        ),
        row(
            DO.DECLINE,
            {_C.WITH_SUPERVISOR},
            {A.EMPLOYER},
            _C.DECLINED,
            needs=WHY,
            tells={A.STUDENT},
            then=aftermath.CHANGE_REQUEST_DECLINE,
        ),
        row(
            DO.APPROVE,
            {_C.WITH_COMMISSION},
            BOARD,
            _C.APPROVED,
            guards.not_own,
            guards.is_complete,
            needs=DECIDED,
            tells={A.STUDENT, A.EMPLOYER, A.HEALTH_OFFICE},
            then=aftermath.CHANGE_REQUEST_APPROVE,
        ),
        row(
            DO.REJECT,
            {_C.WITH_COMMISSION},
            BOARD,
            _C.REJECTED,
            guards.not_own,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT, A.EMPLOYER},
            then=aftermath.CHANGE_REQUEST_REJECT,
        ),
        row(
            DO.WITHDRAW,
            _OPEN,
            {A.STUDENT},
            _C.WITHDRAWN,
            tells={A.EMPLOYER, *BOARD},
            then=aftermath.CHANGE_REQUEST_WITHDRAW,
            asks_first=True,
        ),
        row(DO.LAPSE, _OPEN, NOBODY, _C.LAPSED, follows={("application", DO.CANCEL)}),
    ),
)

_D = DeclarationState
_APPROVED = {("application", action) for action in (DO.APPROVE, DO.APPROVE_LATE)}
_APPLIED = {("application", action) for action in (DO.CANCEL, DO.POSTPONE, DO.EXTEND, DO.STOP)}
_NOT_TAKEN = {("declaration", DO.FAIL), ("declaration", DO.UNSEND)}
HEALTH = {A.HEALTH_OFFICE}
DECLARATIONS = Machine(
    "declaration",
    N_("Insurance declaration"),
    _D,
    _D.NEW,
    (
        row(DO.RAISE, {_D.NEW}, NOBODY, _D.DUE, guards.in_time, follows=_APPROVED | _APPLIED),
        row(DO.MOVE, {_D.DUE, _D.FAILED}, NOBODY, _D.DUE, guards.in_time, follows={*_APPLIED, *_NOT_TAKEN}),
        row(DO.DROP, {_D.DUE, _D.FAILED}, NOBODY, _D.DROPPED, follows={*_APPLIED, *_NOT_TAKEN}),
        row(DO.SEND, {_D.DUE, _D.FAILED}, HEALTH, _D.SENT, then=aftermath.DECLARATION_SEND),
        row(
            DO.CONFIRM,
            {_D.DUE, _D.SENT},
            HEALTH,
            _D.DONE,
            needs={Need.REFERENCE, Need.DECIDER},
            tells={A.STUDENT},
            then=aftermath.DECLARATION_CONFIRM,
        ),
        row(
            DO.FAIL,
            {_D.SENT},
            HEALTH,
            _D.FAILED,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT},
            then=aftermath.DECLARATION_FAIL,
        ),
        row(DO.UNSEND, {_D.SENT}, HEALTH, _D.DUE, then=aftermath.DECLARATION_UNSEND),
        row(
            DO.CORRECT,
            {_D.DONE},
            HEALTH,
            _D.DONE,
            needs={Need.REFERENCE, Need.REASON, Need.DECIDER},
            then=aftermath.DECLARATION_CORRECT,
        ),
    ),
)

MACHINES: dict[str, Machine] = {
    m.name: m
    for m in (
        APPLICATIONS,
        CHANGE_REQUESTS,
        REQUESTS,
        DECLARATIONS,
        ATTENDANCES,
        EVALUATIONS,
        EVALUATION_FORMS,
        INSTITUTIONS,
        PUBLICATIONS,
    )
}

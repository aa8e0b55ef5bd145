"""The law: which step leads from where to where, by whom, on what condition, telling whom.

Buttons, permission, forms, letters, history, CHECK constraints, documents and tests all read these
tables; a change of policy is a change of one row.
"""

from workflow import guards
from workflow.completion import ATTENDANCES, EVALUATION_FORMS, EVALUATIONS
from workflow.machine import BOARD, DECIDED, NOBODY, WHY, Cause, Door, Machine, row
from workflow.say import N_
from workflow.words import Action as DO
from workflow.words import Actor as A
from workflow.words import ApplicationState as S
from workflow.words import ChangeState, DeclarationState, InstitutionState, Need, PublicationState, RequestState

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
        row(DO.SUBMIT, {S.DRAFT, S.REJECTED}, {A.STUDENT}, S.SUBMITTED, guards.is_complete, tells=BOARD),
        row(
            DO.APPROVE,
            {S.SUBMITTED},
            BOARD,
            S.APPROVED,
            guards.not_own,
            guards.institution_not_blocked,
            guards.institution_not_merged,
            guards.institution_vouched_for,
            needs=DECIDED,
            tells={A.STUDENT, A.EMPLOYER, A.HEALTH_OFFICE},
        ),
        row(
            DO.REJECT,
            {S.SUBMITTED},
            BOARD,
            S.REJECTED,
            guards.not_own,
            needs={Need.REASON, Need.PAGES, Need.DECIDER},
            tells={A.STUDENT},
        ),
        row(DO.WITHDRAW, {S.SUBMITTED}, {A.STUDENT}, S.WITHDRAWN, tells=BOARD),
        row(
            DO.CANCEL,
            {S.APPROVED},
            {A.STUDENT, A.CHAIR},
            S.CANCELLED,
            guards.not_started,
            needs=WHY,
            tells={A.STUDENT, *BOARD, A.EMPLOYER, A.HEALTH_OFFICE},
        ),
        row(
            DO.REOPEN,
            {S.REJECTED},
            {A.CHAIR},
            S.SUBMITTED,
            guards.not_own,
            guards.no_overlap,
            needs=WHY,
            tells={A.STUDENT, *BOARD},
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
        ),
        row(
            DO.RETURN,
            {S.COMPLETION},
            BOARD,
            S.RETURNED,
            guards.not_own,
            needs={Need.REASON, Need.PAGES, Need.DUE, Need.DECIDER},
            tells={A.STUDENT},
        ),
        row(
            DO.ACCEPT,
            {S.COMPLETION},
            BOARD,
            S.ACCEPTED,
            guards.not_own,
            needs={Need.DAYS, Need.DECIDER},
            tells={A.STUDENT, A.CAREER_CENTRE},
        ),
        row(
            DO.ACCEPT_PARTLY,
            {S.COMPLETION},
            BOARD,
            S.PARTLY_ACCEPTED,
            guards.not_own,
            needs={Need.DAYS, Need.REASON, Need.DECIDER},
            tells={A.STUDENT, A.CAREER_CENTRE},
        ),
        row(
            DO.NOT_ACCEPT,
            {S.COMPLETION},
            BOARD,
            S.NOT_ACCEPTED,
            guards.not_own,
            needs={Need.DAYS, Need.REASON, Need.DECIDER},
            tells={A.STUDENT, A.CAREER_CENTRE},
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
        ),
        row(DO.POSTPONE, {S.APPROVED}, NOBODY, S.APPROVED, guards.not_started, follows={_CHANGED}),
        row(DO.EXTEND, {S.APPROVED}, NOBODY, S.APPROVED, guards.is_running, follows={_CHANGED}),
        row(DO.STOP, {S.APPROVED}, NOBODY, S.STOPPED, guards.has_started, needs=WHY, follows={_CHANGED}),
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
        row(DO.ASK, {_C.NEW}, {A.STUDENT}, _C.WITH_SUPERVISOR, guards.is_complete, tells={A.EMPLOYER}),
        row(
            DO.AGREE,
            {_C.WITH_SUPERVISOR},
            {A.EMPLOYER},
            _C.WITH_COMMISSION,
            guards.is_complete,
            tells={A.STUDENT, *BOARD},
        ),
        row(DO.DECLINE, {_C.WITH_SUPERVISOR}, {A.EMPLOYER}, _C.DECLINED, needs=WHY, tells={A.STUDENT}),
        row(
            DO.APPROVE,
            {_C.WITH_COMMISSION},
            BOARD,
            _C.APPROVED,
            guards.not_own,
            guards.is_complete,
            needs=DECIDED,
            tells={A.STUDENT, A.EMPLOYER, A.HEALTH_OFFICE},
        ),
        row(
            DO.REJECT,
            {_C.WITH_COMMISSION},
            BOARD,
            _C.REJECTED,
            guards.not_own,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT, A.EMPLOYER},
        ),
        row(DO.WITHDRAW, _OPEN, {A.STUDENT}, _C.WITHDRAWN, tells={A.EMPLOYER, *BOARD}),
        row(DO.LAPSE, _OPEN, NOBODY, _C.LAPSED, follows={("application", DO.CANCEL)}),
    ),
)

_R = RequestState
REQUESTS = Machine(
    "request",
    N_("Request to the commission"),
    _R,
    _R.NEW,
    (
        row(DO.ASK, {_R.NEW}, {A.STUDENT}, _R.OPEN, tells=BOARD),
        row(
            DO.ANSWER,
            {_R.OPEN},
            BOARD,
            _R.ANSWERED,
            guards.not_own,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT},
        ),
        row(DO.ASK_AGAIN, {_R.ANSWERED}, {A.STUDENT}, _R.OPEN, needs=WHY, tells=BOARD),
        row(DO.WITHDRAW, {_R.OPEN}, {A.STUDENT}, _R.CLOSED),
        row(DO.CLOSE, {_R.ANSWERED}, {A.STUDENT, *BOARD}, _R.CLOSED),
        row(DO.REOPEN, {_R.CLOSED}, BOARD, _R.OPEN, needs=WHY, tells={A.STUDENT, *BOARD}),
    ),
)

_D = DeclarationState
_APPLIED = {("application", action) for action in (DO.CANCEL, DO.POSTPONE, DO.EXTEND, DO.STOP)}
_REFUSED = ("declaration", DO.FAIL)
HEALTH = {A.HEALTH_OFFICE}
DECLARATIONS = Machine(
    "declaration",
    N_("Insurance declaration"),
    _D,
    _D.NEW,
    (
        row(DO.RAISE, {_D.NEW}, NOBODY, _D.DUE, follows={("application", DO.APPROVE), *_APPLIED}),
        row(DO.MOVE, {_D.DUE, _D.FAILED}, NOBODY, _D.DUE, follows={*_APPLIED, _REFUSED}),
        row(DO.DROP, {_D.DUE, _D.FAILED}, NOBODY, _D.DROPPED, follows={*_APPLIED, _REFUSED}),
        row(DO.SEND, {_D.DUE, _D.FAILED}, HEALTH, _D.SENT),
        row(
            DO.CONFIRM,
            {_D.DUE, _D.SENT},
            HEALTH,
            _D.DONE,
            needs={Need.REFERENCE, Need.DECIDER},
            tells={A.STUDENT},
        ),
        row(DO.FAIL, {_D.SENT}, HEALTH, _D.FAILED, needs={Need.REASON, Need.DECIDER}, tells={A.STUDENT}),
        row(DO.CORRECT, {_D.DONE}, HEALTH, _D.DONE, needs={Need.REFERENCE, Need.REASON, Need.DECIDER}),
    ),
)

_I = InstitutionState
INSTITUTIONS = Machine(
    "institution",
    N_("Institution"),
    _I,
    _I.UNVERIFIED,
    (
        row(DO.VERIFY, {_I.UNVERIFIED}, {A.CAREER_CENTRE}, _I.VERIFIED, needs=DECIDED),
        row(
            DO.BLOCK,
            {_I.UNVERIFIED, _I.VERIFIED},
            {A.CAREER_CENTRE},
            _I.BLOCKED,
            needs={Need.REASON, Need.DECIDER},
        ),
        row(DO.UNBLOCK, {_I.BLOCKED}, {A.CAREER_CENTRE}, _I.VERIFIED, needs={Need.REASON, Need.DECIDER}),
        row(
            DO.MERGE,
            {_I.UNVERIFIED, _I.VERIFIED, _I.BLOCKED},
            {A.CAREER_CENTRE},
            _I.MERGED,
            guards.may_join,
            needs={Need.SURVIVOR, Need.DECIDER},
        ),
        row(DO.UNMERGE, {_I.MERGED}, {A.CAREER_CENTRE}, _I.UNVERIFIED, guards.survivor_stands),
        row(DO.RESTORE, {_I.UNVERIFIED}, NOBODY, _I.VERIFIED, needs=DECIDED, follows={("institution", DO.UNMERGE)}),
    ),
)

_P = PublicationState
PUBLISHERS = {A.MEMBER, A.CHAIR, A.CAREER_CENTRE, A.IT}
PUBLICATIONS = Machine(
    "publication",
    N_("Publication"),
    _P,
    _P.DRAFT,
    (
        row(DO.PUBLISH, {_P.DRAFT, _P.WITHDRAWN}, PUBLISHERS, _P.PUBLISHED, guards.has_content),
        row(DO.RETRACT, {_P.PUBLISHED}, PUBLISHERS, _P.WITHDRAWN),
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

"""The law of what closes an internship beside its application: attendance, evaluation and the forms it is asked on."""

from workflow import aftermath, guards
from workflow.machine import BOARD, NOBODY, WHY, Machine, row
from workflow.say import N_
from workflow.words import Action as DO
from workflow.words import Actor as A
from workflow.words import AttendanceState, EvaluationFormState, EvaluationState, Need

_RETURNED = ("application", DO.RETURN)

_A = AttendanceState
ATTENDANCES = Machine(
    "attendance",
    N_("Attendance sheet"),
    _A,
    _A.OPEN,
    (
        row(
            DO.ATTEST,
            {_A.OPEN},
            {A.EMPLOYER},
            _A.CONFIRMED,
            guards.not_handed_in,
            guards.last_day_reached,
            guards.is_complete,
            tells={A.STUDENT},
            then=aftermath.ATTENDANCE_ATTEST,
        ),
        row(
            DO.REVISE,
            {_A.CONFIRMED},
            {A.EMPLOYER},
            _A.OPEN,
            guards.not_handed_in,
            tells={A.STUDENT},
            then=aftermath.ATTENDANCE_REVISE,
        ),
        row(
            DO.WAIVE,
            {_A.OPEN},
            BOARD,
            _A.WAIVED,
            guards.not_own,
            guards.not_handed_in,
            guards.internship_over,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT},
            then=aftermath.ATTENDANCE_WAIVE,
        ),
        row(DO.RETURN, {_A.CONFIRMED, _A.WAIVED}, NOBODY, _A.OPEN, needs=WHY, tells={A.EMPLOYER}, follows={_RETURNED}),
    ),
)

_E = EvaluationState
EVALUATIONS = Machine(
    "evaluation",
    N_("Evaluation by the firm"),
    _E,
    _E.OPEN,
    (
        row(
            DO.GIVE,
            {_E.OPEN},
            {A.EMPLOYER},
            _E.GIVEN,
            guards.not_handed_in,
            guards.last_day_reached,
            guards.is_complete,
            tells={A.STUDENT},
            then=aftermath.EVALUATION_GIVE,
        ),
        row(
            DO.WAIVE,
            {_E.OPEN},
            BOARD,
            _E.WAIVED,
            guards.not_own,
            guards.not_handed_in,
            guards.internship_over,
            needs={Need.REASON, Need.DECIDER},
            tells={A.STUDENT},
            then=aftermath.EVALUATION_WAIVE,
        ),
        row(DO.RETURN, {_E.GIVEN, _E.WAIVED}, NOBODY, _E.OPEN, needs=WHY, tells={A.EMPLOYER}, follows={_RETURNED}),
    ),
)

_F = EvaluationFormState
EVALUATION_FORMS = Machine(
    "evaluation_form",
    N_("Evaluation form"),
    _F,
    _F.DRAFT,
    (
        row(
            DO.PUBLISH,
            {_F.DRAFT},
            {*BOARD, A.IT},
            _F.IN_USE,
            guards.is_complete,
            then=aftermath.EVALUATION_FORM_PUBLISH,
            asks_first=True,
        ),
        row(DO.RETIRE, {_F.IN_USE}, {*BOARD, A.IT}, _F.RETIRED, then=aftermath.EVALUATION_FORM_RETIRE, asks_first=True),
        row(DO.REPLACE, {_F.IN_USE}, NOBODY, _F.RETIRED, follows={("evaluation_form", DO.PUBLISH)}),
    ),
)

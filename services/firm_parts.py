"""What a firm still owes for an internship: the attendance to confirm, the evaluation to hand in."""

from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models import Application, Attendance, Evaluation
from workflow.phase import BEFORE_COMPLETION
from workflow.say import Say
from workflow.words import AttendanceState, EvaluationState

ATTENDANCE = Say("the attendance is not confirmed")
EVALUATION = Say("the evaluation is not handed in")


def still_open() -> ColumnElement[bool]:
    """Applications whose attendance or evaluation is not there, begun or not."""
    attended = select(Attendance.id).where(
        Attendance.application_id == Application.id, Attendance.state != AttendanceState.OPEN
    )
    evaluated = select(Evaluation.id).where(
        Evaluation.application_id == Application.id, Evaluation.state != EvaluationState.OPEN
    )
    return or_(~attended.exists(), ~evaluated.exists())


def owed(session: Session, application: Application, _today: date) -> list[Say]:
    """What is missing, in words that stand in a sentence; nothing once the commission has the completion."""
    if application.state not in BEFORE_COMPLETION:
        return []
    of = application.id
    attended = session.scalar(select(Attendance.state).where(Attendance.application_id == of))
    evaluated = session.scalar(select(Evaluation.state).where(Evaluation.application_id == of))
    return [
        *([ATTENDANCE] if attended in {None, AttendanceState.OPEN} else []),
        *([EVALUATION] if evaluated in {None, EvaluationState.OPEN} else []),
    ]


def missing(session: Session, application: Application, today: date) -> Say | None:
    """What is missing, as one piece of a sentence."""
    found = owed(session, application, today)
    if len(found) > 1:
        return Say("%(one)s, and %(other)s", one=found[0], other=found[1])
    return found[0] if found else None

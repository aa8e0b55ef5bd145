"""Closing an internship ("Staj Sonlandır"): what is still to be done, handing in, assessing, reopening."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from models import (
    Absence,
    Application,
    Attendance,
    Document,
    Evaluation,
    LogEntry,
    Step,
)
from services import change_requests, ledger
from services.calendar import calendar_for
from services.standing import Standing
from services.transition import Refused, brings_about, checked_before, follow, take
from services.wizard.checks import counted_place
from workflow import policy as law
from workflow.days import days_text
from workflow.guards import Moment, has_ended
from workflow.phase import OPEN_TO_CREDIT, TAKES_PLACE
from workflow.say import Say
from workflow.transitions import APPLICATIONS
from workflow.words import Action, AttendanceState, EvaluationState, Need, Part, Purpose
from workflow.working_days import Count, count

ASSESSMENTS = (Action.ACCEPT, Action.ACCEPT_PARTLY, Action.NOT_ACCEPT)


@dataclass(frozen=True)
class Parts:
    """How far the parts of a completion have come. A row that nobody has begun is None."""

    ended: Say | None
    logbook: Document | None
    entries: int
    attendance: Attendance | None
    evaluation: Evaluation | None
    change_open: bool

    @property
    def has_logbook(self) -> bool:
        return self.logbook is not None or self.entries > 0

    @property
    def attended(self) -> bool:
        return self.attendance is not None and self.attendance.state is not AttendanceState.OPEN

    @property
    def evaluated(self) -> bool:
        return self.evaluation is not None and self.evaluation.state is not EvaluationState.OPEN

    @property
    def missing(self) -> tuple[Say, ...]:
        """What stands between this internship and handing its completion in, in the order of the steps."""
        asked = (
            (self.ended is not None, self.ended),
            (self.change_open, Say("A change request is still open; the dates may change. Wait for its answer or withdraw it.")),
            (not self.has_logbook, Say("Upload the logbook or report, or write the daily entries here.")),
            (not self.attended, Say("The firm has not confirmed the attendance yet.")),
            (not self.evaluated, Say("The firm has not handed in its evaluation yet.")),
        )  # fmt: skip
        return tuple(say for is_missing, say in asked if is_missing and say)


def parts(session: Session, application: Application, today: date) -> Parts:
    """How far the parts have come, in four statements."""
    of = application.id
    newest = select(Document).where(Document.application_id == of, Document.purpose == Purpose.LOGBOOK)
    return Parts(
        has_ended(application, Moment(today)),
        session.scalars(newest.order_by(Document.id.desc()).limit(1)).first(),
        len(session.scalars(select(LogEntry.id).where(LogEntry.application_id == of)).all()),
        session.scalar(select(Attendance).where(Attendance.application_id == of)),
        session.scalar(select(Evaluation).where(Evaluation.application_id == of)),
        change_requests.waiting(session, application) is not None,
    )


def counted(session: Session, application: Application, language: str = "tr") -> Count:
    """The day-by-day count of the effective dates with the absences the firm noted; raises BadDates."""
    assert application.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
    assert application.ends_on  # noqa: S101
    absences = select(Absence.day, Absence.half_days).where(Absence.application_id == application.id)
    return count(
        application.starts_on,
        application.ends_on,
        counted_place(application),
        calendar_for(session, application.starts_on, application.ends_on, language),
        half_day_worth=law.half_day_worth(application.policy.rules if application.policy else {}),
        absences={row.day: row.half_days for row in session.execute(absences)},
    )


def hand_in(
    session: Session,
    application: Application,
    *,
    standing: Standing,
    today: date,
    seen: int | None = None,
    at: datetime | None = None,
) -> Step:
    """Hand the completion in to the commission; what was written is theirs to read from now on. Raises Refused."""
    half_days = counted(session, application).half_days
    half_days = min(half_days, application.half_days or 0)  # a decree since then credits nobody more than planned
    step = take(
        session,
        application,
        Action.COMPLETE,
        standing=standing,
        today=today,
        seen=seen,
        at=at,
        facts={"counted": half_days},
        values={Need.COUNTED.value: half_days, Need.DAYS.value: None, Need.DUE.value: None},
    )
    for model in (Document, LogEntry):
        session.execute(
            update(model)
            .where(model.application_id == application.id, model.submitted_at.is_(None))
            .values(submitted_at=step.at),
            execution_options={"by_hand": True, "synchronize_session": "fetch"},
        )
    return step


def send_back(  # noqa: PLR0913 -- the facts of a return, named
    session: Session,
    application: Application,
    concerned: Sequence[Part],
    due_on: date,
    *,
    reason: str,
    standing: Standing,
    today: date,
    seen: int | None = None,
    at: datetime | None = None,
) -> Step:
    """Return a completion for correction by `due_on`; raises Refused."""
    if due_on <= today:
        raise Refused(Say("The day of correction lies after today."))
    return take(
        session,
        application,
        Action.RETURN,
        standing=standing,
        today=today,
        seen=seen,
        reason=reason,
        pages=[part.value for part in concerned],
        facts={"due_on": due_on.isoformat()},
        values={Need.DUE.value: due_on},
        at=at,
    )


def assess(  # noqa: PLR0913 -- the facts of an assessment, named
    session: Session,
    application: Application,
    half_days: int,
    *,
    reason: str | None = None,
    standing: Standing,
    today: date,
    seen: int | None = None,
    at: datetime | None = None,
) -> Step:
    """Accept `half_days` of those counted: all, some or none; raises Refused."""
    all_of_them = application.counted_half_days or 0
    if not 0 <= half_days <= all_of_them:
        raise Refused(Say("Between 0 and %(days)s days can be accepted.", days=days_text(all_of_them)))
    action = Action.ACCEPT if half_days == all_of_them else Action.ACCEPT_PARTLY if half_days else Action.NOT_ACCEPT
    return take(
        session,
        application,
        action,
        standing=standing,
        today=today,
        seen=seen,
        reason=reason,
        facts={"accepted": [half_days, all_of_them]},
        values={Need.DAYS.value: half_days},
        at=at,
    )


@checked_before(APPLICATIONS, Action.COMPLETE)
def _all_parts(session: Session, application: Application, today: date) -> tuple[Say, ...]:
    return parts(session, application, today).missing


@checked_before(APPLICATIONS, Action.REASSESS)
def _nothing_built_on_it(session: Session, application: Application, _today: date) -> tuple[Say, ...]:
    """A later application of the student for the same internship was judged by the days credited here."""
    later = exists().where(
        Application.student_id == application.student_id,
        Application.internship_type_id == application.internship_type_id,
        Application.id != application.id,
        Application.submitted_at > application.decided_at,
        or_(Application.state.in_(sorted(TAKES_PLACE)), Application.state.in_(sorted(OPEN_TO_CREDIT))),
    )
    if session.scalar(select(later)):
        return (Say("A later application of the student builds on this decision; it stays."),)
    return ()


@brings_about(APPLICATIONS, Action.RETURN)
def _what_the_firm_owes_again(session: Session, application: Application, step: Step, today: date) -> None:
    for part, model in ((Part.ATTENDANCE, Attendance), (Part.EVALUATION, Evaluation)):
        row = session.scalar(select(model).where(model.application_id == application.id))
        if part in (application.pages or ()) and row is not None:
            follow(session, row, Action.RETURN, step, today=today, reason=step.reason)


@brings_about(APPLICATIONS, *ASSESSMENTS)
def _credit(session: Session, application: Application, step: Step, _today: date) -> None:
    ledger.credit(session, application, application.accepted_half_days or 0, step)


@brings_about(APPLICATIONS, Action.REASSESS)
def _uncredit(session: Session, application: Application, step: Step, _today: date) -> None:
    ledger.uncredit(session, application, step)

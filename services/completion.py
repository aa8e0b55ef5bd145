"""Closing an internship ("Staj Sonlandır"): what is still to be done, handing in, assessing, reopening."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Application, Attendance, Document, Evaluation, LogEntry, Step, utcnow
from services import evaluations, ledger, recount
from services.calendar import share
from services.completion_parts import Parts, Task, answers, counted, history, parts, tasks
from services.standing import Standing
from services.transition import Outrun, Refused, brings_about, checked_before, follow, hold, take
from services.wizard.checks import Judgement
from workflow.days import days_text
from workflow.phase import OPEN_TO_CREDIT, TAKES_PLACE
from workflow.say import Say
from workflow.transitions import APPLICATIONS
from workflow.words import Action, Need, Part
from workflow.words import ApplicationState as S

__all__ = [
    "ASSESSMENTS",
    "Parts",
    "Task",
    "answers",
    "as_stored",
    "assess",
    "counted",
    "hand_in",
    "history",
    "parts",
    "reopen",
    "send_back",
    "tasks",
    "waive",
]

ASSESSMENTS = (Action.ACCEPT, Action.ACCEPT_PARTLY, Action.NOT_ACCEPT)


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
    share(session)
    hold(session, application)  # what the firm takes back from now on waits for this
    found, at = parts(session, application, today), at or utcnow()
    half_days = found.count.half_days if found.count else 0
    half_days = min(half_days, application.half_days or 0)
    step = take(
        session,
        application,
        Action.COMPLETE,
        standing=standing,
        today=today,
        seen=seen,
        at=at,
        facts={
            "counted": half_days,
            "logbook": found.logbook.sha256 if found.logbook else None,
            "entries": found.written,
        },
        values={Need.COUNTED.value: half_days, Need.DAYS.value: None, Need.DUE.value: None, "handed_in_at": at},
    )
    for row in (*_not_yet(session, application, Document), *_not_yet(session, application, LogEntry)):
        row.submitted_at = step.at
    session.flush()
    return step


def as_stored(application: Application, found: Parts) -> Judgement:
    """The days worked, day by day; once they were handed in, with the count that is stored."""
    stored = None if application.state in {S.APPROVED, S.STOPPED} else application.counted_half_days
    return Judgement(found.count, (), found.problem, stored)


def _not_yet(session: Session, application: Application, model: Any) -> Sequence[Any]:
    """What was added since it was handed in last."""
    found = select(model).where(model.application_id == application.id, model.submitted_at.is_(None))
    return session.scalars(found).all()


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


def reopen(  # noqa: PLR0913 -- the facts of a step, named
    session: Session,
    application: Application,
    *,
    reason: str,
    standing: Standing,
    today: date,
    seen: int | None = None,
    at: datetime | None = None,
) -> Step:
    """Assess once more: what was credited is taken back; raises Refused."""
    return take(
        session,
        application,
        Action.REASSESS,
        standing=standing,
        today=today,
        seen=seen,
        reason=reason,
        facts={"accepted": [application.accepted_half_days, application.counted_half_days]},
        values={Need.DAYS.value: None},
        at=at,
    )


def waive(  # noqa: PLR0913 -- the facts of a step, named
    session: Session,
    application: Application,
    part: Part,
    *,
    reason: str,
    standing: Standing,
    today: date,
    at: datetime | None = None,
) -> Step:
    """Go on without the firm's attendance sheet or evaluation, begun or not; raises Refused."""
    row = _of_the_firm(session, application, part)
    return take(session, row, Action.WAIVE, standing=standing, today=today, reason=reason, at=at)


def _of_the_firm(session: Session, application: Application, part: Part) -> Attendance | Evaluation:
    """What the firm writes for this part; where nobody has begun it, begun now."""
    model: Any = Attendance if part is Part.ATTENDANCE else Evaluation
    begun: Attendance | Evaluation | None = session.scalars(
        select(model).where(model.application_id == application.id)
    ).one_or_none()
    if begun:
        return begun
    same = ("student_id", "department_id", "supervisor_id")
    facts = {"application_id": application.id} | {name: getattr(application, name) for name in same}
    if model is Evaluation:
        form = evaluations.in_use(session, application.department_id)
        if form is None:
            raise Refused(Say("No evaluation form is in use. Publish one first."))
        facts["form_id"] = form.id
    made: Attendance | Evaluation = model(**facts)
    session.add(made)
    try:
        session.flush()
    except IntegrityError:  # the firm began it this very moment
        session.rollback()
        raise Outrun from None
    return made


@checked_before(APPLICATIONS, Action.COMPLETE)
def _all_parts(session: Session, application: Application, today: date) -> tuple[Say, ...]:
    return parts(session, application, today).missing


@checked_before(APPLICATIONS, Action.REASSESS)
def _nothing_built_on_it(session: Session, application: Application, _today: date) -> tuple[Say, ...]:
    """A later application or credit of the student for the same internship was judged by the days credited here."""
    later = exists().where(
        Application.student_id == application.student_id,
        Application.internship_type_id == application.internship_type_id,
        Application.id != application.id,
        Application.submitted_at > application.decided_at,
        or_(Application.state.in_(sorted(TAKES_PLACE)), Application.state.in_(sorted(OPEN_TO_CREDIT))),
    )
    if session.scalar(select(later)):
        return (Say("A later application of the student builds on this decision; it stays."),)
    if ledger.built_on(session, application):
        return (Say("A later line of the obligation ledger builds on this decision; take that line back first."),)
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


@brings_about(APPLICATIONS, Action.REOPEN, Action.REASSESS)
def _counted_anew(session: Session, application: Application, step: Step, _today: date) -> None:
    """While a file was decided its count stood still."""
    recount.again(session, application, step)


@brings_about(APPLICATIONS, Action.REASSESS)
def _uncredit(session: Session, application: Application, step: Step, _today: date) -> None:
    ledger.uncredit(session, application, step)

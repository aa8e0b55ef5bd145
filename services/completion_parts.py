"""How far the parts of a completion have come, and what is to be done next, in the order of the steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Absence, Application, Attendance, Document, Evaluation, EvaluationAnswer, Step
from services import audit, change_requests, logbook
from services.calendar import calendar_for
from services.logbook import LogDay
from services.sign_in import ISTANBUL
from services.wizard.checks import counted_place
from workflow import policy as law
from workflow.days import days_text
from workflow.guards import Moment, has_ended
from workflow.phase import ASSESSED, BEFORE_COMPLETION
from workflow.say import N_, Say
from workflow.words import Action, ApplicationState, AttendanceState, EvaluationState, Part, Purpose
from workflow.working_days import BadDates, Count, count

CHANGE_OPEN = Say("A change request is still open; the dates may change. Wait for its answer or withdraw it.")


@dataclass(frozen=True)
class Parts:
    """How far the parts of a completion have come. A row that nobody has begun is None.

    `count` is None where the days cannot be counted; `problem` says why.
    """

    ended: Say | None
    logbook: Document | None
    count: Count | None
    problem: Say | None
    days: tuple[LogDay, ...]
    today: date
    absences: tuple[Absence, ...]
    missed: int  # half-days the absences take off the count; one outside the dates by now takes off nothing
    attendance: Attendance | None
    evaluation: Evaluation | None
    change_open: bool
    signed: dict[str, str]

    @property
    def written(self) -> int:
        """Days with an entry."""
        return sum(day.entry is not None for day in self.days)

    @property
    def unwritten(self) -> int:
        """Counted days up to today without an entry."""
        return sum(day.missing for day in self.days if day.day <= self.today)

    @property
    def ahead(self) -> int:
        """Counted days that are still to come."""
        return sum(day.half_days > 0 for day in self.days if day.day > self.today)

    @property
    def has_logbook(self) -> bool:
        """A file, or an entry for each day that counts."""
        return self.logbook is not None or (self.written > 0 and not self.unwritten and not self.ahead)

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
            (self.change_open, CHANGE_OPEN),
            (self.problem is not None, self.problem),
            (not self.has_logbook, self.no_logbook),
            (not self.attended, Say("The firm has not confirmed the attendance yet.")),
            (not self.evaluated, Say("The firm has not handed in its evaluation yet.")),
        )  # fmt: skip
        return tuple(say for is_missing, say in asked if is_missing and say)

    @property
    def no_logbook(self) -> Say:
        """What is missing of the logbook."""
        if not self.written:
            return Say("Upload the logbook or report, or write the daily entries here.")
        if not self.unwritten:
            return Say("Every working day up to today has its entry; days still to come: %(days)s.", days=self.ahead)
        return Say(
            "Working days up to today without an entry in the logbook: %(days)s. Write them, or upload the logbook as a file.",
            days=self.unwritten,
        )


def parts(session: Session, application: Application, today: date, language: str = "tr") -> Parts:
    """How far the parts have come, as far as the reader reaches them."""
    of = application.id
    newest = select(Document).where(Document.application_id == of, Document.purpose == Purpose.LOGBOOK)
    missed = session.scalars(select(Absence).where(Absence.application_id == of).order_by(Absence.day)).all()
    days_counted, problem, off = None, None, 0
    try:
        days_counted = _count(session, application, missed, language)
        off = _count(session, application, (), language).half_days - days_counted.half_days if missed else 0
    except BadDates as bad:
        problem = bad.say
    return Parts(
        has_ended(application, Moment(today)),
        session.scalars(newest.order_by(Document.id.desc()).limit(1)).first(),
        days_counted,
        problem,
        tuple(logbook.days(logbook.entries(session, application), days_counted or Count(()))),
        today,
        tuple(missed),
        off,
        session.scalar(select(Attendance).where(Attendance.application_id == of)),
        session.scalar(select(Evaluation).where(Evaluation.application_id == of).options(joinedload(Evaluation.form))),
        change_requests.waiting(session, application) is not None,
        _signed(session, application),
    )


def _signed(session: Session, application: Application) -> dict[str, str]:
    """Who confirmed and who evaluated, by part: whoever took the file over since did neither."""
    done: dict[Any, Action] = {Attendance: Action.ATTEST, Evaluation: Action.GIVE}
    found: dict[str, str] = {}
    for model, action in done.items():
        of = select(model.id).where(model.application_id == application.id).scalar_subquery()
        last = select(Step.by_name).where(Step.machine == model.__tablename__, Step.row_id == of, Step.action == action)
        if name := session.scalars(last.order_by(Step.seq.desc()).limit(1)).first():
            found[model.__tablename__] = name
    return found


def history(session: Session, application: Application, found: Parts) -> list[Step]:
    """What happened to the application and to what the firm wrote for it, oldest first."""
    rows = (application, found.attendance, found.evaluation)
    steps = [step for row in rows if row for step in audit.timeline(session, row.__tablename__, row.id)]
    return sorted(steps, key=lambda step: (step.at, step.id))


def answers(session: Session, application: Application) -> Sequence[EvaluationAnswer]:
    """What the firm answered, question by question; nothing to whom it is still sealed."""
    found = select(EvaluationAnswer).where(EvaluationAnswer.application_id == application.id)
    whole = found.options(joinedload(EvaluationAnswer.question))
    return sorted(session.scalars(whole), key=lambda answer: answer.question.position)


def counted(session: Session, application: Application, language: str = "tr") -> Count:
    """The day-by-day count of the effective dates with the absences the firm noted; raises BadDates."""
    missed = session.scalars(select(Absence).where(Absence.application_id == application.id)).all()
    return _count(session, application, missed, language)


def _count(session: Session, application: Application, missed: Sequence[Absence], language: str) -> Count:
    assert application.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
    assert application.ends_on  # noqa: S101
    return count(
        application.starts_on,
        application.ends_on,
        counted_place(application),
        calendar_for(session, application.starts_on, application.ends_on, language),
        half_day_worth=law.half_day_worth(application.policy.rules if application.policy else {}),
        absences={absence.day: absence.half_days for absence in missed},
    )


DONE, NOW, FIRM, AHEAD = "done", "now", "firm", "ahead"
TURN = {DONE: N_("Done"), NOW: N_("Your turn"), FIRM: N_("The firm's turn"), AHEAD: N_("Not yet")}


@dataclass(frozen=True)
class Task:
    """One step of the list: `standing` says whose turn it is; `returned` that the commission sent this part back."""

    name: str
    label: str
    standing: str
    say: Say
    returned: bool = False

    @property
    def turn(self) -> str:
        """The standing in words."""
        return TURN[self.standing]


def tasks(application: Application, found: Parts, today: date) -> list[Task]:
    """The five steps of a completion, each with its state and what comes next."""
    back = set(application.pages or ()) if application.state is ApplicationState.RETURNED else set()
    return [
        _ended(application, found),
        Task("logbook", Part.LOGBOOK.label, *_logbook(application, found, today, back), Part.LOGBOOK in back),
        Task("attendance", Part.ATTENDANCE.label, *_attendance(application, found, back), Part.ATTENDANCE in back),
        Task("evaluation", Part.EVALUATION.label, *_evaluation(application, found, back), Part.EVALUATION in back),
        Task("submit", N_("Hand in"), *_submit(application, found)),
    ]


def _ended(application: Application, found: Parts) -> Task:
    label = N_("The internship has ended")
    if found.ended:
        return Task("ended", label, AHEAD, found.ended)
    if found.change_open:
        return Task("ended", label, NOW, CHANGE_OPEN)
    return Task("ended", label, DONE, Say("It ended on %(day)s.", day=application.ends_on))


def _logbook(application: Application, found: Parts, today: date, back: set[str]) -> tuple[str, Say]:
    if Part.LOGBOOK in back:
        return NOW, Say("Correct the logbook, then hand the completion in again.")
    if found.logbook:
        return DONE, Say("Uploaded: %(name)s", name=found.logbook.filename)
    if found.has_logbook:
        return DONE, Say("Written here, for each of %(days)s days.", days=found.written)
    shut = logbook.closed(application, today)
    if shut:
        return AHEAD, shut
    return NOW if found.unwritten or not found.written else AHEAD, found.no_logbook


def _attendance(application: Application, found: Parts, back: set[str]) -> tuple[str, Say]:
    row, person = found.attendance, application.supervisor.name if application.supervisor else ""
    if row and row.state is AttendanceState.CONFIRMED:
        person = found.signed.get("attendance", person)
        if not found.missed:
            return DONE, Say("%(person)s confirmed it, without an absence.", person=person)
        return DONE, Say(
            "%(person)s confirmed it, with %(days)s days of absence.", person=person, days=days_text(found.missed)
        )
    if row and row.state is AttendanceState.WAIVED:
        return DONE, Say("The commission goes on without it: %(reason)s", reason=row.reason)
    if Part.ATTENDANCE in back:
        return FIRM, Say("%(person)s was written to and corrects it; you are told when it is confirmed.", person=person)
    if found.ended:
        return AHEAD, Say("%(person)s keeps it week by week and confirms it at the end.", person=person)
    return FIRM, Say("%(person)s confirms the days you were there; you are told when it is done.", person=person)


def _evaluation(application: Application, found: Parts, back: set[str]) -> tuple[str, Say]:
    row, person = found.evaluation, application.supervisor.name if application.supervisor else ""
    if row and row.state is EvaluationState.GIVEN:
        person = found.signed.get("evaluation", person)
        if application.state in ASSESSED:
            return DONE, Say("%(person)s handed it in; you can read it below.", person=person)
        return DONE, Say("%(person)s handed it in. It stays sealed until the commission has decided.", person=person)
    if row and row.state is EvaluationState.WAIVED:
        return DONE, Say("The commission goes on without it: %(reason)s", reason=row.reason)
    if Part.EVALUATION in back:
        return FIRM, Say(
            "%(person)s was written to and goes through it again; you are told when it is there.", person=person
        )
    if found.ended:
        return AHEAD, Say("%(person)s evaluates you once the internship has ended.", person=person)
    return FIRM, Say("%(person)s evaluates your internship; you are told when it is there.", person=person)


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(ISTANBUL).date() if moment else None


def _submit(application: Application, found: Parts) -> tuple[str, Say]:
    if application.state not in BEFORE_COMPLETION:
        return DONE, Say("Handed in to the commission on %(day)s.", day=_day(application.handed_in_at))
    if len(found.missing) > 1:
        return AHEAD, Say("Once the steps above are done.")
    if found.missing:
        return AHEAD, found.missing[0]
    return NOW, Say("Everything is there. Look at the day count below, then hand it in to the commission.")

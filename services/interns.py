"""A firm's interns at one glance: what waits for its answer, each with its deadline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from models import Application, Attendance, AttendanceWeek, ChangeRequest, Evaluation
from services import answer_links, attendance
from services.calendar import calendar_for
from services.scope import among
from services.standing import Standing
from workflow.days import FIRM_WITHIN
from workflow.phase import BEFORE_COMPLETION
from workflow.say import N_, Say
from workflow.turkish import collation_key
from workflow.weeks import Week, weeks
from workflow.words import AttendanceState, ChangeState, EvaluationState, Word
from workflow.working_days import BadDates

MOST = 50  # of each kind at one glance; whoever has more answers these first


class Awaited(Word):
    """What a firm is asked for."""

    CHANGE = "change", N_("Change request")
    WEEKS = "weeks", N_("Attendance")
    CONFIRMATION = "confirmation", N_("Confirm the attendance")
    EVALUATION = "evaluation", N_("Evaluation")


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the firm: about whom, what, until when. `key` is the change request's or application's."""

    what: Awaited
    key: int
    student: str
    note: Say
    due_on: date

    def late(self, today: date) -> bool:
        return self.due_on < today


@dataclass
class _Open:
    """An internship that began and whose part of the firm is not done."""

    application: Application
    attendance: AttendanceState | None
    evaluation: EvaluationState | None
    saved: dict[date, date]

    @property
    def due_on(self) -> date:
        """When the firm's part is due: what was returned has a day of its own."""
        assert self.application.ends_on  # noqa: S101 -- it began
        return self.application.due_on or self.application.ends_on + timedelta(days=FIRM_WITHIN)


def waiting(session: Session, standing: Standing, today: date) -> list[Waiting]:
    """Everything that waits for this firm, the nearest deadline first; in three statements, whatever the rows."""
    found = [*_changes(session, standing), *_parts(session, standing, today)]
    return sorted(found, key=lambda w: (w.due_on, collation_key(w.student)))


def _not_own(model: Any, standing: Standing) -> list[ColumnElement[bool]]:
    return [model.student_id != standing.student_id] if standing.student_id else []


def _changes(session: Session, standing: Standing) -> Iterable[Waiting]:
    asked = (
        select(ChangeRequest)
        .where(
            among(ChangeRequest.supervisor_id, standing.supervises_as),
            ChangeRequest.state == ChangeState.WITH_SUPERVISOR,
            *_not_own(ChangeRequest, standing),
        )
        .options(joinedload(ChangeRequest.application))
        .order_by(ChangeRequest.asked_at)
        .limit(MOST)
    )
    for row in session.scalars(asked):
        yield Waiting(
            Awaited.CHANGE,
            row.id,
            row.application.student_name,
            Say("Asks to change the dates: %(kind)s", kind=row.kind)
            if row.kind.moves
            else Say("Asks you to be the supervisor"),
            answer_links.last_day(row),
        )


def _parts(session: Session, standing: Standing, today: date) -> Iterable[Waiting]:
    opened = _opened(session, standing, today)
    if not opened:
        return
    first = min(o.application.starts_on for o in opened if o.application.starts_on)
    last = max(o.application.ends_on for o in opened if o.application.ends_on)
    calendar = calendar_for(session, first, last)
    for one in opened:
        try:
            through = weeks(attendance.planned(one.application, calendar), today, one.saved)
        except BadDates:  # IT is told on its own page; the attendance page says it too
            through = ()
        yield from _of_attendance(one, through, today)
        yield from _of_evaluation(one, today)


def _opened(session: Session, standing: Standing, today: date) -> Sequence[_Open]:
    mine = (
        among(Application.supervisor_id, standing.supervises_as),
        Application.state.in_(sorted(BEFORE_COMPLETION)),
        Application.starts_on <= today,
        *_not_own(Application, standing),
    )
    undone = or_(
        Attendance.state.is_(None), Attendance.state == AttendanceState.OPEN,
        Evaluation.state.is_(None), Evaluation.state == EvaluationState.OPEN,
    )  # fmt: skip
    with_parts = (
        select(Application.id)
        .outerjoin(Attendance, Attendance.application_id == Application.id)
        .outerjoin(Evaluation, Evaluation.application_id == Application.id)
    )
    keys = with_parts.where(*mine, undone).order_by(Application.ends_on, Application.id).limit(MOST).subquery()
    rows = session.execute(
        select(Application, Attendance.state, Evaluation.state, AttendanceWeek.monday, AttendanceWeek.saved_at)
        .join(keys, keys.c.id == Application.id)
        .outerjoin(Attendance, Attendance.application_id == Application.id)
        .outerjoin(Evaluation, Evaluation.application_id == Application.id)
        .outerjoin(AttendanceWeek, AttendanceWeek.application_id == Application.id)
        .options(joinedload(Application.policy))
    )
    found: dict[int, _Open] = {}
    for application, attended, evaluated, monday, saved_at in rows:
        one = found.setdefault(application.id, _Open(application, attended, evaluated, {}))
        if monday:
            one.saved[monday] = attendance.on(saved_at)
    return [*found.values()]


def _of_attendance(one: _Open, through: Sequence[Week], today: date) -> Iterable[Waiting]:
    if one.attendance not in {None, AttendanceState.OPEN}:
        return
    row, missing = one.application, [w for w in through if w.waits(today)]
    assert row.ends_on  # noqa: S101
    if missing:
        due = row.due_on or min(w.due_on for w in missing if w.due_on)
        note = Say("Weeks to go through: %(weeks)s", weeks=len(missing))
        yield Waiting(Awaited.WEEKS, row.id, row.student_name, note, due)
    elif row.ends_on < today:
        note = Say("Every week is gone through; please confirm.")
        yield Waiting(Awaited.CONFIRMATION, row.id, row.student_name, note, one.due_on)


def _of_evaluation(one: _Open, today: date) -> Iterable[Waiting]:
    row = one.application
    assert row.ends_on  # noqa: S101
    if one.evaluation not in {None, EvaluationState.OPEN} or row.ends_on > today:
        return
    note = Say("Begun, not handed in yet") if one.evaluation else Say("The form takes a few minutes.")
    yield Waiting(Awaited.EVALUATION, row.id, row.student_name, note, one.due_on)

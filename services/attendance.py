"""The attendance sheet a firm keeps: week by week, absences with their reasons, confirmed once the internship is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Absence, Application, Attendance, AttendanceWeek, Step, utcnow
from services import recount
from services.calendar import calendar_for, share
from services.sign_in import ISTANBUL
from services.standing import Standing
from services.transition import Outrun, Refused, checked_before, take
from services.wizard.checks import counted_place
from workflow import guards
from workflow import policy as law
from workflow.completion import ATTENDANCES
from workflow.days import Calendar, Count
from workflow.guards import Moment
from workflow.phase import BEFORE_COMPLETION
from workflow.say import Say
from workflow.weeks import Missed, Week, weeks
from workflow.words import Action, Actor, ApplicationState, AttendanceState, WeekState
from workflow.working_days import BadDates, count

CONFIRMED = Say("The attendance is confirmed. To change a week, first choose “Correct the attendance”.")
HANDED_IN = Say("The completion was handed in to the commission; the attendance stays as it is.")
GIVE_REASON = Say("Write why the intern was absent on %(day)s.")


@dataclass(frozen=True)
class Sheet:
    """A whole attendance sheet. `row` is None until a week was kept; `outside` lies outside the dates by now."""

    row: Attendance | None
    weeks: tuple[Week, ...]
    outside: tuple[Absence, ...]

    @property
    def open(self) -> bool:
        """Whether weeks can be changed, as far as the sheet says."""
        return self.row is None or self.row.state is AttendanceState.OPEN

    @property
    def planned(self) -> int:
        """Half-days, nobody missing."""
        return sum(d.day.half_days for w in self.weeks for d in w.days)

    @property
    def worked(self) -> int:
        """Half-days so far."""
        return sum(d.worked for w in self.weeks for d in w.days)

    @property
    def missed(self) -> int:
        """Half-days so far."""
        return sum(d.missed_half_days for w in self.weeks for d in w.days)

    def week(self, monday: date) -> Week | None:
        return next((w for w in self.weeks if w.monday == monday), None)

    @property
    def next(self) -> Week | None:
        """The week to go through next."""
        return next((w for w in self.weeks if w.state is WeekState.OPEN), None)


def sheet(session: Session, application: Application, today: date, language: str = "tr") -> Sheet:
    """The sheet of an approved internship by its effective dates; raises BadDates."""
    of = application.id
    row = session.scalar(select(Attendance).where(Attendance.application_id == of))
    kept = session.scalars(select(AttendanceWeek).where(AttendanceWeek.application_id == of)).all()
    absent = session.scalars(select(Absence).where(Absence.application_id == of).order_by(Absence.day)).all()
    assert application.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
    assert application.ends_on  # noqa: S101
    calendar = calendar_for(session, application.starts_on, application.ends_on, language)
    saved = {week.monday: on(week.saved_at) for week in kept}
    missed = {a.day: Missed(a.half_days, a.reason) for a in absent}
    outside = tuple(a for a in absent if not application.starts_on <= a.day <= application.ends_on)
    return Sheet(row, weeks(planned(application, calendar), today, saved, missed), outside)


def planned(application: Application, calendar: Calendar) -> Count:
    """The day-by-day count of the effective dates, nobody missing; raises BadDates."""
    assert application.starts_on  # noqa: S101
    assert application.ends_on  # noqa: S101
    worth = law.half_day_worth(application.policy.rules if application.policy else {})
    return count(application.starts_on, application.ends_on, counted_place(application), calendar, half_day_worth=worth)


def on(moment: datetime) -> date:
    """The day in Istanbul."""
    return moment.astimezone(ISTANBUL).date()


def refusal(application: Application, kept: Sheet) -> Say | None:
    """Why no week can be changed now, or None."""
    if kept.row is not None and kept.row.state is AttendanceState.CONFIRMED:
        return CONFIRMED
    if kept.row is not None and kept.row.state is not AttendanceState.OPEN:
        return Say("The commission goes on without the firm's attendance sheet.")
    return None if application.state in BEFORE_COMPLETION else HANDED_IN


def keep(  # noqa: PLR0913 -- the facts of a week, named
    session: Session,
    application: Application,
    monday: date,
    missed: Mapping[date, Missed],
    *,
    standing: Standing,
    today: date,
    seen: str | None = None,
    at: datetime | None = None,
) -> None:
    """Keep one week: nobody was missing on a day that `missed` does not name.

    `seen` is the week's stamp as it was drawn. Raises Refused, or Outrun where another tab was faster. The caller commits.
    """
    share(session)
    row = _begun(session, application)
    found = sheet(session, application, today)
    week = found.week(monday)
    if said := refusal(application, found):
        raise Refused(said)
    if week is None or not week.asked:
        raise Refused(Say("This week has no day to ask about yet."))
    for day in week.asked:
        if (gap := missed.get(day.day.day)) and not gap.reason.strip():
            raise Refused(Say(GIVE_REASON.msgid, day=day.day.day))
    wanted = _worth(week, missed)
    if seen is not None and seen != week.stamp and wanted != week.gaps:  # a second tap says the same again
        raise Outrun
    try:
        _write(session, row, week, wanted, standing, at or utcnow())
        _recount(session, application, standing, at or utcnow())
    except IntegrityError:  # the other telephone
        session.rollback()
        raise Outrun from None


def _worth(week: Week, missed: Mapping[date, Missed]) -> dict[date, Missed]:
    """What is to be kept: of the days asked about, and of each no more than it is worth."""
    asked = {d.day.day: d.day.half_days for d in week.asked}
    return {
        day: Missed(min(gap.half_days, asked[day]), gap.reason.strip()) for day, gap in missed.items() if day in asked
    }


def _write(
    session: Session, row: Attendance, week: Week, missed: Mapping[date, Missed], standing: Standing, at: datetime
) -> None:
    of = {name: getattr(row, name) for name in ("application_id", "student_id", "department_id", "supervisor_id")}
    asked = [d.day.day for d in week.asked]
    there = select(Absence).where(Absence.application_id == row.application_id, Absence.day.in_(asked))
    absences = {a.day: a for a in session.scalars(there)}
    for day in asked:
        gap, stands = missed.get(day), absences.get(day)
        if gap is None:
            if stands is not None:
                session.delete(stands)
            continue
        stands = stands or Absence(day=day, **of)
        stands.half_days, stands.reason = gap.half_days, gap.reason
        session.add(stands)
    kept = session.scalar(
        select(AttendanceWeek).where(
            AttendanceWeek.application_id == row.application_id, AttendanceWeek.monday == week.monday
        )
    ) or AttendanceWeek(monday=week.monday, **of)
    kept.saved_at, kept.saved_by = at, standing.name
    session.add(kept)
    session.flush()


def _recount(session: Session, application: Application, standing: Standing, at: datetime) -> None:
    """Of a completion that came back the days worked are stored already: an absence changes them."""
    if application.state is ApplicationState.RETURNED:
        by = next(a for a in (Actor.EMPLOYER, *Actor) if a in standing.actors)
        cause = Step(
            machine="attendance", row_id=application.id, seq=0, actor=by, by_id=standing.user_id, by_name=standing.name, at=at,
            facts={},
        )  # fmt: skip
        recount.again(session, application, cause)


def _begun(session: Session, application: Application) -> Attendance:
    """The sheet of this internship, held until the transaction ends, so that nobody confirms it meanwhile."""
    found = select(Attendance).where(Attendance.application_id == application.id).with_for_update()
    row = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        same = ("student_id", "department_id", "supervisor_id")
        row = Attendance(application_id=application.id, **{name: getattr(application, name) for name in same})
        row.application = application
        session.add(row)
        try:
            session.flush()
        except IntegrityError:
            session.rollback()
            raise Outrun from None
    return row


def attest(  # noqa: PLR0913 -- the facts of a step, named
    session: Session,
    application: Application,
    *,
    standing: Standing,
    today: date,
    seen: int | None = None,
    worked: int | None = None,
    at: datetime | None = None,
) -> Step:
    """Confirm the sheet for the commission; the history keeps the sum. Raises Refused. The caller commits.

    `worked` is the sum in half-days that was seen: what is confirmed is what was read.
    """
    row = _begun(session, application)
    found = sheet(session, application, today)
    if worked is not None and worked != found.worked:
        raise Outrun
    facts = {"worked": [found.worked, found.planned]}
    return take(session, row, Action.ATTEST, standing=standing, today=today, seen=seen, at=at, facts=facts)


@checked_before(ATTENDANCES, Action.ATTEST)
def _gone_through(session: Session, row: Attendance, today: date) -> tuple[Say, ...]:
    """The internship is over and every week of it was gone through."""
    if said := guards.has_ended(row.application, Moment(today)):
        return (said,)
    try:
        waiting = [w for w in sheet(session, row.application, today).weeks if w.state is WeekState.OPEN]
    except BadDates as bad:
        return (bad.say,)
    if not waiting:
        return ()
    return (
        Say(
            "%(weeks)s weeks have not been gone through yet, the first is that of %(day)s.",
            weeks=len(waiting),
            day=waiting[0].asked[0].day.day,
        ),
    )

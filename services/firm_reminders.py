"""Reminders to a firm: only while something of its own is missing, and one letter for all its interns of a day."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Attendance, AttendanceWeek, Supervisor
from services import attendance, choices, letters
from services.firm_parts import missing, owed, still_open
from services.letter_facts import About
from services.letter_sheet import Line
from services.listing import Conditions
from services.notices import midnight, raise_once
from services.say import said
from services.scope import system_session
from workflow.reminders import Reminder
from workflow.say import Say
from workflow.turkish import collation_key
from workflow.weeks import monday_of
from workflow.words import Actor, AttendanceState, WeekState
from workflow.working_days import BadDates

FRIDAY = timedelta(days=4)
AT_ONCE = 50  # interns in one letter


def friday_of(day: date) -> date:
    """The Friday of a day's week."""
    return monday_of(day) + FRIDAY


def conditions(reminder: Reminder, today: date) -> Conditions:
    """What the database can say of it: whose part of the firm is done is not looked at."""
    match reminder.owed:
        case "parts":
            return [still_open()]
        case "week":
            return [Application.starts_on <= friday_of(today), ~_gone_through(today).exists(), ~_closed().exists()]
    return []


def _gone_through(today: date) -> Any:
    """The week of this day, gone through on its Friday or later."""
    return select(AttendanceWeek.id).where(
        AttendanceWeek.application_id == Application.id,
        AttendanceWeek.monday == monday_of(today),
        AttendanceWeek.saved_at >= midnight(friday_of(today)),
    )


def _closed() -> Any:
    return select(Attendance.id).where(
        Attendance.application_id == Application.id, Attendance.state != AttendanceState.OPEN
    )


def open_weeks(session: Session, application: Application, today: date) -> list[Say]:
    """The weeks the firm has not gone through so far; nothing where the calendar has no holidays for them."""
    try:
        sheet = attendance.sheet(session, application, today)
    except BadDates:  # IT is told on its own page
        return []
    waiting = [week for week in sheet.weeks if week.state is WeekState.OPEN]
    return [Say("Weeks to go through: %(weeks)s", weeks=len(waiting))] if sheet.open and waiting else []


_OWED: dict[str, Callable[[Session, Application, date], Sequence[object]]] = {
    "": lambda _session, _application, _today: (True,),
    "parts": owed,
    "week": open_weeks,
}


def tell(reminder: Reminder, row_id: int, due_on: date, today: date) -> int:
    """Remind a firm of this file, and of every other one of the same address and date with it; answers of how many."""
    with system_session() as session:
        first = session.get(Application, row_id)
        if first is None or first.state not in reminder.states:
            return 0
        found = [row for row in _beside(session, reminder, first, today) if _OWED[reminder.owed](session, row, today)]
        raised = [(row, notice) for row in found if (notice := raise_once(session, reminder.name, row.id, due_on))]
        if raised:
            _write(session, reminder, [row for row, _notice in raised], raised[0][1].id, today)
        return len(raised)


def _beside(session: Session, reminder: Reminder, first: Application, today: date) -> Sequence[Application]:
    """The file itself, and the others its supervisor's address is reminded of with it."""
    column = getattr(Application, reminder.date)
    assert first.supervisor  # noqa: S101 -- the schema promises a supervisor of anything submitted
    same = [column > friday_of(today)] if reminder.weekly else [column == getattr(first, reminder.date)]
    of = select(Supervisor.id).where(Supervisor.email == first.supervisor.email)
    theirs = select(Application).where(
        Application.supervisor_id.in_(of), Application.state.in_(sorted(reminder.states)), *same,
        *conditions(reminder, today),
    )  # fmt: skip
    found = session.scalars(theirs.order_by(Application.id).limit(AT_ONCE)).all()
    return sorted(found, key=lambda row: collation_key(row.student_name))


def _write(session: Session, reminder: Reminder, rows: Sequence[Application], notice_id: int, today: date) -> None:
    """One letter, if its reader wants such letters: about one intern, or with a line for each."""
    reader = next(iter(letters.readers(session, rows[0], Actor.EMPLOYER, today)))
    if not choices.wanted(session, reminder.name, user_id=reader.user_id, email=reader.email):
        return
    link, text = letters.link_to(session, rows[0], Actor.EMPLOYER), (reminder.subject, reminder.sentence)
    lines: list[Line] = []
    if len(rows) > 1 and reminder.several:
        text = reminder.several
        with force_locale(reader.language):
            lines = [_line(session, row, link, today, parts=reminder.owed == "parts") for row in rows]
    session.add(
        letters.letter(
            text, About(rows[0], today, count=len(rows)), Actor.EMPLOYER, reader, link, notice_id=notice_id,
            choices=choices.address(user_id=reader.user_id, email=reader.email), lines=lines,
        )
    )  # fmt: skip


def _line(session: Session, row: Application, link: str, today: date, *, parts: bool) -> Line:
    note = said(missing(session, row, today)) if parts else ""
    return Line(row.student_name, f"{said(row.starts_on)} – {said(row.ends_on)}", note, link)

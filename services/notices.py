"""What a reminder and a morning's summary share: each is raised once, and the database says so."""

from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Notice
from services.calendar import office_days
from services.scope import system_session
from services.sign_in import ISTANBUL

EVERYTHING = 0  # the row of a whole run
ENOUGH = timedelta(days=15)  # beside the working days themselves: no feast lasts longer


def raised(session: Session, what: str, rows: Collection[int]) -> set[tuple[int, date]]:
    """Which of these rows were told of already, and about which date."""
    found = select(Notice.row_id, Notice.due_on).where(Notice.what == what, Notice.row_id.in_(rows))
    return {(row, due_on) for row, due_on in session.execute(found)}


def raise_once(session: Session, what: str, row_id: int, due_on: date) -> Notice | None:
    """The notice, or None where it was raised before, by whomever. The caller commits."""
    notice = Notice(what=what, row_id=row_id, due_on=due_on)
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError:
        return None
    return notice


def once_a_day(what: str, today: date, work: Callable[[date], int]) -> int:
    """Do a day's work unless it was done to its end already; answers what it answers, else nothing."""
    with system_session(reads=True) as session:
        if raised(session, what, [EVERYTHING]) & {(EVERYTHING, today)}:
            return 0
    done = work(today)
    with system_session() as session:
        raise_once(session, what, EVERYTHING, today)
    return done


def midnight(day: date) -> datetime:
    """The moment a day begins in Istanbul."""
    return datetime.combine(day, time(), ISTANBUL)


def nth_office_day(session: Session, today: date, n: int) -> date:
    """The n-th working day after today, or up to and including it where n is negative."""
    if n > 0:
        return office_days(session, today + timedelta(days=1), today + 2 * n * timedelta(days=1) + ENOUGH)[n - 1]
    return office_days(session, today + 2 * n * timedelta(days=1) - ENOUGH, today)[n]

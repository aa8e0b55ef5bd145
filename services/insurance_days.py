"""Until when an application is decided, so that its insurance entry is made in time (Law 5510): one computation for pages, letters, reminders and filters."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from models import Application
from services import insurance_codes
from services.calendar import RUNS_ON, Grace, Known, calendar, grace, legal_days, office_days, overrides
from workflow.phase import Chance
from workflow.say import Deadline, Say
from workflow.working_days import Calendar

DAY = timedelta(days=1)
_KEPT = "decrees"  # in what a session keeps
TOGETHER = timedelta(days=120)
SOON = 2  # working days to the day to decide by: near enough for a colour


@dataclass(frozen=True)
class Decision:
    """How long an application can still be approved.

    `by` is the last working day of the university before the first day, `until` the last day the law takes an
    entry on. `first` is the earliest first day for which a decision of today would be in time.
    """

    starts_on: date
    by: date
    until: date
    first: date
    today: date
    insured: bool

    @property
    def open_until(self) -> date:
        """The day until which somebody can still approve."""
        return self.by if self.chance is Chance.IN_TIME else self.until

    @property
    def chance(self) -> Chance:
        """Who can still approve; without an insurance entry to make, the commission can whenever."""
        if not self.insured or self.today <= self.by:
            return Chance.IN_TIME
        return Chance.CHAIR if self.today <= self.until else Chance.OVER


def needs_entry(application: Any) -> bool:
    """Whether the university insures this intern; its data file says so of internships abroad."""
    return not application.abroad or insurance_codes.insured_abroad(application.starts_on or date.max)


def uninsured() -> ColumnElement[bool]:
    """The applications of which `needs_entry` is false, as a condition."""
    ranges = [
        and_(Application.starts_on >= first, Application.starts_on < last)
        for first, last in insurance_codes.not_insured_abroad()
    ]
    return and_(Application.abroad.is_(True), or_(*ranges)) if ranges else Application.id.is_(None)


def decision(session: Session, application: Application, today: date) -> Decision:
    """The days of one application."""
    assert application.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
    return decision_for(session, application.starts_on, today, insured=needs_entry(application))


def decision_for(session: Session, starts_on: date, today: date, *, insured: bool = True) -> Decision:
    """The days of an internship that begins on `starts_on`."""
    known = _known(session, [starts_on], today)
    by = decide_by(known, [starts_on])[starts_on]
    until = legal_days(known, starts_on - DAY, starts_on - DAY + RUNS_ON)[0]
    return Decision(starts_on, by, until, office_days(known, today, today + RUNS_ON)[0] + DAY, today, insured)


def _known(session: Session, starts: Sequence[date], today: date) -> Calendar:
    """The calendar around these days and today; the decrees are read once in a transaction, however many files it is asked for."""
    kept = session.info.get(_KEPT)
    if kept is None or kept[0] is not session.get_transaction():
        decrees = overrides(session)
        kept = session.info[_KEPT] = (session.get_transaction(), decrees)
    years = [day.year for day in (min([today, *starts]) - 2 * RUNS_ON, max([today, *starts]) + 2 * RUNS_ON)]
    return calendar(kept[1], range(years[0], years[1] + 1))


def decide_by(known: Known, starts: Iterable[date]) -> dict[date, date]:
    """For each of these first days the last working day of the university before it."""
    found: dict[date, date] = {}
    for firsts in _near_each_other(sorted(set(starts))):
        works = office_days(known, firsts[0] - DAY - RUNS_ON, firsts[-1] - DAY)
        found |= {first: max(day for day in works if day < first) for first in firsts}
    return found


def _near_each_other(firsts: Sequence[date]) -> Iterator[list[date]]:
    """These days, in order, in groups of which the calendar is asked at once: files of one page may be years apart."""
    group: list[date] = []
    for first in firsts:
        if group and first - group[0] > TOGETHER:
            yield group
            group = []
        group.append(first)
    if group:
        yield group


def pressing(session: Session, today: date, days: int) -> tuple[date, date]:
    """The working day so many from today, and the latest first day that is decided by it."""
    works = office_days(session, today + DAY, today + DAY * 2 * days + RUNS_ON)
    return works[days - 1], works[days]


def latest_start(session: Session, day: date) -> date:
    """The latest first day that is decided by `day`: `starts_on <= latest_start(day)` is `decide_by <= day` in SQL."""
    return office_days(session, day + DAY, day + RUNS_ON)[0]


def refusal(of: Decision) -> Say | None:
    """Why the commission cannot approve today, and what to do instead."""
    match of.chance:
        case Chance.CHAIR:
            return Say(
                "The day to decide by, %(by)s, has passed: the insurance entry is made before the first day (Law 5510). Until %(until)s only the chair can still approve it, with a reason; otherwise reject it, so that the student chooses %(first)s or a later first day.",
                by=Deadline(of.by), until=Deadline(of.until), first=Deadline(of.first),
            )  # fmt: skip
        case Chance.OVER:
            return over(of)
    return None


def over(of: Decision) -> Say:
    """That no entry can be made any more, and what to do."""
    return Say(
        "The last day for the insurance entry of an internship that begins on %(starts_on)s was %(until)s, and an entry is never made retroactively (Law 5510). Reject it, so that the student chooses %(first)s or a later first day.",
        starts_on=of.starts_on, until=of.until, first=Deadline(of.first),
    )  # fmt: skip


def asked_of_commission(of: Decision) -> Say:
    """By when the commission is asked to decide, or what is left to do."""
    if said := refusal(of):
        return said
    if not of.insured:
        return Say("The internship starts on %(day)s: please decide before.", day=Deadline(of.starts_on))
    return Say("Please decide by %(day)s: the insurance entry has to be made before the internship starts.", day=Deadline(of.by))  # fmt: skip


def told_to_student(of: Decision) -> Say:
    """Until when the student can expect a decision, or what helps where none can come in time."""
    match of.chance:
        case Chance.CHAIR:
            return Say(
                "The day by which the commission decides, %(by)s, has passed. Until %(until)s only its chair can still approve it; with a first day from %(first)s on it can be decided in the usual way.",
                by=Deadline(of.by), until=Deadline(of.until), first=Deadline(of.first),
            )  # fmt: skip
        case Chance.OVER:
            return Say(
                "It can no longer be approved with these dates: the last day for the insurance entry was %(until)s. Withdraw it and apply with a later first day, or wait until the commission returns it for new dates.",
                until=Deadline(of.until),
            )  # fmt: skip
    return Say("The commission's turn: it decides by %(day)s.", day=Deadline(of.by))


def too_near(session: Session, starts_on: date, today: date) -> Say | None:
    """Why an application for this first day is not taken: nobody could decide in time."""
    of = decision_for(session, starts_on, today)
    if of.chance is Chance.IN_TIME:
        return None
    return Say(
        "An internship that begins on %(starts_on)s would have had to be decided by %(by)s, because the insurance entry is made before the first day (Law 5510). Choose %(first)s or a later first day.",
        starts_on=Deadline(of.starts_on), by=Deadline(of.by), first=Deadline(of.first),
    )  # fmt: skip


@dataclass(frozen=True)
class Sign:
    """What a list says of an application that waits: who can still decide, by when, in how pressing a colour."""

    chance: Chance
    by: date
    say: Say
    urgent: bool


def signs(session: Session, rows: Sequence[Any], today: date) -> dict[int, Sign]:
    """One sign for each row (key, starts_on, abroad), by its key: the days of a whole page are looked up at once."""
    if not rows:
        return {}
    starts = [row.starts_on for row in rows]
    known = _known(session, starts, today)
    by, now = decide_by(known, starts), grace(known, today)
    near = office_days(known, today + DAY, today + RUNS_ON)[SOON - 1]
    return {row.key: _sign(row, by[row.starts_on], now, near) for row in rows}


def sign(session: Session, application: Application, today: date) -> Sign:
    """The sign of one application."""
    row = SimpleNamespace(key=0, starts_on=application.starts_on, abroad=application.abroad)
    return signs(session, [row], today)[0]


def _sign(row: Any, by: date, now: Grace, near: date) -> Sign:
    if not needs_entry(row) or now.today <= by:
        return Sign(Chance.IN_TIME, by, Say("Decide by %(day)s", day=Deadline(by)), urgent=by <= near)
    chance = Chance.OVER if now.over(row.starts_on - DAY) else Chance.CHAIR
    return Sign(chance, by, Say(chance.label), urgent=True)

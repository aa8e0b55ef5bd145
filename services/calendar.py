"""Turkey's public holidays and the university's overrides, as the count wants them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

import holidays
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import HolidayOverride
from workflow.days import MONDAY_TO_FRIDAY
from workflow.words import InstitutionKind
from workflow.working_days import HALF, WHOLE, Calendar, NoHolidayData, Override, Workplace
from workflow.working_days import count as counted

FIRST_YEAR = 2000  # older internships are not counted here
ESTIMATED = "(tahmini)"  # how the package marks a feast nobody has fixed yet; a newer package fixes more years
_NAMES_IN = {"tr": "tr", "en": "en_US"}


def calendar(overrides: Iterable[Override], years: Iterable[int], language: str = "tr") -> Calendar:
    """The calendar of these years; one without sure dates is left out, so that counting in it is an error."""
    known = frozenset(year for year in years if FIRST_YEAR <= year <= last_year())
    full: dict[date, str] = {}
    half: dict[date, str] = {}
    for year in known:
        full |= _year(year, language)[0]
        half |= _year(year, language)[1]
    return Calendar(full, half, known, tuple(overrides))


@lru_cache(maxsize=1)
def last_year() -> int:
    """The last year whose every holiday is fixed."""
    return next(year for year in count(FIRST_YEAR) if not _is_sure(year + 1))


def _is_sure(year: int) -> bool:
    full, half = _year(year, "tr")
    return bool(full) and not any(ESTIMATED in name for name in (*full.values(), *half.values()))


@lru_cache(maxsize=128)
def _year(year: int, language: str) -> tuple[dict[date, str], dict[date, str]]:
    """Full and half holidays of one year; loaded once in each process."""
    full, half = (
        holidays.country_holidays("TR", years=year, categories=(category,), language=_NAMES_IN[language])
        for category in ("public", "half_day")
    )
    return dict(full), {day: name for day, name in half.items() if day not in full}


def calendar_for(session: Session, start: date, end: date, language: str = "tr") -> Calendar:
    """The calendar for a range of days, decrees included."""
    within = HolidayOverride.day >= start, HolidayOverride.day <= end
    return calendar(overrides(session, *within), range(start.year, end.year + 1), language)


def overrides(session: Session, *where: Any) -> list[Override]:
    """The decrees that stand."""
    of = HolidayOverride
    return [Override(*row) for row in session.execute(select(of.day, of.effect, of.concerns, of.reason).where(*where))]


_LOCK = 5_510_001  # any number, the same for everybody


def share(session: Session) -> None:
    """Count days for keeps: until the caller commits nobody changes what they are counted from. Before any row is held."""
    _hold(session, "pg_advisory_xact_lock_shared")


def alone(session: Session) -> None:
    """Change what days are counted from: counts begun before are finished first. Before any row is held."""
    _hold(session, "pg_advisory_xact_lock")


def _hold(session: Session, lock: str) -> None:
    """SQLite lets one transaction write at a time, from its beginning on."""
    if session.connection().dialect.name == "postgresql":
        session.execute(select(getattr(func, lock)(_LOCK)))


DECREES_SINCE = 2024  # the first year whose administrative leave ships with the product


def undecided(session: Session, today: date) -> list[int]:
    """The years up to this one for which no decree is entered: leave on a weekday; a Saturday's is the law's (2429)."""
    entered = {day.year for day in session.scalars(select(HolidayOverride.day)) if day.weekday() not in {5, 6}}
    return [year for year in range(DECREES_SINCE, today.year + 1) if year not in entered]


def workplace(week: int, kind: Any) -> Workplace:
    """A workplace by its week and its kind."""
    return Workplace(week, InstitutionKind(kind or InstitutionKind.PRIVATE))


_OFFICE = workplace(MONDAY_TO_FRIDAY, "public")
_LAW = workplace(MONDAY_TO_FRIDAY, "private")  # leave that a decree gives to public bodies moves no legal last day
RUNS_ON = timedelta(days=20)  # within which there is a working day, whatever the feast, back or on


Known = Session | Calendar  # where the holidays are read from, or those already read for all the days asked about


def office_days(known: Known, first: date, last: date) -> tuple[date, ...]:
    """The days, in order, on which the university works all day; every weekday in a year without holidays yet."""
    return _worked(known, first, last, _OFFICE, WHOLE)


def legal_days(known: Known, first: date, last: date) -> tuple[date, ...]:
    """The days, in order, on which a legal last day can fall: no weekend, no public holiday; the eve of one is worked."""
    return _worked(known, first, last, _LAW, HALF)


def _worked(known: Known, first: date, last: date, at: Workplace, least: int) -> tuple[date, ...]:
    try:
        found = counted(first, last, at, known if isinstance(known, Calendar) else calendar_for(known, first, last))
    except NoHolidayData:
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return tuple(day for day in span if day.weekday() < 5)  # noqa: PLR2004 -- Saturday
    return tuple(day.day for day in found.days if day.half_days >= least)


def last_office_day(session: Session, last: date) -> date:
    """The last day up to `last` on which the university works all day."""
    return office_days(session, last - RUNS_ON, last)[-1]


@dataclass(frozen=True)
class Grace:
    """A legal last day that was no working day runs on to the next one: later than `passed`, it runs until `until`."""

    today: date
    passed: date
    until: date

    def over(self, last: date) -> bool:
        """Whether that last day, or the working day in its place, has gone by."""
        return last <= self.passed


def grace(known: Known, today: date) -> Grace:
    """How last days that have gone by are read today."""
    days = legal_days(known, today - RUNS_ON, today + RUNS_ON)
    return Grace(today, max(day for day in days if day < today), min(day for day in days if day >= today))

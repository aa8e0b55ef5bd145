"""Turkey's public holidays and the university's overrides, as the count wants them."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import HolidayOverride
from workflow.days import MONDAY_TO_FRIDAY
from workflow.working_days import WHOLE, Calendar, NoHolidayData, Override, Workplace
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
    rows = session.execute(
        select(HolidayOverride.day, HolidayOverride.effect, HolidayOverride.concerns, HolidayOverride.reason).where(
            HolidayOverride.day >= start, HolidayOverride.day <= end
        )
    )
    return calendar([Override(*row) for row in rows], range(start.year, end.year + 1), language)


def workplace(week: int, kind: Any) -> Workplace:
    """A workplace by its week and its kind."""
    return Workplace(week, public=str(kind) == "public")


_OFFICE = workplace(MONDAY_TO_FRIDAY, "public")
_BACK = timedelta(days=20)  # within which there is a working day, whatever the feast


def office_days(session: Session, first: date, last: date) -> tuple[date, ...]:
    """The days, in order, on which the university works all day; every weekday in a year without holidays yet."""
    try:
        found = counted(first, last, _OFFICE, calendar_for(session, first, last))
    except NoHolidayData:
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return tuple(day for day in span if day.weekday() < 5)  # noqa: PLR2004 -- Saturday
    return tuple(day.day for day in found.days if day.half_days == WHOLE)


def last_office_day(session: Session, last: date) -> date:
    """The last day up to `last` on which the university works all day."""
    return office_days(session, last - _BACK, last)[-1]

"""Turkey's public holidays and the university's overrides, as the count wants them."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import HolidayOverride
from workflow.working_days import Calendar, Override, Workplace


@lru_cache(maxsize=64)
def _year(year: int) -> tuple[dict[date, str], dict[date, str]]:
    """Full and half holidays of one year; empty where the package has none."""
    full = holidays.country_holidays("TR", years=year, categories=("public",), language="tr")
    half = holidays.country_holidays("TR", years=year, categories=("half_day",), language="tr")
    return dict(full), {day: name for day, name in half.items() if day not in full}


LAST_YEAR = 2032  # the last one whose feasts the package dates


def calendar(overrides: Iterable[Override], years: Iterable[int]) -> Calendar:
    """The calendar of these years; a year beyond the package's data is left out, so that counting it is an error."""
    known = frozenset(y for y in years if 2000 <= y <= LAST_YEAR and _year(y)[0])  # noqa: PLR2004 -- before the university's records
    full: dict[date, str] = {}
    half: dict[date, str] = {}
    for year in known:
        full |= _year(year)[0]
        half |= _year(year)[1]
    return Calendar(full, half, known, tuple(overrides))


def calendar_for(session: Session, start: date, end: date) -> Calendar:
    """The calendar for a range of days, decrees included."""
    rows = session.execute(
        select(HolidayOverride.day, HolidayOverride.effect, HolidayOverride.concerns, HolidayOverride.reason).where(
            HolidayOverride.day >= start, HolidayOverride.day <= end
        )
    )
    return calendar([Override(*row) for row in rows], range(start.year, end.year + 1))


def workplace(week: int, kind: Any) -> Workplace:
    """A workplace by its week and its kind."""
    return Workplace(week, public=str(kind) == "public")

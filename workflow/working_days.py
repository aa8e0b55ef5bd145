"""The day-by-day count of an internship, pure (domain §6). Counts are half-days, as integers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.say import N_, Say
from workflow.words import Word

WHOLE, HALF, NOTHING = 2, 1, 0
MONDAY_TO_FRIDAY = 31
LONGEST = 366
NO_ABSENCES: frozenset[date] = frozenset()


class DayKind(Word):
    """Why a day counts or not."""

    COUNTS = "counts", N_("Working day")
    NOT_WORKED = "not_worked", N_("Not a working day of this workplace")
    HOLIDAY = "holiday", N_("Public holiday")
    HALF_HOLIDAY = "half_holiday", N_("Half holiday")
    ABSENCE = "absence", N_("Absence")


class BadDates(ValueError):
    """Dates that cannot be counted; `say` is the sentence for the person."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


class NoHolidayData(BadDates):
    """A year nobody has given holidays for: an error to mend, never "no holidays"."""

    def __init__(self, year: int) -> None:
        super().__init__(Say("There is no public-holiday data for %(year)s yet; the IT office must add it.", year=year))
        self.year = year


@dataclass(frozen=True)
class Override:
    """A decree about one day: `effect` holiday, half or working; `concerns` all, public or private."""

    day: date
    effect: str
    concerns: str
    reason: str

    def touches(self, *, public: bool) -> bool:
        return self.concerns in {"all", "public" if public else "private"}


@dataclass(frozen=True)
class Calendar:
    """Public holidays by name, for the years it has data for."""

    full: Mapping[date, str]
    half: Mapping[date, str]
    years: frozenset[int]
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True)
class Workplace:
    """`week` is a bit mask, Monday = 1 … Sunday = 64; decrees may concern public bodies only."""

    week: int = MONDAY_TO_FRIDAY
    public: bool = False

    def works_on(self, day: date) -> bool:
        return bool(self.week & (1 << day.weekday()))


@dataclass(frozen=True)
class Day:
    """One day of the range: what it is worth in half-days, and why."""

    day: date
    half_days: int
    kind: DayKind
    why: str = ""


@dataclass(frozen=True)
class Count:
    """All days of a range with their reasons."""

    days: tuple[Day, ...]

    @property
    def half_days(self) -> int:
        return sum(d.half_days for d in self.days)


def count(
    start: date,
    end: date,
    workplace: Workplace,
    calendar: Calendar,
    *,
    half_day_worth: int = HALF,
    absences: Collection[date] = NO_ABSENCES,
) -> Count:
    """Every day of [start, end] with what it counts; raises BadDates (NoHolidayData for a year without data)."""
    if end < start:
        raise BadDates(Say("The end is before the start."))
    if (end - start).days >= LONGEST:
        raise BadDates(Say("An internship cannot span more than a year."))
    judge = _Judge(workplace, calendar, half_day_worth, frozenset(absences))
    return Count(tuple(judge.day(d) for d in _range(start, end)))


def end_for(
    start: date, wanted: int, workplace: Workplace, calendar: Calendar, *, half_day_worth: int = HALF
) -> date:
    """The first day on which at least `wanted` half-days have been counted; raises BadDates."""
    judge = _Judge(workplace, calendar, half_day_worth, NO_ABSENCES)
    reached = 0
    for day in _range(start, start + timedelta(days=LONGEST - 1)):
        reached += judge.day(day).half_days
        if reached >= max(wanted, 1):
            return day
    raise BadDates(Say("So many working days do not fit into one year at this workplace."))


@dataclass(frozen=True)
class _Judge:
    workplace: Workplace
    calendar: Calendar
    half_day_worth: int
    absences: frozenset[date]

    def day(self, day: date) -> Day:
        """Weekday first, then holiday, half holiday, absence (domain §6, in that order)."""
        if day.year not in self.calendar.years:
            raise NoHolidayData(day.year)
        if not self.workplace.works_on(day):
            return Day(day, NOTHING, DayKind.NOT_WORKED)
        effect, why = self._holiday(day)
        if effect == "holiday":
            return Day(day, NOTHING, DayKind.HOLIDAY, why)
        if day in self.absences:
            return Day(day, NOTHING, DayKind.ABSENCE)
        if effect == "half":
            return Day(day, self.half_day_worth, DayKind.HALF_HOLIDAY, why)
        return Day(day, WHOLE, DayKind.COUNTS, why)

    def _holiday(self, day: date) -> tuple[str, str]:
        decreed = [o for o in self.calendar.overrides if o.day == day and o.touches(public=self.workplace.public)]
        if decreed:
            # a decree for this kind of workplace is closer than one for all
            nearest = min(decreed, key=lambda o: o.concerns == "all")
            return nearest.effect, nearest.reason
        if day in self.calendar.full:
            return "holiday", self.calendar.full[day]
        if day in self.calendar.half:
            return "half", self.calendar.half[day]
        return "", ""


def _range(start: date, end: date) -> Iterator[date]:
    for n in range((end - start).days + 1):
        yield start + timedelta(days=n)

"""What the count of working days speaks about: calendars, workplaces, days and why they count (domain §6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from workflow.kinds import concerned_as
from workflow.say import N_, Say
from workflow.words import InstitutionKind, Word

WHOLE, HALF, NOTHING = 2, 1, 0
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)  # anything else is a slip of the pen
MONDAY_TO_FRIDAY = 31
EVERYBODY = "all"  # whom a decree concerns that names no kind of workplace
# the house's own numbers, no rule of law, in calendar days
WEEK_WITHIN = 7  # after a week's last working day, for the firm to go through it
FIRM_WITHIN = 10  # after the last day, for the firm to confirm the attendance and to evaluate
ANSWER_WITHIN = 7  # in which a commission answers a request, where its chair sets nothing else


class DayKind(Word):
    """Why a day counts or not."""

    COUNTS = "counts", N_("Working day")
    WEEKEND = "weekend", N_("Weekend")
    NOT_WORKED = "not_worked", N_("Not a working day of this workplace")
    HOLIDAY = "holiday", N_("Public holiday")
    HALF_HOLIDAY = "half_holiday", N_("Half holiday")
    DECREE = "decree", N_("Special arrangement")
    ABSENCE = "absence", N_("Absence")


class BadDates(ValueError):
    """Dates that cannot be counted; `say` is the sentence for the person."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


class NoHolidayData(BadDates):
    """A year nobody has given holidays for: an error to mend, never "no holidays"."""

    def __init__(self, year: int) -> None:
        super().__init__(
            Say("The public holidays of %(year)s are not known yet; please tell the IT office.", year=year)
        )
        self.year = year


@dataclass(frozen=True)
class Override:
    """A decree about one day: `effect` is holiday, half or working; `concerns` is all or a kind of workplace."""

    day: date
    effect: str
    concerns: str
    reason: str

    def touches(self, kind: str) -> bool:
        """Whether it is about workplaces of this kind."""
        return self.concerns == EVERYBODY or self.concerns in concerned_as(kind)


@dataclass(frozen=True)
class Calendar:
    """Public holidays by name for the years there is data for, and what decrees change about them."""

    full: Mapping[date, str]
    half: Mapping[date, str]
    years: frozenset[int]
    overrides: tuple[Override, ...] = ()

    def decrees(self, kind: str) -> dict[date, tuple[Override, ...]]:
        """The decrees about each day for a kind of workplace, the closest last: one for the kind comes after one for all."""
        found: dict[date, tuple[Override, ...]] = {}
        closeness = (EVERYBODY, *reversed(concerned_as(kind)))
        for o in sorted((o for o in self.overrides if o.touches(kind)), key=lambda o: closeness.index(o.concerns)):
            found[o.day] = (*found.get(o.day, ()), o)
        return found


@dataclass(frozen=True)
class Workplace:
    """`week` is a bit mask, Monday = 1 … Sunday = 64; decrees may concern some kinds of workplaces only."""

    week: int = MONDAY_TO_FRIDAY
    kind: InstitutionKind = InstitutionKind.PRIVATE

    def works_on(self, day: date) -> bool:
        return bool(self.week & (1 << day.weekday()))


@dataclass(frozen=True)
class Day:
    """One day of the range: what it is worth in half-days, and why."""

    day: date
    half_days: int
    kind: DayKind
    say: Say


@dataclass(frozen=True)
class Count:
    """All days of a range with their reasons."""

    days: tuple[Day, ...]

    @property
    def half_days(self) -> int:
        return sum(d.half_days for d in self.days)

    @property
    def whole(self) -> int:
        """Whole days counted."""
        return self.half_days // 2

    @property
    def half(self) -> bool:
        """Whether half a day comes on top of the whole ones."""
        return bool(self.half_days % 2)


def days_text(half_days: int) -> str:
    """Half-days as people write days in either language: 20, 20½, ½."""
    whole, half = divmod(half_days, 2)
    return f"{whole or ''}½" if half else str(whole)


def week_of(weekdays: Iterable[int]) -> int:
    """The bit mask of these weekdays (1 = Monday … 7 = Sunday)."""
    return sum({1 << (weekday - 1) for weekday in weekdays})


def weekdays_of(week: int) -> tuple[int, ...]:
    """The weekdays of a bit mask, 1 = Monday … 7 = Sunday."""
    return tuple(n for n in range(1, 8) if week & (1 << (n - 1)))

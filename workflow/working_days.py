"""The day-by-day count of an internship, pure (domain §6). Counts are half-days, as integers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.days import (
    HALF,
    MONDAY_TO_FRIDAY,
    NOTHING,
    WHOLE,
    BadDates,
    Calendar,
    Count,
    Day,
    DayKind,
    NoHolidayData,
    Override,
    Workplace,
    days_text,
    week_of,
    weekdays_of,
)
from workflow.say import N_, Say

__all__ = [
    "HALF", "LONGEST", "MONDAY_TO_FRIDAY", "NOTHING", "WHOLE", "BadDates", "Calendar", "Count", "Day", "DayKind",
    "NoHolidayData", "Override", "Workplace", "count", "days_text", "end_for", "week_of", "weekdays_of",
]  # fmt: skip

LONGEST = 2 * 366  # days; a longer span is a slip of the pen
NO_ABSENCES: Mapping[date, int] = {}
SATURDAY = 5  # date.weekday()
_WORTH = {
    NOTHING: N_("does not count"),
    HALF: N_("counts as half a day"),
    WHOLE: N_("counts as a whole day"),
}


def count(
    start: date,
    end: date,
    workplace: Workplace,
    calendar: Calendar,
    *,
    half_day_worth: int = HALF,
    absences: Mapping[date, int] = NO_ABSENCES,
) -> Count:
    """Every day of [start, end] with what it counts; raises BadDates (NoHolidayData for a year without data).

    `absences` maps a day to the half-days missed on it.
    """
    if end < start:
        raise BadDates(Say("The end is before the start."))
    if (end - start).days >= LONGEST:
        raise BadDates(Say("An internship cannot span more than two years."))
    judge = _judge(workplace, calendar, half_day_worth, absences)
    return Count(tuple(judge.day(start + timedelta(days=n)) for n in range((end - start).days + 1)))


def end_for(
    start: date,
    wanted: int,
    workplace: Workplace,
    calendar: Calendar,
    *,
    half_day_worth: int = HALF,
    absences: Mapping[date, int] = NO_ABSENCES,
) -> date:
    """The first day on which at least `wanted` half-days have been counted; raises BadDates.

    The count may pass `wanted` by one half-day: nobody works the second half of a day only.
    """
    if wanted < 1:
        raise BadDates(Say("The number of working days must be more than zero."))
    judge = _judge(workplace, calendar, half_day_worth, absences)
    for day in _days_from(start):
        wanted -= judge.day(day).half_days
        if wanted <= 0:
            return day
    raise BadDates(Say("So many working days do not fit into two years at this workplace."))


def _days_from(start: date) -> Iterator[date]:
    """One day at a time: a year without data is met before the calendar itself ends."""
    for n in range(LONGEST):
        yield start + timedelta(days=n)


def _judge(workplace: Workplace, calendar: Calendar, half_day_worth: int, absences: Mapping[date, int]) -> "_Judge":
    decrees = calendar.decrees(workplace.kind)
    return _Judge(workplace, calendar, decrees, half_day_worth, absences)


@dataclass(frozen=True)
class _Judge:
    workplace: Workplace
    calendar: Calendar
    decrees: dict[date, tuple[Override, ...]]
    half_day_worth: int
    absences: Mapping[date, int]

    def day(self, day: date) -> Day:
        """Weekday, holiday, half holiday, decrees, absence, in the order of domain §6; what frees a day adds up."""
        if day.year not in self.calendar.years:
            raise NoHolidayData(day.year)
        found = self._decreed(day, self.decrees.get(day, ()))
        if found.half_days and (missed := self.absences.get(day, 0)):
            left = max(found.half_days - missed, NOTHING)
            return Day(day, left, DayKind.ABSENCE, Say("Absent; %(worth)s", worth=Say(_WORTH[left])))
        return found

    def _decreed(self, day: date, decrees: tuple[Override, ...]) -> Day:
        """The usual day as decrees leave it; a working day by decree undoes the law and every wider decree before it."""
        found = self._usual(day)
        halved = found.say.facts["why"] if found.kind is DayKind.HALF_HOLIDAY else None
        for decree in decrees:
            if decree.effect == "working":
                say = Say("Working day by special arrangement: %(reason)s", reason=decree.reason)
                found, halved = Day(day, WHOLE, DayKind.DECREE, say), None
            elif not found.half_days and halved is None:
                continue  # free already: no decree makes work of it
            elif decree.effect == "half":
                half = Say("Half a day off: %(reason)s", reason=decree.reason)
                found = self._half(day, DayKind.DECREE, half) if halved is None else _both(day, half, halved)
                halved = half if halved is None else None
            else:
                found, halved = (
                    Day(day, NOTHING, DayKind.DECREE, Say("Day off: %(reason)s", reason=decree.reason)),
                    None,
                )
        return found

    def _usual(self, day: date) -> Day:
        if not self.workplace.works_on(day):
            return _off(day)
        if name := self.calendar.full.get(day):
            return Day(day, NOTHING, DayKind.HOLIDAY, Say("Public holiday: %(name)s", name=name))
        if name := self.calendar.half.get(day):
            return self._half(day, DayKind.HALF_HOLIDAY, Say("Half holiday: %(name)s", name=name))
        if day.weekday() >= SATURDAY:
            return Day(day, WHOLE, DayKind.COUNTS, Say("The workplace works on this day of the weekend"))
        return Day(day, WHOLE, DayKind.COUNTS, Say("Working day"))

    def _half(self, day: date, kind: DayKind, why: Say) -> Day:
        worth = self.half_day_worth
        return Day(day, worth, kind, Say("%(why)s; %(worth)s", why=why, worth=Say(_WORTH[worth])))


def _both(day: date, one: Say, other: Say) -> Day:
    """A day of which two sources free a half each."""
    say = Say("%(one)s; %(other)s; the two halves make a day off", one=one, other=other)
    return Day(day, NOTHING, DayKind.DECREE, say)


def _off(day: date) -> Day:
    if day.weekday() >= SATURDAY:
        return Day(day, NOTHING, DayKind.WEEKEND, Say("Weekend"))
    return Day(day, NOTHING, DayKind.NOT_WORKED, Say("This workplace does not work on this weekday."))

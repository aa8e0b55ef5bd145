"""The weeks of an internship as a firm goes through them, pure: the days asked about, what was missed, how far one is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from workflow.days import WEEK_WITHIN, Count, Day
from workflow.words import WeekState


@dataclass(frozen=True)
class Missed:
    """Half-days missed on one day, and why."""

    half_days: int
    reason: str


@dataclass(frozen=True)
class AskedDay:
    """One day of a week: what it is worth without absence, what was missed of it, whether it is still to come."""

    day: Day
    missed: Missed | None
    ahead: bool

    @property
    def asked(self) -> bool:
        """Whether somebody could have been missing on it by now."""
        return self.day.half_days > 0 and not self.ahead

    @property
    def missed_half_days(self) -> int:
        return min(self.missed.half_days, self.day.half_days) if self.missed and self.asked else 0

    @property
    def worked(self) -> int:
        """Half-days, as far as they have passed."""
        return self.day.half_days - self.missed_half_days if self.asked else 0


@dataclass(frozen=True)
class Week:
    """The days of one calendar week within the internship; `saved_on` is when the firm went through it last."""

    monday: date
    days: tuple[AskedDay, ...]
    saved_on: date | None

    @property
    def asked(self) -> tuple[AskedDay, ...]:
        return tuple(d for d in self.days if d.asked)

    @property
    def ends_on(self) -> date | None:
        """Its last working day."""
        return max((d.day.day for d in self.days if d.day.half_days), default=None)

    @property
    def state(self) -> WeekState:
        """A day that was added after the week was saved (an extension) has to be gone through again."""
        if self.ends_on is None:
            return WeekState.FREE
        if not self.asked:
            return WeekState.AHEAD
        if self.saved_on is None or any(d.day.day > self.saved_on for d in self.asked):
            return WeekState.OPEN
        return WeekState.SO_FAR if any(d.ahead and d.day.half_days for d in self.days) else WeekState.DONE

    @property
    def gaps(self) -> dict[date, Missed]:
        """What was missed on the days asked about."""
        return {d.day.day: d.missed for d in self.asked if d.missed and d.missed_half_days}

    @property
    def stamp(self) -> str:
        """What stands, in short: a page drawn before somebody else kept another absence has another one."""
        return hashlib.sha256(repr(sorted(self.gaps.items())).encode()).hexdigest()[:16]

    def waits(self, today: date) -> bool:
        """Whether it is over and has not been gone through."""
        return self.state is WeekState.OPEN and self.ends_on is not None and self.ends_on <= today

    @property
    def due_on(self) -> date | None:
        return self.ends_on + timedelta(days=WEEK_WITHIN) if self.ends_on else None


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks(
    count: Count, today: date, saved: Mapping[date, date], missed: Mapping[date, Missed] | None = None
) -> tuple[Week, ...]:
    """The weeks of a count without absences; `saved` maps a Monday to the day on which its week was saved."""
    missed = missed or {}
    by_week = groupby(count.days, key=lambda d: monday_of(d.day))
    return tuple(
        Week(monday, tuple(AskedDay(d, missed.get(d.day), d.day > today) for d in days), saved.get(monday))
        for monday, days in by_week
    )

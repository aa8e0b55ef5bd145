"""How long a session lasts, by what somebody acts as: the shortest of all their capacities holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow.say import Say
from workflow.words import Actor

OTHERS, VISIT = "others", "visit"
NAMES = frozenset({*(actor.value for actor in Actor), OTHERS, VISIT})
LONGEST_REMEMBERED = 30  # days
# what a deployment does not say itself; `visit` is a firm's, by a letter's link
IDLE_MINUTES = {OTHERS: 12 * 60, "health_office": 30, "it": 30, "chair": 30, VISIT: 2 * 60}
HOURS = {OTHERS: 30 * 24, "health_office": 12, "it": 12, "chair": 12, VISIT: 12}
REMEMBER_DAYS = {OTHERS: 30, "health_office": 0, "it": 0, "chair": 0, "career_centre": 0}


@dataclass(frozen=True)
class Limits:
    """How long a session may be left alone, how long it lasts in all, and how long a browser may be remembered."""

    idle: timedelta
    whole: timedelta
    remember: timedelta

    def over(self, began: datetime, seen: datetime, now: datetime, *, remembered: bool = False) -> bool:
        """Whether a session has ended; a remembered one may be left alone for as long as it lasts."""
        if remembered and self.remember:
            return now - began > self.remember
        return now - began > self.whole or now - seen > self.idle


def limits(settings: object, actors: Iterable[str]) -> Limits:
    """What holds for somebody who acts as all of these; for whoever acts as nothing, what holds for the others."""
    idle, hours, days = (
        _shortest(default | getattr(settings, name), actors)
        for name, default in (
            ("session_idle_minutes", IDLE_MINUTES),
            ("session_hours", HOURS),
            ("remember_days", REMEMBER_DAYS),
        )
    )
    return Limits(timedelta(minutes=idle), timedelta(hours=hours), timedelta(days=days))


def lasting(span: timedelta) -> Say:
    """A limit as people say it."""
    minutes = int(span.total_seconds() // 60)
    if minutes % 60:
        return Say("%(count)s minutes", count=minutes)
    hours = minutes // 60
    return Say("%(count)s hours", count=hours) if hours < 2 * 24 else Say("%(count)s days", count=hours // 24)


def _shortest(table: Mapping[str, int], actors: Iterable[str]) -> int:
    return min((table.get(str(actor), table[OTHERS]) for actor in actors), default=table[OTHERS])


def fault(idle: Mapping[str, int], hours: Mapping[str, int], days: Mapping[str, int]) -> str | None:
    """What is wrong with the limits a deployment gives, or None."""
    if unknown := {*idle, *hours, *days} - NAMES:
        return f"{', '.join(sorted(unknown))}: nobody is called that; possible are {', '.join(sorted(NAMES))}"
    if min([*idle.values(), *hours.values()], default=1) < 1:
        return "SESSION_IDLE_MINUTES and SESSION_HOURS: give at least 1 for everybody"
    if not all(0 <= value <= LONGEST_REMEMBERED for value in days.values()):
        return f"REMEMBER_DAYS: give 0 (never) to {LONGEST_REMEMBERED} days"
    return None

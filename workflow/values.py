"""What the value of a policy rule may be: each kind says so in words, for documents, screens and the seed check."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflow.say import N_, Say
from workflow.words import InstitutionKind

WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
DAYS, CALENDAR_DAYS = N_("working days"), N_("calendar days")


@dataclass(frozen=True, eq=False)  # each is itself, so that a form may file by it
class Value:
    """`kind` is its type, `unit` (a msgid) what it counts; `say` describes it in full, `fits` decides."""

    kind: type
    unit: str
    say: Say
    fits: Callable[[Any], bool]


def whole(least: int, most: int, unit: str) -> Value:
    """A whole number of some unit."""
    say = Say("Whole number, %(least)s to %(most)s (%(unit)s)", least=least, most=most, unit=Say(unit))
    return Value(int, unit, say, lambda value: _is_whole(value, least, most))


def _is_whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most  # a yes is no number


def _is_week_by_kind(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and value.keys() <= set(InstitutionKind)
        and all(_is_whole(n, 1, 7) for n in value.values())
    )


YES_NO = Value(bool, "", Say("Yes or no"), lambda value: type(value) is bool)
ALWAYS_YES = Value(bool, "", Say("Yes; this rule always holds"), lambda value: value is True)
WEEKDAY = Value(
    int,
    N_("1 = Monday … 7 = Sunday"),
    Say("Weekday, 1 = Monday … 7 = Sunday"),
    lambda value: _is_whole(value, 1, 7),
)
HALF_DAY = Value(
    float,
    N_("0, 0.5 or 1 day"),
    Say("0, 0.5 or 1 day"),
    lambda value: type(value) in {int, float} and value in {0, 0.5, 1},
)
WEEK_BY_KIND = Value(
    dict,
    N_("days a week"),
    Say("Days a week (1 to 7) for each of %(kinds)s", kinds=", ".join(InstitutionKind)),
    _is_week_by_kind,
)

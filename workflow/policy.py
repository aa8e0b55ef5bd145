"""The rules of one department × internship type: versioned data, judged here.

A rule is one function below and one row of data: {rule: {"value": …, "article": "Staj Yönergesi m. 8/1"}}.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.say import N_, Say


@dataclass(frozen=True)
class Other:
    """Another application of the same student that still stands (submitted or approved)."""

    starts_on: date
    ends_on: date
    institution_id: int | None
    internship_type_id: int | None


@dataclass(frozen=True)
class Facts:
    """What the rules look at. Counts are half-days; `teaching` holds (first, last) of teaching terms."""

    today: date
    starts_on: date
    ends_on: date
    half_days: int
    class_year: int
    institution_id: int | None = None
    internship_type_id: int | None = None
    others: tuple[Other, ...] = ()
    teaching: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True)
class Rule:
    """`judge` answers None or the sentence of refusal; `kind` is the type of the value, `unit` what it counts."""

    name: str
    label: str
    kind: type
    unit: str
    judge: Callable[[Facts, Any], Say | None]


@dataclass(frozen=True)
class Verdict:
    """How one rule went: `sentence` says why not, `article` where it is written."""

    rule: str
    label: str
    passed: bool
    sentence: Say | None
    article: str

    @property
    def refusal(self) -> Say:
        """The sentence with its article."""
        return Say("%(sentence)s (%(article)s)", sentence=self.sentence, article=self.article)


RULES: dict[str, Rule] = {}


def _rule(label: str, kind: type, unit: str = "") -> Callable[[Any], Any]:
    def register(judge: Callable[[Facts, Any], Say | None]) -> Any:
        name = judge.__name__
        RULES[name] = Rule(name, label, kind, unit, judge)
        return judge

    return register


DAYS, CALENDAR_DAYS = N_("working days"), N_("calendar days")


@_rule(N_("At least this many days in one internship"), int, DAYS)
def min_days(facts: Facts, value: int) -> Say | None:
    if facts.half_days < 2 * value:
        return Say("One internship takes at least %(days)s working days; these dates make %(counted)s.", days=value, counted=_days(facts))
    return None


@_rule(N_("At most this many days in one internship"), int, DAYS)
def max_days(facts: Facts, value: int) -> Say | None:
    if facts.half_days > 2 * value:
        return Say("One internship takes at most %(days)s working days; these dates make %(counted)s.", days=value, counted=_days(facts))
    return None


@_rule(N_("Earliest class year"), int, N_("class year"))
def earliest_class_year(facts: Facts, value: int) -> Say | None:
    if facts.class_year < value:
        return Say("This internship is open from class year %(year)s on; you are in year %(own)s.", year=value, own=facts.class_year)
    return None


@_rule(N_("Apply at least this many days before the start"), int, CALENDAR_DAYS)
def apply_days_before(facts: Facts, value: int) -> Say | None:
    left = (facts.starts_on - facts.today).days
    if left < value:
        return Say("Apply at least %(days)s days before the start; there are %(left)s left.", days=value, left=max(left, 0))
    return None


@_rule(N_("Apply at most this many days before the start"), int, CALENDAR_DAYS)
def apply_not_earlier(facts: Facts, value: int) -> Say | None:
    left = (facts.starts_on - facts.today).days
    if left > value:
        return Say("Applications open %(days)s days before the start; there are %(left)s left.", days=value, left=left)
    return None


@_rule(N_("Weekday of the start"), int, N_("1 = Monday … 7 = Sunday"))
def start_weekday(facts: Facts, value: int) -> Say | None:
    if facts.starts_on.isoweekday() != value:
        return Say("The internship starts on a %(weekday)s.", weekday=Say(_WEEKDAYS[value - 1]))
    return None


@_rule(N_("Days between two internships"), int, CALENDAR_DAYS)
def gap_days(facts: Facts, value: int) -> Say | None:
    for other in facts.others:
        between = max((facts.starts_on - other.ends_on).days, (other.starts_on - facts.ends_on).days) - 1
        if 0 <= between < value:
            return Say(
                "Leave at least %(days)s days between two internships; another one runs %(start)s – %(end)s.",
                days=value, start=other.starts_on, end=other.ends_on,
            )  # fmt: skip
    return None


@_rule(N_("Internships at the same institution"), int, N_("at most"))
def max_per_institution(facts: Facts, value: int) -> Say | None:
    same = [o for o in facts.others if facts.institution_id is not None and o.institution_id == facts.institution_id]
    if len(same) >= value:
        return Say("At most %(count)s internships may be done at the same institution.", count=value)
    return None


@_rule(N_("Not during a teaching term"), bool)
def not_in_term(facts: Facts, value: bool) -> Say | None:  # noqa: FBT001 -- a rule's value
    met = [t for t in facts.teaching if facts.starts_on <= t[1] and facts.ends_on >= t[0]]
    if value and met:
        return Say("The dates fall into the teaching term %(start)s – %(end)s.", start=met[0][0], end=met[0][1])
    return None


@_rule(N_("No overlap with another internship of yours"), bool)
def overlap(facts: Facts, value: bool) -> Say | None:  # noqa: ARG001, FBT001 -- always asked, whatever the data say
    for other in facts.others:
        if facts.starts_on <= other.ends_on and other.starts_on <= facts.ends_on:
            return Say("The dates overlap with another internship of yours, %(start)s – %(end)s.", start=other.starts_on, end=other.ends_on)
    return None


def _passes(_facts: Facts, _value: Any) -> Say | None:
    return None


# read by the count or the ledger, judged by nothing here
for _name, _label, _kind, _unit in (
    ("total_days", N_("Days owed in all"), int, DAYS),
    ("half_day_worth", N_("What a half holiday counts"), float, N_("0, 0.5 or 1 day")),
    ("saturday_counts", N_("Saturdays count where the workplace works"), bool, ""),
    ("week_by_kind", N_("Days of the week that count, by kind of workplace"), dict, N_("days a week")),
):
    RULES[_name] = Rule(_name, _label, _kind, _unit, _passes)

SILENT = frozenset({"total_days", "half_day_worth", "saturday_counts", "week_by_kind"})
ALWAYS = {"overlap": {"value": True, "article": "–"}}
_WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


def check(rules: Mapping[str, Any], facts: Facts) -> tuple[Verdict, ...]:
    """Every rule of a policy judged, the refusing ones with their sentence; overlap is always asked."""
    verdicts = []
    for name, data in {**ALWAYS, **rules}.items():
        if name in RULES and name not in SILENT:
            said = RULES[name].judge(facts, data["value"])
            verdicts.append(Verdict(name, RULES[name].label, said is None, said, str(data.get("article", ""))))
    return tuple(verdicts)


def half_day_worth(rules: Mapping[str, Any]) -> int:
    """What a half holiday counts under these rules, in half-days."""
    return round(2 * float(rules.get("half_day_worth", {"value": 0.5})["value"]))


def counted_week(rules: Mapping[str, Any], week: int, kind: str) -> int:
    """The workplace's week as far as the policy counts it: five, six or seven days by kind, or Saturday or not."""
    if by_kind := rules.get("week_by_kind"):
        return week & ((1 << int(by_kind["value"].get(kind, 5))) - 1)
    if "saturday_counts" in rules and not rules["saturday_counts"]["value"]:
        return week & ~(1 << 5)
    return week


def faults(rules: Any) -> list[Say]:
    """What is wrong with a policy's data: unknown rule, value of another type, article missing."""
    if not isinstance(rules, Mapping):
        return [Say("Rules are written as name: {value, article}.")]
    return [said for name, data in rules.items() for said in _faults(str(name), data)]


def _faults(name: str, data: Any) -> list[Say]:
    if name not in RULES:
        return [Say("There is no rule named “%(name)s”.", name=name)]
    if not isinstance(data, Mapping) or "value" not in data:
        return [Say("Rule “%(name)s” has no value.", name=name)]
    found = [] if str(data.get("article", "")).strip() else [Say("Rule “%(name)s” names no article.", name=name)]
    if not _fits(RULES[name], data["value"]):
        found.append(Say("Rule “%(name)s” cannot have the value %(value)s.", name=name, value=str(data["value"])))
    return found


def _fits(rule: Rule, value: Any) -> bool:
    if rule.name == "half_day_worth":
        return value in {0, 0.5, 1}
    if rule.name == "week_by_kind":
        return isinstance(value, Mapping) and all(_weekday(v) for v in value.values())
    if rule.name == "start_weekday":
        return _weekday(value)
    return type(value) is rule.kind and (rule.kind is bool or value >= 0)


def _weekday(value: Any) -> bool:
    return type(value) is int and value in range(1, 8)


def _days(facts: Facts) -> str:
    whole, half = divmod(facts.half_days, 2)
    return f"{whole or ''}½" if half else str(whole)

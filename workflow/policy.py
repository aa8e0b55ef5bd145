"""The rules of one internship type of a department: versioned data, judged here.

{rule: {"value": …, "article": "Staj Yönergesi m. 8/1"}}, the rules being those of workflow.rules.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workflow.days import HALF, MONDAY_TO_FRIDAY
from workflow.facts import Facts, Other
from workflow.registry import Rule
from workflow.rules import RULES
from workflow.say import Say

__all__ = ["RULES", "Facts", "Other", "Rule", "Verdict", "check", "counted_week", "faults", "half_day_worth"]

ALWAYS: Mapping[str, Any] = {"overlap": {"value": True, "article": ""}}
FIVE_DAYS = 5
_EMPTY = ""  # not a literal in the call: the catalogue keeps its header there
NOTHING_TO_SAY = Say(_EMPTY)
# pairs of which the first cannot be the greater one
_ORDERED = (("min_days", "max_days"), ("apply_days_before", "apply_not_earlier"))


@dataclass(frozen=True)
class Verdict:
    """How one rule went: `sentence` says why not, `found` the fact where it passed (None where it asks nothing here).

    `article` is where the rule is written, `value` what it asks for.
    """

    rule: str
    label: str
    passed: bool
    sentence: Say | None
    article: str
    value: Any = field(default=None, compare=False)
    found: Say | None = field(default=None, compare=False)

    @property
    def refusal(self) -> Say:
        """The sentence with its article; empty where the rule passed."""
        if self.sentence is None or not self.article:
            return self.sentence or NOTHING_TO_SAY
        return Say("%(sentence)s (%(article)s)", sentence=self.sentence, article=self.article)


def check(rules: Mapping[str, Any], facts: Facts) -> tuple[Verdict, ...]:
    """Every judging rule of a policy, passed or not; overlap is always asked. An unknown rule is a KeyError."""
    if "total_days" in rules:
        facts = replace(facts, owed=max(2 * rules["total_days"]["value"] - facts.credited, 0))
    return tuple(_verdicts({**ALWAYS, **rules}, facts))


def _verdicts(rules: Mapping[str, Any], facts: Facts) -> Iterator[Verdict]:
    for name, data in rules.items():
        rule = RULES[name]
        if rule.judge is not None:
            said = rule.judge(facts, data["value"])
            found = rule.found(facts, data["value"]) if rule.found and said is None else None
            yield Verdict(name, rule.label, said is None, said, str(data.get("article", "")), data["value"], found)


def half_day_worth(rules: Mapping[str, Any]) -> int:
    """What a half holiday counts under these rules, in half-days."""
    return round(2 * rules["half_day_worth"]["value"]) if "half_day_worth" in rules else HALF


def counted_week(rules: Mapping[str, Any], week: int, kind: str) -> int:
    """The workplace's week as far as the policy counts it: five, six or seven days by kind, Saturdays or not."""
    if "week_by_kind" in rules:
        week &= (1 << rules["week_by_kind"]["value"].get(kind, FIVE_DAYS)) - 1
    if "saturday_counts" in rules and not rules["saturday_counts"]["value"]:
        week &= MONDAY_TO_FRIDAY
    return week


def faults(rules: Any) -> list[Say]:
    """What is wrong with a policy's data: unknown rule, value of another type or range, article missing."""
    if not isinstance(rules, Mapping):
        return [Say("Rules are written as name: {value, article}.")]
    found = [said for name, data in rules.items() for said in _faults(str(name), data)]
    return found or list(_contradictions(rules))


def _faults(name: str, data: Any) -> Iterator[Say]:
    if name not in RULES:
        yield Say("There is no rule named “%(name)s”.", name=name)
    elif not isinstance(data, Mapping) or "value" not in data:
        yield Say("Rule “%(name)s” has no value.", name=name)
    else:
        if not str(data.get("article") or "").strip():
            yield Say("Rule “%(name)s” names no article.", name=name)
        if not RULES[name].value.fits(data["value"]):
            yield Say(
                "Rule “%(name)s” cannot have the value %(value)s. It takes: %(description)s.",
                name=name, value=str(data["value"])[:60], description=RULES[name].value.say,
            )  # fmt: skip


def _contradictions(rules: Mapping[str, Any]) -> Iterator[Say]:
    for less, more in _ORDERED:
        if less in rules and more in rules and rules[less]["value"] > rules[more]["value"]:
            yield Say("Rule “%(less)s” asks for more than rule “%(more)s” allows.", less=less, more=more)

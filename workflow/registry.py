"""Where the rules of policies stand, with their label and the values they take (workflow.rules fills it)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workflow.facts import Facts
from workflow.say import Say
from workflow.values import Value

Judge = Callable[[Facts, Any], Say | None]
Found = Callable[[Facts, Any], Say | None]


@dataclass(frozen=True)
class Rule:
    """`judge` is None where only the count reads the value; `found` says what was found where the rule passed, None where it asks nothing of these facts."""

    name: str
    label: str
    value: Value
    judge: Judge | None
    found: Found | None = None

    @property
    def kind(self) -> type:
        return self.value.kind

    @property
    def unit(self) -> str:
        return self.value.unit


RULES: dict[str, Rule] = {}


def rule(label: str, value: Value, found: Found) -> Callable[[Judge], Judge]:
    """Enter a judge under its own name."""

    def enter(judge: Judge) -> Judge:
        RULES[judge.__name__] = Rule(judge.__name__, label, value, judge, found)
        return judge

    return enter


def read_by_the_count(name: str, label: str, value: Value) -> None:
    """Enter a rule that decides how days are counted and refuses nothing."""
    RULES[name] = Rule(name, label, value, None)

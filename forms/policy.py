"""A policy's rules as a form, generated from the law's own list of rules."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import InputRequired, Optional

from forms.read import Day, Whole
from forms.typed import Length, Line, TypedForm
from workflow.policy import RULES, Rule
from workflow.values import ALWAYS_YES, HALF_DAY, WEEK_BY_KIND, WEEKDAY, WEEKDAYS, YES_NO, Value
from workflow.words import InstitutionKind

UNSAID = ("", _l("no such rule"))
WORKPLACES = {kind.value: kind.label for kind in InstitutionKind}
YES, NO = ("yes", _l("Yes"), True), ("no", _l("No"), False)
# the kinds of value that are chosen: (text, label, meaning); whole numbers are typed
CHOSEN: tuple[tuple[Value, tuple[tuple[str, Any, Any], ...]], ...] = (
    (YES_NO, (YES, NO)),
    (ALWAYS_YES, (YES,)),
    (HALF_DAY, (("0", "0", 0), ("0.5", "½", 0.5), ("1", "1", 1))),
    (WEEKDAY, tuple((str(n), _l(day), n) for n, day in enumerate(WEEKDAYS, 1))),
)


class PolicyForm(TypedForm):
    """Fields `value_<rule>` and `article_<rule>` for every rule; an empty value means the policy has no such rule."""

    valid_from = Day(_l("Valid from"), [InputRequired(_l("Give a date."))])

    def rows(self) -> list[tuple[Rule, list[Any], Any]]:
        """(rule, its value fields, its article field), in the order of the law."""
        return [(rule, [self[n] for n in _names(rule)], self[f"article_{rule.name}"]) for rule in RULES.values()]

    def rules(self) -> dict[str, dict[str, Any]]:
        """The rules as policies keep them: {rule: {"value": …, "article": …}}."""
        said = {
            rule.name: (_meant(rule, [f.data for f in fields]), article.data) for rule, fields, article in self.rows()
        }
        return {
            name: {"value": value, "article": article} for name, (value, article) in said.items() if value is not None
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """A rule that is said names its article."""
        fine = super().validate(extra_validators)
        for rule, fields, article in self.rows():
            if _meant(rule, [f.data for f in fields]) is not None and not article.data:
                article.errors = [*article.errors, _l("Name the article this rule comes from.")]
                fine = False
        return bool(fine)


def policy_form(rules: Mapping[str, Any], valid_from: date) -> PolicyForm:
    """The form filled with these rules, or with what the request brings."""
    fields = {name: field for rule in RULES.values() for name, field in _fields(rule)}
    data: dict[str, Any] = {"valid_from": valid_from}
    for name, rule in RULES.items():
        kept = rules.get(name, {})
        data[f"article_{name}"] = kept.get("article", "")
        data |= zip(_names(rule), _typed(rule, kept.get("value")), strict=True)
    return type("RulesForm", (PolicyForm,), fields)(data=data)  # type: ignore[no-any-return]


def worded(name: str, value: Any) -> str:
    """A rule's value as people read it, in the words of its form."""
    if isinstance(value, Mapping):
        return ", ".join(f"{gettext(WORKPLACES.get(kind, kind))}: {days}" for kind, days in value.items())
    offered = _chosen(RULES[name]) if name in RULES else ()
    return next((str(shown) for _text, shown, meaning in offered if meaning == value), str(value))


def _names(rule: Rule) -> list[str]:
    if rule.value is WEEK_BY_KIND:
        return [f"value_{rule.name}_{kind}" for kind in WORKPLACES]
    return [f"value_{rule.name}"]


def _fields(rule: Rule) -> list[tuple[str, Any]]:
    labels = [_l(label) for label in WORKPLACES.values()] if rule.value is WEEK_BY_KIND else [_l(rule.label)]
    article = Line(_l("Article"), [Length(max=200)])
    values = [(name, _field(rule, label)) for name, label in zip(_names(rule), labels, strict=True)]
    return [*values, (f"article_{rule.name}", article)]


def _chosen(rule: Rule) -> tuple[tuple[str, Any, Any], ...]:
    """What this rule's value is chosen from; nothing where it is typed."""
    return next((offered for value, offered in CHOSEN if value is rule.value), ())


def _field(rule: Rule, label: Any) -> Any:
    if offered := _chosen(rule):
        return SelectField(label, choices=[UNSAID, *((text, shown) for text, shown, _meaning in offered)])
    facts = {"least": 1, "most": 7} if rule.value is WEEK_BY_KIND else rule.value.say.facts
    return Whole(label, [Optional()], least=facts["least"], most=facts["most"])


def _typed(rule: Rule, value: Any) -> list[Any]:
    """A kept value as its fields show it."""
    if rule.value is WEEK_BY_KIND:
        return [(value or {}).get(kind) for kind in WORKPLACES]
    if offered := _chosen(rule):
        return [next((text for text, _shown, meaning in offered if value is not None and meaning == value), "")]
    return [value]


def _meant(rule: Rule, data: list[Any]) -> Any:
    """What the fields say, or None where they say nothing."""
    if rule.value is WEEK_BY_KIND:
        return {kind: n for kind, n in zip(WORKPLACES, data, strict=True) if n is not None} or None
    if offered := _chosen(rule):
        return next((meaning for text, _shown, meaning in offered if text == data[0]), None)
    return data[0]

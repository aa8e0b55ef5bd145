"""A policy's rules as a form, generated from the law's own list of rules."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.publications import plain
from workflow.policy import RULES, Rule
from workflow.words import InstitutionKind

UNSAID = ""
YES_NO = [(UNSAID, _l("no rule")), ("yes", _l("Yes")), ("no", _l("No"))]
HALVES = [(UNSAID, _l("no rule")), ("0", "0"), ("0.5", "½"), ("1", "1")]
WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))


class PolicyForm(FlaskForm):
    """Fields `value_<rule>` and `article_<rule>` for every rule; an empty value means the policy has no such rule."""

    valid_from = DateField(_l("Valid from"), [InputRequired(_l("Give a date."))])

    def rows(self) -> list[tuple[Rule, list[Any], Any]]:
        """(rule, its value fields, its article field), in the order of the law."""
        return [(rule, [self[n] for n in _names(rule)], self[f"article_{rule.name}"]) for rule in RULES.values()]

    def rules(self) -> dict[str, dict[str, Any]]:
        """The rules as policies keep them: {rule: {"value": …, "article": …}}."""
        said = {
            rule.name: (_value(rule, [f.data for f in fields]), article.data) for rule, fields, article in self.rows()
        }
        return {
            name: {"value": value, "article": article} for name, (value, article) in said.items() if value is not None
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """A rule that is said names its article."""
        fine = super().validate(extra_validators)
        for rule, fields, article in self.rows():
            if _value(rule, [f.data for f in fields]) is not None and not article.data:
                article.errors = [*article.errors, _l("Name the article this rule comes from.")]
                fine = False
        return bool(fine)


def policy_form(rules: Mapping[str, Any], valid_from: date) -> PolicyForm:
    """The form filled with these rules, or with what the request brings."""
    form_class = type("RulesForm", (PolicyForm,), {n: f for rule in RULES.values() for n, f in _fields(rule)})
    data: dict[str, Any] = {"valid_from": valid_from}
    for name, rule in RULES.items():
        kept = rules.get(name)
        data[f"article_{name}"] = kept.get("article", "") if kept else ""
        data |= zip(_names(rule), _typed(rule, kept["value"] if kept else None), strict=True)
    return form_class(data=data)  # type: ignore[no-any-return]


def _names(rule: Rule) -> list[str]:
    if rule.kind is dict:
        return [f"value_{rule.name}_{kind.value}" for kind in InstitutionKind]
    return [f"value_{rule.name}"]


def _fields(rule: Rule) -> list[tuple[str, Any]]:
    labels = [_l(k.label) for k in InstitutionKind] if rule.kind is dict else [_l(rule.label)]
    article = StringField(_l("Article"), [Length(max=200)], filters=[plain])
    return [
        *((n, _field(rule, label)) for n, label in zip(_names(rule), labels, strict=True)),
        (f"article_{rule.name}", article),
    ]


def _field(rule: Rule, label: Any) -> Any:
    if rule.kind is bool:
        return SelectField(label, choices=YES_NO)
    if rule.kind is float:
        return SelectField(label, choices=HALVES)
    if rule.name == "start_weekday":
        return SelectField(
            label, choices=[(UNSAID, _l("no rule")), *((str(n), day) for n, day in enumerate(WEEKDAYS, 1))]
        )
    most = 7 if rule.kind is dict else 1000
    return IntegerField(label, [Optional(), NumberRange(1 if rule.kind is dict else 0, most)])


def _typed(rule: Rule, value: Any) -> list[Any]:
    """A kept value as its fields show it."""
    if rule.kind is dict:
        return [(value or {}).get(kind.value) for kind in InstitutionKind]
    if value is None:
        return [None if rule.kind is int and rule.name != "start_weekday" else UNSAID]
    if rule.kind is bool:
        return ["yes" if value else "no"]
    if rule.kind is float or rule.name == "start_weekday":
        return [f"{value:g}"]
    return [value]


def _value(rule: Rule, data: list[Any]) -> Any:
    """What the fields say, or None where they say nothing."""
    if rule.kind is dict:
        kept = {kind.value: number for kind, number in zip(InstitutionKind, data, strict=True) if number is not None}
        return kept or None
    if data[0] in {None, UNSAID}:
        return None
    if rule.kind is bool:
        return data[0] == "yes"
    return rule.kind(data[0])

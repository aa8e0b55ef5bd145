"""What was changed by hand, in words: columns by their labels, values as people read them, a policy rule by rule."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from forms.policy import worded
from services.say import said
from workflow.policy import RULES
from workflow.say import N_
from workflow.words import Actor

# every column of a table whose changes IT reads (services.who_did_what.SETTINGS); a test asks for each
LABELS: dict[str, str] = {
    "code": N_("Code"),
    "name": N_("Name"),
    "name_en": N_("Name (English)"),
    "kind": N_("Kind"),
    "faculty_id": N_("Faculty"),
    "department_id": N_("Department"),
    "late_days": N_("A request looks late after so many days"),
    "overdue_days": N_("A request is overdue after so many days"),
    "verified_only": N_("Approve applications to verified institutions only"),
    "contact": N_("Contact lines"),
    "instructions": N_("Working instructions for students"),
    "help_desk": N_("Help desk"),
    "training": N_("Training recording"),
    "cut_over": N_("Internships begin here from"),
    "starts_on": N_("From"),
    "ends_on": N_("Until"),
    "teaching": N_("Classes are taught in this term"),
    "compulsory": N_("Compulsory"),
    "total_days": N_("Days owed"),
    "active": N_("Active"),
    "internship_type_id": N_("Internship type"),
    "version": N_("Version"),
    "valid_from": N_("Valid from"),
    "day": N_("Day"),
    "effect": N_("Effect"),
    "concerns": N_("Concerns"),
    "reason": N_("Reason"),
    "source": N_("Source (decree, circular)"),
    "email": N_("E-mail"),
    "language": N_("Language of letters"),
    "shortcuts": N_("Keyboard shortcuts"),
    "unwanted": N_("Reminders switched off"),
    "user_id": N_("Account"),
    "actor": N_("Acts as"),
}
UNTOLD = frozenset({"id", "created_at"})  # the line itself says both
_DAYS = frozenset({"starts_on", "ends_on", "valid_from", "day"})
_WORDS = frozenset({"kind", "effect", "concerns"})  # stored words that the catalogue knows
_KINDS = {"faculty": N_("Faculty"), "vocational_school": N_("Vocational school")}
_LONGEST = 100


def changes(facts: Mapping[str, Any] | None) -> list[str]:
    """What was changed by hand, column by column; empty where IT is told nothing of it."""
    told = (facts or {}).get("changes") or {}
    return [line for name, (before, after) in told.items() for line in _lines(name, before, after)]


def _lines(name: str, before: Any, after: Any) -> Iterator[str]:
    if name == "rules":
        yield from _rules(before or {}, after or {})
    elif name not in UNTOLD:
        yield _line(_(LABELS[name]) if name in LABELS else name, _text(name, before), _text(name, after))


def _rules(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The rules that differ from the version before; of a first version only how many there are."""
    if not before:
        yield ngettext("%(num)s rule", "%(num)s rules", len(after))
        return
    for name in [*before, *(n for n in after if n not in before)]:
        was, now = (_rule(name, rules.get(name)) for rules in (before, after))
        if was != now:
            yield _line(_(RULES[name].label) if name in RULES else name, was, now)


def _rule(name: str, data: Mapping[str, Any] | None) -> str:
    return f"{worded(name, data['value'])} ({data.get('article') or '–'})" if data else "–"


def _line(label: str, before: str, after: str) -> str:
    return f"{label}: {before} → {after}"


def _text(name: str, value: Any) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if name.endswith("_id"):
        return f"#{value}"
    if name in _DAYS:
        return said(date.fromisoformat(str(value)))
    return _word(name, value)[:_LONGEST]


def _word(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "actor":
        return said(next((a for a in Actor if a.value == value), value))
    return str(_(_KINDS.get(value, value)) if name in _WORDS else value)

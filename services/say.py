"""Sentences and labels in the reader's language."""

from datetime import date, datetime
from typing import Any

from babel import Locale
from flask_babel import format_date, format_datetime, get_locale, gettext
from sqlalchemy import func

from models import (
    ChangeRequest,
    Declaration,
    Department,
    EvaluationForm,
    EvaluationQuestion,
    Faculty,
    InternshipType,
    Term,
)
from workflow.say import Deadline, Say, Weekdays
from workflow.words import Word

# what has its words in both languages, by the column of the Turkish ones; the English ones, where there are any, are called ..._en
BILINGUAL: dict[type, str] = {
    Department: "name",
    Faculty: "name",
    InternshipType: "name",
    Term: "name",
    EvaluationForm: "title",
    EvaluationQuestion: "text",
}


def said(what: Any) -> str:  # noqa: PLR0911 -- one for each kind
    """The text of a Say, a word's label, a unit's name, a date or anything else that may stand in a sentence."""
    match what:
        case Say(msgid=msgid, facts=facts):
            # gettext("") would answer the catalogue's header
            return str(gettext(msgid, **{k: said(v) for k, v in facts.items()})) if msgid else ""
        case Word():
            return str(gettext(what.label))
        case _ if column := BILINGUAL.get(type(what)):
            return str((_english() and getattr(what, f"{column}_en")) or getattr(what, column))
        case ChangeRequest(application=of, kind=kind) | Declaration(student_name=of, kind=kind):
            return f"{of} · {said(kind)}"
        case Weekdays(mask=mask):
            names = (get_locale() or Locale("tr")).days["format"]["wide"]
            return ", ".join(names[n] for n in range(7) if mask & 1 << n) or "–"
        case Deadline(day=day):
            return str(format_date(day, "EEEE d MMMM" if _english() else "d MMMM EEEE"))
        case date():
            timed = isinstance(what, datetime)
            return str(format_datetime(what, "d MMMM y HH:mm") if timed else format_date(what, "d MMMM y"))
    return "" if what is None else str(what)


def spoken(column: Any) -> Any:
    """The column that holds these words in the reader's language; any other column as it is."""
    model = getattr(column, "class_", None)
    own = model in BILINGUAL and column.key == BILINGUAL[model]
    return func.coalesce(getattr(model, f"{column.key}_en"), column) if own and _english() else column


def _english() -> bool:
    return str(get_locale()) == "en"

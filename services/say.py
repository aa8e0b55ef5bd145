"""Sentences and labels in the reader's language."""

from datetime import date, datetime
from typing import Any

from flask_babel import format_date, format_datetime, gettext

from workflow.say import Say
from workflow.words import Word


def said(what: Any) -> str:
    """The translated text of a Say, a word's label, a date or anything else that may stand in a sentence."""
    match what:
        case Say(msgid=msgid, facts=facts):
            # gettext("") would answer the catalogue's header
            return str(gettext(msgid, **{k: said(v) for k, v in facts.items()})) if msgid else ""
        case Word():
            return str(gettext(what.label))
        case datetime():
            return str(format_datetime(what, "short"))
        case date():
            return str(format_date(what, "long"))
        case None:
            return ""
    return str(what)

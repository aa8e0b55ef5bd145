"""How a page says what it shows: sentences, days, weeks and sizes in the reader's language.

The language is read off the page being drawn: a list of fifty rows says hundreds of words, and asking the
libraries each time took a quarter of the page.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale, dates, numbers
from flask import g
from flask_babel import force_locale, get_locale, get_translations
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from models import EvaluationAnswer
from services import reasons, say
from services.evaluations import in_words
from services.listing import capped
from services.register import shown_tax_no
from services.seal import masked
from services.sign_in import ISTANBUL
from services.standing import NOBODY, Standing
from services.tracker import DID
from workflow import written
from workflow.kinds import ReasonKind
from workflow.phase import status
from workflow.words import Action, Page, Part, Word


def _language(context: Context) -> str:
    return context.get("language") or str(get_locale() or "tr")


@lru_cache(maxsize=8)
def _catalogue(language: str) -> Callable[[str], str]:
    with force_locale(language):
        look_up: Callable[[str], str] = get_translations().ugettext
        return look_up


@pass_context
def spoken(context: Context, msgid: str, /, **facts: Any) -> str:
    """The page's `_`: a msgid in the reader's language, its facts filled in (and escaped)."""
    text = _catalogue(_language(context))(msgid)
    if context.eval_ctx.autoescape:
        text = Markup(text)  # noqa: S704 -- the catalogue is ours
    return text % facts if facts or "%" in text else text


@pass_context
def said(context: Context, what: Any) -> str:
    """A word's label, a Say, a date or anything else that may stand in a sentence."""
    return _catalogue(_language(context))(what.label) if isinstance(what, Word) else say.said(what)


@pass_context
def did(context: Context, action: Action) -> str:
    """A step in the past tense, for a history."""
    return _catalogue(_language(context))(DID[action])


@lru_cache(maxsize=4096)
def _dated(day: date, pattern: str, language: str) -> str:
    return str(dates.format_date(day, pattern, locale=language))


@pass_context
def day(context: Context, value: date | None) -> str:
    """A date, or a moment's date in Istanbul."""
    if value is None:
        return "–"
    own = value.astimezone(ISTANBUL).date() if isinstance(value, datetime) else value
    return _dated(own, "d MMM y", _language(context))


@pass_context
def span(context: Context, start: date, end: date) -> str:
    """Two days as people say them: the year once where it is the same."""
    if start is None or end is None:
        return f"{day(context, start)} – {day(context, end)}"
    language = _language(context)
    first = _dated(start, "d MMM" if start.year == end.year else "d MMM y", language)
    return f"{first} – {_dated(end, 'd MMM y', language)}"


@pass_context
def moment(context: Context, value: datetime | None) -> str:
    """A date and a time in Istanbul."""
    if value is None:
        return "–"
    return str(dates.format_datetime(value, "d MMM y HH:mm", ISTANBUL, locale=_language(context)))


@pass_context
def weekday(context: Context, value: date) -> str:
    """A date with its weekday."""
    return _dated(value, "d MMM y EEEE", _language(context))


@pass_context
def near(context: Context, value: date) -> str:
    """A day that is near: with its weekday, without its year."""
    return _dated(value, "d MMM EEE", _language(context))


@pass_context
def week(context: Context, mask: int | None) -> str:
    """A week's bit mask (Monday = 1 … Sunday = 64) by the short names of its days."""
    names = Locale.parse(_language(context)).days["format"]["abbreviated"]
    return ", ".join(names[n] for n in range(7) if int(mask or 0) & 1 << n) or "–"


@pass_context
def iso_day(context: Context, text: str) -> str:
    """A day as the history keeps it."""
    return day(context, date.fromisoformat(text) if text else None)


@pass_context
def page_label(context: Context, word: str) -> str:
    """A page of the wizard by its stored word."""
    return said(context, Page(word) if word in set(Page) else Part(word))


def boxed_day(typed: str) -> str:
    """A day out of an address as a browser's box shows it."""
    found = written.day(typed)
    return found.isoformat() if found else ""


def halves(count: int | None) -> str:
    """Half-days as days: 41 -> "20½"."""
    if count is None:
        return "–"
    return f"{count // 2 or ('' if count % 2 else 0)}{'½' if count % 2 else ''}"


@pass_context
def number(context: Context, value: int) -> str:
    """A count with its thousands set apart."""
    return str(numbers.format_decimal(value, locale=_language(context)))


@pass_context
def share(context: Context, value: float) -> str:
    """A part of the whole as a percentage."""
    return str(
        numbers.format_percent(
            value, format="%#,##0.0" if _language(context) == "tr" else "#,##0.0%", locale=_language(context)
        )
    )


def breaking(address: str) -> Markup:
    """An e-mail address that may break at its sign."""
    return Markup("@<wbr>").join(address.split("@"))


@pass_context
def size_text(context: Context, size: int) -> str:
    """Bytes as people say them, in binary units."""
    amount, units = float(size), iter(("B", "KB", "MB", "GB"))
    unit = next(units)
    while amount >= 1024 and unit != "GB":  # noqa: PLR2004 -- the units' own base
        amount, unit = amount / 1024, next(units)
    pattern = "#,##0" if unit == "B" else "#,##0.0"
    return f"{numbers.format_decimal(amount, pattern, locale=_language(context))} {unit}"


def tax_no(number: str | None) -> str:
    """A tax number as the reader may see it."""
    return shown_tax_no(number, g.standing.actors)


@pass_context
def answered(context: Context, answer: EvaluationAnswer) -> str:
    """What the firm answered, in the page's language."""
    return said(context, in_words(answer.question, answer.answer, english=_language(context) == "en"))


def _reader() -> Standing:
    return g.get("standing", NOBODY)  # type: ignore[no-any-return]


def reads_words(row: Any) -> bool:
    """Whether the reader of this page reads the words of a reason in this file."""
    return reasons.reads_words(row, _reader())


def words_of(step: Any) -> str | None:
    """The reason of a step as far as the reader of this page reads it."""
    return reasons.words_of(step, _reader())


@pass_context
def reason_label(context: Context, kind: str) -> str:
    """A kind of reason, in the page's language."""
    return spoken(context, ReasonKind(kind).label)


FILTERS: dict[str, Callable[..., Any]] = {
    "answered": answered,
    "boxed_day": boxed_day,
    "breaking": breaking,
    "bytes": size_text,
    "capped": capped,
    "day": day,
    "did": did,
    "halves": halves,
    "iso_day": iso_day,
    "masked": masked,
    "moment": moment,
    "number": number,
    "near": near,
    "page_label": page_label,
    "reads_words": reads_words,
    "reason_label": reason_label,
    "said": said,
    "share": share,
    "span": span,
    "status": status,
    "tax_no": tax_no,
    "week": week,
    "weekday": weekday,
    "words_of": words_of,
}

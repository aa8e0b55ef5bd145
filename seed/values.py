"""What a cell may hold: each reader takes the text (or YAML's value) and gives the value, or raises Wrong."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from workflow.plain import as_address, legible
from workflow.questions import fault
from workflow.say import Say
from workflow.words import QuestionKind, Word

Reader = Callable[[Any], Any]
_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_YES = frozenset({"1", "yes", "true", "y", "evet", "e"})
_NO = frozenset({"0", "no", "false", "n", "hayır", "h"})
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Wrong(Exception):
    """A value that cannot stand there; `say` is the sentence."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


def text(length: int) -> Reader:
    """Text of at most `length` characters."""

    def read(value: Any) -> str:
        if isinstance(value, dict | list):
            raise Wrong(Say("Text was expected here."))
        if len(str(value)) > length:
            raise Wrong(Say("This is longer than %(length)s characters.", length=length))
        if not legible(str(value), lines=True):
            raise Wrong(Say("This holds hidden or broken characters. Type it instead of pasting it."))
        return str(value)

    return read


def address(length: int) -> Reader:
    """An e-mail address, as it is stored."""
    read = text(length)
    return lambda value: as_address(read(value))


def number(least: int, most: int) -> Reader:
    """A whole number from `least` to `most`."""

    def read(value: Any) -> int:
        typed = str(value).strip()
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", typed) or not least <= int(typed) <= most:
            raise Wrong(
                Say(
                    "“%(value)s” is not a whole number from %(least)s to %(most)s.",
                    value=typed[:40],
                    least=least,
                    most=most,
                )
            )
        return int(typed)

    return read


def day(value: Any) -> date:
    """A date: 2026-06-15 or 15.06.2026."""
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    typed = str(value).strip()
    turkish = _DAY.fullmatch(typed)
    try:
        return date(*(int(n) for n in turkish.groups()[::-1])) if turkish else date.fromisoformat(typed)
    except ValueError:
        raise Wrong(Say("“%(value)s” is not a date such as 2026-06-15.", value=typed[:40])) from None


def yes(value: Any) -> bool:
    """Yes or no, in either language."""
    typed = str(value).strip().casefold()
    if typed not in _YES | _NO:
        raise Wrong(Say("“%(value)s” is neither yes nor no.", value=typed[:40]))
    return typed in _YES


def one_of(*words: str) -> Reader:
    """One of these words."""

    def read(value: Any) -> str:
        if str(value) not in words:
            raise Wrong(Say("“%(value)s” is not one of: %(words)s.", value=str(value)[:40], words=", ".join(words)))
        return str(value)

    return read


def member(kind: type[Word]) -> Reader:
    """A member of one of the office's word lists."""
    words = {w.value: w for w in kind}
    read_word = one_of(*words)
    return lambda value: words[read_word(value)]


def questions(value: Any) -> list[dict[str, Any]]:
    """The questions of an evaluation form, in order; only YAML can say them."""
    if not isinstance(value, list) or not value:
        raise Wrong(Say("“asked” is a list of questions: each entry begins with “- ”."))
    return [_question(entry) for entry in value]


def _question(entry: Any) -> dict[str, Any]:
    known = {"kind", "text", "text_en", "options", "required"}
    if not isinstance(entry, dict) or not {"kind", "text", "text_en"} <= entry.keys() <= known:
        raise Wrong(Say("A question has kind, text, text_en, and where it offers answers, options."))
    kind, options = member(QuestionKind)(entry["kind"]), entry.get("options")
    if wrong := fault(kind, options):
        raise Wrong(wrong)
    words = {name: text(500)(entry[name]) for name in ("text", "text_en")}
    return {"kind": kind, **words, "options": options, "required": yes(entry.get("required", True))}


def week(value: Any) -> int:
    """A working week as a bit mask, Monday = 1: typed as the number or as "mon tue wed"."""
    if str(value).isdigit():
        return int(number(1, 127)(value))
    days = re.split(r"[\s,;]+", str(value).strip().casefold())
    unknown = next((d for d in days if d[:3] not in _WEEKDAYS), None)
    if unknown is not None:
        raise Wrong(Say("“%(value)s” is not a weekday such as mon.", value=unknown[:40]))
    return sum({1 << _WEEKDAYS.index(d[:3]) for d in days})

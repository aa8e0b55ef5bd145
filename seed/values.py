"""What a cell may hold: each reader takes the text (or YAML's value) and gives the value, or raises Wrong."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from workflow import written
from workflow.addresses import address_fault, as_address
from workflow.plain import legible
from workflow.questions import fault
from workflow.say import Say
from workflow.turkish import folded, search_key
from workflow.words import QuestionKind, Word

Reader = Callable[[Any], Any]
_WEEK = (
    ("mon", "monday", "pzt", "pazartesi"), ("tue", "tuesday", "sal", "sali"), ("wed", "wednesday", "car", "carsamba"),
    ("thu", "thursday", "per", "persembe"), ("fri", "friday", "cum", "cuma"), ("sat", "saturday", "cmt", "cumartesi"),
    ("sun", "sunday", "paz", "pazar"),
)  # fmt: skip
_WEEKDAY = {name: n for n, names in enumerate(_WEEK) for name in names}
SHORTENED = Say("The spreadsheet has cut this number short. Make the column text, and enter the number again.")


class Wrong(Exception):
    """A value that cannot stand there; `says` are the sentences."""

    def __init__(self, *says: Say) -> None:
        super().__init__(" ".join(map(str, says)))
        self.says = says


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


def address(value: Any) -> str:
    """An e-mail address, as it is stored."""
    found = as_address(str(value))
    if fault := address_fault(found):
        raise Wrong(Say("“%(value)s”: %(wrong)s", value=str(value)[:80], wrong=fault))
    return found


def tax_no(value: Any) -> str:
    """A tax number; zeros that a spreadsheet took are given back where the check digit fits."""
    if written.is_shortened(str(value)):
        raise Wrong(SHORTENED)
    if (found := written.tax_no(str(value))) is None:
        raise Wrong(Say("A tax number has 10 digits (11 for a sole trader)."))
    return found


def phone(value: Any) -> str:
    """A phone number; the zero that a spreadsheet took is given back."""
    if written.is_shortened(str(value)):
        raise Wrong(SHORTENED)
    if (found := written.phone(str(value), lost=True)) is None:
        raise Wrong(Say("“%(value)s” is not a phone number such as 0462 377 00 00.", value=str(value)[:40]))
    return found


def number(least: int, most: int) -> Reader:
    """A whole number from `least` to `most`."""

    def read(value: Any) -> int:
        found = None if isinstance(value, bool) else written.whole(str(value))
        if found is None or not least <= found <= most:
            raise Wrong(
                Say(
                    "“%(value)s” is not a whole number from %(least)s to %(most)s.",
                    value=str(value).strip()[:40],
                    least=least,
                    most=most,
                )
            )
        return found

    return read


def day(value: Any) -> date:
    """A day: 2026-06-15, 15.06.2026, 15 Haziran 2026, or a spreadsheet's number of it."""
    if isinstance(value, date):
        value = value.strftime("%Y-%m-%d")
    if (found := written.day(str(value), serial=True)) is None:
        raise Wrong(
            Say("“%(value)s” is not a day such as 15.06.2026, between the years 2000 and 2100.", value=str(value)[:40])
        )
    return found


def yes(value: Any) -> bool:
    """Yes or no, in either language."""
    if (found := written.yes_no(str(value))) is None:
        raise Wrong(Say("“%(value)s” is neither yes nor no. Write evet or hayır.", value=str(value).strip()[:40]))
    return found


def one_of(*words: str) -> Reader:
    """One of these words, in any capitals."""
    known = {search_key(word): word for word in words}

    def read(value: Any) -> str:
        if (found := known.get(search_key(str(value)))) is None:
            raise Wrong(Say("“%(value)s” is not one of: %(words)s.", value=str(value)[:40], words=", ".join(words)))
        return found

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
    read, wrong = [], []
    for n, entry in enumerate(value, 1):
        try:
            read.append(_question(entry))
        except Wrong as bad:
            wrong += [Say("question %(number)s: %(wrong)s", number=n, wrong=say) for say in bad.says]
    if wrong:
        raise Wrong(*wrong)
    return read


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
    """A working week as a bit mask, Monday = 1: typed as the number, as "mon tue wed" or as "Pzt, Salı, Çar"."""
    if str(value).isdecimal():
        return int(number(1, 127)(value))
    days = [d for d in re.split(r"[\s,;.]+", folded(str(value))) if d]
    if unknown := [d for d in days if d not in _WEEKDAY]:
        raise Wrong(*(Say("“%(value)s” is not a weekday such as mon or pzt.", value=d[:40]) for d in unknown))
    return sum({1 << _WEEKDAY[d] for d in days})

"""The questions of an evaluation form: what each kind offers, which answers fit it, what is wrong with one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workflow.say import N_, Say
from workflow.words import QuestionKind

LONGEST = 2000  # characters of an answer
OFFERS = (2, 12)  # answers of a choice
ENDS = (0, 10)  # of a scale
YES, NO = "yes", "no"
OFFERED = frozenset({QuestionKind.YES_NO, QuestionKind.CHOICE, QuestionKind.SCALE})


@dataclass(frozen=True)
class Offer:
    """One answer on offer: what is kept, and what is read in either language (a msgid where `en` is empty)."""

    value: str
    tr: str
    en: str = ""


def offers(kind: QuestionKind, options: Sequence[Any] | None) -> tuple[Offer, ...]:
    """The answers on offer, in order; a free text offers none.

    `options` of a choice are its answers, of a scale its two ends: each a value, or a list of it and its words in
    Turkish and English.
    """
    match kind:
        case QuestionKind.YES_NO:
            return (Offer(YES, N_("Yes")), Offer(NO, N_("No")))
        case QuestionKind.CHOICE:
            return tuple(_worded(option) for option in options or ())
        case QuestionKind.SCALE if options:
            low, high = (_worded(end) for end in options)
            between = (Offer(str(n), str(n), str(n)) for n in range(int(low.value) + 1, int(high.value)))
            return (low, *between, high)
    return ()


def _worded(option: Any) -> Offer:
    value, *words = option if isinstance(option, list | tuple) else [option]
    tr, en = words if len(words) == 2 else (value, words[0] if words else value)  # noqa: PLR2004 -- both languages
    return Offer(str(value), str(tr), str(en))


def fits(kind: QuestionKind, options: Sequence[Any] | None, answer: str) -> bool:
    """Whether this may be answered."""
    if kind is QuestionKind.TEXT:
        return len(answer) <= LONGEST
    return answer in {offer.value for offer in offers(kind, options)}


def fault(kind: QuestionKind, options: Any) -> Say | None:
    """What is wrong with the answers a question offers, or None."""
    match kind:
        case QuestionKind.CHOICE:
            return _fault_of_choice(options)
        case QuestionKind.SCALE:
            return _fault_of_scale(options)
    return Say("Only a choice and a scale have answers of their own.") if options else None


def _fault_of_choice(options: Any) -> Say | None:
    least, most = OFFERS
    if not isinstance(options, list) or not least <= len(options) <= most:
        return Say("A choice has %(least)s to %(most)s answers.", least=least, most=most)
    if not all(_is_worded(option, str) and 0 < len(_first(option)) <= LONGEST // 10 for option in options):
        return Say("Each answer is a text, with its English after it.")
    if len({_first(option) for option in options}) < len(options):
        return Say("Two of the answers are the same.")
    return None


def _fault_of_scale(options: Any) -> Say | None:
    least, most = ENDS
    if not isinstance(options, list) or len(options) != 2 or not all(_is_worded(end, int) for end in options):  # noqa: PLR2004 -- the ends
        return Say("A scale has a lowest and a highest number.")
    low, high = (_first(end) for end in options)
    if not least <= low < high <= most:
        return Say("A scale goes up, from %(least)s at least to %(most)s at most.", least=least, most=most)
    return None


def _first(option: Any) -> Any:
    return option[0] if isinstance(option, list) else option


def _is_worded(option: Any, kind: type) -> bool:
    words = option if isinstance(option, list) else [option]
    return bool(words) and len(words) <= 3 and type(words[0]) is kind and all(isinstance(w, str) for w in words[1:])  # noqa: PLR2004 -- a value and two languages

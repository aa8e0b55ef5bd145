"""Text as a person may type it: nothing in it that its reader cannot see."""

import re
import unicodedata

BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EMPTY = str.maketrans("", "", "\x00\xad\u200b\u2060\ufeff")  # come along with a copy and say nothing
_ILLEGIBLE = BIDI | {"\ufffd", "\u2028", "\u2029"}
_BREAKS = frozenset("\t\n\r")
_STORM = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5}")


def plain(typed: str | None) -> str:
    """Typed text without outer blanks and without characters that say nothing (NUL, soft hyphen)."""
    return (typed or "").translate(_EMPTY).strip()


def as_address(typed: str) -> str:
    """An e-mail address as it is stored: people write their own in any case."""
    return typed.strip().replace("İ", "i").lower()


def legible(text: str, *, lines: bool = False) -> bool:
    """Whether every character shows: no control, no change of direction, no broken one, no heap of accents.

    With `lines`, line breaks and tabs are fine.
    """
    characters = set(text) - (_BREAKS if lines else frozenset())
    return _STORM.search(text) is None and not any(
        c in _ILLEGIBLE or unicodedata.category(c) in {"Cc", "Cs"} for c in characters
    )

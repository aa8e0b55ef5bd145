"""Text as a person may type it: nothing in it that its reader cannot see."""

import re
import unicodedata

BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# come along with a copy and say nothing: NUL, soft hyphen, zero widths, joiners, fillers
INVISIBLE: dict[int, None] = dict.fromkeys(
    map(
        ord,
        "\x00\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0",
    )
)
_BLANKS = [n for n in range(0x80, 0x3001) if unicodedata.category(chr(n)) == "Zs"]  # no-break, thin, narrow … blanks
_SHOWN = INVISIBLE | dict.fromkeys(_BLANKS, " ")
_ILLEGIBLE = BIDI | {"\ufffd", "\u2028", "\u2029"}
_BREAKS = frozenset("\t\n\r")
_STORM = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5}")
_DASHES = dict.fromkeys((n for n in range(0x2010, 0x2016)), "-") | {0x2212: "-", 0xFE63: "-", 0xFF0D: "-"}
_BARE = _SHOWN | dict.fromkeys(map(ord, BIDI)) | _DASHES


def plain(typed: str | None) -> str:
    """Typed text without outer blanks and without characters that say nothing; every blank is a common one."""
    return (typed or "").translate(_SHOWN).strip()


def bare(typed: str) -> str:
    """A number, a code or an address as its letters and signs: single common blanks, common dashes, nothing invisible."""
    return " ".join(unicodedata.normalize("NFC", typed).translate(_BARE).split())


def legible(text: str, *, lines: bool = False) -> bool:
    """Whether every character shows: no control, no change of direction, no broken one, no heap of accents.

    With `lines`, line breaks and tabs are fine.
    """
    characters = set(text) - (_BREAKS if lines else frozenset())
    return _STORM.search(text) is None and not any(
        c in _ILLEGIBLE or unicodedata.category(c) in {"Cc", "Cs"} for c in characters
    )

"""Which letters a text file is written in: UTF-8, UTF-16, or the Turkish Windows code page a spreadsheet saves a plain CSV in.

Where that cannot be told for certain the file is refused: a name with wrong letters is worse than none.
"""

import re

from workflow.say import Say

_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF8_WITHIN = re.compile(
    rb"[\xc3-\xc5][\x80-\xbf]"
)  # ü, ş, ğ, ı … as UTF-8 writes them; no Turkish word in a code page
# signs of the code page that stand between words only; in a DOS or Macintosh code page they are letters
_LETTER = "[^\\W\\d_]"
# signs of the code page that no Turkish word has within, before, or at all: in a DOS or Macintosh code page they are letters
_WITHIN = re.compile(
    f"{_LETTER}[\\u201a\\u201c\\u201d\\u201e\\u2026\\u2022\\u2039\\u203a\\xa1-\\xbf\\xd7\\xf7]{_LETTER}"
)
_BEFORE = re.compile(f"[\\u201a\\u2026\\u20ac\\u2122\\xa4\\xa6\\xa7]{_LETTER}")
_NEVER = re.compile(
    "[\\u0152\\u0153\\u0160\\u0161\\u0178\\u0192\\u02c6\\u02dc\\u2020\\u2021\\u2030\\xc6\\xd8\\xdf\\xe6\\xf8\\xff]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x81\x8d-\x90\x9d\x9e]")


class Undecided(Exception):
    """The letters of a file cannot be told; `line` is the first that shows it (0: the file as a whole)."""

    def __init__(self, say: Say, line: int = 0) -> None:
        super().__init__(str(say))
        self.say, self.line = say, line


def text_of(data: bytes) -> str:
    """The text of a file; raises Undecided."""
    if (mark := data[:2]) in _UTF16:
        try:
            return data[2:].decode(_UTF16[mark])
        except UnicodeDecodeError:
            raise Undecided(Say("This text breaks off in the middle of a letter.")) from None
    if b"\x00" in data[:2]:  # UTF-16 without its mark
        raise Undecided(UNKNOWN)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
    if _UTF8_WITHIN.search(data):
        raise Undecided(Say("Some of this text is UTF-8 and some, from here on, is not."), line)
    return _windows(data)


def _windows(data: bytes) -> str:
    """The Turkish Windows code page (1254), where nothing in the text speaks against it."""
    try:
        text = data.decode("cp1254")
    except UnicodeDecodeError as wrong:
        raise Undecided(UNKNOWN, data[: wrong.start].count(b"\n") + 1) from None
    if found := next(filter(None, (wrong.search(text) for wrong in (_WITHIN, _BEFORE, _NEVER, _CONTROL))), None):
        raise Undecided(UNKNOWN, text[: found.end()].count("\n") + 1)
    return text


UNKNOWN = Say("It is not clear which letters this text is written in.")

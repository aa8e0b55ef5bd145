"""What people write and what spreadsheets make of it: each reader gives the value, or None where it is none.

Forms, filters and files read a kind of value by the same one.
"""

import re
from datetime import date, timedelta

from stdnum.tr import tckimlik, vkn

from workflow.days import FIRST_DAY, LAST_DAY
from workflow.plain import bare
from workflow.turkish import folded

LOST = 3  # zeros at most
YEAR = 4  # digits; of two it is one of this century
VKN, NATIONAL_ID = 10, 11  # digits of a tax number; a sole trader's is the national id
_YES = frozenset({"1", "yes", "true", "y", "t", "evet", "e", "aktif", "var", "dogru"})
_NO = frozenset({"0", "no", "false", "n", "f", "hayir", "h", "pasif", "yok", "yanlis"})
_SHORTENED = re.compile(r"\d+([.,]\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)
_CENTS = re.compile(
    r"(-?(?:\d+|\d{1,3}(?: \d{3})+|\d{1,3}(?:\.\d{3})+(?=,)|\d{1,3}(?:,\d{3})+(?=\.)))[.,]0{1,2}", re.ASCII
)
_CELL = re.compile(r'=?"([^"]*)"|[\'’`](.*)')  # how a spreadsheet is made to keep a number as text
_GROUPED = re.compile(r"-?\d{1,3}(?:([., '’])\d{3})(?:\1\d{3})*", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,12}", re.ASCII)
_PHONE = re.compile(r"(?=(\D*\d){7})[0-9 +()/.-]{7,30}", re.ASCII)
_LOCAL_CALL = re.compile(r"[2-58]\d{9}")  # a Turkish number that lost its zero
_YEAR_LAST = re.compile(r"(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4}|\d{2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[ ./-]{1,2}([a-z]{3,9})[ ./,-]{1,2}(\d{4}|\d{2})", re.ASCII)
_WEEKDAY = re.compile(
    r",?\b(?:pazartesi|sali|carsamba|persembe|cuma|cumartesi|pazar|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b,?"
)
_MIDNIGHT = re.compile(r"[ t]00:00(:00(\.0+)?)?z?$", re.ASCII)
_SERIAL = re.compile(r"\d{5}", re.ASCII)
_EPOCH = date(1899, 12, 30)
_MONTHS = (
    ("ocak", "oca", "january", "jan"), ("subat", "sub", "february", "feb"), ("mart", "mar", "march"), ("nisan", "nis", "april", "apr"),
    ("mayis", "may"), ("haziran", "haz", "june", "jun"), ("temmuz", "tem", "july", "jul"), ("agustos", "agu", "august", "aug"),
    ("eylul", "eyl", "september", "sep", "sept"), ("ekim", "eki", "october", "oct"), ("kasim", "kas", "november", "nov"),
    ("aralik", "ara", "december", "dec"),
)  # fmt: skip
_MONTH = {name: n for n, names in enumerate(_MONTHS, 1) for name in names}


def _whole_part(text: str) -> str:
    """A number without the .0 or ,00 that says it is whole."""
    found = _CENTS.fullmatch(text)
    return found[1] if found else text


def _cell(typed: str) -> str:
    """What stands in a cell, without what keeps it text there."""
    text = bare(typed)
    found = _CELL.fullmatch(text)
    return (found[1] or found[2] or "").strip() if found else text


def yes_no(typed: str) -> bool | None:
    """Yes or no in either language, in any capitals: evet, HAYIR, AKTİF, PASIF, true, 0."""
    word = folded(bare(typed))
    return word in _YES if word in _YES | _NO else None


def is_shortened(typed: str) -> bool:
    """Whether a spreadsheet has cut a long number short: 5.91503E+08."""
    return _SHORTENED.fullmatch(bare(typed)) is not None


def digits(typed: str, between: str = " ") -> str:
    """A number that is text as it was meant: without the signs `between`, a leading apostrophe, a spreadsheet's .0.

    What then holds anything but digits comes back as it was written, but for invisible characters.
    """
    text = _cell(typed)
    found = _whole_part(text).translate(dict.fromkeys(map(ord, between)))
    return found if _is_digits(found) else text


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def tax_no(typed: str) -> str | None:
    """Ten digits, or eleven of a sole trader. Zeros that a spreadsheet took are given back where the check digit fits."""
    found = digits(typed.removeprefix("TR"), " .'’-/")
    if _is_digits(found) and VKN - LOST <= len(found) < VKN and vkn.is_valid(found.zfill(VKN)):
        found = found.zfill(VKN)
    return found if _is_digits(found) and len(found) in {VKN, NATIONAL_ID} else None


def tax_no_fits(number: str) -> bool:
    """Whether the check digits of a tax number fit, a company's or a sole trader's."""
    return tckimlik.is_valid(number) if len(number) == NATIONAL_ID else vkn.is_valid(number)


def is_personal(number: str | None) -> bool:
    """Whether a tax number is somebody's national id: personal data (law 6698)."""
    return bool(number) and len(number or "") == NATIONAL_ID


def phone(typed: str, *, lost: bool = False) -> str | None:
    """A phone number as written, blanks and dashes made common; `lost`: out of a file, where a leading zero goes astray."""
    text = _whole_part(_cell(typed)).removeprefix("tel:").strip()
    if lost and _LOCAL_CALL.fullmatch(text):
        text = f"0{text}"
    return text if _PHONE.fullmatch(text) else None


def whole(typed: str) -> int | None:
    """A whole number as people write it: 1250, 1.250, 1 250, 1,250, 1.250,00."""
    text = _whole_part(_cell(typed).removeprefix("+"))
    if _GROUPED.fullmatch(text):
        text = re.sub("[., '’]", "", text)
    return int(text) if _WHOLE.fullmatch(text) else None


def day(typed: str, *, serial: bool = False) -> date | None:
    """A day as people write it: 14.12.2026, 14/12/2026, 14-12-26, 2026-12-14, 14 Aralık 2026.

    `serial`: out of a file, where a spreadsheet may have left the day as its number (46370).
    """
    if any(not c.isascii() and not c.isalpha() for c in bare(typed)):
        return None  # digits of another script, which folding would make common ones
    text = _MIDNIGHT.sub("", _WEEKDAY.sub("", folded(bare(typed))).strip())
    if serial and _SERIAL.fullmatch(_whole_part(text)):
        return _known(_EPOCH + timedelta(days=int(text[:5])))
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, of_month = found.groups()
    elif found := _YEAR_LAST.fullmatch(text):
        of_month, month, year = found.groups()
    elif (found := _NAMED.fullmatch(text)) and found[2] in _MONTH:
        of_month, month, year = found[1], str(_MONTH[found[2]]), found[3]
    else:
        return None
    try:
        return _known(date(int(year if len(year) == YEAR else f"20{year}"), int(month), int(of_month)))
    except ValueError:
        return None


def _known(found: date) -> date | None:
    return found if FIRST_DAY <= found <= LAST_DAY else None

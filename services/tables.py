"""Tables that people keep in files: text or XLSX, read row by row, each row knowing its line."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from services.archives import zips
from services.archives.rules import Refusal
from services.encodings import Undecided, text_of
from workflow.plain import plain
from workflow.say import Say
from workflow.turkish import ascii_lowered, folded, lowered

TABULAR = frozenset({".csv", ".txt", ".tsv", ".xlsx"})
OTHER_SHEETS = frozenset({".xls", ".xlsm", ".xlsb", ".ods", ".numbers"})
MAX_ROWS = 500_000
MAX_UNPACKED = 256 * 1024 * 1024  # bytes of an .xlsx once unpacked
MAX_PROBLEMS = 200
_DIGITS = 10**15  # a spreadsheet keeps fifteen digits of a number; what is longer has lost some, and shows it
SAVE = Say("Save it anew in your spreadsheet: as XLSX, or as “CSV UTF-8”.")


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: line 0 means the file as a whole."""

    file: str
    line: int
    say: Say


@dataclass(frozen=True)
class Line:
    """One row of a file: `values` by column name, text stripped, an empty cell absent.

    `columns` are those of the heading (none where the file has no heading); `fault` is what is wrong with the row itself.
    """

    file: str
    number: int
    values: Mapping[str, Any]
    columns: tuple[str, ...] = ()
    fault: Say | None = None


class Unreadable(Exception):
    """The file as a whole cannot be read; `problem` says why."""

    def __init__(self, file: str, say: Say, line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {say}")
        self.problem = Problem(file, line, say)


def read_table(file: str, data: bytes, *, remark: str = "#") -> Iterator[Line]:
    """The rows below the header of a text or XLSX file; raises Unreadable.

    A row that begins with `remark` is passed over ("": none is).
    """
    rows = _rows(file, data, remark)
    header: tuple[str, ...] | None = None
    for number, cells in rows:
        texts = [_text(c) for c in cells]
        if not any(texts) or (remark and texts[0].startswith(remark)):
            continue
        if header is None:
            header = _header(file, number, texts)
        else:
            more = Say("This row has more cells than the heading has columns.") if any(texts[len(header) :]) else None
            values = {n: t for n, t in zip(header, texts, strict=False) if n and t}
            yield Line(file, number, values, header, more)


def _rows(file: str, data: bytes, remark: str) -> Iterator[tuple[int, list[Any]]]:
    suffix = ascii_lowered(PurePath(file).suffix)
    if suffix in OTHER_SHEETS or data.startswith(_OLD_WORKBOOK):
        raise Unreadable(file, Say("%(kind)s files are not read. %(save)s", kind=suffix or ".xls", save=SAVE))
    return _xlsx(file, data) if suffix == ".xlsx" or data.startswith(b"PK\x03\x04") else _csv(file, data, remark)


_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


def _header(file: str, number: int, texts: Sequence[str]) -> tuple[str, ...]:
    names = [_column(t) for t in texts]
    while names and not names[-1]:
        names.pop()
    twice = next((n for n in names if n and names.count(n) > 1), None)
    if twice:
        raise Unreadable(file, Say("The heading names the column “%(column)s” twice.", column=twice), number)
    return tuple(names)


def _column(typed: str) -> str:
    """A column's name as the code knows it where it is one of ours, whatever its capitals: NATİONAL_İD, national_id."""
    ours = folded(typed)
    return ours if _OURS.fullmatch(ours) else lowered(typed, turkish=True)


_OURS = re.compile("[a-z_]+")


def _csv(file: str, data: bytes, remark: str) -> Iterator[tuple[int, list[Any]]]:
    try:
        text = text_of(data)
    except Undecided as undecided:
        raise Unreadable(file, Say("%(wrong)s %(save)s", wrong=undecided.say, save=SAVE), undecided.line) from None
    starts, told = 1, _TOLD.match(text)
    if told:
        text, starts = text[told.end() :], 2
    before = starts - 1
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=told[1] if told else _between(text, remark), strict=True
    )
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise Unreadable(file, Say("A quotation mark or a cell of this row does not end."), starts) from None
        if cells is None:
            return
        yield starts, cells
        starts = before + reader.line_num + 1
        _few_enough(file, starts)


_TOLD = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)  # a spreadsheet's own first line
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def _between(text: str, remark: str) -> str:
    """What stands between the cells of the heading."""
    shown = (line for line in _QUOTED.sub("", text[:_HEADING]).splitlines() if line.strip(" \r"))
    heading = next((line for line in shown if not (remark and line.startswith(remark))), "")
    return max(",;\t|", key=heading.count)


_HEADING = 20_000  # characters in which the heading stands


def _xlsx(file: str, data: bytes) -> Iterator[tuple[int, list[Any]]]:
    """The first sheet; the container's structure and unpacked size are checked before anything is unpacked."""
    try:
        if sum(member.size for member in zips.members(data)) > MAX_UNPACKED:
            raise Unreadable(file, Say("This workbook is too large once unpacked."))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        _few_enough(file, sheet.total_height)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, Refusal, IndexError, ValueError):
        raise Unreadable(file, Say("This workbook cannot be read. Save it again as XLSX.")) from None
    yield from enumerate(rows, 1)


def _few_enough(file: str, rows: int) -> None:
    if rows > MAX_ROWS:
        raise Unreadable(file, Say("This file has more than %(rows)s rows.", rows=MAX_ROWS), MAX_ROWS)


def _text(cell: Any) -> str:
    """A cell as its text: workbooks hold numbers and dates as such."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < _DIGITS else f"{cell:.15G}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return plain(str(cell))

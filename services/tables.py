"""Tables that people keep in files: CSV or XLSX, read row by row, each row knowing its line."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from services.archives import zips
from services.archives.rules import Refusal
from workflow.say import Say

TABULAR = frozenset({".csv", ".xlsx"})
MAX_ROWS = 500_000
MAX_UNPACKED = 256 * 1024 * 1024  # bytes of an .xlsx once unpacked
MAX_PROBLEMS = 200
UTF8 = ("utf-8-sig",)
OFFICE = (*UTF8, "utf-16", "cp1254")  # what a Turkish spreadsheet saves a CSV as
_DIGITS = 10**15  # a spreadsheet keeps fifteen digits of a number; what is longer has lost some, and shows it
_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: line 0 means the file as a whole."""

    file: str
    line: int
    say: Say


@dataclass(frozen=True)
class Line:
    """One row of a file: `values` by column name, text stripped, an empty cell absent."""

    file: str
    number: int
    values: Mapping[str, Any]


class Unreadable(Exception):
    """The file as a whole cannot be read; `problem` says why."""

    def __init__(self, file: str, say: Say, line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {say}")
        self.problem = Problem(file, line, say)


def read_table(file: str, data: bytes, *, encodings: Sequence[str] = UTF8, remark: str = "#") -> Iterator[Line]:
    """The rows below the header of a CSV or XLSX file; raises Unreadable.

    A CSV is read in the first of the `encodings` that fits; a row that begins with `remark` is passed over ("": none is).
    """
    rows = _xlsx(file, data) if PurePath(file).suffix.lower() == ".xlsx" else _csv(file, data, encodings)
    header: list[str] | None = None
    for number, cells in rows:
        texts = [_text(c) for c in cells]
        if not any(texts) or (remark and texts[0].startswith(remark)):
            continue
        if header is None:
            header = _header(file, number, texts)
        elif any(texts[len(header) :]):
            raise Unreadable(file, Say("This row has more cells than the heading has columns."), number)
        else:
            yield Line(file, number, {n: t for n, t in zip(header, texts, strict=False) if n and t})


def _header(file: str, number: int, texts: Sequence[str]) -> list[str]:
    names = [t.lower() for t in texts]
    while names and not names[-1]:
        names.pop()
    twice = next((n for n in names if n and names.count(n) > 1), None)
    if twice:
        raise Unreadable(file, Say("The heading names the column “%(column)s” twice.", column=twice), number)
    return names


def _csv(file: str, data: bytes, encodings: Sequence[str]) -> Iterator[tuple[int, list[Any]]]:
    text = _decoded(file, data, encodings)
    heading = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    starts = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise Unreadable(file, Say("A quotation mark or a cell of this row does not end."), starts) from None
        if cells is None:
            return
        yield starts, cells
        starts = reader.line_num + 1
        _few_enough(file, starts)


def _decoded(file: str, data: bytes, encodings: Sequence[str]) -> str:
    line = 0
    for encoding in encodings:
        if encoding == "utf-16" and not data.startswith(_MARKS):
            continue  # without its mark every second text would pass for it
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as wrong:
            line = line or data[: wrong.start].count(b"\n") + 1
    raise Unreadable(file, Say("This is not UTF-8 text. Save the file as “CSV UTF-8” or as XLSX."), line)


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
    return str(cell).replace("\x00", "").strip()

"""Lists as files: rows go out as they are read, and nothing in a cell is ever taken for a formula."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from services.sign_in import ISTANBUL

PIECE = 64 * 1024
CSV, XLSX = "csv", "xlsx"
SHEET = 1_048_575  # rows below the heading: a sheet of this format takes no more
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@\uff0b\uff0d\uff1d\uff20]")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHEET = "xl/worksheets/sheet1.xml"
_ROWS = "</sheetData>"
_EXTENT = re.compile("<dimension[^>]*>")
_EPOCH = date(1899, 12, 30)
_DAY_STYLE, _MOMENT_STYLE = 1, 2  # in the order the frame first uses them

Rows = Iterable[Sequence[Any]]


def exported(kind: str, headings: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """The file in pieces, the first one before the first row is read; `kind` is csv or xlsx."""
    return _csv(headings, rows) if kind == CSV else _xlsx(headings, rows)


def _csv(headings: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """Semicolons and a byte order mark, as Turkish spreadsheets expect."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow(headings)
    yield _taken(out).encode()
    for row in rows:
        writer.writerow([_plain(value) for value in row])
        if out.tell() > PIECE:
            yield _taken(out).encode()
    yield _taken(out).encode()


def _taken(out: io.StringIO) -> str:
    """What was written so far; the buffer starts anew."""
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def _plain(value: Any) -> str:
    """A cell as text. What a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, datetime):
        return f"{value.astimezone(ISTANBUL):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _xlsx(headings: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """A workbook made by the library with its headings alone; the rows are written into it as it goes out."""
    pipe = _Pipe()
    with zipfile.ZipFile(_frame(headings)) as frame, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as book:
        for name in frame.namelist():
            if name != _SHEET:
                book.writestr(name, frame.read(name))
        head, tail = _EXTENT.sub("", frame.read(_SHEET).decode()).split(_ROWS)
        with book.open(_SHEET, "w") as sheet:
            sheet.write(head.encode())
            yield pipe.taken()
            piece: list[str] = []
            for row in rows:
                piece.append(f"<row>{''.join(_cell(value) for value in row)}</row>")
                if len(piece) == _ROWS_A_PIECE:
                    sheet.write("".join(piece).encode())
                    piece.clear()
                    yield pipe.taken()
            sheet.write(("".join(piece) + _ROWS + tail).encode())
    yield pipe.taken()


_ROWS_A_PIECE = 200


def _frame(headings: Sequence[str]) -> io.BytesIO:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        day, moment = (book.add_format({"num_format": f}) for f in ("dd.mm.yyyy", "dd.mm.yyyy hh:mm"))
        sheet = book.add_worksheet("Staj")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 18)
        for beyond, style in enumerate((day, moment), len(headings)):
            sheet.set_column(beyond, beyond, 18, style)  # a style nothing uses would be left out
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
    made.seek(0)
    return made


def _cell(value: Any) -> str:
    """One cell. Text is an inline string, which no spreadsheet calculates."""
    if isinstance(value, datetime):
        local = value.astimezone(ISTANBUL)
        share = (local.hour * 3600 + local.minute * 60 + local.second) / 86400
        return f'<c s="{_MOMENT_STYLE}"><v>{(local.date() - _EPOCH).days + share:.6f}</v></c>'
    if isinstance(value, date):
        return f'<c s="{_DAY_STYLE}"><v>{(value - _EPOCH).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    text = escape(_NOT_XML.sub("", "" if value is None else str(value)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


class _Pipe(io.RawIOBase):
    """A file that only goes forwards: what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        held = b"".join(self._held)
        self._held.clear()
        return held

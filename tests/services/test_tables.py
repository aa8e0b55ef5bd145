"""A table is read in whatever a Turkish spreadsheet saves it, with every letter right, or refused with what to do."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
import xlsxwriter

from services.tables import SAVE, Unreadable, read_table

HEADING = ("number", "name", "note")
ROW = {"number": "0012", "name": "İbrahim Şahin Öğüt Çıtak", "note": 'ığdır, "Ünal"; üç\nsatır'}
SAVED = ("utf-8", "utf-8-sig", "utf-16", "cp1254")


def text(between: str, end: str = "\r\n") -> str:
    cells = (HEADING, tuple(ROW.values()))
    return "".join(between.join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row) + end for row in cells)


def values(name: str, data: bytes) -> list[Mapping[str, Any]]:
    return [line.values for line in read_table(name, data)]


def refusal(name: str, data: bytes) -> Any:
    with pytest.raises(Unreadable) as refused:
        list(read_table(name, data))
    return refused.value.problem


@pytest.mark.parametrize("encoding", SAVED)
@pytest.mark.parametrize("between", [";", ",", "\t"])
@pytest.mark.parametrize("name", ["liste.csv", "LİSTE.TXT", "liste.tsv"])
def test_every_letter_arrives_right(name: str, between: str, encoding: str) -> None:
    assert values(name, text(between).encode(encoding)) == [ROW]


@pytest.mark.parametrize("encoding", SAVED)
def test_a_first_line_that_tells_what_stands_between_is_obeyed(encoding: str) -> None:
    [line] = read_table("liste.csv", ("sep=;\r\n" + text(";")).encode(encoding))
    assert (line.number, line.values) == (3, ROW)


@pytest.mark.parametrize("encoding", ["cp857", "mac-turkish"])
@pytest.mark.parametrize("word", ["Çelik;Öz", "Şükrü;Ağaoğlu", "ışık;güneş", "Ünal;İnönü", "Gölbaşı;Çaykara"])
def test_letters_of_an_old_code_page_are_never_taken_for_others(word: str, encoding: str) -> None:
    problem = refusal("liste.csv", f"a;b\n{word}\n".encode(encoding))
    assert (problem.line, problem.say.facts["save"]) == (2, SAVE)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("a;b\nŞükrü;1\n".encode() + "Ayşe;2\n".encode("cp1254"), 3),
        ("a;b\nŞükrü;1\n".encode("utf-16-le"), 0),
        ("a;b\nŞükrü;1\n".encode("utf-16")[:-1], 0),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0),
    ],
)
def test_what_cannot_be_told_is_refused_with_how_to_save_it(data: bytes, line: int) -> None:
    problem = refusal("liste.csv", data)
    assert (problem.line, problem.say.facts["save"]) == (line, SAVE)


@pytest.mark.parametrize("name", ["liste.xls", "LİSTE.ODS", "liste.numbers"])
def test_another_kind_of_sheet_is_refused_with_how_to_save_it(name: str) -> None:
    assert refusal(name, b"x").say.facts["save"] == SAVE


def test_a_workbook_is_known_by_what_it_holds() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(((*HEADING, "TAX_NO", "DATİVE"), (*ROW.values(), 591503109, "x"))):
            sheet.write_row(n, 0, row)
    assert values("liste.csv", made.getvalue()) == [{**ROW, "tax_no": "591503109", "dative": "x"}]


def test_a_row_that_is_too_long_is_told_beside_the_others() -> None:
    lines = list(read_table("liste.csv", b"a,b\n1,2,3\n4,5\n"))
    assert [(line.number, bool(line.fault), line.values) for line in lines] == [
        (2, True, {"a": "1", "b": "2"}),
        (3, False, {"a": "4", "b": "5"}),
    ]

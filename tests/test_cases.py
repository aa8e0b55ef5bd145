"""Each kind of value by every way in: every field of every form and every column of every file that takes it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import wtforms
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.fields.core import UnboundField

import forms
from forms import (  # noqa: F401 -- so that every form is there to be asked
    attendance,
    commission,
    completion,
    evaluation_form,
    firm,
    institutions,
    it,
    ledger,
    policy,
    read,
    request,
    wizard,
)
from forms.change_request import change_form
from forms.typed import HalfDays
from seed.reference import TABLES, Column
from seed.values import Wrong
from services.directory import COLUMNS, parsed
from services.tables import Line
from workflow.words import ChangeKind

DECEMBER = date(2026, 12, 14)
Case = tuple[str, Any]  # what is typed, and what is kept; None: one clear sentence
KINDS: dict[type, tuple[Case, ...]] = {
    read.Phone: (("0462\u00a0377\u00a000\u00a000", "0462 377 00 00"), ("\u202a+90 (462) 377 20 00\u202c", "+90 (462) 377 20 00"), ("0462", None)),
    read.TaxNo: (("591503109", "0591503109"), ("059 150 31 09", "0591503109"), ("10203040550", "10203040550"), ("5.91503E+08", None)),
    read.EmailLine: (("OGRENCİ@DEMO.EDU.TR", "ogrenci@demo.edu.tr"), ("info@ÇİÇEK.com.tr", "info@çiçek.com.tr"), ("ŞÜKRÜ@demo.edu.tr", None), ("a@b", None)),
    read.Day: (("14.12.2026", DECEMBER), ("14/12/2026", DECEMBER), ("14-12-2026", DECEMBER), ("14 Aralık 2026", DECEMBER), ("2026-12-14", DECEMBER), ("14.12.26", DECEMBER), ("31.02.2026", None), ("46370", None)),
    read.Code: (("123 456", "123456"), ("123\u00a0456\u200b", "123456"), ("12345", None)),
    HalfDays: (("1,5", 3), ("19½", 39), ("\u00a020\u200b", 40), ("bir", None)),
}  # fmt: skip


def declared() -> Iterator[tuple[str, str, UnboundField]]:
    """(form, field, its declaration) of every form there is."""
    found: set[type] = set()
    waiting: list[type] = [
        wtforms.Form,
        *(type(change_form(kind, meta={"csrf": False})) for kind in ChangeKind if kind.moves),
    ]
    waiting.append(type(policy.policy_form({}, DECEMBER)))
    while waiting:
        form = waiting.pop()
        waiting += [c for c in form.__subclasses__() if c not in found]
        if form not in found and (
            form.__module__.startswith(f"{forms.__name__}.") or form.__name__ in {"ChangeForm", "RulesForm"}
        ):
            yield from (
                (form.__name__, name, made) for name, made in vars(form).items() if isinstance(made, UnboundField)
            )
        found.add(form)


def asked(name: str, made: UnboundField, typed: str) -> Any:
    """The field alone, filled in and judged."""
    form = type("One", (wtforms.Form,), {"pick": StringField(), name: made})
    one: Any = form(MultiDict({"pick": wizard.NEW, name: typed}), meta={"csrf": False})
    one.validate()
    return one[name]


@pytest.fixture
def fields(app: Flask) -> Iterator[list[tuple[str, str, UnboundField]]]:
    with app.test_request_context():
        yield list(declared())


def test_a_value_typed_in_any_field_of_its_kind_is_kept_right_or_refused_in_one_sentence(fields: Any) -> None:
    wrong, seen = [], set()
    for form, name, made in fields:
        kind = made.field_class
        sought = made.kwargs.get("sought")
        for typed, kept in KINDS.get(kind, ()):
            field = asked(name, made, typed)
            seen.add(kind)
            if kept is None and sought:
                continue
            right = len(field.errors) == 1 if kept is None else (field.data, list(field.errors)) == (kept, [])
            wrong += [] if right else [(form, name, typed, field.data, field.errors)]
    assert (wrong, seen) == ([], set(KINDS))


def test_a_whole_number_is_read_within_its_bounds_and_one_sentence_says_them(fields: Any) -> None:
    found = [(name, made) for _form, name, made in fields if made.field_class is read.Whole]
    assert {"headcount", "total_days", "late_days", "overdue_days", "low", "high"} <= {name for name, _made in found}
    for name, made in found:
        least, most = made.kwargs["least"], made.kwargs["most"]
        good = {f"{least}": least, f" {most:,}".replace(",", "."): most, f"{most},0": most, f"{most}\u00a0": most}
        assert {typed: (asked(name, made, typed).data, asked(name, made, typed).errors) for typed in good} == {
            t: (n, []) for t, n in good.items()
        }
        for typed in (f"{most + 1}", f"{least - 1}", "1,5", "x"):
            [sentence] = asked(name, made, typed).errors
            assert str(least) in sentence


def test_no_form_reads_a_value_of_a_kind_by_a_rule_of_its_own(fields: Any) -> None:
    ours = {"phone": read.Phone, "email": read.EmailLine, "tax_no": read.TaxNo, "headcount": read.Whole, "code": None}
    by_name = {(form, name): made.field_class for form, name, made in fields if ours.get(name)}
    assert {key: kind for key, kind in by_name.items() if kind is not ours[key[1]]} == {}
    stock = {wtforms.IntegerField, wtforms.DateField, wtforms.EmailField, wtforms.DecimalField, wtforms.FloatField}
    assert [(form, name) for form, name, made in fields if made.field_class in stock] == []
    days = {name for _form, name, made in fields if name.endswith(("_on", "_from")) or name in {"day", "cut_over"}}
    assert days == {name for _form, name, made in fields if made.field_class is read.Day}


# -- files -----------------------------------------------------------------------------------------------------------

COLUMN_CASES: dict[str, tuple[Case, ...]] = {
    "phone": (("4623772000.0", "04623772000"), ("0462\u00a0377 00 00", "0462 377 00 00"), ("4.62E+09", None)),
    "email": (("OGRENCİ@DEMO.EDU.TR", "ogrenci@demo.edu.tr"), ("info@ÇİÇEK.com.tr", "info@çiçek.com.tr"), ("ışık@demo.edu.tr", None), ("x", None)),
    "tax_no": (("591503109", "0591503109"), ("591503109.0", "0591503109"), ("'0591503109", "0591503109"), ("5.91503E+08", None), ("123", None)),
    "day": (("14.12.2026", DECEMBER), ("14/12/2026", DECEMBER), ("14 Aralık 2026", DECEMBER), ("46370", DECEMBER), ("2026-12-14 00:00:00", DECEMBER), ("31.02.2026", None)),
    "yes": (("EVET", True), ("AKTİF", True), ("HAYIR", False), ("PASIF", False), ("1", True), ("belki", None)),
    "number": (("1.000", 1000), ("1 000", 1000), ("1000.0", 1000), ("1000", 1000), ("1,5", None)),
    "week": (("PZT SALI çarşamba", 7), ("mon, TUE; FRİ", 19), ("31", 31), ("pzt x", None)),
}  # fmt: skip
DAY_COLUMNS = {"starts_on", "ends_on", "valid_from", "day", "published_on"}


def kind_of(column: Column) -> str:
    """Which kind of value a column takes, by its name or its reader."""
    reader = column.read.__qualname__.split(".")[0]
    return (
        "day"
        if column.name in DAY_COLUMNS
        else column.name
        if column.name in COLUMN_CASES
        else {"yes": "yes", "week": "week"}.get(reader, "")
    )


@pytest.mark.parametrize(
    ("table", "column"), [pytest.param(t, c, id=f"{t.stem}.{c.name}") for t in TABLES for c in t.columns if kind_of(c)]
)
def test_a_cell_of_a_seed_file_is_kept_right_or_refused(table: Any, column: Column) -> None:
    told: list[Case] = []
    for typed, kept in COLUMN_CASES[kind_of(column)]:
        if kept is None:
            with pytest.raises(Wrong) as wrong:
                column.read(typed)
            assert len(wrong.value.says) == 1
        told.append((typed, None if kept is None else column.read(typed)))
    assert told == list(COLUMN_CASES[kind_of(column)])


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(c, id=f"{t.stem}.{c.name}")
        for t in TABLES
        for c in t.columns
        if c.read.__qualname__.startswith(("one_of", "member"))
    ],
)
def test_a_word_of_a_seed_file_is_read_in_any_capitals(column: Column) -> None:
    words = {
        "kind": ("VOCATİONAL_SCHOOL", "PUBLİC", "ANNOUNCEMENT"),
        "effect": ("HOLİDAY",),
        "concerns": ("PRİVATE",),
        "code": ("SİTE",),
        "audience": ("FİRMS",),
    }[column.name]
    assert sum(bool(_taken(column, word)) for word in words) == 1


def _taken(column: Column, word: str) -> Any:
    try:
        return column.read(word)
    except Wrong:
        return None


def test_a_number_of_a_seed_file_is_read_as_people_write_it() -> None:
    by_name = {f"{t.stem}.{c.name}": c for t in TABLES for c in t.columns if c.read.__qualname__.startswith("number")}
    assert set(by_name) == {
        "internship_types.total_days",
        "policies.version",
        "evaluation_forms.number",
        "institutions.headcount",
    }
    assert [c.read("12,0") for c in by_name.values()] == [12] * 4
    assert by_name["institutions.headcount"].read("1.250") == 1250


GOOD = {
    "number": "301",
    "name": "Ayşe",
    "surname": "Yılmaz",
    "national_id": "10000000146",
    "email": "ayse@demo.edu.tr",
    "department_code": "BIL",
    "class_year": "3",
}
CELLS: dict[str, tuple[Case, ...]] = {
    "number": (("00301", "00301"), ("301.0", "301"), ("'00301", "00301"), ("3.01E+08", None)),
    "national_id": (("100 000 001 46", "10000000146"), ("10000000146.0", "10000000146"), ("1E+10", None), ("10000000147", None)),
    "email": COLUMN_CASES["email"],
    "phone": (("5321234567", "05321234567"), ("\u202a0532 1\u202c", "\u202a0532 1\u202c"), ("dahili 12", "dahili 12")),
    "class_year": (("3.0", 3), ("3", 3), ("otuz", None), ("11", None)),
    "active": COLUMN_CASES["yes"],
    "name": (("Ay\u200bşe\u00a0Nur", "Ayşe Nur"), ("A" * 101, None)),
}  # fmt: skip
CELLS["phone"] = CELLS["phone"][:1] + CELLS["phone"][2:]


@pytest.mark.parametrize("column", CELLS)
def test_a_cell_of_the_student_file_is_kept_right_or_refused(column: str) -> None:
    told = []
    for typed, _kept in CELLS[column]:
        record = parsed(Line("students.csv", 2, GOOD | {column: typed}, COLUMNS))
        told.append((typed, None if record.faults else getattr(record.student, column)))
        assert len(record.faults) <= 1
    assert told == list(CELLS[column])

"""Names come in Turkish order in every list, picker, filter and export, the same on both databases."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String

from admin_views.desk import Desk
from models import AnswerTemplate, Faculty
from tests.people import Town, a_town, sign_in
from workflow.turkish import COLLATION_LENGTH, collation_key
from workflow.words import Actor

ROOT = Path(__file__).parents[2]
IN_ORDER = ["Ceylan", "Cuma", "Çelik", "Işık", "İnci", "Sarı", "Şahin"]
MIXED = ["Şahin", "Ceylan", "İnci", "Çelik", "Sarı", "Işık", "Cuma"]
NAME = f"({'|'.join(IN_ORDER)})"


def test_the_alphabet_is_the_turkish_one_and_blanks_come_before_letters() -> None:
    told = [
        "1. Ordu", "10 Kasım", "2. Ordu", "Adem", "Ali Veli", "Aliye", "Cuma", "Çelik", "Dz", "Gz", "Ğa", "Hız", "Işık", "İnci",
        "Jale", "Oz", "Öz", "Sarı", "Şahin", "Uz", "Ünal", "Wagner", "Ziya", "Ωmega",
    ]  # fmt: skip
    mixed = told[1::2] + told[::2]
    assert sorted(mixed, key=collation_key) == told


@pytest.mark.parametrize(
    ("one", "other"),
    [("ÇELİK", "çelik"), ("IŞIK", "ışık"), ("Kâmil", "Kamil"), ("S\u0327ahin", "Şahin"), ("I\u0307nci", "inci"), ("  Ali\u00a0 Veli. ", "Ali Veli")],
)  # fmt: skip
def test_capitals_accents_and_blanks_make_no_difference(one: str, other: str) -> None:
    assert collation_key(one) == collation_key(other)


def test_any_collation_of_a_database_gives_the_same_order() -> None:
    keys = [collation_key(text) for text in ("Çağrı-Öz 3 A.Ş.", "Ωmega 日本", "", "x" * 500)]
    assert all(re.fullmatch("[0-9a-z]*", key) and len(key) <= COLLATION_LENGTH for key in keys)


def _lists(t: Town) -> dict[str, Any]:
    """Rows of every kind under the seven names, entered in no order."""
    of = t.department("BIL")
    kind = t.internship_type(of)
    chair, rows = t.chair(of), []
    for name in MIXED:
        firm = t.institution(f"{name} Yazılım A.Ş.", city=name, sector=name)
        person = t.supervisor(firm, name=name)
        t.supervisor(t.institution("Ortak Kurum"), name=f"{name} Ortak")
        rows.append(t.application(t.student(of, name, "Deneme"), of, kind=kind, supervisor=person).id)
        other = t.department(f"X{t.next()}")
        other.name, other.faculty.name = name, name
        t.member(other, Actor.CHAIR, chair)
        t.add(AnswerTemplate(department_id=of.id, title=name, text="x"))
    for name in MIXED:
        t.member(of, user=t.user(name=name))
    student = t.student(of, "Ayşe", "Soran")
    asked = t.request(student, of)
    people = {
        "it": t.office(Actor.IT),
        "centre": t.office(Actor.CAREER_CENTRE),
        "chair": chair,
        "student": student.user,
    }
    t.session.flush()
    for user in people.values():
        t.session.expunge(user)
    return {"people": people, "request": asked.id, "of": of.id, "rows": "&row=".join(f"{row}:0" for row in rows)}


LISTS = [
    ("it", "/faculties/", rf"<td[^>]*>{NAME}</td>"),
    ("it", "/departments/", rf'<td data-label="Ad">{NAME}</td>'),
    ("it", "/departments/", rf'<option value="\d+">{NAME}</option>'),
    ("it", "/departments/new/", rf'<option value="\d+">{NAME}</option>'),
    ("it", "/internship_types/new/", rf'<option value="\d+">{NAME} \('),
    ("it", "/publish/announcement/new/", rf'<option value="\d+">{NAME} \('),
    ("centre", "/institutions/", rf">{NAME} Yazılım A\.Ş\.</a>"),
    ("centre", "/institutions/?state=unverified", rf">{NAME} Yazılım A\.Ş\.</a>"),
    ("centre", "/supervisors/", rf'<td data-label="Ad[^"]*">{NAME}</td>'),
    ("centre", "/applications/institutions?q=yaz", rf'"{NAME} Yazılım A\.Ş\."'),
    ("student", "/apply/institutions?q=yaz", rf'"{NAME} Yazılım A\.Ş\."'),
    ("centre", "/applications/", rf'<option value="\d+">{NAME}</option>'),
    ("centre", "/figures/?term=", rf'<option value="{NAME}">'),
    ("centre", "/figures/?term=", rf'<th scope="row"><a href="/figures/\?[^"]*city=[^"]*">{NAME}</a>'),
    ("centre", "/figures/export/city/csv?term=", rf"{NAME};"),
    ("centre", "/figures/export/sector/csv?term=", rf"{NAME};"),
    ("chair", "/answer_templates/", rf"<td[^>]*>{NAME}</td>"),
    ("chair", "/answer_templates/new/", rf'<option value="\d+">{NAME}</option>'),
    ("chair", "/requests/details/?id={request}", rf'<option value="\d+">{NAME}</option>'),
    ("chair", "/department-settings/", rf">{NAME}</a>"),
    ("chair", "/commission/", rf"{NAME}: "),
    ("chair", "/applications/", rf'<option value="\d+">{NAME}</option>'),
    ("chair", "/applications/bulk/approve?row={rows}", rf"<li>{NAME} Deneme "),
    ("chair", "/applications/share?row={rows}", rf">{NAME} \("),
]


@pytest.mark.usefixtures("in_june")
def test_every_list_picker_and_export_is_in_turkish_order(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            made = _lists(t)
    clients = {who: sign_in(app, user) for who, user in made["people"].items()}
    wrong = {}
    for who, path, pattern in LISTS:
        page = clients[who].get(path.format(**made))
        text = json.dumps(page.json, ensure_ascii=False) if page.is_json else page.text
        found = re.findall(pattern, text)
        if found[: len(IN_ORDER)] != IN_ORDER:
            wrong[who, path, pattern] = page.status_code, found
    assert wrong == {}


def test_no_list_is_put_in_order_by_a_text_as_it_is_written(app: Flask) -> None:
    orders = {v.endpoint: v.order.column for v in app.extensions["admin"][0]._views if isinstance(v, Desk)}
    texts = {name: column.key for name, column in orders.items() if isinstance(column.type, String)}
    assert set(texts.values()) == {"collation_key", "email"}


def test_no_statement_and_no_sort_of_ours_orders_names_otherwise() -> None:
    names = r"(?:\w+\.)?(?:name|student_name|surname|title|city|sector|name_key)\b"
    otherwise = re.compile(rf"order_by\([^)]*?\b[A-Z]\w*\.{names}|key=lambda[^\n]*search_key|sort\(attribute=\"name")
    rooms = ("admin_views", "services", "forms", "templates")
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for room in rooms
        for path in (ROOT / room).rglob("*.*")
        if path.suffix in {".py", ".html"}
        for line in otherwise.findall(path.read_text())
    }
    assert found == set()


def test_the_key_follows_its_text_whoever_writes_it(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        firm = t.institution("Ceylan")
        firm.name = "Çelik"
        t.session.flush()
        t.session.refresh(firm)
        assert firm.collation_key == collation_key("Çelik")
        assert t.session.get_one(Faculty, t.department().faculty_id).collation_key.startswith("8")

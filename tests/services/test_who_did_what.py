"""Who did what: found by every question IT asks, in order, from an index; and nothing that is none of IT's business."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, text

from admin_views.changed import LABELS, UNTOLD, changes
from admin_views.desk import Desk
from models import Step, db
from services import audit
from services.who_did_what import KINDS, SETTINGS
from tests.admin_views.test_queries import look, plan
from tests.people import a_town, sign_in
from tests.university import University
from workflow.words import Action, Actor

SECRET = "Annesi hasta, öğrenciye destek olunsun"
Steps = dict[str, int]


@pytest.fixture
def told(app: Flask) -> tuple[FlaskClient, Steps]:
    """Five steps of three people on three kinds of record, and IT's own client."""
    with app.app_context(), a_town() as t:
        hakan, selin = t.user(name="Hakan Karahan"), t.user(name="Selin Aksoy")
        t.user(name="Selin Işık")
        it = t.office(Actor.IT)
        of = t.department("BIL")
        given: dict[str, Any] = {
            "approved": ("application", 7, Action.APPROVE, selin, "2026-03-01T10:00"),
            "rejected": ("application", 8, Action.REJECT, hakan, "2026-03-02T10:00"),
            "asked": ("change_request", 7, Action.APPROVE, hakan, "2026-03-02T21:30"),
            "moved": ("membership", 3, Action.EDIT, hakan, "2026-03-04T10:00"),
            "answered": ("request", 7, Action.ANSWER, selin, "2026-03-05T10:00"),
        }
        keys = {}
        for name, (machine, row, action, by, at) in given.items():
            facts = {"row": "Selin Aksoy", "text": SECRET, "changes": {"ends_on": [None, "2026-06-30"]}}
            step = t.step(
                machine, row, action, by, from_state="submitted", to_state="approved", actor="chair", reason=SECRET,
                at=datetime.fromisoformat(at).replace(tzinfo=UTC), facts=facts, department_id=of.id,
            )  # fmt: skip
            t.session.flush()
            keys[name] = step.id
    return sign_in(app, it), keys


def found(told: tuple[FlaskClient, Steps], asked: str) -> list[str]:
    client, keys = told
    page = client.get(f"/history/{asked}")
    names = {str(key): name for name, key in keys.items()}
    return [names[key] for key in re.findall(r'data-step="(\d+)"', page.text)]


NEWEST_FIRST = ["answered", "moved", "asked", "rejected", "approved"]
ASKED = {
    "": NEWEST_FIRST,
    "?person=Hakan": ["moved", "asked", "rejected"],
    "?person=selin aksoy": ["answered", "approved"],
    "?action=approve": ["asked", "approved"],
    "?action=edit": ["moved"],
    "?kind=application": ["rejected", "approved"],
    "?kind=application&action=approve": ["approved"],
    "?number=7": ["answered", "asked", "approved"],
    "?number=7&kind=request": ["answered"],
    "?number=7&action=approve": ["asked", "approved"],
    "?person=Hakan&action=approve": ["asked"],
    "?person=Hakan&kind=application": ["rejected"],
    "?from=2026-03-02&to=2026-03-02": ["rejected"],  # half past nine in the evening is the next day in Istanbul
    "?from=2026-03-03": ["answered", "moved", "asked"],
    "?number=99": [],
}


@pytest.mark.parametrize("asked", ASKED)
def test_every_question_finds_its_steps_newest_first(told: tuple[FlaskClient, Steps], asked: str) -> None:
    assert found(told, asked) == ASKED[asked]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?person=Selin", "Kimi arıyorsunuz?"),
        ("?person=kimse", "Bu adda ya da adreste bir hesap yok"),
        ("?number=abc", "okunamadı"),
        ("?from=dün", "okunamadı"),
        ("?from=2026-03-05&to=2026-03-01", "Son gün ilk günden önce"),
    ],
)
def test_what_cannot_be_asked_is_said_and_left_out(told: tuple[FlaskClient, Steps], asked: str, said: str) -> None:
    assert (found(told, asked), said in told[0].get(f"/history/{asked}").text) == (NEWEST_FIRST, True)


@pytest.mark.parametrize("language", ["tr", "en"])
def test_an_action_is_asked_for_by_the_words_of_the_list_each_by_its_own(
    told: tuple[FlaskClient, Steps], language: str
) -> None:
    client, _ = told
    client.post("/settings", data={"language": language})
    page = client.get("/history/").text
    offered = re.findall(r"<option[^>]*>([^<]*)</option>", page.split('name="action">')[1].split("</select>")[0])
    listed = re.findall(r'data-label="(?:Ne yaptı|What)"[^>]*>([^<]+)</td>', page)
    assert len(set(offered)) == len(offered) == len(Action) + 1
    assert (len(listed), set(listed) - set(offered)) == (len(told[1]), set())


def test_it_reads_changes_of_its_own_tables_and_nothing_of_a_file(told: tuple[FlaskClient, Steps]) -> None:
    client, _keys = told
    page, exported = client.get("/history/").text, client.get("/history/export/csv").get_data().decode("utf-8-sig")
    for shown in (page, exported):
        assert (SECRET in shown, shown.count("Bitiş: – → 30 Haziran 2026")) == (False, 1)


def test_who_changed_a_rule_and_how_is_read_in_words(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        it = t.office(Actor.IT)
        kind = t.internship_type(t.department("BIL"), {"min_days": {"value": 15, "article": "m. 7"}})
        kind.name, key = "Yaz stajı", kind.id
    client = sign_in(app, it)
    typed = {"valid_from": "2026-07-01", "value_min_days": "20", "article_min_days": "m. 7"}
    typed |= {"value_start_weekday": "1", "article_start_weekday": "m. 8", "seen": seen_on(client, key)}
    assert client.post(f"/policies/next/{key}", data=typed).status_code == 302
    page = client.get("/history/?kind=policy&action=create").text
    cell = re.findall(r'data-label="Değişiklikler"><span>(.*?)</span></td>', page)[0]
    assert re.sub(r"<.*?>", "", cell.replace("<br>", "\n")).split("\n") == [
        "Yaz stajı (2)",
        "Sürüm: 1 → 2",
        "Yürürlük: 1 Ocak 2020 → 1 Temmuz 2026",
        "Bir stajda en az iş günü: 15 (m. 7) → 20 (m. 7)",
        "Başlangıç günü: – → Pazartesi (m. 8)",
    ]


def seen_on(client: FlaskClient, key: int) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', client.get(f"/policies/next/{key}").text)
    return found[1] if found else ""


def test_every_column_it_reads_the_changes_of_has_its_label() -> None:
    columns = {c.name for name in SETTINGS for c in db.metadata.tables[name].columns}
    assert columns - set(LABELS) - UNTOLD - {"rules", *audit._SECRET, *audit._DERIVED} == set()


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("active", True, False, "Etkin: Evet → Hayır"),
        ("actor", "member", "chair", "Görevi: Komisyon üyesi → Komisyon başkanı"),
        ("department_id", None, 7, "Bölüm: – → #7"),
        ("effect", "holiday", "half", "Etki: tatil → yarım"),
        ("unwanted", [], ["digest"], "Kapatılan hatırlatmalar: – → digest"),
        ("gone", 1, 2, "gone: 1 → 2"),
        ("created_at", None, "2026-01-01", None),
    ],
)
def test_a_change_is_said_in_words(app: Flask, name: str, before: Any, after: Any, said: str | None) -> None:
    with app.test_request_context():
        assert changes({"changes": {name: [before, after]}}) == ([said] if said else [])


def test_the_first_version_of_rules_is_counted(app: Flask) -> None:
    with app.test_request_context():
        assert changes({"changes": {"rules": [None, {"min_days": {"value": 1, "article": "m. 1"}}]}}) == ["1 kural"]


def test_the_export_is_the_filter_on_screen_row_by_row(told: tuple[FlaskClient, Steps]) -> None:
    answer = told[0].get("/history/export/csv?action=approve")
    streamed = answer.is_streamed
    head, *rows = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";")
    assert (streamed, len(head)) == (True, 11)
    assert [(row[0], row[1], row[5], row[6], row[7]) for row in rows] == [
        ("03.03.2026 00:30", "Hakan Karahan", "Değişiklik talebi", "7", "BIL"),
        ("01.03.2026 13:00", "Selin Aksoy", "Başvuru", "7", "BIL"),
    ]
    assert told[0].get("/history/export/xlsx").status_code == 404


def test_every_table_a_desk_writes_has_a_name_in_the_search(app: Flask) -> None:
    desks = [view for view in app.extensions["admin"][0]._views if isinstance(view, Desk)]
    written = {d.model.__tablename__ for d in desks if d.can_create or d.can_edit or d.can_delete}
    assert written - set(KINDS) == set()


INDEXED = {
    "": "ix_step_at",
    "?person={account}": "ix_step_by_id",
    "?person={account}&kind=application&action=approve": "ix_step_by_id",
    "?kind=application": "ix_step_machine_at",
    "?kind=application&action=approve": "ix_step_machine_action_at",
    "?from=2026-01-01": "ix_step_at",
}


@pytest.fixture(scope="module")
def years(university: University) -> University:
    """A history long enough that the way it is read matters."""
    row = {"from_state": "", "to_state": "", "actor": "chair", "by_name": "x", "facts": {}, "before": "", "digest": ""}
    with university.app.app_context(), db.engine.begin() as connection:
        people = connection.execute(text('SELECT id FROM "user" ORDER BY id LIMIT 20')).scalars().all()
        steps = [
            {
                "machine": list(KINDS)[n % 9], "row_id": 1000 + n, "seq": 1, "action": list(Action)[n % 7].value,
                "by_id": people[n % 20], "at": datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n), **row,
            }
            for n in range(9000)
        ]  # fmt: skip
        connection.execute(insert(Step), steps)
        connection.execute(text("ANALYZE step"))
    return university


@pytest.mark.parametrize("asked", INDEXED)
def test_one_index_serves_the_filter_and_the_order(years: University, asked: str) -> None:
    url = f"/history/{asked.format(account=years.others['account'])}"
    _rows, said = look(years.people["it"], url)
    [statement] = [s for s in said if "FROM step" in s[0]]
    with years.app.app_context():
        lines = plan(db.engine, statement)
    sorted_ = [line for line in lines if "TEMP B-TREE" in line or re.search(r"-> +(Incremental )?Sort", line)]
    assert (any(INDEXED[asked] in line for line in lines), len(sorted_) <= 1) == (True, True), lines

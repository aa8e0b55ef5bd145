"""Change requests at their desks: who answers goes on to the next one, and everybody reads what came of it and why."""

import html
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from babel.dates import format_date
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from models import Application, ChangeRequest, Letter
from services import change_requests
from services.sign_in import today
from tests.forms import form_in
from tests.people import a_town, looking, sign_in
from workflow.words import Actor, ApplicationState, ChangeKind

WHY, REFUSED, KIND = "Ameliyat olacağım.", "Projenin ortasındayız.", "Başka bir gerekçe"


@pytest.fixture
def desks(app: Flask) -> dict[str, Any]:
    """Three approved internships of one supervisor: one to come, two running; a change of each is asked for."""
    with app.app_context(), a_town() as t:
        of, boss = t.department(), t.user()
        person, term = t.supervisor(t.institution(), boss), t.term()
        users = {"boss": boss, "member": t.member(of), "health": t.office(Actor.HEALTH_OFFICE)}
        keys: dict[str, Any] = {}
        for kind, starts, (first, last) in (
            ("postpone", 40, (7, 7)),
            ("extend", -7, (0, 7)),
            ("stop", -7, (0, -10)),
        ):
            start = today() + timedelta(days=starts)
            student = t.student(of, surname=kind.title())
            row = t.application(
                student, of, state=ApplicationState.APPROVED, supervisor=person, starts_on=start, term=term
            )
            t.declaration(row, state="due" if kind == "postpone" else "done")  # who is at work was entered
            assert row.starts_on
            assert row.ends_on
            assert student.user
            change = change_requests.ask(
                t.session, row, ChangeKind(kind), starts_on=row.starts_on + timedelta(days=first),
                ends_on=row.ends_on + timedelta(days=last), why=WHY, standing=t.standing(student.user, today()),
                today=today(),
            )  # fmt: skip
            keys[kind] = {"row": row.id, "change": change.id, "dates": (change.starts_on, change.ends_on)}
            users[kind] = student.user
        t.session.flush()
        [t.session.expunge(u) for u in users.values()]
    return keys | {"who": {name: sign_in(app, user) for name, user in users.items()}}


def step(client: FlaskClient, desk: str, of: dict[str, Any], action: str, version: int, **typed: Any) -> Any:
    return client.post(f"/{desk}/step/{of['change']}/{action}", data={"version": version, **typed})


def agreed(desks: dict[str, Any], *kinds: str) -> None:
    for kind in kinds:
        step(desks["who"]["boss"], "intern-changes", desks[kind], "agree", 1)


def test_a_supervisor_who_is_signed_in_agrees_and_refuses_at_the_desk_and_goes_on(
    app: Flask, desks: dict[str, Any]
) -> None:
    boss = desks["who"]["boss"]
    unsaid = step(boss, "intern-changes", desks["postpone"], "decline", 1)
    assert (unsaid.status_code, 'aria-invalid="true"' in unsaid.text) == (200, True)
    refused = step(boss, "intern-changes", desks["postpone"], "decline", 1, reason=REFUSED)
    assert refused.location == f"/intern-changes/details/?id={desks['extend']['change']}"
    agrees = step(boss, "intern-changes", desks["stop"], "agree", 1)
    assert agrees.location == f"/intern-changes/details/?id={desks['extend']['change']}"  # the one before it
    last = step(boss, "intern-changes", desks["extend"], "agree", 1)
    assert last.location == "/intern-changes/"
    assert "Sizi bekleyen son değişiklik talebi buydu." in boss.get(last.location).text
    with looking(app) as s:
        states = {r.id: r.state.value for r in s.scalars(select(ChangeRequest))}
    assert [states[desks[kind]["change"]] for kind in ("postpone", "extend", "stop")] == [
        "declined", "with_commission", "with_commission",
    ]  # fmt: skip


def test_a_member_goes_on_to_the_next_change_that_waits_within_the_filters(desks: dict[str, Any]) -> None:
    agreed(desks, "postpone", "extend", "stop")
    member = desks["who"]["member"]
    page = member.get("/changes/?state=with_commission").text
    first = f"/changes/details/?id={desks['postpone']['change']}&amp;state=with_commission"
    assert first in page
    assert (
        f"/changes/step/{desks['postpone']['change']}/approve?state=with_commission"
        in member.get(html.unescape(first)).text
    )
    answer = member.post(
        f"/changes/step/{desks['postpone']['change']}/approve?state=with_commission", data={"version": 2}
    )
    assert answer.location == f"/changes/details/?id={desks['extend']['change']}&state=with_commission"
    only = member.post(f"/changes/step/{desks['extend']['change']}/approve?kind=extend", data={"version": 2})
    assert only.location == "/changes/?kind=extend"
    assert member.post(f"/changes/step/{desks['stop']['change']}/approve", data={"version": 2}).location == "/changes/"


@pytest.mark.parametrize("by", ["supervisor", "commission"])
def test_a_student_reads_on_their_own_page_why_a_change_was_refused(desks: dict[str, Any], by: str) -> None:
    if by == "supervisor":
        step(desks["who"]["boss"], "intern-changes", desks["extend"], "decline", 1, reason=REFUSED)
    else:
        agreed(desks, "extend")
        step(desks["who"]["member"], "changes", desks["extend"], "reject", 2, reason=REFUSED)
    of = desks["extend"]
    for path in (f"/my-applications/details/?id={of['row']}", f"/my-changes/details/?id={of['change']}"):
        assert REFUSED in desks["who"]["extend"].get(path).text


@pytest.mark.parametrize("kind", ["postpone", "extend"])
def test_an_export_reads_the_dates_a_change_has_moved(desks: dict[str, Any], kind: str) -> None:
    agreed(desks, kind)
    member, moved = desks["who"]["member"], desks[kind]["dates"]
    before = exported(member, desks[kind]["row"])
    step(member, "changes", desks[kind], "approve", 2)
    assert (exported(member, desks[kind]["row"]), before == (moved, moved)) == ((moved, moved), False)


def exported(client: FlaskClient, row: int) -> tuple[Any, Any]:
    """The first and last day of an application, as the CSV and as the XLSX tell them."""
    text = client.get("/applications/export/csv?state=all").data.decode("utf-8-sig")
    plain = [line.split(";") for line in text.splitlines()]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/applications/export/xlsx?state=all").data))
    rows = sheet.get_sheet_by_index(0).to_python()
    return dates_in(plain, row), dates_in(rows, row)


def dates_in(table: list[list[Any]], row: int) -> tuple[date, date]:
    head = [str(cell).strip('"') for cell in table[0]]
    found = next(line for line in table[1:] if str(line[0]).strip('"').split(".")[0] == str(row))
    first, last = (found[head.index(name)] for name in ("Başlangıç", "Bitiş"))
    return as_date(first), as_date(last)


def as_date(cell: Any) -> date:
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    day, month, year = map(int, str(cell).strip('"').split("."))
    return date(year, month, day)


def test_a_stop_keeps_its_reason_and_others_than_the_commission_read_its_kind(
    app: Flask, desks: dict[str, Any]
) -> None:
    agreed(desks, "stop")
    who, of = desks["who"], desks["stop"]
    with looking(app) as s:
        written = set(s.scalars(select(Letter.id)))
    step(who["member"], "changes", of, "approve", 2)
    pages = {
        "stop": ("/my-applications/", f"/my-applications/details/?id={of['row']}", f"/my-changes/details/?id={of['change']}"),
        "member": (f"/applications/details/?id={of['row']}", f"/changes/details/?id={of['change']}"),
        "boss": ("/interns/", f"/interns/details/?id={of['row']}", f"/intern-changes/details/?id={of['change']}"),
    }  # fmt: skip
    with looking(app) as s:
        row = s.get_one(Application, of["row"])
        assert (row.state, row.stop_reason) == ("stopped", WHY)
        letters = s.scalars(select(Letter).where(Letter.id.not_in(written))).all()
    unsaid = [path for name, paths in pages.items() for path in paths if WHY not in who[name].get(path).text]
    assert unsaid == list(pages["boss"])
    board = who["health"].get("/declarations/?due=&kind=exit").text
    assert (WHY in board, KIND in board) == (False, True)
    assert [path for path in pages["boss"] if KIND not in who["boss"].get(path).text] == []
    told = {letter.reader: (WHY in letter.text, KIND in letter.text) for letter in letters}
    assert told == {"student": (True, False), "employer": (False, True), "health_office": (False, True)}


def test_why_dates_were_moved_is_not_the_health_offices(app: Flask, desks: dict[str, Any]) -> None:
    agreed(desks, "postpone")
    with looking(app) as s:
        written = set(s.scalars(select(Letter.id)))
    step(desks["who"]["member"], "changes", desks["postpone"], "approve", 2)
    with looking(app) as s:
        letters = s.scalars(select(Letter).where(Letter.id.not_in(written))).all()
    assert {letter.reader: WHY in letter.text for letter in letters} == {
        "student": True, "employer": False, "health_office": False,
    }  # fmt: skip


MOST = {"max_days": {"value": 25, "article": "Yönerge m. 8"}}
TOO_LONG = r"Bir staj en çok 25 iş günüdür; bu tarihler [\d½]+ iş günü ediyor\. \(Yönerge m\. 8\)"
TAKEN = r"Tarihler öğrencinin {} – {} tarihli başka bir stajıyla çakışıyor \(Komisyonda bekliyor\)\."


@pytest.mark.parametrize(
    ("kind", "first", "last", "other"),  # days after the first day as it is; where another internship begins
    [("postpone", 1, 58, None), ("extend", 0, 58, None), ("postpone", 40, 60, 50), ("extend", 0, 32, 30)],
)
def test_what_a_rule_does_not_allow_is_said_with_its_article_and_nothing_typed_is_lost(
    app: Flask, kind: str, first: int, last: int, other: int | None
) -> None:
    start = today() + timedelta(days=40 if kind == "postpone" else -7)
    days = [start + timedelta(days=n) for n in (first, last)]
    with app.app_context(), a_town() as t:
        of = t.department()
        student, rules = t.student(of), t.internship_type(of, MOST)
        pk = t.application(student, of, state=ApplicationState.APPROVED, kind=rules, starts_on=start).id
        sentence, user = TOO_LONG, student.user
        if other:
            taken = t.application(student, of, starts_on=start + timedelta(days=other))
            sentence = TAKEN.format(
                *(format_date(d, "d MMMM y", locale="tr") for d in (taken.starts_on, taken.ends_on))
            )
        t.session.flush()
        t.session.expunge_all()
    typed = {"starts_on": days[0].isoformat()} if kind == "postpone" else {}
    typed |= {"ends_on": days[1].isoformat(), "why": WHY}
    answer = sign_in(app, user).post(f"/my-changes/ask/{pk}/{kind}", data=typed)  # type: ignore[arg-type]
    assert answer.status_code == 200
    page = html.unescape(answer.text)
    assert re.search(rf'class="alert alert-danger[^>]*>(?:(?!</div>).)*{sentence}', page, re.DOTALL)
    assert re.findall(r'<p class="field-error">(.*?)</p>', page) == [re.search(sentence, page)[0]]  # type: ignore[index]
    assert {name: "".join(value) for name, value in form_in(answer.text).items() if name in typed} == typed
    with looking(app) as s:
        assert s.scalars(select(ChangeRequest)).all() == []

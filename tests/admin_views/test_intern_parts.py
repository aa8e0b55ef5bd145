"""The pages a firm writes on: two tabs lose nothing, what is confirmed is what was read, and nothing else is shown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from models import Absence, Application, Attendance, Evaluation, EvaluationAnswer, InstitutionNote
from services.sign_in import today
from tests.forms import Typed, form_in
from tests.people import Town, a_town, looking, sign_in
from workflow.words import ApplicationState, AttendanceState, EvaluationState

S = ApplicationState
MONDAY = date(2026, 9, 7)  # four weeks without a holiday
WHY = "Raporluydu."


@dataclass
class Firm:
    """A supervisor at their desk, one intern whose internship ended, and two tabs of the same browser."""

    app: Flask
    client: FlaskClient
    pk: int

    @property
    def sheet(self) -> str:
        return f"/interns/attendance/{self.pk}"

    @property
    def evaluation(self) -> str:
        return f"/interns/evaluation/{self.pk}"

    def week(self, nth: int = 0) -> Typed:
        """The form of a week, as it is drawn now."""
        return week_in(self.client.get(self.sheet).text, nth)

    def questions(self) -> Typed:
        return form_in(self.client.get(self.evaluation).text)

    def send(self, path: str, typed: Typed, **over: str) -> TestResponse:
        return self.client.post(path, data=MultiDict({**typed, **over}))

    def absences(self) -> dict[date, tuple[int, str]]:
        with looking(self.app) as s:
            return {a.day: (a.half_days, a.reason) for a in s.scalars(select(Absence))}

    def answers(self) -> list[str]:
        with looking(self.app) as s:
            return list(s.scalars(select(EvaluationAnswer.answer).order_by(EvaluationAnswer.question_id)))


def an_intern(t: Town, starts_on: date = MONDAY, state: ApplicationState = S.APPROVED) -> tuple[Application, object]:
    of, boss = t.department(), t.user()
    row = t.application(
        t.student(of), of, state=state, starts_on=starts_on, supervisor=t.supervisor(t.institution(), boss)
    )
    t.evaluation_form(of)
    return row, boss


@pytest.fixture
def firm(app: Flask) -> Firm:
    return a_firm(app)


def a_firm(app: Flask, change: Callable[[Town, Application], object] = lambda _t, _row: None, **facts: object) -> Firm:
    with app.app_context(), a_town() as t:
        row, boss = an_intern(t, **facts)  # type: ignore[arg-type]
        change(t, row)
        pk = row.id
        t.session.flush()
        t.session.expunge_all()
    return Firm(app, sign_in(app, boss), pk)  # type: ignore[arg-type]


def week_in(page: str, nth: int = 0) -> Typed:
    forms = re.findall(r'<form method="post" class="week-sheet".*?</form>', page, re.DOTALL)
    return form_in(forms[nth])


def missing(day: date, why: str = WHY) -> dict[str, str]:
    return {f"there-{day}": "absent", f"why-{day}": why}


def test_a_tab_drawn_before_an_absence_was_noted_does_not_wipe_it_away(firm: Firm) -> None:
    old = firm.week()
    assert firm.send(firm.sheet, old, **missing(MONDAY)).status_code == 302
    late = firm.send(firm.sheet, old, all_present="1")
    assert (late.status_code, 'role="alert"' in late.text, WHY in late.text) == (200, True, True)
    assert firm.absences() == {MONDAY: (2, WHY)}
    assert firm.send(firm.sheet, week_in(late.text)).status_code == 302  # now they have seen it
    assert firm.absences() == {}


def test_a_second_tap_is_no_conflict(firm: Firm) -> None:
    old = firm.week()
    for _tap in range(2):
        assert firm.send(firm.sheet, old, **missing(MONDAY)).status_code == 302
    assert firm.absences() == {MONDAY: (2, WHY)}


def test_a_week_saved_after_the_sheet_was_confirmed_shows_what_was_typed(firm: Firm) -> None:
    old = firm.week()
    for nth in range(4):
        firm.send(firm.sheet, firm.week(nth), all_present="1")
    firm.client.post(f"/interns/attendance/step/{firm.pk}/attest")
    page = firm.send(firm.sheet, old, **missing(MONDAY, "Sınavı vardı")).text
    assert ("Sınavı vardı" in page, firm.absences()) == (True, {})
    with looking(firm.app) as s:
        assert s.scalars(select(Attendance.state)).one() is AttendanceState.CONFIRMED


def test_days_that_passed_are_not_called_worked_before_every_week_is_gone_through(firm: Firm) -> None:
    said = []
    for nth in range(4):
        said.append("iş günü çalışıldı" in firm.client.get(firm.sheet).text)
        firm.send(firm.sheet, firm.week(nth), all_present="1")
    assert [*said, "iş günü çalışıldı" in firm.client.get(firm.sheet).text] == [False] * 4 + [True]


def test_what_is_confirmed_is_the_sum_that_was_read(firm: Firm) -> None:
    for nth in range(4):
        firm.send(firm.sheet, firm.week(nth), all_present="1")
    page = firm.client.get(firm.sheet).text
    read = dict(re.findall(r'name="(version|worked)" value="(\d+)"', page))
    assert read["worked"] == "40"
    firm.send(firm.sheet, firm.week(1), **missing(MONDAY + timedelta(days=7)))
    firm.client.post(f"/interns/attendance/step/{firm.pk}/attest", data=read)
    with looking(firm.app) as s:
        assert s.scalars(select(Attendance.state)).one() is AttendanceState.OPEN
    firm.client.post(f"/interns/attendance/step/{firm.pk}/attest", data={**read, "worked": "38"})
    with looking(firm.app) as s:
        assert s.scalars(select(Attendance.state)).one() is AttendanceState.CONFIRMED


def test_a_tab_with_an_empty_evaluation_takes_no_answer_back(firm: Firm) -> None:
    old = firm.questions()
    names = sorted((n for n in firm_fields(firm)), key=lambda n: int(n[1:]))
    said = dict(zip(names, ("yes", "Yazılım", "4", "Çalışkan"), strict=True))
    assert firm.send(firm.evaluation, old, **said).status_code == 302
    late = firm.send(firm.evaluation, old, **{names[3]: "Öteki sekmeden"})
    assert (late.status_code, "Öteki sekmeden" in late.text, "Çalışkan" in late.text) == (200, True, True)
    assert firm.answers() == ["yes", "Yazılım", "4", "Çalışkan"]
    assert firm.send(firm.evaluation, old, **said).status_code == 302  # a second click
    assert firm.send(firm.evaluation, form_in(late.text), **{names[3]: "Öteki sekmeden"}).status_code == 302
    assert firm.answers() == ["yes", "Yazılım", "4", "Öteki sekmeden"]


def firm_fields(firm: Firm) -> set[str]:
    return set(re.findall(r'name="(q\d+)"', firm.client.get(firm.evaluation).text))


def test_an_answer_typed_after_it_was_handed_in_is_shown_and_not_kept(firm: Firm) -> None:
    old, names = firm.questions(), sorted(firm_fields(firm), key=lambda n: int(n[1:]))
    said = dict(zip(names, ("yes", "Yazılım", "4", "Çalışkan"), strict=True))
    assert firm.send(firm.evaluation, old, **said, give="1").status_code == 302
    for text in ("Geç kalan uzun bir cümle", "Geç kalan uzun bir cümle, gönder"):
        late = firm.send(firm.evaluation, old, **{**said, names[3]: text})
        assert (late.status_code, text in late.text) == (200, True)
    assert firm.answers()[3] == "Çalışkan"
    with looking(firm.app) as s:
        assert s.scalars(select(Evaluation.state)).one() is EvaluationState.GIVEN


def test_it_is_written_while_the_internship_runs_and_handed_in_from_the_last_day_on(app: Flask) -> None:
    firm = a_firm(app, starts_on=today() - timedelta(days=7))
    page = firm.client.get(firm.evaluation).text
    assert ('name="keep"' in page, 'name="give"' in page) == (True, False)
    typed = {"give": "1", min(firm_fields(firm)): "yes"}
    assert firm.send(firm.evaluation, firm.questions(), **typed).status_code == 200
    assert firm.answers() == ["yes"]
    with looking(app) as s:
        assert s.scalars(select(Evaluation.state)).one() is EvaluationState.OPEN


def test_an_intern_whose_internship_is_stopped_is_at_work_until_the_last_day(app: Flask) -> None:
    firm = a_firm(app, starts_on=today() - timedelta(days=7), state=S.STOPPED)
    assert "Şu anda çalışanlar" in firm.client.get("/interns/").text

    def over(_t: Town, row: Application) -> None:
        row.ends_on = today() - timedelta(days=1)

    gone = a_firm(app, over, starts_on=today() - timedelta(days=7), state=S.STOPPED)
    assert "Önceki stajyerler" in gone.client.get("/interns/").text


def test_an_absence_outside_the_dates_is_shown_and_taken_off_nothing(app: Flask) -> None:
    def noted(t: Town, row: Application) -> None:
        t.attendance(row, "confirmed")
        t.absence(row, MONDAY)
        t.absence(row, row.ends_on + timedelta(days=3))  # type: ignore[operator]

    firm = a_firm(app, noted)
    with looking(app) as s:
        user = s.get_one(Application, firm.pk).student.user
        s.expunge_all()
    page = sign_in(app, user).get(f"/completion/{firm.pk}").text  # type: ignore[arg-type]
    sums = re.findall(r"<dt>[^<]*</dt><dd>(?:<strong>)?([\d½]+)", page)
    assert (sums, "tarihlerin dışında" in page) == (["20", "1", "19"], True)


def test_a_firm_never_meets_a_national_id_or_what_the_commission_writes(app: Flask) -> None:
    hidden = ("Kurum notu: dikkat", "Defter zayıf.", "10000000146", "•46")

    def written(t: Town, row: Application) -> None:
        row.student.national_id_tail = "46"
        row.reason = "Defter zayıf."
        by = {"by_id": t.user().id, "by_name": "Üye"}
        t.add(InstitutionNote(institution_id=row.institution_id, text="Kurum notu: dikkat", **by))
        t.attendance(row, "confirmed")

    firm = a_firm(app, written, state=S.PARTLY_ACCEPTED)
    met, ahead = set(), ["/interns/"]
    while ahead:
        path = ahead.pop()
        page = firm.client.get(path)
        met.add(path)
        assert [text for text in hidden if text in page.text] == [], path
        found = set(re.findall(r'href="(/(?:interns|intern-changes|mailbox)[^"#]*)"', page.text.replace("&amp;", "&")))
        ahead += sorted(found - met - set(ahead))
    assert {f"/interns/details/?id={firm.pk}", firm.sheet, firm.evaluation} <= met

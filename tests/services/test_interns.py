"""What waits for a firm's answer: what, about whom, until which day, the nearest first; nothing of anybody else's."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin_views import interns as desk
from models import Application, Department, EvaluationForm, Supervisor, Term
from services import interns
from services.interns import Awaited
from services.scope import reading_session
from services.standing import Standing
from tests.people import Town, a_town, sign_in
from tests.statements import heard
from workflow.words import ApplicationState as S

TODAY = date(2026, 10, 5)  # a Monday; no holiday from 31 August to 27 October
ASKED = datetime(2026, 9, 24, 9, 30, tzinfo=UTC)
WEEK = timedelta(weeks=1)
FOUR_WEEKS = timedelta(days=27)


@dataclass
class Builder:
    """Interns of one supervisor, each with what the firm has done so far."""

    t: Town
    person: Supervisor
    term: Term
    form: EvaluationForm

    def intern(
        self, name: str, starts_on: date, *, ends_on: date | None = None, state: S = S.APPROVED,
        sheet: str = "", given: str = "", weeks: int = 0, user: Any = None,
    ) -> Application:  # fmt: skip
        """The first `weeks` weeks gone through; `sheet` and `given` are the states of attendance and evaluation."""
        of = self.form.department_id
        department = self.t.session.get_one(Department, of)
        student = self.t.student(department, name, "Er", user=user)
        row = self.t.application(
            student, department, state=state, supervisor=self.person, term=self.term, starts_on=starts_on
        )
        row.ends_on = ends_on or starts_on + FOUR_WEEKS
        for nth in range(weeks):
            week = self.t.week(row, starts_on + nth * WEEK)
            week.saved_at = datetime.combine(week.monday + timedelta(days=4), datetime.min.time(), UTC)
        if sheet:
            self.t.attendance(row, sheet)
        if given:
            self.t.evaluation(row, self.form, given)
        return row

    def everything(self) -> None:
        """One of each kind that waits, and what looks like it and does not."""
        self.intern("Gül", date(2026, 8, 24), sheet="confirmed", given="open")
        self.intern("Naz", date(2026, 8, 31), ends_on=date(2026, 9, 25), sheet="confirmed")
        self.intern("Efe", date(2026, 8, 31), sheet="open", given="given", weeks=4)
        self.t.change(self.intern("Can", date(2026, 11, 2)), asked_at=ASKED)
        self.intern("Ece", date(2026, 9, 21), sheet="open", weeks=1)
        returned = self.intern("Ada", date(2026, 8, 3), state=S.RETURNED, weeks=3)
        returned.due_on = date(2026, 10, 12)
        self.intern("Oya", date(2026, 9, 7), ends_on=TODAY, sheet="confirmed")
        self.intern("Done", date(2026, 8, 3), sheet="waived", given="given", weeks=4)
        self.intern("Handed in", date(2026, 8, 3), state=S.COMPLETION)
        self.intern("Cancelled", date(2026, 8, 3), state=S.CANCELLED)
        self.t.change(self.intern("Answered", date(2026, 11, 2)), "with_commission", asked_at=ASKED)


# what, about whom, by when, how the page colours it: overdue, within three days, or neither
EXPECTED = [
    (Awaited.EVALUATION, "Gül Er", date(2026, 9, 30), "overdue"),
    (Awaited.EVALUATION, "Naz Er", date(2026, 10, 5), "late"),  # until the end of this day it is in time
    (Awaited.CONFIRMATION, "Efe Er", date(2026, 10, 7), "late"),
    (Awaited.CHANGE, "Can Er", date(2026, 10, 8), ""),  # the last day of its link
    (Awaited.WEEKS, "Ece Er", date(2026, 10, 9), ""),  # a week after its last working day
    (Awaited.WEEKS, "Ada Er", date(2026, 10, 12), ""),  # returned: by the day the commission set
    (Awaited.EVALUATION, "Ada Er", date(2026, 10, 12), ""),
    (Awaited.EVALUATION, "Oya Er", date(2026, 10, 15), ""),  # from the last day on
]
AS_READ = [
    ("Değerlendirme: Gül Er", "son gün 30 Eyl Çar"),
    ("Değerlendirme: Naz Er", "son gün 5 Eki Pzt"),
    ("Devam çizelgesini onayla: Efe Er", "son gün 7 Eki Çar"),
    ("Değişiklik talebi: Can Er", "son gün 8 Eki Per"),
    ("Devam: Ece Er", "son gün 9 Eki Cum"),
    ("Devam: Ada Er", "son gün 12 Eki Pzt"),
    ("Değerlendirme: Ada Er", "son gün 12 Eki Pzt"),
    ("Değerlendirme: Oya Er", "son gün 15 Eki Per"),
]


@dataclass
class Firm:
    """A supervisor: their standing and a client of theirs."""

    app: Flask
    boss: Standing
    client: FlaskClient

    def waiting(self, today: date = TODAY) -> list[interns.Waiting]:
        with self.app.app_context(), reading_session(self.boss) as session:
            return interns.waiting(session, self.boss, today)


@pytest.fixture
def firm(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """Everything waits for one supervisor, and the same again for a colleague and for another firm."""
    with app.app_context(), a_town() as t:
        of, boss = t.department(), t.user()
        form, term, mine = t.evaluation_form(of), t.term(), t.institution("Kaya")
        colleague, other = t.supervisor(mine, t.user()), t.supervisor(t.institution("Demir"), t.user())
        builder = Builder(t, t.supervisor(mine, boss), term, form)
        builder.everything()
        builder.intern("Themselves", date(2026, 8, 3), user=boss)  # nobody is a firm to their own file
        for person in (colleague, other):
            Builder(t, person, term, form).everything()
        standing = t.standing(boss, TODAY)
        t.session.flush()
        t.session.expunge_all()
    monkeypatch.setattr(desk, "today", lambda: TODAY)
    return Firm(app, standing, sign_in(app, boss))


def test_what_waits_for_a_firm_is_told_the_nearest_day_first(firm: Firm) -> None:
    assert [(w.what, w.student, w.due_on, w.late(TODAY)) for w in firm.waiting()] == [
        (what, who, due, shade == "overdue") for what, who, due, shade in EXPECTED
    ]


def test_the_page_says_the_same_each_with_the_way_to_it(firm: Firm) -> None:
    page = firm.client.get("/interns/").text
    awaited = re.findall(r'<ul class="letters interns awaited">.*?</ul>', page, re.DOTALL)[0]
    rows = re.findall(
        r'href="([^"]+)">.*?letters-subject">([^<]+)<.*?<span class="age( age-\w+)?">([^<]+)<', awaited, re.DOTALL
    )
    assert [(subject, by) for _url, subject, _shade, by in rows] == AS_READ
    assert [shade.removeprefix(" age-") for _url, _subject, shade, _by in rows] == [row[3] for row in EXPECTED]
    answers = [firm.client.get(url) for url, *_rest in rows]
    assert [(a.status_code, who.split()[0] in a.text) for a, (_what, who, *_rest) in zip(answers, EXPECTED, strict=True)] == [
        (200, True)
    ] * len(EXPECTED)  # fmt: skip


@pytest.mark.parametrize(("after", "late"), [(0, 1), (1, 2), (3, 3), (4, 4), (5, 5), (8, 7), (11, 8)])
def test_what_is_past_its_day_is_late(firm: Firm, after: int, late: int) -> None:
    day = TODAY + timedelta(days=after)
    assert len([w for w in firm.waiting(day) if w.late(day)]) == late


def test_three_statements_tell_it_however_much_waits(firm: Firm) -> None:
    with heard() as few:
        firm.waiting()
    with heard() as page:
        firm.client.get("/interns/")
    with firm.app.app_context(), a_town() as t:
        person = t.session.get_one(Supervisor, min(firm.boss.supervises_as))
        form = t.session.query(EvaluationForm).first()
        assert form
        for _again in range(2):
            Builder(t, person, t.term(), form).everything()
    with heard() as many:
        assert len(firm.waiting()) == 3 * len(EXPECTED)
    with heard() as page_of_many:
        firm.client.get("/interns/")
    assert len(few) == len(many) == 3  # the changes; the internships with their parts and weeks; decrees about days
    assert len(page) == len(page_of_many)

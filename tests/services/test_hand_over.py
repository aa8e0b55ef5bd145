"""Another supervisor for one file: they agree, the commission decides, and what is open follows; nothing else moves."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import (
    Absence,
    Application,
    Attendance,
    AttendanceWeek,
    ChangeRequest,
    Evaluation,
    EvaluationAnswer,
    Letter,
    Step,
    Supervisor,
    User,
)
from services.sign_in import today
from services.transition import take
from tests.people import a_town, looking, sign_in
from workflow.words import Action, ApplicationState, ChangeState

S = ApplicationState
NEW = {
    "pick": "new",
    "name": "Zehra Kaya",
    "title": "Mühendis",
    "phone": "0532 123 45 67",
    "email": "zehra@kaya.example.com",
}
WHY = {"why": "Ali Bey işten ayrıldı."}
AGREE = {"answer": "agree", "reason": ""}


@dataclass
class World:
    """Two files of one supervisor; the student of the first asks for another one."""

    app: Flask
    file: int
    other: int
    student: User
    old: User
    member: User
    institution: int

    def ask(self, **typed: str) -> str:
        url = f"/my-changes/hand-over/{self.file}"
        return sign_in(self.app, self.student).post(url, data={**NEW, **WHY, **typed}, follow_redirects=True).text

    def link(self, email: str = "zehra@kaya.example.com") -> str:
        with looking(self.app) as s:
            found = s.scalars(
                select(Letter.link).where(Letter.to_email == email, Letter.link.is_not(None)).order_by(Letter.id.desc())
            ).first()
            return str(found).partition("8000")[2]

    def code(self) -> str:
        with looking(self.app) as s:
            text = s.scalars(
                select(Letter.text).where(Letter.reader == "answer_code").order_by(Letter.id.desc())
            ).first()
            return re.findall(r"\b\d{6}\b", str(text))[0]

    def answer(self, **answer: str) -> FlaskClient:
        client, path = self.app.test_client(), self.link()
        client.post(path, data=answer)
        client.post(path, data={**answer, "code": self.code()})
        return client

    def decide(self, action: str, **facts: str) -> None:
        with looking(self.app) as s:
            row = s.scalars(select(ChangeRequest)).one()
        url = f"/changes/step/{row.id}/{action}"
        assert sign_in(self.app, self.member).post(url, data={"version": row.version, **facts}).status_code == 302

    def visit(self) -> FlaskClient:
        client, path = self.app.test_client(), self.link()
        client.post(path)
        client.post(path, data={"code": self.code()})
        return client

    def supervisors(self) -> dict[str, str]:
        with looking(self.app) as s:
            rows = {"file": s.get_one(Application, self.file), "other": s.get_one(Application, self.other)}
            return {name: row.supervisor.name for name, row in rows.items() if row.supervisor}


def a_world(app: Flask, state: S = S.APPROVED, starts: int = -9, **facts: Any) -> World:
    with app.app_context(), a_town() as t:
        of, boss = t.department(), t.user()
        institution = t.institution()
        old = t.supervisor(institution, boss)
        day = today() + timedelta(days=starts)
        student = t.student(of, "Elif")
        row, other = (
            t.application(who, of, state=state, supervisor=old, starts_on=day)
            for who in (student, t.student(of, "Emre"))
        )
        for name, value in facts.items():
            setattr(row, name, value)
        assert student.user
        form = t.evaluation_form(None)
        for each in (row, other):
            t.attendance(each), t.week(each, day), t.absence(each, day)
            t.answers(each, t.evaluation(each, form), "evet")
        return World(app, row.id, other.id, student.user, boss, t.member(of), institution.id)


OF_THE_FIRM: tuple[Any, ...] = (Attendance, AttendanceWeek, Absence, Evaluation, EvaluationAnswer)


def whose(app: Flask, file: int) -> set[str]:
    with looking(app) as s:
        found = [s.scalars(select(m.supervisor_id).where(m.application_id == file)).all() for m in OF_THE_FIRM]
        assert all(found)
        return {s.get_one(Supervisor, key).name for keys in found for key in keys}


def test_the_new_one_agrees_the_commission_decides_and_everything_open_of_that_file_follows(app: Flask) -> None:
    w = a_world(app)
    assert "yeni yetkiliye gönderildi" in w.ask()
    assert w.supervisors() == {"file": "Ali Kaya", "other": "Ali Kaya"}
    assert "Zehra Kaya" in app.test_client().get(w.link()).text
    assert sign_in(app, w.old).get(f"/interns/details/?id={w.file}").status_code == 200
    w.answer(**AGREE)
    page = sign_in(app, w.member).get("/changes/details/?id=1").text
    assert ("zehra@kaya.example.com" in page, "alan adında" in page) == (True, True)
    w.decide("approve")
    assert w.supervisors() == {"file": "Zehra Kaya", "other": "Ali Kaya"}
    assert (whose(app, w.file), whose(app, w.other)) == ({"Zehra Kaya"}, {"Ali Kaya"})
    pages = ("/interns/details/?id={}", "/interns/attendance/{}", "/interns/evaluation/{}")
    new, old = w.visit(), sign_in(app, w.old)
    assert {new.get(p.format(w.file)).status_code for p in pages} == {200}
    assert {new.get(p.format(w.other)).status_code for p in pages} == {404}
    assert {old.get(p.format(w.file)).status_code for p in pages} == {404}
    assert {old.get(p.format(w.other)).status_code for p in pages} == {200}
    assert {c.get("/intern-changes/details/?id=1").status_code for c in (new, old)} == {200, 404}
    with looking(app) as s:
        step = s.scalars(select(Step).where(Step.action == Action.HAND_OVER)).one()
        assert step.facts["supervisor"] == ["Ali Kaya", "Zehra Kaya"]
    told = sign_in(app, w.student).get(f"/my-applications/details/?id={w.file}").text
    assert "<del>Ali Kaya</del> → Zehra Kaya" in told


def test_the_former_supervisor_is_told_when_it_is_asked_and_when_it_is_decided(app: Flask) -> None:
    w = a_world(app)
    with looking(app) as s:
        old = s.scalars(select(Supervisor.email)).one()
    w.ask()
    w.answer(**AGREE)
    w.decide("approve")
    with looking(app) as s:
        letters = s.scalars(select(Letter).where(Letter.to_email == old).order_by(Letter.id)).all()
        assert [letter.subject for letter in letters] == [
            "Başka bir yetkili isteniyor: Elif Yılmaz", "Elif Yılmaz adlı stajyerin yetkilisi artık siz değilsiniz",
        ]  # fmt: skip
        assert [WHY["why"] in letter.text for letter in letters] == [False, False]
        assert {letter.reader for letter in s.scalars(select(Letter))} == {
            "employer",
            "student",
            "member",
            "answer_code",
        }


@pytest.mark.parametrize("end", ["decline", "reject", "withdraw"])
def test_whoever_says_no_leaves_everything_as_it_is(app: Flask, end: str) -> None:
    w = a_world(app)
    w.ask()
    if end == "decline":
        w.answer(answer="decline", reason="Bu öğrenciyi tanımıyorum.")
    elif end == "reject":
        w.answer(**AGREE)
        w.decide("reject", reason="Adres kurumun değil.")
    else:
        sign_in(app, w.student).post("/my-changes/step/1/withdraw", data={"version": 1})
    assert w.supervisors() == {"file": "Ali Kaya", "other": "Ali Kaya"}
    assert whose(app, w.file) == {"Ali Kaya"}
    with looking(app) as s:
        assert s.scalars(select(ChangeRequest.state)).one() is {
            "decline": ChangeState.DECLINED, "reject": ChangeState.REJECTED, "withdraw": ChangeState.WITHDRAWN,
        }[end]  # fmt: skip
    path = w.link()
    assert app.test_client().get(path).status_code in {200, 302}


@pytest.mark.parametrize(
    ("state", "starts", "facts"),
    [
        (S.APPROVED, 30, {}), (S.APPROVED, -60, {}), (S.STOPPED, -40, {"reason": "Hastalandım."}),
        (S.RETURNED, -60, {"reason": "Belge eksik.", "pages": ["attendance"], "due_on": today() + timedelta(days=5)}),
    ],
)  # fmt: skip
def test_it_may_be_asked_before_during_and_after_and_nothing_else_of_the_file_changes(
    app: Flask, state: S, starts: int, facts: dict[str, Any]
) -> None:
    w = a_world(app, state, starts, **facts)
    before = file(app, w.file)
    w.ask()
    w.answer(**AGREE)
    w.decide("approve")
    after = file(app, w.file)
    assert {name for name in before if before[name] != after[name]} == {"supervisor_id", "version"}


def file(app: Flask, key: int) -> dict[str, Any]:
    with looking(app) as s:
        row = s.get_one(Application, key)
        return {c.key: getattr(row, c.key) for c in Application.__table__.columns}


@pytest.mark.parametrize("typed", [
    {"email": "ALI@kaya.example.com"}, {"email": "own"}, {"email": "member"}, {"pick": "foreign"}, {"pick": "999"}, {"pick": ""}, {"name": ""},
    {"email": "yok"}, {"why": " "},
])  # fmt: skip
def test_who_cannot_take_over_is_refused_with_what_was_typed_kept(app: Flask, typed: dict[str, str]) -> None:
    w = a_world(app)
    with app.app_context(), a_town() as t:
        old, row = t.session.scalars(select(Supervisor)).one(), t.session.get_one(Application, w.file)
        foreign = t.supervisor(t.institution("Demir Maden"), name="Veli Demir").id
        given = {
            "ALI@kaya.example.com": old.email.upper(),
            "own": row.student.email,
            "member": w.member.email,
            "foreign": str(foreign),
        }
    page = w.ask(**{name: given.get(value, value) for name, value in typed.items()})
    assert ("alert-danger" in page, "Ali Bey işten ayrıldı." in page) == (True, "why" not in typed)
    with looking(app) as s:
        assert s.scalars(select(ChangeRequest.id)).all() == []


@pytest.mark.parametrize("state", [S.SUBMITTED, S.REJECTED, S.COMPLETION, S.ACCEPTED, S.CANCELLED])
def test_nothing_is_handed_over_before_the_approval_or_after_the_handing_in(app: Flask, state: S) -> None:
    w = a_world(app, state, -60)
    w.ask()
    with looking(app) as s:
        assert s.scalars(select(ChangeRequest.id)).all() == []


def test_nobody_elses_file_is_handed_over(app: Flask) -> None:
    w = a_world(app)
    client = sign_in(app, w.student)
    assert client.post(f"/my-changes/hand-over/{w.other}", data={**NEW, **WHY}).status_code == 404
    assert sign_in(app, w.member).get(f"/my-changes/hand-over/{w.file}").status_code in {403, 404}


def test_an_evaluation_that_was_given_stays_with_who_gave_it_until_it_is_returned(app: Flask) -> None:
    w = a_world(app, starts=-60)
    with app.app_context(), a_town() as t:
        row = t.session.scalars(select(Evaluation).where(Evaluation.application_id == w.file)).one()
        t.session.execute(Evaluation.__table__.update().where(Evaluation.id == row.id).values(state="given"))
        t.session.refresh(row)
        t.step("evaluation", row.id, "give", w.old)
    w.ask()
    w.answer(**AGREE)
    w.decide("approve")
    with looking(app) as s:
        answers = select(Supervisor.name).join(EvaluationAnswer, EvaluationAnswer.supervisor_id == Supervisor.id)
        theirs = answers.where(EvaluationAnswer.application_id == w.file)
        assert set(s.scalars(theirs)) == {"Ali Kaya"}
    page = w.visit().get(f"/interns/evaluation/{w.file}")
    assert (page.status_code, "evet" in page.text.split("<main")[1].split("<footer")[0]) == (200, False)
    with app.app_context(), a_town() as t:
        board, row = t.standing(w.member, today()), t.session.get_one(Application, w.file)
        t.session.execute(
            Application.__table__.update().where(Application.id == w.file)
            .values(state="completion", counted_half_days=0, handed_in_at=row.submitted_at)
        )  # fmt: skip
        t.session.refresh(row)
        take(
            t.session, row, Action.RETURN, standing=board, today=today(), reason="Eksik.", pages=["evaluation"],
            values={"due_on": today() + timedelta(days=5)},
        )  # fmt: skip
        assert set(t.session.scalars(theirs)) == {"Zehra Kaya"}

"""The demo university lives, the large one holds, and both stay as they are when asked for again."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import func, select

from models import (
    Application,
    Document,
    DraftPage,
    Institution,
    Letter,
    Membership,
    Model,
    Step,
    Student,
    Supervisor,
    User,
)
from seed import demo
from seed.demo_people import PRINTED
from services import audit
from services.settings import ROOT
from services.wizard.checks import judge_again
from tests.people import looking, sign_in
from workflow.phase import status
from workflow.words import ApplicationState, InstitutionState, Phase

WORD = "gezi-parolasi-7"
S = ApplicationState


def run(app: Flask, *args: str) -> Any:
    answer = app.test_cli_runner().invoke(args=args)
    assert answer.exit_code == 0, (answer.output[-2000:], answer.exception)
    return answer


@pytest.fixture
def demo_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(app.extensions["staj"], "staj_demo_password", WORD)
    run(app, "seed", "apply", str(ROOT / "seed" / "data"))
    run(app, "seed", "demo")
    return app


def counted(app: Flask) -> dict[str, int]:
    with looking(app) as s:
        return {t.name: s.scalar(select(func.count()).select_from(t)) or 0 for t in Model.metadata.sorted_tables}


def test_the_demo_lives_in_every_state_and_phase_with_a_history_that_holds(demo_app: Flask) -> None:
    with looking(demo_app) as s:
        rows = s.scalars(select(Application)).all()
        states = {r.state for r in rows}
        assert states == set(S)
        phases = {status(r.state, r.starts_on, r.ends_on, demo.today()) for r in rows}
        assert phases >= {Phase.UPCOMING, Phase.RUNNING, Phase.ENDED}
        assert [b for b in audit.verify(s) if isinstance(b, audit.Break)] == []
        assert set(s.scalars(select(Institution.state).distinct())) == set(InstitutionState)
        handed_in = set(s.scalars(select(Document.application_id).where(Document.submitted_at.is_not(None))))
        assert handed_in == {r.id for r in rows if r.state is not S.DRAFT}
        assert {d.filename.rsplit(".")[-1] for d in s.scalars(select(Document))} == {"zip", "7z"}
        assert s.scalar(select(func.count()).select_from(DraftPage)) or 0
        assert s.scalar(select(func.count()).select_from(Letter).where(Letter.sent_at.is_(None))) == 0


def test_every_demo_file_passed_the_rules_of_its_day(demo_app: Flask) -> None:
    with looking(demo_app) as s:
        for row in s.scalars(select(Application).where(Application.state.in_((S.SUBMITTED, S.APPROVED)))):
            judgement = judge_again(row)
            assert judgement.count is not None
            assert (judgement.count.half_days, [v.rule for v in judgement.verdicts if not v.passed]) == (
                row.half_days,
                [],
            )


def test_every_demo_account_opens_with_the_word_and_stands_for_something(demo_app: Flask) -> None:
    with looking(demo_app) as s:
        users = {u.email: u for u in s.scalars(select(User).where(User.password.is_not(None)))}
        assert set(users) >= {account.email for account in PRINTED}
        assert all(verify_password(WORD, users[account.email].password) for account in PRINTED)
        own = select(Student.id).where(Student.user_id == users["ogrenci2@demo.edu.tr"].id).scalar_subquery()
        assert S.REJECTED in set(s.scalars(select(Application.state).where(Application.student_id == own)))
        firm = select(Supervisor.id).where(Supervisor.user_id == users["isveren@demo.edu.tr"].id).scalar_subquery()
        assert s.scalars(
            select(Application.id).where(Application.supervisor_id == firm, Application.state == S.APPROVED)
        ).first()
        [s.expunge(u) for u in users.values()]
    for account in PRINTED:
        assert sign_in(demo_app, users[account.email]).get("/").status_code == 200


def test_a_second_demo_changes_nothing(demo_app: Flask) -> None:
    before = counted(demo_app)
    assert WORD in run(demo_app, "seed", "demo").output
    run(demo_app, "seed", "apply", "--once", str(ROOT / "seed" / "data"))
    assert counted(demo_app) == before


def test_production_has_no_demo_accounts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["staj"], "production", True)
    answer = app.test_cli_runner().invoke(args=["seed", "demo"])
    assert (answer.exit_code, sum(counted(app).values())) == (1, 0)


@pytest.mark.parametrize(
    "day", [date(2026, 2, 2), date(2026, 5, 25), date(2026, 8, 17), date(2027, 1, 2), date(2027, 10, 28)]
)
def test_the_demo_can_be_told_on_any_day_of_the_year(app: Flask, monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(demo, "today", lambda: day)
    monkeypatch.setattr(app.extensions["staj"], "staj_demo_password", WORD)
    run(app, "seed", "apply", str(ROOT / "seed" / "data"))
    run(app, "seed", "demo")
    with looking(app) as s:
        assert set(s.scalars(select(Application.state).distinct())) == set(S)


def test_a_large_university_is_whole_found_by_name_and_never_doubled(app: Flask) -> None:
    run(app, "seed", "apply", str(ROOT / "seed" / "data"))
    run(app, "seed", "many", "--applications", "300")
    with looking(app) as s:
        assert s.scalar(select(func.count()).select_from(Application)) == 300
        assert s.scalar(select(func.count()).select_from(Student)) == 105
        assert [b for b in audit.verify(s) if isinstance(b, audit.Break)] == []
        row = s.scalars(select(Application).where(Application.state == S.SUBMITTED).limit(1)).one()
        user = s.scalars(
            select(User).join(Membership.user).where(Membership.department_id == row.department_id)
        ).first()
        assert user
        surname, key = row.student_name.split()[-1], row.id
        assert s.scalar(select(func.count()).select_from(Step)) or 0
        s.expunge(user)
    page = sign_in(app, user).get("/applications/", query_string={"q": surname.upper(), "state": "all"}).text
    assert f'id={key}" data-open' in page
    before = counted(app)
    again = app.test_cli_runner().invoke(args=["seed", "many", "--applications", "300"])
    assert (again.exit_code, counted(app)) == (1, before)

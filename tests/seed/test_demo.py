"""The demo university lives, and stays as it is when asked for again."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    AnswerTemplate,
    Application,
    Department,
    Document,
    DraftPage,
    Institution,
    InstitutionNote,
    Letter,
    Notice,
    Request,
    SearchWord,
    Step,
    Student,
    Supervisor,
    User,
)
from seed import demo
from seed.demo_people import PRINTED, password
from services import audit, duplicates, search
from services.settings import ROOT
from services.standing import standing_of
from services.wizard import drafts
from services.wizard.checks import judge_again
from tests.databases import Databases, served
from tests.people import looking, sign_in
from tests.seed.commands import counted, run
from workflow.phase import status
from workflow.words import Action, ApplicationState, InstitutionState, LetterState, Phase, RequestState

WORD = "gezi-parolasi-7"
S = ApplicationState


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo_app(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """One demo for all tests of this module: they look, and leave it as it is."""
    url = databases.fresh(request.param)
    with served(url, tmp_path_factory.mktemp("demo")) as app, pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.extensions["staj"], "staj_demo_password", WORD)
        run(app, "seed", "apply", str(ROOT / "seed" / "data"))
        run(app, "seed", "demo")
        yield app
    databases.drop(url)


def test_the_demo_lives_in_every_state_and_phase_with_a_history_that_holds(demo_app: Flask) -> None:
    with looking(demo_app) as s:
        rows = s.scalars(select(Application)).all()
        states = {r.state for r in rows}
        assert states == set(S)
        phases = {status(r.state, r.starts_on, r.ends_on, demo.today()) for r in rows}
        assert phases >= {Phase.UPCOMING, Phase.RUNNING, Phase.ENDED}
        assert [b for b in audit.verify(s) if isinstance(b, audit.Break)] == []
        assert set(s.scalars(select(Institution.state).distinct())) == set(InstitutionState)
        assert {k for k, n in duplicates.counted(s).items() if n} == set(duplicates.REASONS)
        assert [bool(n.struck_at) for n in s.scalars(select(InstitutionNote).order_by(InstitutionNote.id))] == [
            False,
            True,
            False,
        ]
        of_one = (Document.submitted_at.is_not(None), Document.application_id.is_not(None))
        handed_in = set(s.scalars(select(Document.application_id).where(*of_one)))
        assert handed_in == {r.id for r in rows if r.state is not S.DRAFT}
        assert {d.filename.rsplit(".")[-1] for d in s.scalars(select(Document))} == {"zip", "7z", "pdf"}
        assert set(s.scalars(select(Request.state))) == set(RequestState) - {RequestState.NEW}
        assert s.scalar(select(func.count(AnswerTemplate.id))) == 8
        assert s.scalar(select(func.count()).select_from(DraftPage)) or 0
        unsent = s.scalars(select(Letter.state).where(Letter.sent_at.is_(None))).all()
        assert unsent == [LetterState.FAILED]  # one address was wrong: IT has something to find


def test_the_demo_s_mailboxes_hold_reminders_and_a_summary(demo_app: Flask) -> None:
    with looking(demo_app) as s:
        told = s.execute(select(Notice.what, Letter.to_email).join(Letter, Letter.notice_id == Notice.id)).all()
        kinds = {what for what, _email in told}
        assert kinds >= {"digest", "application_waits", "request_waits", "rejected_starts"}
        got = {email for what, email in told if what == "digest"}
        assert got >= {f"{who}@demo.edu.tr" for who in ("uye", "baskan", "mediko", "kariyer")}
        assert "ogrenci2@demo.edu.tr" in {email for what, email in told if what == "rejected_starts"}


def waiting_at(s: Session, code: str) -> int:
    files = select(func.count(Application.id)).join(Application.department)
    return s.scalar(files.where(Department.code == code, Application.state == S.SUBMITTED)) or 0


def at_host(s: Session) -> set[ApplicationState | Phase]:
    """How the internships stand that the demo employer looks after."""
    files = select(Application).join(Application.supervisor).join(User, User.id == Supervisor.user_id)
    rows = s.scalars(files.where(User.email == "isveren@demo.edu.tr"))
    return {status(r.state, r.starts_on, r.ends_on, demo.today()) for r in rows}


def test_every_desk_of_the_demo_has_work_waiting(demo_app: Flask) -> None:
    with looking(demo_app) as s:
        rows = s.scalars(select(Application)).all()
        upcoming = [r for r in rows if r.state is S.APPROVED and r.starts_on and r.starts_on > demo.today()]
        assert (len(rows) >= 60, len({r.department_id for r in rows}) >= 8) == (True, True)
        assert (waiting_at(s, "BIL") >= 12, waiting_at(s, "INS") >= 2, len(upcoming) >= 5) == (True, True, True)
        assert at_host(s) >= {Phase.UPCOMING, Phase.RUNNING}
        begun = select(DraftPage.page).join(Application, Application.id == DraftPage.application_id)
        assert 0 < len(set(s.scalars(begun.where(Application.state == S.DRAFT)))) < len(drafts.PAGES)


def test_a_demo_submission_left_what_the_wizard_leaves(demo_app: Flask) -> None:
    with looking(demo_app) as s:
        steps = select(Step).where(Step.machine == "application")
        submissions = s.scalars(steps.where(Step.action == Action.SUBMIT)).all()
        assert all(step.facts["submission"]["files.sha256"] for step in submissions)
        assert all(step.at.date() < demo.today() for step in s.scalars(steps))
        for row in s.scalars(select(Application).where(Application.state != S.DRAFT)):
            words = set(s.scalars(select(SearchWord.word).where(SearchWord.application_id == row.id)))
            assert row.institution
            assert words == search.words_of(row.student_name, row.student_number, row.institution.name)
        told = select(Step.action, Letter.reader).join(Letter, Letter.step_id == Step.id).distinct()
        readers = {tuple(r) for r in s.execute(told.where(Step.machine == "application"))}
        assert readers >= {(Action.SUBMIT, "member"), (Action.REJECT, "student"), (Action.APPROVE, "health_office")}
        store = demo_app.extensions["storage"]
        for document in s.scalars(select(Document)):
            body = b"".join(store.open(document.storage_key))
            assert (len(body), hashlib.sha256(body).hexdigest()) == (document.size, document.sha256)


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
        for account in PRINTED:
            user = users[account.email]
            assert standing_of(s, user.id, user.name, demo.today()).actors == {account.actor}
        [s.expunge(u) for u in users.values()]
    for account in PRINTED:
        assert sign_in(demo_app, users[account.email]).get("/", follow_redirects=True).status_code == 200


def test_a_second_demo_changes_nothing_and_prints_every_account_again(demo_app: Flask) -> None:
    before = counted(demo_app)
    printed = run(demo_app, "seed", "demo").output
    assert [w for w in (WORD, *(account.email for account in PRINTED)) if w not in printed] == []
    run(demo_app, "seed", "apply", "--once", str(ROOT / "seed" / "data"))
    assert counted(demo_app) == before


def test_production_has_no_demo_accounts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["staj"], "production", True)
    answer = app.test_cli_runner().invoke(args=["seed", "demo"])
    assert (answer.exit_code, sum(counted(app).values())) == (1, 0)
    assert answer.output == "Error: This is a production installation: demo accounts have no place here.\n"


def test_without_a_chosen_word_one_is_made_and_kept_to_its_owner(app: Flask, tmp_path: Path) -> None:
    settings, kept = app.extensions["staj"], tmp_path / "keys" / "demo_password"
    made = password(settings, kept)
    assert (len(made) >= 12, password(settings, kept), kept.stat().st_mode & 0o777) == (True, made, 0o600)


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
        assert waiting_at(s, "BIL") >= 12
        assert Phase.RUNNING in at_host(s)

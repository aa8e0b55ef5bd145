"""What the worker does is kept: when it ran, how long, how it went, what it counted; and it can be had again at once."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from models import JobRun, Letter, SignInTry, User, db, utcnow
from services import job_runs, jobs
from services.scope import system_session
from services.settings import ROOT
from tests.databases import SETTINGS
from tests.patience import PATIENCE, until
from tests.people import a_town, looking, sign_in
from tests.services.test_outbox import a_server
from workflow.words import Actor, LetterState, Outcome

NIGHT = datetime(2026, 6, 1, 20, 30, 15, tzinfo=UTC)
NOBODY_TOLD = "the worker was ended"


def work(app: Flask) -> None:
    """One job, as the worker takes it from the queue."""
    queue = jobs.jobs(app).queue
    queue.execute(queue.dequeue())


def runs(app: Flask) -> list[tuple[str, Outcome, int | None, str | None]]:
    with looking(app) as session:
        found = session.scalars(select(JobRun).order_by(JobRun.id)).all()
        assert all((r.ended_at is None) is (r.outcome is Outcome.RUNNING) for r in found)
        return [(r.job, r.outcome, r.counted, r.error) for r in found]


@pytest.fixture
def it(app: Flask) -> User:
    with app.app_context(), a_town() as t:
        return t.office(Actor.IT)


def a_letter(app: Flask, **facts: object) -> None:
    with app.app_context(), system_session() as session:
        about = {"reader": "student", "to_email": "a@b.tr", "to_name": "A", "language": "tr", "subject": "s"}
        session.add(Letter(**about, text="t", html="h", **facts))


def test_each_run_keeps_what_it_counted(app: Flask) -> None:
    a_letter(app)
    work(app)
    assert runs(app) == [("post_letters", Outcome.DONE, 1, None)]


def test_of_runs_in_a_row_that_found_nothing_to_do_the_newest_is_kept(app: Flask) -> None:
    queue = jobs.jobs(app)
    for job in ("post_letters", "post_letters", "tidy", "post_letters"):
        queue.start[job]()
        work(app)
    assert [run[0] for run in runs(app)] == ["tidy", "post_letters"]
    a_letter(app)
    work(app)
    for _ in range(2):
        queue.start["post_letters"]()
        work(app)
    letters = [counted for job, _outcome, counted, _error in runs(app) if job == "post_letters"]
    assert letters == [0, 1, 0]  # what did something stands between


def test_a_run_that_fails_keeps_its_error_and_the_next_one_is_a_run_of_its_own(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        key = t.application(t.student(of), of).id  # without a history: nobody decided this
    jobs.jobs(app).start["verify_history"]()
    work(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM search_word"))
        connection.execute(text("DELETE FROM application"))
    jobs.jobs(app).start["verify_history"]()
    work(app)
    error = f"Untrue: breaks: 1. application {key}: its state is not the one its last step left"
    assert runs(app) == [
        ("verify_history", Outcome.FAILED, None, error),
        ("verify_history", Outcome.DONE, 0, None),
    ]


def test_each_run_on_the_page_says_what_it_did_itself(app: Flask, it: User) -> None:
    with app.app_context(), a_town() as t:
        for counted in (7, 3, 0):
            t.add(JobRun(job="post_letters", outcome=Outcome.DONE, counted=counted, ended_at=utcnow()))
    page = sign_in(app, it).get("/jobs/").text
    said = [re.search(r"gönderilen bildirim: (\d+)", row)[1] for row in page.split("data-run=")[1:]]  # type: ignore[index]
    assert said == ["0", "3", "7"]


def test_a_worker_that_is_ended_says_so(app: Flask) -> None:
    with app.app_context(), pytest.raises(KeyboardInterrupt), job_runs.recorded("tidy"):
        raise KeyboardInterrupt(NOBODY_TOLD)
    assert runs(app) == [("tidy", Outcome.FAILED, None, f"KeyboardInterrupt: {NOBODY_TOLD}")]


def test_a_run_whose_worker_vanished_is_no_longer_under_way_after_two_hours(app: Flask, it: User) -> None:
    with app.app_context(), a_town() as t:
        t.add(JobRun(job="tidy", started_at=utcnow() - timedelta(hours=3)))
        t.add(JobRun(job="sweep_files", started_at=utcnow() - timedelta(minutes=3)))
    page = sign_in(app, it).get("/jobs/").text
    shown = {job: re.search(rf'data-job="{job}".*?state-(\w+)', page, re.DOTALL)[1] for job in ("tidy", "sweep_files")}  # type: ignore[index]
    assert shown == {"tidy": "failed", "sweep_files": "running"}


@pytest.mark.parametrize(
    ("job", "due"),
    [("post_letters", "2026-06-01 20:31"), ("verify_history", "2026-06-02 00:00"), ("sweep_files", "2026-06-02 01:00")],
)
def test_the_next_run_is_the_first_the_crontab_names(job: str, due: str) -> None:
    assert jobs.BY_NAME[job].next_after(NIGHT) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_job_runs_again_now_but_waits_in_the_queue_only_once(app: Flask, it: User) -> None:
    client = sign_in(app, it)
    for _ in range(2):
        assert client.post("/jobs/run/tidy").status_code == 302
    assert jobs.jobs(app).waiting() == ["tidy"]
    assert "kuyrukta" in client.get("/jobs/").text.lower()
    assert client.post("/jobs/run/nothing").status_code == 404


def test_tidying_forgets_what_is_of_no_more_use_and_keeps_failures_longer(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        for outcome, days in ((Outcome.DONE, 8), (Outcome.DONE, 6), (Outcome.FAILED, 80), (Outcome.FAILED, 91)):
            t.add(JobRun(job="tidy", outcome=outcome, started_at=utcnow() - timedelta(days=days), ended_at=utcnow()))
        for key, minutes in (("over", -1), ("on", 5)):
            t.add(SignInTry(key=key, tries=3, until=utcnow() + timedelta(minutes=minutes)))
    with app.app_context():
        assert job_runs.tidy() == 3
    with looking(app) as session:
        assert session.scalars(select(SignInTry.key)).all() == ["on"]
    assert [outcome for _job, outcome, *_rest in runs(app)] == [Outcome.DONE, Outcome.FAILED]


def test_what_failed_when_it_last_ran_waits_on_its_start_page(app: Flask, it: User) -> None:
    with app.app_context(), a_town() as t:
        for job, outcomes in {"tidy": "failed done", "sweep_files": "done failed", "verify_history": "failed"}.items():
            for outcome in outcomes.split():
                t.add(JobRun(job=job, outcome=outcome, ended_at=utcnow()))
    assert re.search(r'href="/jobs/"><span class="card-count">2</span>', sign_in(app, it).get("/").text)


@contextmanager
def a_worker(app: Flask, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as it is started beside the site; it ends well unless it was killed."""
    own = {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "JOBS_PATH": str(app.extensions["staj"].jobs_path),
        "PATH": str(Path(sys.executable).parent),
        **{name.upper(): value for name, value in (SETTINGS | settings).items()},
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=own, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            killed = process.poll()
            process.terminate()
            assert process.wait(PATIENCE) == (killed or 0)


def test_a_real_worker_does_what_is_asked_and_its_record_is_on_the_page(app: Flask, it: User) -> None:
    client = sign_in(app, it)
    a_letter(app)
    client.post("/jobs/run/verify_history")
    with a_worker(app):
        until(lambda: len([run for run in runs(app) if run[1] is Outcome.DONE]) >= 2)
    assert {("post_letters", Outcome.DONE), ("verify_history", Outcome.DONE)} <= {run[:2] for run in runs(app)}
    with looking(app) as session:
        assert session.scalars(select(Letter.state)).all() == [LetterState.SENT]
    page = client.get("/jobs/").text
    assert re.search(r'data-job="verify_history".*?state-done', page, re.DOTALL)
    assert re.search(r'data-level="ok">\s*<th scope="row">Arka plan işçisi', client.get("/system/").text)


def tries(app: Flask) -> list[int]:
    with looking(app) as session:
        return sorted(session.scalars(select(Letter.tries)))


def sent(app: Flask) -> int:
    with looking(app) as session:
        return len(session.scalars(select(Letter.id).where(Letter.state == LetterState.SENT)).all())


def posts(app: Flask) -> list[tuple[Outcome, int | None]]:
    return [(outcome, counted) for job, outcome, counted, _error in runs(app) if job == jobs.POST]


def test_a_slow_mail_server_holds_up_letters_and_no_other_job(app: Flask) -> None:
    for _ in range(3):
        a_letter(app)  # each wakes the worker
    jobs.jobs(app).start["tidy"]()
    with a_server() as (sink, url):
        sink.slow = True
        with a_worker(app, mail_url=url):
            until(lambda: ("tidy", Outcome.DONE) in {run[:2] for run in runs(app)} and tries(app) == [0, 0, 1])
            assert (Outcome.RUNNING, None) in posts(app)
            a_letter(app)
            sink.slow = False
            until(lambda: sent(app) == 4 and Outcome.RUNNING not in {outcome for outcome, _counted in posts(app)})
    assert {counted for _outcome, counted in posts(app)} == {0, 4}


def test_letters_go_out_again_after_a_worker_was_killed_with_one_in_hand(app: Flask) -> None:
    a_letter(app), a_letter(app)
    with a_server() as (sink, url):
        sink.slow = True
        with a_worker(app, mail_url=url) as process:
            until(lambda: tries(app) == [0, 1])
            process.kill()
            process.wait()
        sink.slow = False
        jobs.jobs(app).start[jobs.POST]()
        with a_worker(app, mail_url=url):
            until(lambda: sent(app) == 1)
            assert tries(app) == [1, 1]
            with app.app_context(), system_session() as session:  # the lease of the one in hand runs out
                held = session.scalars(select(Letter).where(Letter.state == LetterState.QUEUED)).one()
                held.next_try_at = utcnow()
            until(lambda: sent(app) == 2)

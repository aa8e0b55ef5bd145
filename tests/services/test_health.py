"""How the site is: yes or no for whoever asks, every part with what to do about it for IT, no secret for anybody."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from models import JobRun, Letter, User, db, utcnow
from services import health
from services.settings import Settings
from services.storage import Storage
from tests.databases import SETTINGS
from tests.people import a_town, looking, sign_in
from tests.services.test_sign_in import try_to
from workflow.words import Actor, LetterState

Levels = dict[str, str]
WELL = {
    "Database": "ok", "Schema": "ok", "Storage of files": "ok", "Disk": "ok", "Worker": "broken", "Letters given up": "ok",
    "Letters due": "ok", "History": "attention", "Administrative leave": "attention", "Insurance": "ok",
}  # fmt: skip


@pytest.fixture
def it(app: Flask) -> User:
    with app.app_context(), a_town() as t:
        return t.office(Actor.IT)


def levels(app: Flask) -> Levels:
    """The level of each part, holidays apart."""
    with looking(app) as session:
        found = health.checks(session, utcnow().date())
    assert all((check.todo is None) is (check.level.value == "ok") for check in found)
    return {check.part: check.level.value for check in found if check.part != "Public holidays"}


def a_run(app: Flask, minutes: float, job: str = "post_letters", outcome: str = "done", **facts: Any) -> None:
    then = utcnow() - timedelta(minutes=minutes)
    with app.app_context(), a_town() as t:
        t.add(JobRun(job=job, outcome=outcome, started_at=then, ended_at=then, counted=7, **facts))


def a_letter(app: Flask, minutes: float, **facts: Any) -> None:
    about = {"reader": "student", "to_email": "a@b.tr", "to_name": "A", "language": "tr", "subject": "s"}
    with app.app_context(), a_town() as t:
        t.add(Letter(**about, text="t", html="h", next_try_at=utcnow() - timedelta(minutes=minutes), **facts))


def test_a_new_installation_says_what_is_missing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LITTLE", 0)
    monkeypatch.setattr(health, "TOO_LITTLE", -1)
    assert levels(app) == WELL


@pytest.mark.parametrize(("minutes", "level"), [(1, "ok"), (4, "attention"), (20, "broken")])
def test_a_silent_worker_is_told(app: Flask, minutes: int, level: str) -> None:
    a_run(app, minutes)
    assert levels(app)["Worker"] == level


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"minutes": 60}, "ok"),
        ({"minutes": 60 * 24 * 3}, "attention"),
        ({"minutes": 60, "outcome": "failed", "error": "Untrue: breaks: 1."}, "broken"),
    ],
)
def test_the_history_was_verified_lately_or_that_is_told(app: Flask, facts: dict[str, Any], level: str) -> None:
    a_run(app, job="verify_history", **facts)
    assert levels(app)["History"] == level


@pytest.mark.parametrize(("minutes", "level"), [(-5, "ok"), (5, "ok"), (20, "attention"), (180, "broken")])
def test_the_oldest_due_letter_tells_how_late_letters_are(app: Flask, minutes: int, level: str) -> None:
    a_letter(app, minutes)
    a_letter(app, -60)
    assert (levels(app)["Letters due"], levels(app)["Letters given up"]) == (level, "ok")


def test_letters_that_were_given_up_are_told(app: Flask) -> None:
    a_letter(app, 300, state=LetterState.FAILED)
    assert (levels(app)["Letters due"], levels(app)["Letters given up"]) == ("ok", "attention")


def test_a_year_nobody_knows_the_holidays_of_is_an_error_shown_to_it(
    app: Flask, it: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    this = utcnow().year
    monkeypatch.setattr(health, "last_year", lambda: this)
    page = sign_in(app, it).get("/system/").text
    shown = dict(re.findall(r'data-level="(\w+)">\s*<th scope="row">Resmî tatiller.*?<span>(\d{4})', page, re.DOTALL))
    assert shown == {"ok": str(this), "broken": str(this + 1)}


def test_a_full_disk_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"total": 100 * health.GIGABYTE, "free": 5 * health.GIGABYTE})
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _place: usage)
    assert levels(app)["Disk"] == "attention"
    usage.free = health.GIGABYTE
    assert levels(app)["Disk"] == "broken"


# -- for a load balancer ---------------------------------------------------------------------------------------------


def answer(app: Flask) -> tuple[int, Any]:
    app.extensions.pop("storage_probed", None)
    asked = app.test_client().get("/health")
    assert (asked.headers.getlist("Set-Cookie"), asked.headers["Cache-Control"]) == ([], "no-store")
    return asked.status_code, asked.get_json()


YES, NO = (200, {"status": "ok"}), (503, {"status": "not ok"})


def a_schema_of_another_version(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))


def a_database_that_is_gone(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))


def test_whoever_asks_is_told_yes(app: Flask) -> None:
    assert answer(app) == YES


@pytest.mark.parametrize("trouble", [a_schema_of_another_version, a_database_that_is_gone])
def test_whoever_asks_is_told_no_and_nothing_else(app: Flask, trouble: Callable[[Flask], None]) -> None:
    trouble(app)
    assert answer(app) == NO


def test_a_site_that_cannot_keep_files_is_not_well(app: Flask, it: User, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Storage):
        def put(self, key: str, path: Any) -> None:
            raise OSError("s3://user:gizli@host is full")

    monkeypatch.setitem(app.extensions, "storage", Full("memory://"))
    assert answer(app) == NO
    page = sign_in(app, it).get("/system/").text
    assert ("OSError" in page, "gizli" in page) == (True, False)


def test_a_database_nobody_answers_at_is_not_well(tmp_path: Any) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/none/staj.sqlite", **SETTINGS))
    assert answer(app) == NO
    with app.app_context():
        db.engine.dispose()


def test_the_page_of_it_shows_no_secret(app: Flask, it: User) -> None:
    settings = app.extensions["staj"]
    page = sign_in(app, it).get("/system/").text
    secrets = [getattr(settings, name) for name in ("secret_key", "password_salt", "national_id_key", "database_url")]
    assert [secret for secret in secrets if secret in page] == []


# -- two workers, one count ------------------------------------------------------------------------------------------


def test_two_processes_count_the_same_tries(app: Flask, database_url: str) -> None:
    other = create_app(Settings(database_url=database_url, **SETTINGS))
    other.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), a_town() as t:
        email = t.user().email
    both = [app, other] * 6
    answers = [try_to(a.test_client(), email, "yanlis", at=f"10.0.3.{n}").status_code for n, a in enumerate(both)]
    assert answers == [200] * 10 + [429] * 2
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_window_that_is_over_counts_anew(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        email = t.user().email
    client = app.test_client()
    assert [try_to(client, email, "yanlis", at=f"10.0.4.{n}").status_code for n in range(11)][-1] == 429
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE sign_in_try SET until = '2020-01-01 00:00:00'"))
    assert try_to(client, email, "yanlis", at="10.0.4.99").status_code == 200
    with looking(app) as session:
        keys = session.execute(text("SELECT key FROM sign_in_try")).scalars().all()
    assert all(re.fullmatch(r"[0-9a-f]{64}", key) for key in keys)

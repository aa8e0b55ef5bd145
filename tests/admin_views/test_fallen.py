"""The database away, busy or lost half-way: whoever asks is answered by a designed page that asks it nothing more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, g, template_rendered
from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import default_exceptions

from models import User, db
from tests.admin_views.reach import ADDRESSES
from tests.admin_views.walk import ask, methods
from tests.people import a_town, sign_in
from tests.university import University

AWAY = {
    "sqlite": "sqlite:////nowhere/at/all/staj.sqlite",
    "postgresql": "postgresql+psycopg://staj@127.0.0.1:1/staj?connect_timeout=1",
}
SENTENCES = ("Sistem şu anda veritabanına ulaşamıyor", "Sistem şu anda yoğun")
ANSWERS_WITHOUT = {"icons", "health", "static", "bootstrap.static", "admin.static", "security.logout"}


@contextmanager
def away(app: Flask) -> Iterator[None]:
    """Nobody answers at the database's address."""
    with app.app_context():
        kept = db.engines[None]
        db.engines[None] = create_engine(AWAY[kept.dialect.name])
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield
    with app.app_context():
        db.engines[None].dispose()
        db.engines[None] = kept


def designed(answer: Any) -> bool:
    """The page in the house's look, with its sentence, the way back and the time to wait."""
    page = answer.get_data(as_text=True)
    return (
        answer.status_code == 503
        and any(sentence in page for sentence in SENTENCES)
        and 'id="content"' in page
        and "Retry-After" in answer.headers
    )


def test_whoever_is_signed_in_is_told_at_every_address_that_the_database_is_away(university: University) -> None:
    rules = {rule.endpoint: rule for rule in university.app.url_map.iter_rules() if rule.endpoint in ADDRESSES}
    who = next(name for name in university.people if name != "nobody")  # nobody's account can be read
    with away(university.app):
        bare = [
            (endpoint, method, answer.status_code)
            for endpoint, rule in rules.items()
            if endpoint not in ANSWERS_WITHOUT
            for method in methods(rule)
            if not designed(answer := ask(university, who, method, endpoint))
        ]
    assert bare == []


def test_what_was_typed_while_the_database_was_away_is_offered_again(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        client = sign_in(app, t.session.get_one(User, t.student(t.department()).user_id))
    with away(app):
        answer = client.post("/my-requests/new", data={"subject": "Belge", "text": "Yazdıklarım kaybolmasın"})
    assert (designed(answer), "Yazdıklarım kaybolmasın" in answer.text) == (True, True)


def test_a_form_too_large_to_read_is_told_of_the_database_too(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        client = sign_in(app, t.session.get_one(User, t.student(t.department()).user_id))
    with away(app):
        answer = client.post("/my-requests/new", data={"text": "a" * 2 * 1024 * 1024})
    assert designed(answer)


def test_a_password_is_never_offered_again(app: Flask) -> None:
    with away(app):
        answer = app.test_client().post("/login", data={"email": "a@demo.edu.tr", "password": "cok-gizli-parola"})
    assert (designed(answer), "cok-gizli-parola" in answer.text) == (True, False)


LOST = OperationalError("SELECT 1", {}, Exception("server closed the connection"))


@pytest.mark.parametrize("fault", [LOST, PoolTimeout("QueuePool limit")])
def test_whichever_statement_fails_the_page_says_so(app: Flask, fault: Exception) -> None:
    with app.app_context(), a_town() as t:
        department = t.department()
        t.application(t.student(department), department)
        client = sign_in(app, t.member(department))
        engine = db.engine
    app.config["PROPAGATE_EXCEPTIONS"] = False
    left = [0]

    def fails(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise fault

    event.listen(engine, "before_cursor_execute", fails)
    answers = []
    try:
        for n in range(60):
            left[0] = n
            answers.append(client.get("/applications/"))
            if answers[-1].status_code == 200:
                break
    finally:
        event.remove(engine, "before_cursor_execute", fails)
    assert answers[-1].status_code == 200
    assert [n for n, answer in enumerate(answers[:-1]) if not designed(answer)] == []
    assert len(answers) > 3


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503])
def test_no_error_page_asks_the_database(app: Flask, code: int) -> None:
    with app.app_context(), a_town() as t:
        client = sign_in(app, t.member(t.department()))
        engine = db.engine
    app.config["PROPAGATE_EXCEPTIONS"] = False
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if g.get("failed"):
            asked.append(statement)

    def fails() -> None:
        db.session.rollback()  # whatever was loaded would have to be read again
        g.failed = True
        if code == 500:
            raise ValueError
        raise default_exceptions[code]

    app.before_request_funcs.setdefault(None, []).append(fails)
    event.listen(engine, "before_cursor_execute", note)
    drawn: list[str | None] = []
    with template_rendered.connected_to(lambda _app, template, **_: drawn.append(template.name), app):
        answer = client.get("/applications/")
    event.remove(engine, "before_cursor_execute", note)
    app.before_request_funcs[None].remove(fails)
    assert (answer.status_code, asked, "errors/page.html" in drawn) == (code, [], True)

"""A supervisor's letter: a GET never decides, a link alone does nothing, an answer counts once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import AnswerLink, ChangeRequest, Letter, Step, utcnow
from services import change_requests
from services.link_codes import CODES, TRIES
from services.sign_in import today
from tests.people import a_town, looking, sign_in
from workflow.words import Actor, ApplicationState, ChangeKind, ChangeState

AGREE = {"answer": "agree", "reason": ""}


@pytest.fixture
def letter(app: Flask) -> Iterator[tuple[FlaskClient, str]]:
    """A client of somebody with no account, and the path in the letter."""
    with app.app_context(), a_town() as t:
        of = t.department()
        row = t.application(t.student(of), of, state=ApplicationState.APPROVED, starts_on=today() + timedelta(days=60))
        assert row.student.user
        standing = t.standing(row.student.user, today())
        assert row.starts_on
        assert row.ends_on
        later = timedelta(days=7)
        change_requests.ask(
            t.session, row, ChangeKind.POSTPONE, starts_on=row.starts_on + later, ends_on=row.ends_on + later,
            why="Sınavım var.", standing=standing, today=today(),
        )  # fmt: skip
        link = t.session.scalars(select(Letter.link).where(Letter.reader == "employer")).one()
    assert link
    return app.test_client(), "/answer/" + link.rpartition("/")[2]


def code_in_the_mail(app: Flask) -> str:
    with looking(app) as s:
        newest = select(Letter.text).where(Letter.reader == "answer_code").order_by(Letter.id.desc())
        found = re.search(r"\b\d{6}\b", s.scalars(newest.limit(1)).one())
    assert found
    return found[0]


def seen(app: Flask) -> tuple[ChangeState, int]:
    with looking(app) as s:
        return s.scalars(select(ChangeRequest.state)).one(), len(s.scalars(select(Step.id)).all())


def test_looking_decides_nothing_and_tells_what_is_asked(app: Flask, letter: Any) -> None:
    client, path = letter
    for _again in range(3):
        page = client.get(path).text
        assert ("reason-kind" in page, "Sınavım var." in page) == (True, False)  # the kind of reason, no words
        assert client.head(path).status_code == 200
    assert seen(app) == (ChangeState.WITH_SUPERVISOR, 1)


def test_whoever_has_the_link_only_can_do_nothing(app: Flask, letter: Any) -> None:
    client, path = letter
    client.post(path, data=AGREE)
    for guess in ("000000", "123", "", "abcdef"):
        client.post(path, data={**AGREE, "code": guess})
    assert seen(app) == (ChangeState.WITH_SUPERVISOR, 1)


def test_the_code_from_the_mail_makes_the_answer_the_supervisor_s(app: Flask, letter: Any) -> None:
    client, path = letter
    assert "•••@" in client.post(path, data=AGREE).text
    answer = client.post(path, data={**AGREE, "code": code_in_the_mail(app)})
    assert answer.status_code == 200
    assert seen(app) == (ChangeState.WITH_COMMISSION, 2)
    with looking(app) as s:
        step = s.scalars(select(Step).order_by(Step.id.desc()).limit(1)).one()
        assert (step.actor.value, step.by_name, step.by_id) == ("employer", "Ali Kaya", None)


def test_a_link_answers_once(app: Flask, letter: Any) -> None:
    client, path = letter
    client.post(path, data=AGREE)
    data = {"answer": "decline", "reason": "Yer yok.", "code": code_in_the_mail(app)}
    client.post(path, data=data)
    assert seen(app) == (ChangeState.DECLINED, 2)
    for method in (client.get, client.post):
        shown = re.findall(r"<main.*?</main>", method(path, data=data).text, re.DOTALL)[0]
        assert ("alert-info" in shown, "<form" in shown) == (True, False)
    assert seen(app) == (ChangeState.DECLINED, 2)


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed(app: Flask, letter: Any) -> None:
    client, path = letter
    page = client.post(path, data={"answer": "decline", "reason": " "}).text
    assert "error-summary" in page
    page = client.post(path, data={"answer": "decline", "reason": "Yer <b>yok</b>"}).text
    assert "Yer &lt;b&gt;yok&lt;/b&gt;" in page
    assert seen(app) == (ChangeState.WITH_SUPERVISOR, 1)


def main_of(page: str) -> str:
    return re.findall(r"<main.*?</main>", page, re.DOTALL)[0]


def test_whoever_changes_their_answer_finds_what_they_typed(app: Flask, letter: Any) -> None:
    client, path = letter
    typed = {"answer": "decline", "reason": "Yer yok."}
    assert 'name="change"' in client.post(path, data=typed).text
    page = main_of(client.post(path, data={**typed, "change": "yes"}).text)
    assert re.search(r"<textarea[^>]*>\s*Yer yok\.</textarea>", page)
    assert re.search(r'<input checked[^>]*value="decline"', page)
    assert seen(app) == (ChangeState.WITH_SUPERVISOR, 1)
    with looking(app) as s:
        assert len(s.scalars(select(Letter.id).where(Letter.reader == "answer_code")).all()) == 1


@pytest.mark.parametrize("choice", [{"language": "en"}, {"theme": "dark"}])
def test_a_language_chosen_while_answering_keeps_the_step_and_what_was_typed(
    app: Flask, letter: Any, choice: dict[str, str]
) -> None:
    client, path = letter
    words = {"language": ("Your answer", "Code from the letter"), "theme": ("Yanıtınız", "E-postadaki kod")}
    asks, wants_code = words[next(iter(choice))]
    typed = {"answer": "decline", "reason": "Yer yok."}
    page = client.post(path, data={**typed, **choice}).text
    assert (asks in main_of(page), "Yer yok." in main_of(page), "error-summary" in page) == (True, True, False)
    assert re.search(r'<button form="answering"[^>]* name="language"', page)
    client.post(path, data=typed)
    code = code_in_the_mail(app)
    page = client.post(path, data={**typed, "code": "", **choice}).text
    assert (wants_code in main_of(page), "Yer yok." in main_of(page), "error-summary" in page) == (True, True, False)
    assert seen(app) == (ChangeState.WITH_SUPERVISOR, 1)
    client.post(path, data={**typed, "code": code, **choice})  # even with the code: the foot decides nothing
    assert seen(app) == (ChangeState.WITH_SUPERVISOR, 1)
    with looking(app) as s:
        assert len(s.scalars(select(Letter.id).where(Letter.reader == "answer_code")).all()) == 1
    client.post(path, data={**typed, "code": code})
    assert seen(app) == (ChangeState.DECLINED, 2)


def test_codes_and_tries_run_out(app: Flask, letter: Any) -> None:
    client, path = letter
    client.post(path, data=AGREE)
    right = code_in_the_mail(app)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _try in range(TRIES):
        client.post(path, data={**AGREE, "code": wrong})
    client.post(path, data={**AGREE, "code": right})
    assert seen(app)[0] is ChangeState.WITH_SUPERVISOR
    for _more in range(CODES + 2):
        client.post(path, data=AGREE)
    with looking(app) as s:
        assert len(s.scalars(select(Letter.id).where(Letter.reader == "answer_code")).all()) == CODES


@pytest.mark.parametrize("what", ["expired", "another address", "withdrawn"])
def test_a_link_whose_time_or_purpose_is_over_says_so(app: Flask, letter: Any, what: str) -> None:
    client, path = letter
    client.post(path, data=AGREE)
    code = code_in_the_mail(app)
    with app.app_context(), a_town() as t:
        link, change = t.session.scalars(select(AnswerLink)).one(), t.session.scalars(select(ChangeRequest)).one()
        if what == "expired":
            link.expires_at = utcnow() - timedelta(seconds=1)
        elif what == "another address":
            change.supervisor.email = "yeni@kaya.example.com"
        else:
            change.state = ChangeState.WITHDRAWN
    before = seen(app)
    answer = client.post(path, data={**AGREE, "code": code})
    assert (answer.status_code, "alert-info" in answer.text) == (200, True)
    assert seen(app) == before


def test_a_link_nobody_was_given_is_not_there(app: Flask, letter: Any) -> None:
    client, path = letter
    assert client.get(path[:-1] + ("a" if path[-1] != "a" else "b")).status_code == 404
    assert client.post("/answer/x", data=AGREE).status_code == 404


def test_it_reads_neither_the_link_nor_the_code_where_letters_leave(
    app: Flask, letter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, path = letter
    client.post(path, data=AGREE)
    code = code_in_the_mail(app)
    monkeypatch.setattr(app.extensions["staj"], "mail_url", "smtp://127.0.0.1:1")
    with app.app_context(), a_town() as t:
        it = t.office(Actor.IT)
        keys = t.session.scalars(select(Letter.id)).all()
    desk = sign_in(app, it)
    read = "".join(desk.get(f"/mailbox/{key}").text for key in keys) + desk.get("/outbox/").text
    assert (len(keys) >= 2, code in read, path.rpartition("/")[2] in read) == (True, False, False)

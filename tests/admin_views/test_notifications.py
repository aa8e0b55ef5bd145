"""Everybody chooses their reminders: on their own page, or from a firm's letter; looking switches nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models import Letter, Supervisor, User
from services import choices, reminders
from services.scope import system_session
from services.sign_in import today
from tests.people import a_town, looking, sign_in
from tests.university import University
from workflow.reminders import REMINDERS, offered
from workflow.words import Actor, ApplicationState

OFFERED = {
    "ayse": {Actor.STUDENT}, "member of civil": {Actor.MEMBER}, "chair of civil": {Actor.CHAIR}, "boss": {Actor.EMPLOYER},
    "emre": {Actor.STUDENT, Actor.EMPLOYER}, "deniz": {Actor.STUDENT, Actor.MEMBER},
    "health office": {Actor.HEALTH_OFFICE}, "career centre": {Actor.CAREER_CENTRE}, "it": set(), "stranger": set(),
}  # fmt: skip


@pytest.mark.parametrize("who", OFFERED)
def test_everybody_finds_the_reminders_of_their_duties_from_every_page(university: University, who: str) -> None:
    client = university.people[who]
    assert 'href="/notifications/"' in client.get("/", follow_redirects=True).text
    page = client.get("/notifications/").text
    assert set(re.findall(r'name="wanted"[^>]*value="(\w+)"', page)) == set(offered(OFFERED[who]))
    assert len(re.findall(r"checked", page)) == len(offered(OFFERED[who])) + 1  # everything, and a language


def test_a_choice_is_kept_and_what_the_law_asks_is_not_on_offer(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        user = t.member(t.department())
        user.unwanted = ["exit_missing"]  # of a duty held no more
    client = sign_in(app, user)
    assert "kapatılamaz" in client.get("/notifications/").text
    sent = {"wanted": ["digest", "request_waits"], "language": "en"}
    assert client.post("/notifications/", data=sent).status_code == 302
    with looking(app) as s:
        kept = s.get_one(User, user.id)
        assert (sorted(kept.unwanted), kept.language) == (
            ["application_waits", "change_waits", "decision_due", "exit_missing"], "en",
        )  # fmt: skip
    page = client.get("/notifications/").text
    assert set(re.findall(r"<input[^>]*checked[^>]*value=\"(\w+)\"", page)) == {"digest", "request_waits", "en"}
    client.post("/notifications/", data={"language": "en"})
    with looking(app) as s:
        assert len(s.get_one(User, user.id).unwanted) == 6


@pytest.mark.parametrize("wrong", [{"wanted": "submit", "language": "tr"}, {"wanted": "digest", "language": "xx"}])
def test_what_is_not_on_offer_is_not_taken(app: Flask, wrong: dict[str, str]) -> None:
    with app.app_context(), a_town() as t:
        user = t.member(t.department())
    page = sign_in(app, user).post("/notifications/", data=wrong)
    assert (page.status_code, "error-summary" in page.text) == (200, True)
    with looking(app) as s:
        assert (s.get_one(User, user.id).unwanted, s.get_one(User, user.id).language) == ([], "tr")


@pytest.fixture
def firm(app: Flask) -> str:
    """The path in the foot of a reminder to a supervisor without an account."""
    with app.app_context():
        with a_town() as t:
            of = t.department()
            row = t.application(t.student(of), of, state=ApplicationState.APPROVED)
            t.change(row, asked_at=datetime.now(UTC) - timedelta(days=9))
        reminders.remind(today(), [r for r in REMINDERS if r.name == "change_unanswered"])
        with system_session() as s:
            letter = s.scalars(select(Letter).where(Letter.reader == "employer")).one()
    found = re.search(r"http://127.0.0.1:8000(/reminders/\S+)", letter.text)
    assert found
    assert found[0] in letter.html
    return found[1]


def reminded(app: Flask) -> bool:
    with looking(app) as s:
        return s.scalars(select(Supervisor.reminded)).one()


def test_a_firm_switches_reminders_off_and_on_and_looking_does_neither(app: Flask, firm: str) -> None:
    client = app.test_client()
    for method in (client.get, client.head):
        assert method(f"{firm}?reminders=off").status_code == 200
    assert reminded(app)
    assert "y•••@kaya.example.com" in client.get(firm).text
    assert "alert-success" in client.post(firm, data={"reminders": "off"}).text
    assert not reminded(app)
    client.post(firm, data={"reminders": "maybe"})
    client.get(firm)
    assert not reminded(app)
    client.post(firm, data={"reminders": "on"})
    assert reminded(app)


def test_a_link_nobody_was_sent_switches_nothing(app: Flask, firm: str) -> None:
    client = app.test_client()
    sent = firm.rpartition("/")[2]
    body, _dot, signature = sent.rpartition(".")  # its last letter holds bits that say nothing: the first is changed
    for token in ("x", f"{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}", sent.swapcase()):
        for method in (client.get, client.post):
            assert method(f"/reminders/{token}", data={"reminders": "off"}).status_code == 404
    assert reminded(app)


def test_the_link_is_good_for_this_one_purpose(app: Flask, firm: str) -> None:
    assert app.test_client().get("/answer/" + firm.rpartition("/")[2]).status_code == 404
    with app.app_context():
        assert choices.email_of(firm.rpartition("/")[2]) == reminders_to(app)


def reminders_to(app: Flask) -> str:
    with system_session() as s:
        return s.scalars(select(Supervisor.email)).one()


def test_a_letter_about_a_step_has_no_switch(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        member = t.member(of)
        row = t.application(t.student(of), of, starts_on=today() + timedelta(days=30))
    sign_in(app, member).post(f"/applications/step/{row.id}/approve", data={"version": 0})
    with looking(app) as s:
        letters = s.scalars(select(Letter)).all()
        assert len(letters) == 2
        assert [x for x in letters if "/notifications/" in x.text + x.html or "/reminders/" in x.text + x.html] == []

"""A link that opens nothing says why and leads on; whoever waits for a firm has its link sent again."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import AnswerLink, Application, ChangeRequest, Letter, Step, Supervisor, User, utcnow
from services import change_requests, firm_links
from services.firm_links import MOST, PAUSE
from services.link_codes import CODES
from services.sign_in import today
from services.transition import Refused
from tests.people import a_town, looking, sign_in
from workflow.words import Action, Actor, ApplicationState, ChangeKind, ChangeState

AGAIN = {"again": "yes"}
AGREE = {"answer": "agree", "reason": ""}


@dataclass
class Asked:
    """A change request that waits for a firm without an account, its link, and everybody beside it."""

    app: Flask
    path: str
    file: int
    change: int
    people: dict[str, User]

    def client(self, who: str = "") -> FlaskClient:
        return sign_in(self.app, self.people[who]) if who else self.app.test_client()

    def letters(self) -> list[tuple[str, str]]:
        """(address, path of the link) of every letter to the firm, oldest first."""
        with looking(self.app) as s:
            found = s.execute(
                select(Letter.to_email, Letter.link).where(Letter.reader == "employer").order_by(Letter.id)
            )
            return [(email, str(link).partition("8000")[2]) for email, link in found]

    def reminded(self) -> list[tuple[str, str]]:
        """(capacity, name) of everybody who had the link sent again, as the history of the file says."""
        with looking(self.app) as s:
            found = s.execute(select(Step.actor, Step.by_name).where(Step.action == Action.REMIND).order_by(Step.seq))
            return [(actor.value, name) for actor, name in found]

    def becomes(self, what: str) -> None:
        with self.app.app_context(), a_town() as t:
            link, change = t.session.scalars(select(AnswerLink)).one(), t.session.get_one(ChangeRequest, self.change)
            match what:
                case "expired":
                    link.expires_at = utcnow() - timedelta(days=1)
                case "another address":
                    change.supervisor.email = "yeni@kaya.example.com"
                case "another supervisor":
                    other = t.supervisor(change.application.institution, name="Can Kaya")
                    other.email = "can@kaya.example.com"
                    t.session.flush()
                    change.supervisor_id = change.application.supervisor_id = other.id
                case "used":
                    link.used_at, change.state = utcnow(), ChangeState.WITH_COMMISSION
                case "withdrawn":
                    change.state = ChangeState.WITHDRAWN
                case "codes used up":
                    link.codes_sent = CODES


@pytest.fixture
def asked(app: Flask) -> Asked:
    with app.app_context(), a_town() as t:
        of, other = t.department(), t.department()
        student, member = t.student(of, "Elif"), t.member(of)
        row = t.application(student, of, state=ApplicationState.APPROVED, starts_on=today() + timedelta(days=60))
        assert row.starts_on
        assert row.ends_on
        assert student.user
        people = {
            "student": student.user, "member": member, "chair": t.chair(of), "stranger": t.member(other),
            "another student": t.student(of, "Deniz").user, "career centre": t.office(Actor.CAREER_CENTRE),
        }  # fmt: skip
        week = timedelta(days=7)
        change = change_requests.ask(
            t.session, row, ChangeKind.POSTPONE, starts_on=row.starts_on + week, ends_on=row.ends_on + week,
            why="Sınavım var.", standing=t.standing(student.user, today()), today=today(),
        )  # fmt: skip
        link = t.session.scalars(select(Letter.link).where(Letter.reader == "employer")).one()
        return Asked(app, str(link).partition("8000")[2], row.id, change.id, people)  # type: ignore[arg-type]


def leads(page: str) -> set[str]:
    """Where the page itself leads, menu and foot aside."""
    main = re.findall(r"<main.*?</main>", page, re.DOTALL)[0]
    return {url for url in ("/firm", "/login") if f'href="{url}"' in main or f'action="{url}"' in main}


@pytest.mark.parametrize("what", ["expired", "another address", "another supervisor", "codes used up"])
def test_a_dead_link_of_a_request_that_waits_has_a_new_one_sent_to_the_address_on_record(
    asked: Asked, what: str
) -> None:
    asked.becomes(what)
    client = asked.client()
    page = client.get(asked.path) if what != "codes used up" else client.post(asked.path, data=AGREE)
    assert 'name="again"' in page.text
    if what != "codes used up":
        assert leads(page.text) == {"/firm", "/login"}
    client.head(asked.path)
    assert len(asked.letters()) == 1  # looking sends nothing
    assert client.post(asked.path, data=AGAIN).status_code == 303
    with looking(asked.app) as s:
        on_record = s.get_one(Supervisor, s.get_one(ChangeRequest, asked.change).supervisor_id).email
    email, path = asked.letters()[-1]
    assert (len(asked.letters()), email, path != asked.path) == (2, on_record, True)
    assert 'name="answer"' in client.get(path).text  # and the new one answers
    assert [actor for actor, _name in asked.reminded()] == ["employer"]


@pytest.mark.parametrize("what", ["used", "withdrawn"])
def test_a_link_of_a_request_that_waits_no_more_says_so_and_sends_nothing(asked: Asked, what: str) -> None:
    asked.becomes(what)
    client = asked.client()
    page = client.get(asked.path).text
    assert ('name="again"' in page, leads(page)) == (False, {"/firm", "/login"})
    client.post(asked.path, data=AGAIN)
    assert (len(asked.letters()), asked.reminded()) == (1, [])


def test_a_good_link_sends_no_other_one(asked: Asked) -> None:
    asked.client().post(asked.path, data=AGAIN)
    assert (len(asked.letters()), asked.reminded()) == (1, [])


@pytest.mark.parametrize("kind", ["/answer/", "/firm/"])
@pytest.mark.parametrize(
    "token", ["x", "a" * 42, "a" * 43, "a" * 400, "ab/cd", "%00", "ç%C4%9F", "..%2f..%2fetc", "A b"]
)
def test_a_garbled_link_says_so_and_leads_on(app: Flask, kind: str, token: str) -> None:
    for method in (app.test_client().get, app.test_client().post):
        page = method(kind + token)
        assert (page.status_code, leads(page.text)) == (404, {"/firm", "/login"})
        assert "tanınmıyor" in page.text
    assert leads(app.test_client().get("/answer/").text) == {"/firm", "/login"}


@pytest.mark.parametrize("tail", [".", ",", ")", ">", "%20", "%E2%80%99", ".%20Sayg%C4%B1lar"])
def test_what_a_mail_program_takes_along_with_a_link_does_no_harm(asked: Asked, tail: str) -> None:
    assert 'name="answer"' in asked.client().get(asked.path + tail).text


PAGES = {
    "student": ("/my-applications/call/{file}", "/my-changes/call/{change}", "/completion/call/{file}"),
    "member": ("/applications/call/{file}", "/changes/call/{change}"),
    "chair": ("/applications/call/{file}", "/changes/call/{change}"),
}
BUTTONS = {
    "student": "/my-applications/details/?id={file}", "member": "/applications/details/?id={file}",
    "chair": "/changes/details/?id={change}",
}  # fmt: skip


@pytest.mark.parametrize(("who", "at"), [(who, at) for who, pages in PAGES.items() for at in pages])
def test_whoever_waits_has_the_link_sent_again_to_the_address_on_record(asked: Asked, who: str, at: str) -> None:
    client, at = asked.client(who), at.format(file=asked.file, change=asked.change)
    assert "call/" in client.get(BUTTONS[who].format(file=asked.file, change=asked.change)).text
    assert client.get(at).status_code == 405
    shown = client.post(at, data={"email": "ben@baska.example.com"}, follow_redirects=True).text
    first, again = asked.letters()
    assert (again[0], again[0] in shown.split("<main")[1].split("alert")[1]) == (first[0], False)
    assert asked.reminded() == [(who, asked.people[who].name)]
    assert (
        "bağlantıyı kuruma yeniden gönderdi"
        in client.get(BUTTONS["student" if who == "student" else "member"].format(file=asked.file)).text
    )


@pytest.mark.parametrize("who", ["stranger", "another student", "career centre", ""])
def test_nobody_else_has_it_sent(asked: Asked, who: str) -> None:
    client = asked.client(who)
    codes = {client.post(at.format(file=asked.file, change=asked.change)).status_code for at in sum(PAGES.values(), ())}
    assert codes <= {302, 303, 403, 404}
    assert (len(asked.letters()), asked.reminded()) == (1, [])


def test_it_is_sent_once_an_hour_and_so_often_a_day_whoever_asks(asked: Asked) -> None:
    asked.becomes("expired")
    student, member = asked.client("student"), asked.client("member")
    for client, at in ((student, f"/my-applications/call/{asked.file}"), (member, f"/applications/call/{asked.file}")):
        client.post(at)
    asked.client().post(asked.path, data=AGAIN)
    assert (len(asked.letters()), len(asked.reminded())) == (2, 1)
    began = utcnow()
    with asked.app.app_context():
        sent = [_sent(asked, began + PAUSE * n) for n in (1, 1.5, 2, 3, 4)]
    assert sent == [True, False, True, False, False]
    assert len(asked.reminded()) == MOST
    with asked.app.app_context(), a_town() as t:
        row, student = t.session.get_one(Application, asked.file), t.standing(asked.people["student"], today())
        offers = [firm_links.offer(t.session, row, student, began + PAUSE * n) for n in (2.5, 5, 30)]
    assert [offer and offer.refusal and offer.refusal.msgid.split(";")[1] for offer in offers] == [
        " it can be sent again from %(time)s on.", " try again tomorrow, or call the firm.", None,
    ]  # fmt: skip


def _sent(asked: Asked, at: datetime) -> bool:
    with a_town() as t:
        row = t.session.get_one(Application, asked.file)
        try:
            firm_links.send_again(t.session, row, t.standing(asked.people["student"], today()), today=today(), at=at)
        except Refused:
            return False
    return True


def test_a_running_internship_sends_the_link_to_the_page_of_the_interns(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        row = t.application(t.student(of), of, state=ApplicationState.APPROVED, starts_on=today() - timedelta(days=9))
        done = t.application(t.student(of), of, state=ApplicationState.ACCEPTED, starts_on=today() - timedelta(days=99))
        member, keys = t.member(of), (row.id, done.id)
    client = sign_in(app, member)
    for key in keys:
        client.post(f"/applications/call/{key}")
    with looking(app) as s:
        (path,) = [str(link).partition("8000")[2] for link in s.scalars(select(Letter.link))]
    assert "altı haneli" in app.test_client().get(path).text

"""Letters: whoever a step tells is told, in both languages, with one link and nothing left unsaid."""

import re
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, ChangeRequest, Letter, Request, Step
from services.letter_texts import TEXTS
from services.letters import Reader, compose
from services.scope import system_session
from services.sign_in import LANGUAGES
from services.standing import SYSTEM
from services.transition import take
from tests.people import TODAY, a_town, looking
from tests.university import University
from workflow.transitions import MACHINES
from workflow.words import Action, Actor, ApplicationState

TOLD = [
    (machine.name, door.action, reader)
    for machine in MACHINES.values()
    for door in machine.table
    for reader in sorted(door.tells)
]
REASON = "Kaşe <b>eksik</b> & imza yok."


def test_every_step_that_tells_somebody_has_its_text_and_no_text_is_idle() -> None:
    assert set(TEXTS) == set(TOLD)


def _of(session: Session, university: University, machine: str) -> Any:
    """A row that this machine moves."""
    rows: dict[str, tuple[Any, int]] = {
        "application": (Application, university.applications["ayse approved"]),
        "change_request": (ChangeRequest, university.changes["ayse with_supervisor"]),
        "request": (Request, university.requests["ayse open"]),
    }
    return session.get_one(*rows[machine])


class Plain(HTMLParser):
    """The text a reader sees and the links in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.tags = "", [], []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("machine", "action", "reader"), TOLD, ids=["-".join(t) for t in TOLD])
def test_a_letter_says_its_event_and_links_to_the_file_once(
    university: University, machine: str, action: Action, reader: Actor, language: str
) -> None:
    step = SimpleNamespace(id=1, machine=machine, action=action, reason=REASON)
    with looking(university.app) as session:
        row = _of(session, university, machine)
        letter = compose(step, row, reader, Reader("a@demo.edu.tr", "Ayşe <Öz>", language))  # type: ignore[arg-type]
    link = f"http://127.0.0.1:8000/go/{machine}/{row.id}"
    page = Plain(letter.html)
    assert (letter.language, letter.reader, letter.link) == (language, reader.value, link)
    assert re.findall(r"https?://\S+", letter.text) == [link]
    assert page.links == [link]
    assert [said for said in (letter.subject, letter.text, page.text) if re.search(r"%\(|\{\{|None", said)] == []
    assert "script" not in page.tags
    assert "b" not in page.tags  # a reason is text, whatever is typed
    body = letter.text.split("\n\n")[1]
    assert (body in unescape(page.text), letter.subject in page.text) == (True, True)
    asks_reason = "%(reason)s" in TEXTS[machine, action, reader][1]
    assert (REASON in body, REASON in page.text) == (asks_reason, asks_reason)


@pytest.mark.parametrize(("machine", "action", "reader"), TOLD, ids=["-".join(t) for t in TOLD])
def test_turkish_and_english_readers_get_different_words(
    university: University, machine: str, action: Action, reader: Actor
) -> None:
    step = SimpleNamespace(id=1, machine=machine, action=action, reason=REASON)
    with looking(university.app) as session:
        row = _of(session, university, machine)
        both = [compose(step, row, reader, Reader("a@demo.edu.tr", "Ayşe", code)) for code in LANGUAGES]  # type: ignore[arg-type]
    assert len({(letter.subject, letter.text.split("\n\n")[1]) for letter in both}) == 2
    assert len({letter.subject for letter in both}) == 2


def test_everybody_a_step_tells_is_written_to_once_and_whoever_took_it_is_not(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of, other = t.department(), t.department()
            row = t.application(t.student(of), of, state=ApplicationState.APPROVED, starts_on=TODAY.replace(year=2099))
            chair, member = t.chair(of), t.member(of)
            t.member(other)
            left = t.member(of)
            left.memberships[0].ends_on = TODAY.replace(year=2021)
            closed = t.member(of)
            closed.active = False
            health = t.office(Actor.HEALTH_OFFICE)
            take(t.session, row, Action.CANCEL, standing=t.standing(chair), today=TODAY, reason="Kapandı.")
            written = t.session.execute(select(Letter.reader, Letter.to_email).order_by(Letter.reader)).all()
            assert [tuple(w) for w in written] == [
                ("employer", row.supervisor.email),
                ("health_office", health.email),
                ("member", member.email),
                ("student", row.email),
            ]


class Interrupted(Exception):
    pass


def test_a_step_that_is_undone_writes_no_letter(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            t.member(of)
            key = t.application(t.student(of), of).id
        with pytest.raises(Interrupted), system_session() as session:
            row = session.get_one(Application, key)
            take(session, row, Action.WITHDRAW, standing=SYSTEM, actor=Actor.STUDENT, today=TODAY)
            assert session.scalars(select(Letter.id)).all() != []
            raise Interrupted
        with system_session() as session:
            assert (session.scalars(select(Letter.id)).all(), session.scalars(select(Step.id)).all()) == ([], [])

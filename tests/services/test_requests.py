"""Requests to the commission: who may ask whom, what waits, and what the history keeps of the conversation."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Application, Department, Document, Letter, Request, Student
from services import audit, requests
from services.archives import Refusal
from services.documents import SINGLE, take_in
from services.standing import Standing
from services.transition import Refused, take
from tests.people import TODAY, Town, a_town
from tests.services.test_archives import PDF, zipped
from workflow.words import Action, RequestState

MONDAY = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LIMIT = 1_000_000


@dataclass
class World:
    t: Town
    of: Department
    student: Standing
    member: Standing

    def ask(self, **facts: Any) -> Request:
        given = {"department_id": self.of.id, "application": None, "subject": "Sigorta", "text": "Ne zaman başlar?",
                 "document": None, "standing": self.student, "today": TODAY, "at": MONDAY, **facts}  # fmt: skip
        return requests.ask(self.t.session, **given)

    def take(self, row: Request, action: Action, by: Standing | None = None, reason: str | None = None) -> None:
        take(
            self.t.session,
            row,
            action,
            standing=by or self.member,
            today=TODAY,
            reason=reason,
            at=MONDAY + timedelta(minutes=5),
        )

    def letters(self) -> list[tuple[str, str]]:
        found = self.t.session.execute(select(Letter.reader, Letter.subject).order_by(Letter.id))
        return [(reader, subject) for reader, subject in found]


@contextmanager
def a_world() -> Iterator[World]:
    with a_town() as t:
        of = t.department()
        student = t.student(of)
        assert student.user
        yield World(t, of, t.standing(student.user), t.standing(t.member(of)))


def test_a_request_is_asked_answered_asked_again_and_closed(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        row = w.ask()
        w.take(row, Action.ANSWER, reason="Bir gün önce.")
        later = MONDAY + timedelta(days=2)
        requests.ask_again(
            w.t.session, row, text="Hangi saatte?", document=None, standing=w.student, today=TODAY, at=later
        )
        assert (row.state, row.asked_at) == (RequestState.OPEN, later)
        w.take(row, Action.ANSWER, reason="23.59'a kadar.")
        w.take(row, Action.CLOSE, w.student)
        turns = [(t.step.action, t.text) for t in requests.conversation(w.t.session, row)]
        assert turns == [
            (Action.ASK, "Ne zaman başlar?"), (Action.ANSWER, "Bir gün önce."), (Action.ASK_AGAIN, "Hangi saatte?"),
            (Action.ANSWER, "23.59'a kadar."), (Action.CLOSE, ""),
        ]  # fmt: skip
        assert [b for b in audit.verify(w.t.session) if isinstance(b, audit.Break)] == []
        assert [reader for reader, _subject in w.letters()] == ["member", "student", "member", "student"]


def test_what_was_handed_in_stands_with_the_words_it_came_with(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        store = app.extensions["storage"]
        first = take_in(store, BytesIO(PDF), "yazı.pdf", LIMIT, single=SINGLE)
        second = take_in(store, BytesIO(zipped({"a.pdf": PDF})), "ek.zip", LIMIT, single=SINGLE)
        row = w.ask(document=first)
        w.take(row, Action.ANSWER, reason="Belgeyi gönderin.")
        requests.ask_again(
            w.t.session, row, text="Ekte.", document=second, standing=w.student, today=TODAY,
            at=MONDAY + timedelta(hours=1),
        )  # fmt: skip
        turns = requests.conversation(w.t.session, row)
        assert [[d.filename for d in t.documents] for t in turns] == [["yazı.pdf"], [], ["ek.zip"]]
        assert turns[0].step.facts["sha256"] == first.sha256
        kept = w.t.session.scalars(select(Document).order_by(Document.id)).all()
        assert [(d.request_id, d.application_id, d.content_type) for d in kept] == [
            (row.id, None, "application/pdf"), (row.id, None, "application/zip"),
        ]  # fmt: skip


def test_a_single_document_is_taken_only_where_one_is_asked_for(app: Flask) -> None:
    with app.app_context():
        store = app.extensions["storage"]
        with pytest.raises(Refusal, match=r"one \.zip or \.7z"):
            take_in(store, BytesIO(PDF), "yazı.pdf", LIMIT)
        with pytest.raises(Refusal, match="not what its ending says"):
            take_in(store, BytesIO(b"MZ"), "yazı.pdf", LIMIT, single=SINGLE)


def test_a_student_asks_the_departments_they_study_in_and_no_other(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        with pytest.raises(Refused, match="not enrolled"):
            w.ask(department_id=w.t.department().id)
        other = w.t.application(_student(w), w.t.department())
        with pytest.raises(Refused, match="another department"):
            w.ask(application=other)


def _student(w: World) -> Student:
    return w.t.session.get_one(Student, w.student.student_id)


def test_the_oldest_unanswered_request_is_known_by_its_age(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        commission = w.member.commissions
        assert requests.waiting(w.t.session, commission, None, TODAY) == requests.Waiting(0, None, "fresh")
        w.ask(at=MONDAY - timedelta(days=12))
        w.take(w.ask(at=MONDAY - timedelta(days=30)), Action.ANSWER, reason="Evet.")
        w.ask()
        oldest = requests.waiting(w.t.session, commission, None, TODAY)
        assert oldest == requests.Waiting(2, MONDAY - timedelta(days=12), "overdue")
        assert requests.waiting(w.t.session, commission, w.student.student_id, TODAY).count == 0
        ages = [requests.waited(MONDAY - timedelta(days=n), TODAY) for n in (0, 2, 3, 6, 7, 12)]
        assert [(a.days, a.level) for a in ages] == [
            (0, "fresh"), (2, "fresh"), (3, "late"), (6, "late"), (7, "overdue"), (12, "overdue"),
        ]  # fmt: skip


def test_a_closed_request_is_reopened_by_the_commission_with_a_reason(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        row = w.ask()
        w.take(row, Action.WITHDRAW, w.student)
        with pytest.raises(Refused, match="Write a reason"):
            w.take(row, Action.REOPEN)
        w.take(row, Action.REOPEN, reason="Yanlışlıkla geri çekilmiş.")
        assert row.state is RequestState.OPEN


def test_a_request_is_about_what_the_commission_knows(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        known, draft = w.t.application(_student(w), w.of), w.t.draft(_student(w), w.of)
        assert [a.id for a in requests.about(w.t.session, w.student)] == [known.id]
        assert draft.id != known.id
        assert isinstance(w.ask(application=known).application, Application)

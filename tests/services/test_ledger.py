"""The obligation ledger: what a student owes, what is credited and planned, and lines that are only ever added."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from models import Enrolment, InternshipType, LedgerEntry, Student
from services import ledger
from services.standing import Standing
from services.transition import Outrun, Refused
from services.wizard.checks import judge_dates
from tests.people import SUBMITTED_AT, Town, a_town
from workflow.words import ApplicationState, LedgerKind, Programme

S = ApplicationState


@dataclass
class World:
    """A student of two departments; each asks for one internship of 40 days."""

    t: Town
    student: Student
    major: Enrolment
    second: Enrolment
    kinds: tuple[InternshipType, InternshipType]
    member: Standing

    def enter(self, half_days: int = 20, kind: LedgerKind = LedgerKind.EXEMPTION, **given: Any) -> LedgerEntry:
        facts = {"reason": "Kurul kararı 2026/7", "standing": self.member, **given}
        return ledger.enter(self.t.session, kind, self.major, self.kinds[0], half_days, **facts)

    def owed(self) -> list[tuple[str, int, int, int, int]]:
        """Programme, owed in all, credited, planned, not planned yet."""
        lines = ledger.owed(self.t.session, (self.second, self.major))
        return [(o.enrolment.programme.value, o.total, o.credited, o.planned, o.unplanned) for o in lines]


@contextmanager
def a_world() -> Iterator[World]:
    with a_town() as t:
        of, other = t.department(), t.department()
        student = t.student(of)
        second = t.add(
            Enrolment(student_id=student.id, department_id=other.id, programme=Programme.DOUBLE_MAJOR, class_year=3)
        )
        kinds = t.internship_type(of), t.internship_type(other)
        yield World(t, student, student.enrolments[0], second, kinds, t.standing(t.member(of)))


def test_what_is_owed_is_told_for_each_programme_the_major_first(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        assert w.owed() == [("major", 80, 0, 0, 80), ("double_major", 80, 0, 0, 80)]
        w.enter(19)
        w.t.application(w.student, w.major.department, kind=w.kinds[0], state=S.APPROVED)
        w.t.application(w.student, w.second.department, kind=w.kinds[1], state=S.REJECTED)
        assert w.owed() == [("major", 80, 19, 40, 21), ("double_major", 80, 0, 0, 80)]


@pytest.mark.parametrize(
    ("state", "planned"),
    [(S.SUBMITTED, 40), (S.APPROVED, 40), (S.STOPPED, 40), (S.COMPLETION, 40), (S.RETURNED, 40), (S.ACCEPTED, 0),
     (S.PARTLY_ACCEPTED, 0), (S.NOT_ACCEPTED, 0), (S.REJECTED, 0), (S.WITHDRAWN, 0), (S.CANCELLED, 0)],
)  # fmt: skip
def test_days_are_planned_until_they_are_assessed(app: Flask, state: ApplicationState, planned: int) -> None:
    with app.app_context(), a_world() as w:
        w.t.application(w.student, w.major.department, kind=w.kinds[0], state=state)
        assert w.owed()[0][3] == planned


def test_an_internship_nobody_must_do_is_shown_once_days_of_it_are_credited(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        elective = w.t.internship_type(w.major.department)
        elective.total_days, elective.active = 0, False
        assert len(w.owed()) == 2
        w.t.ledger_line(w.student, elective, 10)
        assert [o[1:] for o in w.owed()] == [(80, 0, 0, 80), (0, 10, 0, 0), (80, 0, 0, 80)]


def test_a_line_keeps_who_entered_it_when_and_why(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        line = w.enter(21, LedgerKind.TRANSFER, at=SUBMITTED_AT)
        assert (line.kind, line.half_days, line.reason, line.by_id, line.by_name, line.at) == (
            LedgerKind.TRANSFER, 21, "Kurul kararı 2026/7", w.member.user_id, w.member.name, SUBMITTED_AT,
        )  # fmt: skip


def test_a_line_without_a_reason_or_beyond_what_is_owed_or_ones_own_is_refused(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        own = Standing(user_id=1, name="x", student_id=w.student.id, member_of=frozenset({w.major.department_id}))
        with pytest.raises(Refused, match="Write a reason"):
            w.enter(reason=" ")
        with pytest.raises(Refused, match="your own"):
            w.enter(standing=own)
        w.enter(60)
        with pytest.raises(Refused, match="only 10 days"):
            w.enter(21)
        w.enter(20)
        with pytest.raises(Refused, match="only 0 days"):
            w.enter(1)
        assert w.owed()[0] == ("major", 80, 80, 0, 0)


def test_a_second_click_credits_nothing_twice(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        seen = ledger.last(w.t.session, w.student.id)
        line = w.enter(seen=seen)
        with pytest.raises(Outrun):
            w.enter(seen=seen)
        assert (w.enter(10, seen=line.id).half_days, w.owed()[0][2]) == (10, 30)


def test_a_line_entered_in_error_is_taken_back_once_by_a_line_against_it(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        line = w.enter(20)
        with pytest.raises(Refused, match="Write a reason"):
            ledger.take_back(w.t.session, line, " ", w.member)
        against = ledger.take_back(w.t.session, line, "Yanlış öğrenci.", w.member)
        assert (against.half_days, against.reverses_id, against.kind, w.owed()[0][2]) == (-20, line.id, line.kind, 0)
        for gone in (line, against):
            with pytest.raises(Refused, match="taken back already"):
                ledger.take_back(w.t.session, gone, "Yine.", w.member)
        assert [e.half_days for e in ledger.entries(w.t.session, w.student.id)] == [20, -20]


def test_the_days_of_an_internship_are_not_taken_back_by_hand(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        row = w.t.application(w.student, w.major.department, kind=w.kinds[0], state=S.ACCEPTED)
        line = w.t.ledger_line(w.student, w.kinds[0], 38, kind=LedgerKind.INTERNSHIP, application_id=row.id)
        with pytest.raises(Refused, match="reopening its assessment"):
            ledger.take_back(w.t.session, line, "x", w.member)


def test_two_who_take_the_same_line_back_leave_one_line_against_it(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        line = w.enter(20)
        ledger.take_back(w.t.session, line, "Bir", w.member)
        twice = {"half_days": -20, "reverses_id": line.id}
        with pytest.raises(IntegrityError), w.t.session.begin_nested():
            w.t.ledger_line(w.student, w.kinds[0], **twice)


@pytest.mark.parametrize("facts", [{"half_days": 0}, {"half_days": -4}, {"kind": "internship"}])
def test_the_database_takes_no_line_that_says_nothing(app: Flask, facts: dict[str, Any]) -> None:
    with app.app_context(), a_world() as w:
        with pytest.raises(IntegrityError), w.t.session.begin_nested():
            w.t.ledger_line(w.student, w.kinds[0], **facts)


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET half_days = 80", "DELETE FROM ledger_entry"])
def test_the_database_takes_no_change_of_a_line(app: Flask, statement: str) -> None:
    with app.app_context():
        with a_world() as w:
            w.enter(20)
        with a_town() as t:
            with pytest.raises(DatabaseError, match="append-only"), t.session.begin_nested():
                t.session.connection().execute(text(statement))
            assert [line.half_days for line in t.session.query(LedgerEntry)] == [20]


RULES = {
    "total_days": {"value": 40, "article": "Yönerge m. 4"},
    "min_days": {"value": 20, "article": "Yönerge m. 5"},
}


@pytest.mark.parametrize(
    ("credited", "planned", "refused"),
    [(0, 0, []), (40, 0, []), (70, 0, []), (80, 0, ["total_days"]), (40, 40, ["total_days"]), (0, 40, [])],
)
def test_the_wizard_reads_what_is_credited_and_planned(
    app: Flask, credited: int, planned: int, refused: list[str]
) -> None:
    """38 half-days from 6 July on; 40 days are owed, at least 20 of them at once unless fewer are left."""
    with app.app_context():
        with a_town() as t:
            of = t.department()
            student, kind = t.student(of), t.internship_type(of, RULES)
            row = t.application(student, of, kind=kind)
            if credited:
                t.ledger_line(student, kind, credited)
            if planned:
                t.application(student, of, kind=kind, state=S.APPROVED, starts_on=date(2026, 9, 7))
            taken_back = t.ledger_line(student, kind, 10)
            t.ledger_line(student, kind, -10, reverses_id=taken_back.id)
        with a_town() as t:
            row = t.session.get_one(type(row), row.id)
            judged = judge_dates(row, date(2026, 7, 6), date(2026, 8, 3), date(2026, 6, 1))
    assert [v.rule for v in judged.verdicts if not v.passed] == refused

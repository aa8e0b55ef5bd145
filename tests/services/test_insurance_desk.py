"""The health office's work: the list out, the references in, corrections that keep what stood before, national ids on record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Declaration, ReachSession, Step, db
from services import audit, insurance_board, insurance_list, insurance_references, national_ids
from services.insurance_references import Given
from services.scope import OutOfReach, enter
from services.seal import Seal
from services.standing import Standing
from services.transition import Refused, take
from tests.people import TODAY, Town, a_town
from workflow.words import Action, Actor, ApplicationState, DeclarationState, Urgency

ID = "10000000146"
SEAL = Seal("s" * 32)


@dataclass
class Office:
    t: Town
    standing: Standing
    row: Declaration

    def steps(self) -> list[Step]:
        return audit.timeline(self.t.session, "declaration", self.row.id)


@contextmanager
def an_office(state: str = "due", national_id: str = ID) -> Iterator[Office]:
    with a_town() as t:
        of = t.department()
        student = t.student(of)
        student.national_id_sealed = SEAL.close(national_id)
        row = t.declaration(t.application(student, of, state=ApplicationState.APPROVED), state=state)
        t.session.refresh(row)
        yield Office(t, t.standing(t.office(Actor.HEALTH_OFFICE)), row)


def test_every_showing_of_a_national_id_stands_in_the_history(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        assert national_ids.opened(o.t.session, o.row, seal=SEAL, standing=o.standing, how="shown") == ID
        assert [(s.action, s.facts, s.by_id) for s in o.steps()] == [
            (Action.SHOW, {"national_id": "shown"}, o.standing.user_id)
        ]
        o.t.session.flush()
        assert [b for b in audit.verify(o.t.session) if isinstance(b, audit.Break) and b.machine == "declaration"] == []


def test_nobody_but_the_health_office_opens_a_national_id(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        for actor in (Actor.IT, Actor.CAREER_CENTRE):
            with pytest.raises(OutOfReach):
                other = o.t.standing(o.t.office(actor))
                national_ids.opened(o.t.session, o.row, seal=SEAL, standing=other, how="shown")
        assert o.steps() == []


@pytest.mark.parametrize(("national_id", "says"), [("12345678901", "not a valid one"), ("", "not a valid one")])
def test_a_row_with_a_fault_is_not_listed(app: Flask, national_id: str, says: str) -> None:
    with app.app_context(), an_office(national_id=national_id) as o:
        of = insurance_list.columns()
        assert says in str(insurance_list.fault(o.row, SEAL, of))
        assert "cannot be read" in str(insurance_list.fault(o.row, Seal("another"), of))
        o.row.application.family_health_cover = None
        assert "covered through the family" in str(insurance_list.fault(o.row, SEAL, of))


def test_the_list_holds_what_the_columns_name(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        of = insurance_list.columns()
        assert insurance_list.fault(o.row, SEAL, of) is None
        told = dict(zip((fact for _heading, fact in of.columns), insurance_list.cells(o.row, ID, of), strict=True))
        assert (told["national_id"], told["document_kind"], told["entry_date"]) == (ID, "22", o.row.starts_on)
        o.row.application.family_health_cover = False
        assert "44" in insurance_list.cells(o.row, ID, of)


@pytest.mark.parametrize("text", ["", "[", "columns: []", "columns: [{heading: A, fact: password}]", "columns: [{heading: A, fact: name}]\ndocument_kinds: 1"])  # fmt: skip
def test_columns_that_name_nothing_known_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(insurance_list.BadColumns):
        insurance_list.columns(tmp_path / "c.yaml")


def test_a_corrected_reference_keeps_what_stood_before(app: Flask) -> None:
    with app.app_context(), an_office("sent") as o:
        take(o.t.session, o.row, Action.CONFIRM, standing=o.standing, today=TODAY, values={"reference": "A-1"})
        facts: dict[str, Any] = {"reason": "Yanlış yazılmış.", "values": {"reference": "A-2"}}
        take(o.t.session, o.row, Action.CORRECT, standing=o.standing, today=TODAY, **facts)
        assert (o.row.reference, [s.facts["reference"] for s in o.steps()]) == ("A-2", [[None, "A-1"], ["A-1", "A-2"]])
        with pytest.raises(Refused):
            take(o.t.session, o.row, Action.CORRECT, standing=o.standing, today=TODAY, reason="?")


def recorded(app: Flask, state: str, *lines: Given) -> tuple[Declaration, list[str | None]]:
    """The record and what is told line by line; `{row}` and `{of}` in a line are its numbers."""
    with app.app_context():
        with an_office(state) as o:
            keys, standing = {"row": o.row.id, "of": o.row.application_id}, o.standing
        named = [
            replace(n, declaration=n.declaration.format(**keys), application=n.application.format(**keys))
            for n in lines
        ]
        with ReachSession(db) as session:
            enter(session, standing)
            insurance_references.record(session, named, standing=standing, today=TODAY)
            told = [a.say and a.say.msgid for a in insurance_references.answers(session, named)]
            return session.get_one(Declaration, keys["row"]), told


def test_each_line_of_a_file_is_recorded_or_told_why_not(app: Flask) -> None:
    row, told = recorded(
        app, "sent",
        Given(2, declaration="999999"), Given(3, declaration="x"), Given(4, declaration="{row}"),
        Given(5, declaration="{row}", reference="R", refusal="x"), Given(6, declaration="{row}", reference="R" * 51),
        Given(7, declaration="{row}", reference="R-1"), Given(8, application="{of}", reference="R-1"),
        Given(9, declaration="{row}", reference="R-2"),
    )  # fmt: skip
    unknown = insurance_references.UNKNOWN.msgid
    assert (told[:3], told[5:7]) == ([unknown, unknown, insurance_references.UNANSWERED.msgid], [None, None])
    assert [bool(said) for said in told[3:5] + told[7:]] == [True, True, True]
    assert (row.state, row.reference) == (DeclarationState.DONE, "R-1")


def test_a_refusal_is_recorded_with_its_reason_and_only_of_what_was_sent(app: Flask) -> None:
    row, told = recorded(
        app, "sent", Given(2, application="{of}", kind="İşe giriş bildirgesi", refusal="Kimlik no hatalı.")
    )
    assert (row.state, row.reason, told) == (DeclarationState.FAILED, "Kimlik no hatalı.", [None])
    row, [said] = recorded(app, "due", Given(2, declaration="{row}", refusal="Kimlik no hatalı."))
    assert (row.state, bool(said)) == (DeclarationState.DUE, True)


@pytest.mark.parametrize(
    ("aim", "due", "urgency", "says"),
    [
        (date(2026, 5, 28), date(2026, 5, 30), Urgency.OVERDUE, "2 days late"),
        (date(2026, 5, 29), date(2026, 5, 31), Urgency.OVERDUE, "1 day late"),
        (date(2026, 5, 29), date(2026, 6, 1), Urgency.OVERDUE, "Last day 2026-06-01"),
        (TODAY, TODAY, Urgency.TODAY, "today"),
        (date(2026, 6, 2), date(2026, 6, 2), Urgency.WEEK, "1 working day left"),
        (date(2026, 6, 8), date(2026, 6, 8), Urgency.WEEK, "5 working days left"),
        (TODAY + timedelta(days=70), TODAY + timedelta(days=70), Urgency.LATER, "10 weeks left"),
    ],
)
def test_the_time_left_is_told_in_working_days(app: Flask, aim: date, due: date, urgency: Urgency, says: str) -> None:
    with app.app_context(), an_office() as o:
        o.row.aim_on, o.row.due_on = aim, due
        [left] = insurance_board.time_left(o.t.session, [o.row], TODAY)
        assert left
        assert (left.urgency, str(left.say)) == (urgency, says)


def test_the_board_counts_what_waits_and_nothing_else(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        o.row.aim_on = o.row.due_on = TODAY - timedelta(days=3)
        of = o.row.application
        soon = {"aim_on": TODAY, "due_on": TODAY}
        o.t.declaration(of, "exit", "failed", **soon)
        o.t.declaration(of, "correction", "sent", **soon)
        o.t.declaration(of, "cancellation", "done", **soon)
        counted = {name: n for name, n in insurance_board.board(o.t.session, TODAY).items() if n}
        assert counted == {"overdue": 1, "today": 1, "exits": 1}
        assert o.t.session.scalars(select(Declaration.id)).all()

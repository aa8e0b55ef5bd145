"""Changes of an approved internship: what may be asked, who answers, and what an approval moves."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import Application, ChangeRequest, Declaration, Letter, Step, User
from services import change_requests, insurance
from services.standing import Standing
from services.transition import Outrun, Refused, take
from tests.people import TODAY, Town, a_town, sign_in
from workflow.words import Action, Actor, ApplicationState, ChangeKind, ChangeState, DeclarationKind, DeclarationState

MONDAY = date(2026, 7, 6)
WEEK = timedelta(weeks=1)


@dataclass
class World:
    t: Town
    row: Application
    student: Standing
    firm: Standing
    member: Standing

    def ask(self, kind: str, starts: date, ends: date, today: date = TODAY) -> ChangeRequest:
        return change_requests.ask(
            self.t.session, self.row, ChangeKind(kind), starts_on=starts, ends_on=ends, why="Sınavım var.",
            standing=self.student, today=today,
        )  # fmt: skip

    def walk(self, change: ChangeRequest, today: date = TODAY) -> None:
        take(self.t.session, change, Action.AGREE, standing=self.firm, today=today)
        take(self.t.session, change, Action.APPROVE, standing=self.member, today=today)

    def health(self, kind: DeclarationKind, action: Action, **values: Any) -> None:
        office = self.t.standing(self.t.office(Actor.HEALTH_OFFICE))
        row = insurance.of(self.t.session, self.row)[kind]
        reason = "Kimlik no hatalı." if action is Action.FAIL else None
        take(self.t.session, row, action, standing=office, today=TODAY, reason=reason, values=values)

    def declared(self) -> dict[tuple[str, str], tuple[date, date]]:
        found = self.t.session.scalars(select(Declaration).order_by(Declaration.id))
        return {(d.kind.value, d.state.value): (d.starts_on, d.due_on) for d in found}


@contextmanager
def a_world(rules: dict[str, Any] | None = None) -> Iterator[World]:
    """An internship from 6 July to 2 August 2026, approved by the commission today."""
    with a_town() as t:
        of = t.department()
        boss = t.user()
        student, supervisor = t.student(of), t.supervisor(t.institution(), boss)
        kind = t.internship_type(of, rules)
        row = t.application(student, of, kind=kind, supervisor=supervisor, starts_on=MONDAY)
        member = t.standing(t.member(of))
        take(t.session, row, Action.APPROVE, standing=member, today=TODAY)
        assert student.user
        yield World(t, row, t.standing(student.user), t.standing(boss), member)


def test_a_postponement_moves_the_internship_and_what_is_owed_for_it(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        change = w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK)
        assert (change.state, w.row.starts_on) == (ChangeState.WITH_SUPERVISOR, MONDAY)
        w.walk(change)
        assert (w.row.state, w.row.starts_on, w.row.half_days) == (ApplicationState.APPROVED, MONDAY + WEEK, 38)
        assert w.declared() == {
            ("entry", "due"): (MONDAY + WEEK, date(2026, 7, 12)),
            ("exit", "due"): (MONDAY + WEEK, w.row.ends_on + timedelta(days=10)),
        }
        steps = w.t.session.scalars(select(Step).where(Step.machine == "application").order_by(Step.seq)).all()
        assert [s.action for s in steps] == [Action.APPROVE, Action.POSTPONE]
        assert steps[-1].facts["before"] == ["2026-07-06", "2026-08-02", 40]
        assert steps[-1].facts["after"] == ["2026-07-13", "2026-08-09", 38]
        told = set(w.t.session.execute(select(Letter.reader, Letter.to_email)).all())
        assert ("employer", w.row.supervisor.email) in {tuple(x) for x in told}


def test_everybody_reads_in_the_history_what_the_dates_were_and_what_they_became(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        change = w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK)
        w.walk(change)
        people = {s.user_id: w.t.session.get_one(User, s.user_id) for s in (w.student, w.firm, w.member)}
        student, firm, member = people.values()
        file, asked = w.row.id, change.id
        w.t.session.flush()
        w.t.session.expunge_all()
    moved = r"<del>6 Tem 2026 – 2 Ağu 2026 \(20 iş günü\)</del> → 13 Tem 2026 – 9 Ağu 2026 \(19 iş günü\)"
    pages = {
        f"/my-applications/details/?id={file}": (student, 1), f"/my-changes/details/?id={asked}": (student, 1),
        f"/applications/details/?id={file}": (member, 1), f"/changes/details/?id={asked}": (member, 1),
        f"/intern-changes/details/?id={asked}": (firm, 1),
    }  # fmt: skip
    found = {url: len(re.findall(moved, sign_in(app, who).get(url).text)) for url, (who, _times) in pages.items()}
    assert found == {url: times for url, (_who, times) in pages.items()}


def test_half_a_month_that_holds_a_holiday_counts_less(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        weighed = change_requests.weighed(w.row, ChangeKind.POSTPONE, MONDAY + WEEK, w.row.ends_on + WEEK, TODAY)
        assert (weighed.half_days, weighed.problems) == (38, ())  # 15 July is a public holiday


@pytest.mark.parametrize(
    ("kind", "starts", "ends", "today", "sentence"),
    [
        ("postpone", MONDAY, date(2026, 8, 9), TODAY, "A postponed internship starts after"),
        ("postpone", date(2026, 7, 13), date(2026, 7, 1), TODAY, "The last day is before the first day"),
        ("postpone", date(2026, 7, 13), date(2026, 8, 9), MONDAY, "The internship started on"),
        ("extend", MONDAY, date(2026, 8, 9), TODAY, "The internship starts on"),
        ("extend", MONDAY, date(2026, 8, 1), MONDAY, "An extended internship ends after"),
        ("extend", MONDAY, date(2026, 8, 9), date(2026, 8, 3), "The internship ended on"),
        ("stop", MONDAY, date(2026, 8, 2), MONDAY, "A stopped internship ends before"),
        ("stop", MONDAY, date(2026, 7, 3), MONDAY, "The last day is before the first day"),
    ],
)
def test_a_change_the_dates_or_the_day_do_not_allow_is_not_asked(
    app: Flask, kind: str, starts: date, ends: date, today: date, sentence: str
) -> None:
    with app.app_context(), a_world() as w:
        with pytest.raises(Refused, match=sentence):
            w.ask(kind, starts, ends, today)


def test_the_policy_and_the_student_s_other_internships_are_asked_before_anything_is_sent(app: Flask) -> None:
    rules = {"max_days": {"value": 22, "article": "Yönerge m. 8"}}
    with app.app_context(), a_world(rules) as w:
        offer = {o.kind: o.refusal for o in change_requests.offers(w.t.session, w.row, MONDAY)}
        assert [k.value for k, refusal in offer.items() if refusal is None] == ["extend", "stop", "hand_over"]
        with pytest.raises(Refused, match="at most 22 working days"):
            w.ask("extend", MONDAY, date(2026, 8, 9), MONDAY)
    with app.app_context():
        with a_world() as w:
            w.t.application(w.row.student, w.row.department, starts_on=date(2026, 8, 3))
            key, standing = w.row.id, w.student
        with a_town() as t:
            again = World(t, t.session.get_one(Application, key), standing, standing, standing)
            with pytest.raises(Refused, match="overlap"):
                again.ask("extend", MONDAY, date(2026, 8, 9), MONDAY)


def test_one_change_is_open_at_a_time_and_the_database_says_so_too(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        first = w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK)
        with pytest.raises(Refused, match="under way"):
            w.ask("postpone", MONDAY + 2 * WEEK, w.row.ends_on + 2 * WEEK)
        with pytest.raises(IntegrityError), w.t.session.begin_nested():
            w.t.change(w.row)
        take(w.t.session, first, Action.WITHDRAW, standing=w.student, today=TODAY)
        assert w.ask("postpone", MONDAY + 2 * WEEK, w.row.ends_on + 2 * WEEK).state is ChangeState.WITH_SUPERVISOR


def test_a_stop_keeps_its_reason_and_ends_the_internship_on_the_day_it_names(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        running = date(2026, 7, 20)
        w.walk(w.ask("stop", MONDAY, date(2026, 7, 17), running), running)
        assert (w.row.state, w.row.ends_on, w.row.reason) == (
            ApplicationState.STOPPED,
            date(2026, 7, 17),
            "Sınavım var.",
        )
        assert w.declared()["exit", "due"] == (MONDAY, date(2026, 7, 27))


def test_an_entry_that_is_late_names_the_last_day_as_it_is_by_now(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        running, ends = date(2026, 7, 20), date(2026, 7, 24)
        w.walk(w.ask("stop", MONDAY, ends, running), running)
        named = {(d.kind.value, d.state.value): d.ends_on for d in w.t.session.scalars(select(Declaration))}
        assert named == {("entry", "due"): ends, ("exit", "due"): ends}
        assert w.declared()["entry", "due"] == (MONDAY, date(2026, 7, 5))  # and is no less late for it


def test_an_entry_that_has_gone_out_is_corrected_and_one_that_has_not_is_moved(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.health(DeclarationKind.ENTRY, Action.SEND)
        w.walk(w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK))
        assert set(w.declared()) == {("entry", "sent"), ("correction", "due"), ("exit", "due")}
        w.walk(w.ask("postpone", MONDAY + 2 * WEEK, w.row.ends_on + WEEK))
        assert w.declared()["correction", "due"] == (MONDAY + 2 * WEEK, date(2026, 7, 5))  # before the day gone out


def test_what_has_gone_out_is_followed_by_another_declaration(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        for kind in (DeclarationKind.ENTRY, DeclarationKind.EXIT):
            w.health(kind, Action.SEND)
        w.walk(w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK))
        w.health(DeclarationKind.CORRECTION, Action.SEND)
        w.walk(w.ask("postpone", MONDAY + 2 * WEEK, w.row.ends_on + WEEK))
        states = sorted((d.kind.value, d.state.value) for d in w.t.session.scalars(select(Declaration)))
        assert states == [
            ("correction", "due"), ("correction", "sent"), ("entry", "sent"), ("exit", "due"), ("exit", "sent"),
        ]  # fmt: skip


def test_a_refused_declaration_that_a_later_one_replaced_is_not_made_again(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.health(DeclarationKind.EXIT, Action.SEND)
        w.walk(w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK))
        first, second = w.t.session.scalars(
            select(Declaration).where(Declaration.kind == "exit").order_by(Declaration.id)
        )
        office = w.t.standing(w.t.office(Actor.HEALTH_OFFICE))
        take(w.t.session, first, Action.FAIL, standing=office, today=TODAY, reason="Kimlik no hatalı.")
        assert (first.state, second.state) == (DeclarationState.DROPPED, DeclarationState.DUE)


@pytest.mark.parametrize("action", [Action.FAIL, Action.UNSEND])
def test_an_entry_not_taken_is_due_again_with_the_dates_of_a_postponement(app: Flask, action: Action) -> None:
    with app.app_context(), a_world() as w:
        w.health(DeclarationKind.ENTRY, Action.SEND)
        w.walk(w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK))
        w.health(DeclarationKind.ENTRY, action)
        assert set(w.declared()) == {("entry", "due"), ("correction", "dropped"), ("exit", "due")}
        assert w.declared()["entry", "due"] == (MONDAY + WEEK, date(2026, 7, 12))


def test_a_stop_asked_for_in_time_may_be_decided_after_the_planned_end(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        change = w.ask("stop", MONDAY, date(2026, 7, 24), date(2026, 7, 27))
        w.walk(change, date(2026, 8, 3))  # the exit is declared by then
        assert (w.row.state, w.row.ends_on) == (ApplicationState.STOPPED, date(2026, 7, 24))
        left = change_requests.offers(w.t.session, w.row, date(2026, 8, 3))
        assert [(o.kind, o.refusal) for o in left] == [(ChangeKind.HAND_OVER, None)]


def test_what_was_asked_lapses_and_what_is_owed_falls_away_with_a_cancellation(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        change = w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK)
        take(w.t.session, w.row, Action.CANCEL, standing=w.student, today=TODAY, reason="Vazgeçtim.")
        assert change.state is ChangeState.LAPSED
        assert set(w.declared()) == {("entry", "dropped"), ("exit", "dropped")}


def test_an_entry_already_made_is_to_be_cancelled_with_the_internship(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.health(DeclarationKind.ENTRY, Action.CONFIRM, reference="SGK-7")
        take(w.t.session, w.row, Action.CANCEL, standing=w.student, today=TODAY, reason="Vazgeçtim.")
        assert set(w.declared()) == {("entry", "done"), ("exit", "dropped"), ("cancellation", "due")}
        assert insurance.of(w.t.session, w.row)[DeclarationKind.ENTRY].state is DeclarationState.DONE


@pytest.mark.parametrize("action", [Action.FAIL, Action.UNSEND])
def test_an_entry_not_taken_before_a_cancellation_is_not_made_again(app: Flask, action: Action) -> None:
    """Nobody is entered for an internship that does not take place, and what was never taken is not cancelled."""
    with app.app_context(), a_world() as w:
        w.health(DeclarationKind.ENTRY, Action.SEND)
        take(w.t.session, w.row, Action.CANCEL, standing=w.student, today=TODAY, reason="Vazgeçtim.")
        assert set(w.declared()) == {("entry", "sent"), ("exit", "dropped"), ("cancellation", "due")}
        w.health(DeclarationKind.ENTRY, action)
        assert set(w.declared()) == {("entry", "dropped"), ("exit", "dropped"), ("cancellation", "dropped")}


def test_the_second_of_two_answers_is_told_that_somebody_was_faster(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        change = w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK)
        seen = change.version
        take(w.t.session, change, Action.DECLINE, standing=w.firm, today=TODAY, reason="Yer yok.", seen=seen)
        with pytest.raises(Outrun):
            take(w.t.session, change, Action.AGREE, standing=w.firm, today=TODAY, seen=seen)
        assert (change.state, w.row.starts_on) == (ChangeState.DECLINED, MONDAY)


def test_an_approval_that_comes_after_the_first_day_changes_nothing(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        change = w.ask("postpone", MONDAY + WEEK, w.row.ends_on + WEEK)
        take(w.t.session, change, Action.AGREE, standing=w.firm, today=TODAY)
        with pytest.raises(Refused, match="The internship started on"):
            take(w.t.session, change, Action.APPROVE, standing=w.member, today=MONDAY)
        assert (change.state, w.row.starts_on) == (ChangeState.WITH_COMMISSION, MONDAY)

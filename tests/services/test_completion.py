"""Closing an internship: what is still missing, handing in, the assessment, and what each of them leaves behind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Attendance, Document, Evaluation, LedgerEntry, Letter, LogEntry, Step, db
from services import audit, change_requests, completion, ledger, logbook
from services.scope import ReachSession, enter
from services.standing import Standing
from services.transition import Outrun, Refused, follow, take
from tests.people import TODAY, Town, a_town, looking
from tests.queues import one_after_the_other
from workflow.phase import TAKES_PLACE
from workflow.words import (
    Action,
    ApplicationState,
    AttendanceState,
    ChangeKind,
    EvaluationState,
    LedgerKind,
    Part,
    Purpose,
)

S, DO = ApplicationState, Action
MONDAY = date(2026, 7, 6)
LAST = date(2026, 8, 2)
AFTER = date(2026, 8, 3)
SECRET = "Bu stajyeri bir daha almam."


@dataclass
class World:
    """An internship of 6 July to 2 August 2026: 38 half-days, 15 July being a public holiday."""

    t: Town
    row: Application
    student: Standing
    firm: Standing
    member: Standing
    chair: Standing

    def firm_is_done(self) -> None:
        """Attendance confirmed, evaluation given."""
        self.confirm()
        self.evaluate()

    def confirm(self) -> None:
        for n in range(4):
            self.t.week(self.row, MONDAY + timedelta(weeks=n))
        take(self.t.session, self.t.attendance(self.row), DO.ATTEST, standing=self.firm, today=AFTER)

    def evaluate(self) -> None:
        evaluation = self.t.evaluation(self.row, self.t.evaluation_form(self.row.department))
        self.t.answers(self.row, evaluation, "yes", "Yazılım", "4", SECRET)
        take(self.t.session, evaluation, DO.GIVE, standing=self.firm, today=AFTER)

    def upload(self, name: str = "defter.pdf") -> Document:
        document = self.t.document(self.row, submitted=False)
        document.purpose, document.filename = Purpose.LOGBOOK, name
        self.t.session.flush()
        return document

    def write_all(self) -> None:
        for day in completion.parts(self.t.session, self.row, AFTER).days:
            logbook.write(self.t.session, self.row, day, f"{day.day} günü", seen=0, today=AFTER)

    def hand_in(self, **given: Any) -> Step:
        return completion.hand_in(self.t.session, self.row, **{"standing": self.student, "today": AFTER, **given})

    def ready(self) -> None:
        self.firm_is_done()
        self.upload()

    def assess(self, half_days: int, reason: str | None = None, by: Standing | None = None) -> Step:
        return completion.assess(
            self.t.session, self.row, half_days, reason=reason, standing=by or self.member, today=AFTER
        )

    def back(self, *concerned: Part) -> Step:
        return completion.send_back(
            self.t.session, self.row, concerned, AFTER + timedelta(days=14), reason="Eksik.", standing=self.member,
            today=AFTER,
        )  # fmt: skip

    def attendance(self) -> Attendance:
        return self.t.session.scalars(select(Attendance).where(Attendance.application_id == self.row.id)).one()

    def missing(self, today: date = AFTER) -> list[str]:
        return [str(say) for say in completion.parts(self.t.session, self.row, today).missing]

    def standings(self) -> dict[str, str]:
        found = completion.parts(self.t.session, self.row, AFTER)
        return {task.name: task.standing for task in completion.tasks(self.row, found, AFTER)}

    def lines(self) -> list[tuple[int, bool]]:
        found = self.t.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))
        return [(line.half_days, line.reverses_id is not None) for line in found]


@contextmanager
def a_world(state: ApplicationState = S.APPROVED) -> Iterator[World]:
    with a_town() as t:
        of = t.department()
        boss = t.user()
        student, supervisor = t.student(of), t.supervisor(t.institution(), boss)
        row = t.application(student, of, state=state, supervisor=supervisor, starts_on=MONDAY)
        row.half_days = 38
        t.session.flush()
        assert student.user
        yield World(
            t, row, t.standing(student.user), t.standing(boss), t.standing(t.member(of)), t.standing(t.chair(of))
        )


END, OPEN, BOOK, SHEET, FORM = (
    "The internship ends on", "A change request is still open", "Upload the logbook", "The firm has not confirmed",
    "The firm has not handed in",
)  # fmt: skip


def test_each_part_that_is_missing_is_named_in_the_order_of_the_steps(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        assert [say[:12] for say in w.missing(LAST)] == [say[:12] for say in (END, BOOK, SHEET, FORM)]
        with pytest.raises(Refused, match=END):
            w.hand_in(today=LAST)
        with pytest.raises(Refused, match=BOOK):
            w.hand_in()
        document = w.upload()
        with pytest.raises(Refused, match=SHEET):
            w.hand_in()
        w.confirm()
        with pytest.raises(Refused, match=FORM):
            w.hand_in()
        w.evaluate()
        assert w.missing() == []
        w.t.session.delete(document)
        assert [say[:12] for say in w.missing()] == [BOOK[:12]]
        w.upload()
        step = w.hand_in()
        assert (w.row.state, w.row.counted_half_days, w.row.handed_in_at) == (S.COMPLETION, 38, step.at)
        assert step.facts == {"counted": 38, "logbook": "0" * 64, "entries": 0}
        assert not list(w.t.session.scalars(select(Document.id).where(Document.submitted_at.is_(None))))


def test_nothing_is_handed_in_while_a_change_of_the_dates_is_asked_for(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        change_requests.ask(
            w.t.session, w.row, ChangeKind.STOP, starts_on=MONDAY, ends_on=date(2026, 7, 24), why="Hastayım.",
            standing=w.student, today=date(2026, 7, 27),
        )  # fmt: skip
        w.ready()
        assert (w.standings()["ended"], [say[:20] for say in w.missing()]) == ("now", [OPEN[:20]])
        with pytest.raises(Refused, match=OPEN):
            w.hand_in()


def test_a_logbook_typed_here_is_whole_when_each_day_that_counts_is_written(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.t.absence(w.row, date(2026, 7, 7))
        w.firm_is_done()
        days = completion.parts(w.t.session, w.row, AFTER).days
        assert (len(days), {d.day for d in days} & {date(2026, 7, 7), date(2026, 7, 15), date(2026, 7, 11)}) == (
            18,
            set(),
        )
        for day in days[1:]:
            logbook.write(w.t.session, w.row, day, "Ölçtüm.", seen=0, today=AFTER)
        assert w.missing() == [
            "Working days up to today without an entry in the logbook: 1. Write them, or upload the logbook as a file."
        ]
        logbook.write(w.t.session, w.row, days[0], "Tanıştım.", seen=0, today=AFTER)
        w.hand_in()
        assert {e.submitted_at for e in w.t.session.scalars(select(LogEntry))} == {w.row.handed_in_at}


def test_whole_and_half_days_of_absence_are_taken_off_the_count(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.t.absence(w.row, date(2026, 7, 7), 1)
        w.t.absence(w.row, date(2026, 7, 8), 2)
        w.t.absence(w.row, date(2026, 7, 15), 2)  # a holiday: nobody can be missing
        w.ready()
        w.hand_in()
        assert w.row.counted_half_days == 38 - 1 - 2


def test_a_decree_since_then_credits_nobody_more_than_was_planned(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.row.half_days = 30
        w.ready()
        w.hand_in()
        assert w.row.counted_half_days == 30


def test_the_commission_goes_on_without_what_the_firm_does_not_send_but_not_before_the_last_day(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.upload()
        w.t.evaluation_form(None)
        for part in (Part.ATTENDANCE, Part.EVALUATION):
            with pytest.raises(Refused, match=END):
                completion.waive(w.t.session, w.row, part, reason="Kağıtta geldi.", standing=w.member, today=LAST)
            completion.waive(w.t.session, w.row, part, reason="Kağıtta geldi.", standing=w.member, today=AFTER)
        assert {type(r).__name__: r.state.value for m in (Attendance, Evaluation) for r in w.t.session.scalars(select(m))} == {
            "Attendance": "waived", "Evaluation": "waived",
        }  # fmt: skip
        with pytest.raises(Refused, match="waived"):
            completion.waive(w.t.session, w.row, Part.ATTENDANCE, reason="x", standing=w.member, today=AFTER)
        w.hand_in()
        assert w.row.state is S.COMPLETION


def test_without_a_form_in_use_there_is_no_evaluation_to_go_on_without(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        with pytest.raises(Refused, match="No evaluation form is in use"):
            completion.waive(w.t.session, w.row, Part.EVALUATION, reason="x", standing=w.member, today=AFTER)


def test_what_came_back_is_open_again_part_by_part_and_handed_in_again(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.ready()
        w.hand_in()
        w.back(Part.ATTENDANCE)
        sheet = w.t.session.scalars(select(Attendance)).one()
        assert (w.row.state, w.row.due_on, w.row.pages) == (S.RETURNED, date(2026, 8, 17), ["attendance"])
        assert (sheet.state, w.t.session.scalars(select(Evaluation)).one().state) == (
            AttendanceState.OPEN,
            EvaluationState.GIVEN,
        )
        assert w.standings() == {
            "ended": "done", "logbook": "done", "attendance": "firm", "evaluation": "done", "submit": "ahead",
        }  # fmt: skip
        assert "other parts" in str(logbook.closed(w.row, AFTER))
        with pytest.raises(Refused, match=SHEET):
            w.hand_in()
        w.t.absence(w.row, date(2026, 7, 7))
        take(w.t.session, sheet, DO.ATTEST, standing=w.firm, today=AFTER)
        w.hand_in()
        assert (w.row.state, w.row.counted_half_days, w.row.due_on, w.row.pages) == (S.COMPLETION, 36, None, None)
        told = set(
            w.t.session.execute(
                select(Step.machine, Step.action, Letter.reader).join(Letter, Letter.step_id == Step.id)
            )
        )
        assert {("application", "return", "student"), ("attendance", "return", "employer")} <= {tuple(t) for t in told}
        assert [b for b in audit.verify(w.t.session) if isinstance(b, audit.Break)] == []


def test_a_day_of_correction_that_is_not_to_come_is_refused(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.ready()
        w.hand_in()
        for due in (AFTER, AFTER - timedelta(days=1)):
            with pytest.raises(Refused, match="lies after today"):
                completion.send_back(
                    w.t.session, w.row, [Part.LOGBOOK], due, reason="x", standing=w.member, today=AFTER
                )
        with pytest.raises(Refused, match="Tick at least one"):
            w.back()


def test_the_logbook_is_frozen_once_handed_in_and_open_again_where_it_came_back(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.firm_is_done()
        w.write_all()
        w.hand_in()
        day = completion.parts(w.t.session, w.row, AFTER).days[0]
        with pytest.raises(Refused, match="has been handed in"):
            logbook.write(w.t.session, w.row, day, "Başka", seen=1, today=AFTER)
        w.back(Part.LOGBOOK)
        assert w.standings()["logbook"] == "now"
        logbook.write(w.t.session, w.row, day, "Düzelttim.", seen=1, today=AFTER)
        assert (day.entry.text, day.entry.version, day.entry.submitted_at) == ("Düzelttim.", 2, None)  # type: ignore[union-attr]
        w.hand_in()
        assert w.t.session.scalar(select(LogEntry.submitted_at).where(LogEntry.day == day.day)) == w.row.handed_in_at


def test_a_second_tab_overwrites_nothing_it_has_not_seen(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        first = completion.parts(w.t.session, w.row, MONDAY).days[0]
        logbook.write(w.t.session, w.row, first, "Bir", seen=0, today=MONDAY)
        day = completion.parts(w.t.session, w.row, MONDAY).days[0]
        for stale in (first, day):
            with pytest.raises(Outrun):
                logbook.write(w.t.session, w.row, stale, "İki", seen=0 if stale is day else 9, today=MONDAY)
        assert logbook.write(w.t.session, w.row, day, "Bir", seen=0, today=MONDAY).version == 1  # the same words again
        assert logbook.write(w.t.session, w.row, day, "İki", seen=1, today=MONDAY).version == 2
        later = completion.parts(w.t.session, w.row, MONDAY).days[1]
        with pytest.raises(Refused, match="has not come yet"):
            logbook.write(w.t.session, w.row, later, "Yarın", seen=0, today=MONDAY)
        with pytest.raises(Refused, match="Write what you did"):
            logbook.write(w.t.session, w.row, later, "  ", seen=0, today=AFTER)
        with pytest.raises(Refused, match="opens on the first day"):
            logbook.write(w.t.session, w.row, day, "x", seen=2, today=TODAY)


def test_what_was_written_for_days_that_fell_away_is_kept(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.write_all()
        w.row.ends_on = date(2026, 7, 10)
        w.t.session.flush()
        days = completion.parts(w.t.session, w.row, AFTER).days
        assert (len(days), sum(d.half_days > 0 for d in days)) == (19, 5)
        assert not any(d.missing for d in days)


ASSESSMENTS = ((38, None, S.ACCEPTED), (25, "Defter eksik.", S.PARTLY_ACCEPTED), (0, "Defter yok.", S.NOT_ACCEPTED))


@pytest.mark.parametrize(("half_days", "reason", "state"), ASSESSMENTS)
def test_an_assessment_credits_the_days_it_accepts(
    app: Flask, half_days: int, reason: str | None, state: ApplicationState
) -> None:
    with app.app_context(), a_world() as w:
        w.ready()
        w.hand_in()
        step = w.assess(half_days, reason)
        assert (w.row.state, w.row.accepted_half_days, step.facts["accepted"]) == (state, half_days, [half_days, 38])
        assert w.lines() == ([(half_days, False)] if half_days else [])
        readers = set(w.t.session.scalars(select(Letter.reader).where(Letter.step_id == step.id)))
        assert "student" in readers


def test_fewer_days_need_a_reason_and_more_than_counted_are_refused(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.ready()
        w.hand_in()
        for half_days in (0, 20):
            with pytest.raises(Refused, match="Write a reason"):
                w.assess(half_days, " ")
        for half_days in (-1, 39):
            with pytest.raises(Refused, match="Between 0 and 19 days"):
                w.assess(half_days, "x")
        with pytest.raises(Refused, match="not possible"):
            w.assess(38, by=w.student)
        assert (w.row.state, w.lines()) == (S.COMPLETION, [])


def test_reopening_takes_back_what_was_credited_and_a_second_assessment_credits_anew(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.ready()
        w.hand_in()
        w.assess(38)
        with pytest.raises(Refused, match="not possible"):
            completion.reopen(w.t.session, w.row, reason="x", standing=w.member, today=AFTER)
        completion.reopen(w.t.session, w.row, reason="Yanlış sayıldı.", standing=w.chair, today=AFTER)
        assert (w.row.state, w.row.accepted_half_days, w.lines()) == (S.COMPLETION, None, [(38, False), (-38, True)])
        w.assess(20, "Defter eksik.", w.chair)
        assert w.lines() == [(38, False), (-38, True), (20, False)]
        completion.reopen(w.t.session, w.row, reason="Bir daha.", standing=w.chair, today=AFTER)
        assert w.lines()[-1] == (-20, True)
        assert [b for b in audit.verify(w.t.session) if isinstance(b, audit.Break)] == []


def test_an_assessment_on_which_a_later_application_was_built_stays(app: Flask) -> None:
    with app.app_context():
        with a_world() as w:
            w.ready()
            w.hand_in()
            w.assess(20, "Defter eksik.")
            other = w.t.internship_type(w.row.department)
            decided = w.row.decided_at
            assert decided
            facts = {"submitted_at": decided + timedelta(days=1), "starts_on": date(2026, 9, 7)}
            w.t.application(w.row.student, w.row.department, kind=other, **facts)  # type: ignore[arg-type]
            before = {"submitted_at": decided - timedelta(days=1), "starts_on": date(2026, 10, 5)}
            w.t.application(w.row.student, w.row.department, kind=w.row.internship_type, **before)  # type: ignore[arg-type]
            with w.t.session.begin_nested() as tried:
                completion.reopen(w.t.session, w.row, reason="x", standing=w.chair, today=AFTER)
                tried.rollback()
            w.t.session.refresh(w.row)
            w.t.application(w.row.student, w.row.department, kind=w.row.internship_type, **facts)  # type: ignore[arg-type]
            with pytest.raises(Refused, match="builds on this decision"):
                completion.reopen(w.t.session, w.row, reason="x", standing=w.chair, today=AFTER)
            assert w.lines() == [(20, False)]


def test_an_assessment_on_which_a_later_exemption_was_built_stays_until_it_is_taken_back(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.ready()
        w.hand_in()
        w.assess(20, "Defter eksik.")
        w.t.ledger_line(w.row.student, w.row.internship_type)  # an earlier one
        line = ledger.enter(
            w.t.session, LedgerKind.EXEMPTION, w.row.student.enrolments[0], w.row.internship_type, 4,
            reason="Kurul kararı", standing=w.member,
        )  # fmt: skip
        with pytest.raises(Refused, match="later line of the obligation ledger"):
            completion.reopen(w.t.session, w.row, reason="x", standing=w.chair, today=AFTER)
        ledger.take_back(w.t.session, line, "Önce karar yeniden ele alınacak.", w.member)
        completion.reopen(w.t.session, w.row, reason="Yanlış sayıldı.", standing=w.chair, today=AFTER)
        assert w.row.state is S.COMPLETION


def test_a_stopped_internship_keeps_its_reason_to_the_end(app: Flask) -> None:
    with app.app_context(), a_world(S.STOPPED) as w:
        w.ready()
        w.hand_in()
        w.back(Part.LOGBOOK)
        w.hand_in()
        w.assess(20, "Defter eksik.")
        completion.reopen(w.t.session, w.row, reason="Bir daha.", standing=w.chair, today=AFTER)
        w.assess(38)
        assert (w.row.stop_reason, w.row.reason) == ("Hastalandım.", None)


def test_of_two_members_assessing_at_once_exactly_one_wins(app: Flask) -> None:
    with app.app_context():
        with a_world() as w:
            w.ready()
            w.hand_in()
            pk, seen, members = w.row.id, w.row.version, (w.member, w.chair)
    together, told = threading.Barrier(2), []

    def decide(standing: Standing, half_days: int) -> None:
        with app.app_context(), ReachSession(db, expire_on_commit=False) as session:
            enter(session, standing)
            row = session.get_one(Application, pk)
            session.commit()  # both have read before either writes
            together.wait(timeout=60)
            try:
                completion.assess(session, row, half_days, reason="Öyle.", standing=standing, today=AFTER, seen=seen)
                session.commit()
                told.append("done")
            except Refused as refused:
                session.rollback()
                told.append(type(refused).__name__)

    people = [threading.Thread(target=decide, args=of) for of in zip(members, (38, 20), strict=True)]
    [p.start() for p in people]
    [p.join() for p in people]
    with looking(app) as s:
        assert (sorted(told), len(s.scalars(select(LedgerEntry)).all())) == (["Outrun", "done"], 1)
        assert s.get_one(Application, pk).state in {S.ACCEPTED, S.PARTLY_ACCEPTED}


def test_a_hand_in_and_a_sheet_taken_back_wait_for_each_other(app: Flask) -> None:
    """What is handed in is what the firm has confirmed: never a sheet that is open again by then."""
    with app.app_context():
        with a_world() as w:
            w.ready()
            pk, sheet, student, firm = w.row.id, w.attendance().id, w.student, w.firm

    def handed_in(session: Session) -> None:
        completion.hand_in(session, session.get_one(Application, pk), standing=student, today=AFTER)

    def taken_back(session: Session) -> None:
        take(session, session.get_one(Attendance, sheet), DO.REVISE, standing=firm, today=AFTER)

    def stands() -> tuple[ApplicationState, AttendanceState]:
        with looking(app) as s:
            return s.get_one(Application, pk).state, s.get_one(Attendance, sheet).state

    assert one_after_the_other(app, (firm, taken_back), (student, handed_in)) == "Refused"
    assert stands() == (S.APPROVED, AttendanceState.OPEN)
    with looking(app) as s:
        take(s, s.get_one(Attendance, sheet), DO.ATTEST, standing=firm, today=AFTER)
    assert one_after_the_other(app, (student, handed_in), (firm, taken_back)) == "Refused"
    assert stands() == (S.COMPLETION, AttendanceState.CONFIRMED)


def test_what_the_firm_answered_stands_in_no_history_and_no_letter(app: Flask) -> None:
    with app.app_context(), a_world() as w:
        w.ready()
        w.hand_in()
        w.assess(20, "Defter eksik.")
        said = [str(s.facts) + str(s.reason) for s in w.t.session.scalars(select(Step))]
        said += [letter.text + letter.html + letter.subject for letter in w.t.session.scalars(select(Letter))]
        assert ([text for text in said if SECRET in text], len(said) > 8) == ([], True)


def test_answers_are_sealed_to_the_student_until_the_decision_and_to_the_board_until_it_is_handed_in(
    app: Flask,
) -> None:
    def read(standing: Standing) -> list[str]:
        with ReachSession(db) as session:
            enter(session, standing)
            row = session.get_one(Application, pk)
            return [a.answer for a in completion.answers(session, row)]

    with app.app_context():
        with a_world() as w:
            w.ready()
            pk, student, member = w.row.id, w.student, w.member
        seen = {"before": (read(student), read(member))}
        with a_town() as t:
            row = t.session.get_one(Application, pk)
            completion.hand_in(t.session, row, standing=student, today=AFTER)
        seen["handed in"] = read(student), read(member)
        with a_town() as t:
            row = t.session.get_one(Application, pk)
            completion.assess(t.session, row, 38, standing=member, today=AFTER)
        seen["decided"] = read(student), read(member)
    all_of_it = ["yes", "Yazılım", "4", SECRET]
    assert seen == {"before": ([], []), "handed in": ([], all_of_it), "decided": (all_of_it, all_of_it)}


def test_a_return_reaches_only_what_the_firm_has_begun(app: Flask) -> None:
    """A door nobody opens turns by its cause alone."""
    with app.app_context(), a_world() as w:
        w.ready()
        step = w.hand_in()
        sheet = w.t.session.scalars(select(Attendance)).one()
        with pytest.raises(Refused, match="not possible"):
            follow(w.t.session, sheet, DO.RETURN, step, today=AFTER)
        assert (sheet.state, w.row.state in TAKES_PLACE, LedgerKind.INTERNSHIP.value) == (
            "confirmed",
            True,
            "internship",
        )

"""Nobody is approved uninsured: no decision brings about a declaration that is already too late, and what stands so is found."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from models import Application, Declaration, HolidayOverride, Letter
from services import change_requests, insurance, insurance_checks, insurance_codes, insurance_days, uninsured
from services.calendar import grace
from services.standing import Standing
from services.transition import Refused, refusal, take
from tests.people import TODAY, Town, a_town
from workflow.phase import Chance
from workflow.transitions import APPLICATIONS, DECLARATIONS
from workflow.words import Action as DO
from workflow.words import Actor, ApplicationState, ChangeKind, DeclarationKind, DeclarationState

MONDAY, SUNDAY = date(2026, 7, 6), date(2026, 8, 2)  # the internship; its entry is made by Friday, 3 July
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
ABROAD = "abroad:\n  - {from: 2020-01-01, insured: true}\n"


@dataclass
class File:
    """An application with everybody who has to do with it."""

    t: Town
    row: Application
    by: dict[str, Standing]

    def take(self, action: DO, who: str, today: date, **facts: Any) -> None:
        take(self.t.session, self.row, action, standing=self.by[who], today=today, reason="Geç kaldı.", **facts)

    def change(self, kind: str, starts: date, ends: date, asked: date, today: date) -> None:
        change = change_requests.ask(
            self.t.session, self.row, ChangeKind(kind), starts_on=starts, ends_on=ends, why="Sınav",
            standing=self.by["student"], today=asked,
        )  # fmt: skip
        take(self.t.session, change, DO.AGREE, standing=self.by["firm"], today=today)
        take(self.t.session, change, DO.APPROVE, standing=self.by["member"], today=today)

    def declare(self, kind: DeclarationKind, *actions: DO, today: date = TODAY) -> None:
        row = insurance.of(self.t.session, self.row)[kind]
        for action in actions:
            values = {"reference": "R-1"} if action is DO.CONFIRM else {}
            office = self.by["office"]
            take(self.t.session, row, action, standing=office, today=today, reason="Kimlik no hatalı.", values=values)

    def declared(self) -> dict[int, date]:
        found = select(Declaration.id, Declaration.due_on).where(Declaration.state != DeclarationState.DROPPED)
        return {row.id: row.due_on for row in self.t.session.execute(found)}

    def objection(self, action: DO, who: str, today: date) -> str:
        doors = APPLICATIONS.doors(self.row.state, self.by[who].actors_for(self.row))
        door = next(d for d in doors if d.action is action)
        return str(refusal(self.t.session, self.row, door, self.by[who], today) or "")


@contextmanager
def a_file(state: ApplicationState = ApplicationState.SUBMITTED, starts_on: date = MONDAY) -> Iterator[File]:
    with a_town() as t:
        of, boss = t.department(), t.user()
        student, supervisor = t.student(of), t.supervisor(t.institution(), boss)
        row = t.application(student, of, state=state, supervisor=supervisor, starts_on=starts_on)
        t.session.refresh(row)
        assert student.user
        people = {"student": student.user, "firm": boss, "member": t.member(of), "chair": t.chair(of)}
        office = t.office(Actor.HEALTH_OFFICE)
        yield File(t, row, {name: t.standing(user) for name, user in (*people.items(), ("office", office))})


# -- every way to a declaration --------------------------------------------------------------------------------------

CAUSES = {cause for door in DECLARATIONS.table if door.action in {DO.RAISE, DO.MOVE} for cause in door.follows}
Try = Callable[[File, date], None]
TRIES: dict[tuple[str, DO], Try] = {
    ("application", DO.CANCEL): lambda f, day: f.take(DO.CANCEL, "student", day),
    ("application", DO.POSTPONE): lambda f, day: f.change(
        "postpone",
        f.row.starts_on + WEEK,
        f.row.ends_on + WEEK,
        TODAY,
        day,  # type: ignore[operator]
    ),
    ("application", DO.EXTEND): lambda f, day: f.change("extend", f.row.starts_on, f.row.ends_on + WEEK, day, day),  # type: ignore[arg-type,operator]
    ("application", DO.STOP): lambda f, day: f.change(
        "stop", f.row.starts_on, MONDAY + 2 * WEEK, min(day, SUNDAY), day
    ),  # type: ignore[arg-type]
    ("declaration", DO.FAIL): lambda f, day: f.declare(DeclarationKind.ENTRY, DO.FAIL, today=day),
    ("declaration", DO.UNSEND): lambda f, day: f.declare(DeclarationKind.ENTRY, DO.UNSEND, today=day),
}
APPROVALS: dict[tuple[str, DO], Try] = {
    ("application", DO.APPROVE): lambda f, day: f.take(DO.APPROVE, "member", day),
    ("application", DO.APPROVE_LATE): lambda f, day: f.take(DO.APPROVE_LATE, "chair", day),
}
DAYS = [MONDAY + timedelta(days=n) for n in (-3, -1, 1, 20, 38)]
BEFORE: dict[str, Callable[[File], None]] = {
    "due": lambda _f: None,
    "done": lambda f: f.declare(DeclarationKind.ENTRY, DO.CONFIRM),
    "sent and moved": lambda f: (
        f.declare(DeclarationKind.ENTRY, DO.SEND),
        f.change("postpone", MONDAY + 2 * WEEK, SUNDAY + WEEK, TODAY, TODAY),
    )[0],
}


def test_each_step_that_leads_to_a_declaration_is_tried_here() -> None:
    """Found in the tables: what a later hand adds there is tried here too, or this test is red."""
    assert {*TRIES, *APPROVALS} == CAUSES


def late_ones(f: File, before: dict[int, date], day: date) -> list[tuple[str, date]]:
    """The declarations that were brought about, or moved back, though their last day had passed."""
    now, passed = grace(f.t.session, day), []
    for row in f.t.session.scalars(select(Declaration).where(Declaration.state != DeclarationState.DROPPED)):
        over = now.over(row.due_on) if row.kind is DeclarationKind.ENTRY else row.due_on < day
        if over and (row.id not in before or row.due_on < before[row.id]):
            passed.append((row.kind.value, row.due_on))
    return passed


def tried(f: File, taken: Try, day: date) -> tuple[bool, list[tuple[str, date]]]:
    """Whether the step was taken on this day, and what it brought about too late; afterwards all is as before."""
    before, nested = f.declared(), f.t.session.begin_nested()
    try:
        taken(f, day)
    except Refused:
        done = False
    else:
        done = True
    f.t.session.flush()
    late = late_ones(f, before, day)
    nested.rollback()
    f.t.session.expire_all()
    return done, late if done else []


@pytest.mark.parametrize("stands", BEFORE)
def test_no_step_brings_about_a_declaration_whose_last_day_has_passed(app: Flask, stands: str) -> None:
    with app.app_context(), a_file() as f:
        f.take(DO.APPROVE, "member", TODAY)
        BEFORE[stands](f)
        f.t.session.flush()
        found = {(cause, day): tried(f, TRIES[cause], day) for cause, day in product(TRIES, DAYS)}
        assert {place: late for place, (_done, late) in found.items() if late} == {}
        assert any(done for done, _late in found.values())


def test_no_approval_brings_about_an_entry_whose_last_day_has_passed(app: Flask) -> None:
    """The member until Friday, the chair on the week-end and on the Monday in its place, nobody afterwards."""
    with app.app_context(), a_file() as f:
        found = {(cause[1], day): tried(f, APPROVALS[cause], day) for cause, day in product(APPROVALS, DAYS)}
        assert {place: late for place, (_done, late) in found.items() if late} == {}
        open_to = {action: [day for (of, day), (done, _late) in found.items() if of is action and done] for action in (DO.APPROVE, DO.APPROVE_LATE)}  # fmt: skip
        assert open_to == {
            DO.APPROVE: [day for day in DAYS if day <= date(2026, 7, 3)],
            DO.APPROVE_LATE: [day for day in DAYS if date(2026, 7, 3) < day <= MONDAY],
        }


def test_an_internship_nobody_was_entered_for_is_stopped_and_not_extended(app: Flask) -> None:
    running = date(2026, 7, 20)
    with app.app_context(), a_file() as f:
        f.take(DO.APPROVE, "member", TODAY)
        [why] = insurance_checks.of_change(f.t.session, f.row, ChangeKind.EXTEND, SUNDAY + WEEK, running)
        assert ("was not made by its last day" in str(why), "health office settles it" in str(why)) == (True, True)
        with pytest.raises(Refused, match="was not made by its last day"):
            f.change("extend", MONDAY, SUNDAY + WEEK, running, running)
        f.change("stop", MONDAY, date(2026, 7, 21), running, running)
        assert f.row.state is ApplicationState.STOPPED


def test_a_stop_is_decided_until_the_last_day_of_the_exit_and_says_which_day_would_do(app: Flask) -> None:
    with app.app_context(), a_file() as f:
        f.take(DO.APPROVE, "member", TODAY)
        f.declare(DeclarationKind.ENTRY, DO.CONFIRM)
        friday, today = date(2026, 7, 17), date(2026, 7, 28)
        [why] = insurance_checks.of_change(f.t.session, f.row, ChangeKind.STOP, friday, today)
        assert (why.facts["day"].day, why.facts["first"].day) == (date(2026, 7, 27), date(2026, 7, 18))
        with pytest.raises(Refused, match="its last day would have been"), f.t.session.begin_nested():
            f.change("stop", MONDAY, friday, today, today)
        f.change("stop", MONDAY, date(2026, 7, 18), date(2026, 7, 28), date(2026, 7, 28))
        assert max(f.declared().values()) == date(2026, 7, 28)


def test_what_puts_an_entry_right_after_its_day_is_due_at_once(app: Flask) -> None:
    """Entered for 6 July, postponed to the 20th, not corrected in time, cancelled on the 8th: today, not last week."""
    with app.app_context(), a_file() as f:
        f.take(DO.APPROVE, "member", TODAY)
        f.declare(DeclarationKind.ENTRY, DO.CONFIRM)
        f.change("postpone", MONDAY + 2 * WEEK, SUNDAY + 2 * WEEK, TODAY, TODAY)
        f.take(DO.CANCEL, "student", MONDAY + 2 * DAY)
        of = insurance.of(f.t.session, f.row)
        assert of[DeclarationKind.CANCELLATION].due_on == MONDAY + 2 * DAY


def test_what_was_confirmed_last_is_what_the_next_correction_puts_right(app: Flask) -> None:
    with app.app_context(), a_file() as f:
        f.take(DO.APPROVE, "member", TODAY)
        f.declare(DeclarationKind.ENTRY, DO.CONFIRM)
        f.change("postpone", MONDAY + WEEK, SUNDAY + WEEK, TODAY, TODAY)
        f.declare(DeclarationKind.CORRECTION, DO.CONFIRM)
        f.change("postpone", MONDAY + 2 * WEEK, SUNDAY + WEEK, TODAY, TODAY)
        assert insurance.of(f.t.session, f.row)[DeclarationKind.CORRECTION].due_on == date(2026, 7, 12)


# -- the sentences ---------------------------------------------------------------------------------------------------


def test_each_is_told_the_rule_and_what_to_do(app: Flask) -> None:
    with app.app_context(), a_file() as f:
        weekend, tuesday = date(2026, 7, 4), date(2026, 7, 7)
        told = f.objection(DO.APPROVE, "member", weekend)
        assert ("Law 5510" in told, "only the chair" in told, "2026, 7, 7" in told) == (True, True, True)
        assert f.objection(DO.APPROVE_LATE, "chair", weekend) == ""
        assert "approve it as usual" in f.objection(DO.APPROVE_LATE, "chair", date(2026, 7, 3))
        late = f.objection(DO.APPROVE, "member", tuesday)
        assert ("never made retroactively" in late, "Reject it" in late) == (True, True)
        assert f.objection(DO.APPROVE_LATE, "chair", tuesday) == late


def test_the_chair_s_approval_keeps_its_reason_and_hurries_the_health_office(app: Flask) -> None:
    with app.app_context(), a_file() as f:
        with pytest.raises(Refused, match="Write a reason"):
            take(f.t.session, f.row, DO.APPROVE_LATE, standing=f.by["chair"], today=date(2026, 7, 4))
        f.take(DO.APPROVE_LATE, "chair", date(2026, 7, 4))
        f.t.session.flush()
        said = f.t.session.scalars(select(Letter.text).where(Letter.reader == "health_office")).one()
        assert ("6 Temmuz Pazartesi günü saat 23.59" in said, "Gerekçe: Geç kaldı." in said) == (True, True)
        assert (f.row.state, f.row.reason) == (ApplicationState.APPROVED, "Geç kaldı.")


def test_a_decision_that_could_only_be_no_is_not_reopened(app: Flask) -> None:
    with app.app_context(), a_file(ApplicationState.REJECTED) as f:
        assert f.objection(DO.REOPEN, "chair", MONDAY) == ""
        assert "submits it again" in f.objection(DO.REOPEN, "chair", MONDAY + DAY)


# -- who needs no entry ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("insured", [True, False])
def test_an_internship_the_university_does_not_insure_is_approved_whenever_and_declares_nothing(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, insured: bool
) -> None:
    text, file = insurance_codes.COLUMNS.read_text(encoding="utf-8"), tmp_path / "c.yaml"
    file.write_text(text.replace(ABROAD, ABROAD + f"  - {{from: 2026-07-06, insured: {str(insured).lower()}}}\n"))
    monkeypatch.setattr(insurance_codes, "COLUMNS", file)
    with app.app_context(), a_file() as f:
        f.row.abroad = True
        late = MONDAY + DAY
        assert (f.objection(DO.APPROVE, "member", late) == "") is not insured
        if not insured:
            f.take(DO.APPROVE, "member", late)
            f.change("extend", MONDAY, SUNDAY + WEEK, late, late)
            f.t.session.flush()
            assert f.declared() == {}
            letters = f.t.session.execute(select(Letter.reader, Letter.text))
            readers = dict(tuple(x) for x in letters)
            assert ("health_office" in readers, uninsured.count(f.t.session, late)) == (False, 0)


@pytest.mark.parametrize("wrong", ["insured: 1", "insured: evet", "covered: true"])
def test_what_the_file_says_of_abroad_is_true_or_false(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(ABROAD.replace("insured: true", wrong))
    with pytest.raises(insurance_codes.BadColumns):
        insurance_codes.codes(file.name, {"document_kinds": [], "occupation_codes": [], **insurance_codes.read(file)})


def test_without_a_line_every_internship_abroad_is_insured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insurance_codes, "COLUMNS", tmp_path / "c.yaml")
    for text in ("[", "columns: []\n", "abroad:\n  - {from: 2027-01-01, insured: false}\n"):
        insurance_codes.COLUMNS.write_text(text)
        assert insurance_codes.insured_abroad(MONDAY)
    assert not insurance_codes.insured_abroad(date(2027, 1, 1))


# -- the day to decide by --------------------------------------------------------------------------------------------


def test_pages_and_filters_agree_on_every_day_of_two_years(app: Flask) -> None:
    """`decide_by` in Python, `latest_start` in SQL, and the law's own last day: one answer, feasts and leave included."""
    with app.app_context(), a_town() as t:
        t.add(HolidayOverride(day=date(2026, 7, 3), effect="holiday", concerns="public", reason="İdari izin"))
        t.session.flush()
        starts = [date(2026, 1, 2) + timedelta(days=n) for n in range(730)]
        by = insurance_days.decide_by(t.session, starts)
        assert by[MONDAY] == date(2026, 7, 2)  # leave on the Friday
        wrong = []
        for n, first in enumerate(starts[::9]):
            day = first - timedelta(days=n % 12)
            last, now = insurance_days.latest_start(t.session, day), grace(t.session, day)
            of = insurance_days.decision_for(t.session, first, day)
            same = (
                of.by == by[first],
                (by[first] <= day) == (first <= last),
                now.over(first - DAY) == (of.until < day),
            )
            wrong += [(first, day, same)] if not all(same) else []
        assert wrong == []


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 7, 3), date(2026, 7, 4)),  # Friday: from Saturday on
        (date(2026, 7, 4), date(2026, 7, 7)),  # Saturday: decided on Monday
        (date(2026, 5, 26), date(2026, 6, 2)),  # the eve of the feast: decided on Monday, 1 June
    ],
)
def test_the_first_day_that_is_offered_can_be_decided_today(app: Flask, today: date, first: date) -> None:
    with app.app_context(), a_town() as t:
        assert insurance_days.decision_for(t.session, MONDAY, today).first == first
        chances = [insurance_days.decision_for(t.session, day, today).chance for day in (first, first - DAY)]
        assert (chances[0], insurance_days.too_near(t.session, first, today)) == (Chance.IN_TIME, None)
        assert chances[1] is not Chance.IN_TIME or today.weekday() > 3 or first - DAY > today


# -- the sweep -------------------------------------------------------------------------------------------------------


def test_the_sweep_finds_what_stands_without_a_lawful_entry_and_nothing_else(app: Flask) -> None:
    after = MONDAY + DAY
    with app.app_context(), a_town() as t:
        of = t.department()

        def approved(*declared: str, **facts: Any) -> int:
            row = t.application(t.student(of), of, state=ApplicationState.APPROVED, **facts)
            for state in declared:
                t.declaration(row, "entry", state, due_on=MONDAY - DAY, aim_on=date(2026, 7, 3))
            return row.id

        late, refused, none = approved("due"), approved("failed"), approved()
        approved("done"), approved("sent"), approved("dropped", "due"), approved("dropped", "done")
        t.application(t.student(of), of)
        t.session.flush()
        found = [line.application for line in uninsured.sweep(t.session, after)]
        dropped = t.session.scalar(select(func.min(Declaration.application_id)).where(Declaration.state == "dropped"))
        assert found == [late, refused, none, dropped]
        assert (uninsured.count(t.session, after), uninsured.count(t.session, MONDAY)) == (4, 1)  # the Monday counts
        assert [line.application for line in uninsured.sweep(t.session, MONDAY)] == [none]


def test_the_command_lists_them_and_says_so_to_the_shell(app: Flask) -> None:
    with app.app_context():
        with a_file(ApplicationState.APPROVED) as f:
            key = f.row.id
        runner = app.test_cli_runner()
        found = runner.invoke(args=["insurance", "sweep", "--on", "2026-07-07"])
        assert (found.exit_code, f"application {key}: began 2026-07-06" in found.output) == (1, True)
        with a_town() as t:
            row = t.session.get_one(Application, key)
            t.declaration(row, "entry", "done")
        assert runner.invoke(args=["insurance", "sweep"]).exit_code == 0

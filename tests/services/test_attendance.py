"""The attendance sheet: kept week by week, confirmed when all is gone through, consistent when the dates move."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models import Absence, Application, AttendanceWeek, HolidayOverride, Step, db
from services import attendance, completion
from services.scope import OutOfReach, enter
from services.standing import Standing
from services.transition import Refused, take
from tests.people import SUBMITTED_AT, a_town
from workflow.weeks import Missed
from workflow.words import Action, ApplicationState, AttendanceState, WeekState

START = date(2026, 7, 6)  # a Monday; until 2 August; 15 July is a public holiday
DURING, AFTER = date(2026, 7, 22), date(2026, 8, 3)
MONDAYS = tuple(START + timedelta(weeks=n) for n in range(4))
SICK = Missed(2, "Raporlu")


@dataclass
class Firm:
    """A supervisor at their desk, with one intern."""

    row: Application
    standing: Standing

    def keep(self, monday: date, missed: dict[date, Missed] | None = None, today: date = AFTER) -> None:
        at = datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=9)
        attendance.keep(db.session(), self.row, monday, missed or {}, standing=self.standing, today=today, at=at)
        db.session.commit()

    def sheet(self, today: date = AFTER) -> attendance.Sheet:
        return attendance.sheet(db.session(), self.row, today)

    def states(self, today: date = AFTER) -> list[WeekState]:
        return [w.state for w in self.sheet(today).weeks]

    def attest(self, today: date = AFTER) -> Step:
        step = attendance.attest(db.session(), self.row, standing=self.standing, today=today)
        db.session.commit()
        return step


@pytest.fixture
def firm(app: Flask):
    with app.test_request_context("/"):
        with a_town() as t:
            of, boss = t.department(), t.user()
            row = t.application(
                t.student(of), of, state=ApplicationState.APPROVED, starts_on=START,
                supervisor=t.supervisor(t.institution(), boss),
            )  # fmt: skip
            key, standing = row.id, t.standing(boss)
        db.session.remove()
        enter(db.session(), standing)
        yield Firm(db.session.get_one(Application, key), standing)
        db.session.remove()


def test_a_week_is_kept_with_its_absences_and_feeds_the_day_count(firm: Firm) -> None:
    firm.keep(MONDAYS[0], {START: SICK, START + timedelta(days=2): Missed(1, "Sınav")})
    found = firm.sheet()
    assert (found.planned, found.missed, found.worked) == (38, 3, 35)  # half-days; 15 July is no working day
    assert [(a.day, a.half_days, a.reason) for a in _absences()] == [
        (START, 2, "Raporlu"),
        (START + timedelta(days=2), 1, "Sınav"),
    ]
    assert completion.counted(db.session(), firm.row).half_days == 35
    assert firm.states() == [WeekState.DONE, WeekState.OPEN, WeekState.OPEN, WeekState.OPEN]


def _absences() -> list[Absence]:
    return list(db.session.scalars(select(Absence).order_by(Absence.day)))


def test_a_week_can_be_changed_until_it_is_confirmed(firm: Firm) -> None:
    firm.keep(MONDAYS[0], {START: SICK})
    firm.keep(MONDAYS[0], {START: Missed(1, "Geç geldi")})
    assert [(a.half_days, a.reason) for a in _absences()] == [(1, "Geç geldi")]
    firm.keep(MONDAYS[0])
    assert _absences() == []
    assert len(db.session.scalars(select(AttendanceWeek)).all()) == 1


def test_holidays_weekends_and_days_to_come_are_not_asked(firm: Firm) -> None:
    asked = {w.monday: [d.day.day.day for d in w.asked] for w in firm.sheet(DURING).weeks}
    assert list(asked.values()) == [[6, 7, 8, 9, 10], [13, 14, 16, 17], [20, 21, 22], []]
    firm.keep(MONDAYS[1], {date(2026, 7, 15): SICK}, DURING)  # a holiday: nobody was missing
    assert _absences() == []
    assert firm.states(DURING) == [WeekState.OPEN, WeekState.DONE, WeekState.OPEN, WeekState.AHEAD]


def test_a_week_saved_half_way_is_asked_again_when_its_days_have_come(firm: Firm) -> None:
    firm.keep(MONDAYS[2], today=DURING)
    assert firm.states(DURING)[2] is WeekState.SO_FAR
    assert firm.states(DURING + timedelta(days=1))[2] is WeekState.OPEN
    assert firm.states(AFTER)[2] is WeekState.OPEN
    firm.keep(MONDAYS[2])
    assert firm.states()[2] is WeekState.DONE


@pytest.mark.parametrize(
    ("monday", "missed"),
    [
        (MONDAYS[0], {START: Missed(2, " ")}),  # no reason
        (START + timedelta(weeks=9), {}),  # no week of this internship
        (START + timedelta(days=1), {}),  # no Monday
    ],
)
def test_what_is_no_week_of_this_internship_or_has_no_reason_is_refused(
    firm: Firm, monday: date, missed: dict[date, Missed]
) -> None:
    with pytest.raises(Refused):
        firm.keep(monday, missed)
    db.session.rollback()
    assert (_absences(), db.session.scalars(select(AttendanceWeek)).all()) == ([], [])


def test_a_sheet_is_confirmed_once_the_internship_is_over_and_every_week_gone_through(firm: Firm) -> None:
    for monday in MONDAYS[:3]:
        firm.keep(monday)
    with pytest.raises(Refused) as refused:
        firm.attest()
    assert "1 weeks" in str(refused.value)
    db.session.rollback()
    firm.keep(MONDAYS[3], {MONDAYS[3]: SICK})
    with pytest.raises(Refused):
        firm.attest(date(2026, 8, 2))  # its last day
    db.session.rollback()
    step = firm.attest()
    assert (step.facts, firm.sheet().row.state) == ({"worked": [36, 38]}, AttendanceState.CONFIRMED)
    with pytest.raises(Refused) as refused:
        firm.keep(MONDAYS[0])
    assert refused.value.say is attendance.CONFIRMED


def test_a_confirmed_sheet_is_corrected_until_the_completion_is_handed_in(firm: Firm) -> None:
    for monday in MONDAYS:
        firm.keep(monday)
    firm.attest()
    take(db.session(), firm.sheet().row, Action.REVISE, standing=firm.standing, today=AFTER)
    firm.keep(MONDAYS[0], {START: SICK})
    firm.attest()
    with a_town() as t:
        row = t.session.get_one(Application, firm.row.id)
        row.state, row.counted_half_days, row.handed_in_at = ApplicationState.COMPLETION, 36, SUBMITTED_AT
    db.session.expire_all()
    with pytest.raises(Refused):
        take(db.session(), firm.sheet().row, Action.REVISE, standing=firm.standing, today=AFTER)


def test_a_stop_puts_weeks_and_absences_outside_and_they_count_no_more(firm: Firm) -> None:
    firm.keep(MONDAYS[3], {MONDAYS[3]: SICK})
    firm.keep(MONDAYS[1], {MONDAYS[1]: SICK})
    _move(firm, ends_on=date(2026, 7, 17))
    found = firm.sheet()
    assert [a.day for a in found.outside] == [MONDAYS[3]]
    assert ([w.monday for w in found.weeks], found.missed, found.planned) == ([*MONDAYS[:2]], 2, 18)
    assert completion.counted(db.session(), firm.row).half_days == 16
    firm.keep(MONDAYS[0])
    assert firm.attest().facts == {"worked": [16, 18]}


def test_an_extension_asks_again_about_the_week_it_lengthens(firm: Firm) -> None:
    _move(firm, ends_on=date(2026, 7, 22))
    firm.keep(MONDAYS[2], today=DURING)
    assert firm.states(DURING)[2] is WeekState.DONE
    _move(firm, ends_on=date(2026, 7, 31))
    assert firm.states(AFTER)[2:] == [WeekState.OPEN, WeekState.OPEN]


def _move(firm: Firm, **dates: date) -> None:
    key = firm.row.id
    db.session.rollback()
    with a_town() as t:
        row = t.session.get_one(Application, key)
        for name, day in dates.items():
            setattr(row, name, day)
    db.session.expire_all()


def test_a_decree_that_gives_a_day_off_takes_the_absence_with_it(firm: Firm) -> None:
    firm.keep(MONDAYS[0], {START: SICK})
    with a_town() as t:
        t.add(HolidayOverride(day=START, effect="holiday", concerns="all", reason="İdari izin"))
    found = firm.sheet()
    assert (found.planned, found.missed, completion.counted(db.session(), firm.row).half_days) == (36, 0, 36)


def test_nobody_keeps_the_sheet_of_another_firm_s_intern(app: Flask, firm: Firm) -> None:
    key = firm.row.id
    db.session.rollback()
    with a_town() as t:
        boss = t.user()
        t.supervisor(t.institution("Demir"), boss)
        foreign = t.standing(boss)
        row = t.session.get_one(Application, key)
    db.session.remove()
    enter(db.session(), foreign)
    assert db.session.get(Application, key) is None
    with pytest.raises(OutOfReach):
        attendance.keep(db.session(), row, MONDAYS[0], {}, standing=foreign, today=AFTER)


def test_what_a_supervisor_wrote_of_themselves_as_a_student_does_not_count(app: Flask) -> None:
    """A student who is a firm's supervisor too confirms nothing about their own internship."""
    with app.test_request_context("/"), a_town() as t:
        of = t.department()
        student = t.student(of)
        row = t.application(
            student, of, state=ApplicationState.APPROVED, starts_on=START,
            supervisor=t.supervisor(t.institution(), student.user),
        )  # fmt: skip
        sheet = t.attendance(row)
        with pytest.raises(Refused):
            take(t.session, sheet, Action.ATTEST, standing=t.standing(student.user), today=AFTER)

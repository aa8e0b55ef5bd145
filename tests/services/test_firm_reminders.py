"""A firm is called on the first day, each open Friday, the last day and when it is late; never for what is done."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Letter, Supervisor
from services import reminders
from services.scope import system_session
from tests.people import Town, a_town
from workflow.reminders import REMINDERS
from workflow.words import ApplicationState as S

CALLS = [r for r in REMINDERS if r.name.startswith("firm_")]
MONDAY, LAST = date(2026, 7, 6), date(2026, 8, 2)
FRIDAYS = [MONDAY + timedelta(days=4 + 7 * n) for n in range(4)]


def an_internship(t: Town, supervisor: Supervisor | None = None, **facts: Any) -> Any:
    of = t.department()
    given = {"state": S.APPROVED, "starts_on": MONDAY} | ({"supervisor": supervisor} if supervisor else {})
    return t.application(t.student(of), of, **given | facts)


def calls(day: date) -> list[str]:
    """The reminders a firm gets on this day, by name."""
    return [name.removeprefix("firm_") for name, told in reminders.remind(day, CALLS).items() if told]


def test_a_firm_that_does_nothing_is_called_on_each_of_its_days_and_on_no_other(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            an_internship(t)
        days = [MONDAY + timedelta(days=n) for n in range(-7, 60)]
        called = {day: names for day in days if (names := calls(day))}
    assert called == {
        MONDAY: ["begins"], **{friday: ["week"] for friday in FRIDAYS}, LAST: ["ends"],
        LAST + timedelta(days=5): ["late"], LAST + timedelta(days=10): ["later"],
    }  # fmt: skip


def saved(t: Town, row: Any, monday: date, on: date) -> None:
    t.week(row, monday).saved_at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


@pytest.mark.parametrize(("on", "called"), [(FRIDAYS[1], []), (FRIDAYS[1] - timedelta(days=2), ["week"])])
def test_a_week_gone_through_to_its_end_is_not_called_for(app: Flask, on: date, called: list[str]) -> None:
    with app.app_context():
        with a_town() as t:
            row = an_internship(t)
            saved(t, row, MONDAY, FRIDAYS[0])
            saved(t, row, MONDAY + timedelta(days=7), on)
        assert calls(FRIDAYS[1]) == called


def confirmed(t: Town, row: Any) -> None:
    t.attendance(row, "confirmed")


def given(t: Town, row: Any) -> None:
    t.evaluation(row, t.evaluation_form(None), "given")


def waived(t: Town, row: Any) -> None:
    t.attendance(row, "waived")


DONE: dict[str, tuple[tuple[Callable[[Town, Any], None], ...], list[str]]] = {
    "devam çizelgesi onaylanmadı, değerlendirme formu verilmedi": ((), ["late"]),
    "olan: değerlendirme formu verilmedi": ((confirmed,), ["late"]),
    "olan: devam çizelgesi onaylanmadı.": ((given,), ["late"]),
    "": ((waived, given), []),
}


@pytest.mark.parametrize("says", DONE)
def test_a_late_firm_reads_what_is_missing_and_nothing_once_all_is_there(app: Flask, says: str) -> None:
    done, called = DONE[says]
    with app.app_context():
        with a_town() as t:
            row = an_internship(t)
            for part in done:
                part(t, row)
        assert calls(LAST + timedelta(days=5)) == called
        with system_session() as s:
            assert [says in letter.text for letter in s.scalars(select(Letter))] == [True] * len(called)


@pytest.mark.parametrize(
    ("day", "state", "facts"),
    [(MONDAY, S.SUBMITTED, {}), (MONDAY, S.CANCELLED, {}), (FRIDAYS[0], S.APPROVED, {"starts_on": FRIDAYS[0] + timedelta(days=3)}),
     (LAST, S.COMPLETION, {}), (LAST + timedelta(days=5), S.ACCEPTED, {})],
)  # fmt: skip
def test_nobody_is_called_for_what_does_not_run_or_was_handed_in(
    app: Flask, day: date, state: S, facts: dict[str, Any]
) -> None:
    with app.app_context():
        with a_town() as t:
            an_internship(t, state=state, **facts)
        assert calls(day) == []


@pytest.mark.parametrize(
    ("name", "day"),
    [("begins", MONDAY), ("week", FRIDAYS[0]), ("ends", LAST), ("late", LAST + timedelta(days=5)), ("later", LAST + timedelta(days=10))],
)  # fmt: skip
def test_all_interns_of_one_address_come_in_one_letter(app: Flask, name: str, day: date) -> None:
    with app.app_context():
        with a_town() as t:
            ours, theirs = t.supervisor(t.institution()), t.supervisor(t.institution("Demir"), name="Veli Demir")
            again = t.supervisor(t.institution("Kaya Danışmanlık"))
            again.email = ours.email
            of = t.department()
            for given, person in (("Elif", ours), ("Emre", again), ("Deniz", ours), ("Can", theirs)):
                t.application(t.student(of, given), of, state=S.APPROVED, supervisor=person, starts_on=MONDAY)
            addresses = (ours.email, theirs.email)
        table = [r for r in CALLS if r.name == f"firm_{name}"]
        assert reminders.remind(day, table) == {f"firm_{name}": 4}
        assert reminders.remind(day, table) == {f"firm_{name}": 0}
        with system_session() as s:
            letters = {each.to_email: each for each in s.scalars(select(Letter))}
            assert sorted(letters) == sorted(addresses)
            text = letters[addresses[0]].text
            assert [who in text for who in ("Elif", "Emre", "Deniz", "Can")] == [True, True, True, False]
            assert len(s.scalars(select(Letter.id)).all()) == 2


def test_a_firm_that_wants_no_reminders_gets_none(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            an_internship(t).supervisor.reminded = False
        for day in (MONDAY, FRIDAYS[0], LAST):
            reminders.remind(day, CALLS)
        with system_session() as s:
            assert s.scalars(select(Letter.id)).all() == []

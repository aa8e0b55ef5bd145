"""One stored count: page, list, export and database say the same, whatever changes what days are counted from."""

import csv
import io
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from models import Application, ChangeRequest, Department, HolidayOverride, Institution, Policy, Step, User
from seed.apply import apply, weigh
from seed.difference import compare
from services import audit, merging, recount
from services.audit import verify
from services.calendar import alone, overrides, share
from services.counting import LIVE, ceiling
from services.reminders import remind
from services.scope import system_session
from services.standing import Standing
from services.wizard.checks import judge_again
from tests.forms import form_in
from tests.people import TODAY, a_town, looking, sign_in
from tests.statements import heard
from workflow.days import days_text
from workflow.kinds import CountRule
from workflow.reminders import REMINDERS
from workflow.words import Action, Actor, ApplicationState

HEAD = "day,effect,concerns,reason,source\n"
RULES = {
    "min_days": {"value": 19, "article": "m. 7"},
    "half_day_worth": {"value": 0.5, "article": "m. 12"},
    "week_by_kind": {"value": {"public": 5, "private": 6, "vessel": 7}, "article": "m. 12"},
}
WEEKDAY, SATURDAY = date(2026, 7, 8), date(2026, 7, 11)


@dataclass
class World:
    app: Flask
    row: int
    place: int
    other: int
    clients: dict[str, Any]

    def stored(self) -> int:
        with looking(self.app) as s:
            return s.scalars(select(Application.half_days).where(Application.id == self.row)).one()

    def says(self) -> dict[str, str]:
        """The count as each reader's page, list and export write it."""
        member, student, boss = (self.clients[n] for n in ("member", "student", "boss"))
        listed = member.get("/applications/?state=all").text
        exported = member.get("/applications/export/csv?state=all").data.decode("utf-8-sig")
        [line] = csv.DictReader(io.StringIO(exported), delimiter=";")
        days = float(line["İş günü"].replace(",", "."))
        return {
            "page": _sum(member.get(f"/applications/details/?id={self.row}").text),
            "list": _one(r'data-label="Tarih[^"]*".*?<small>(?:[\d½]+ / )?([\d½]+) ', listed),
            "export": days_text(round(2 * days)),
            "student": _sum(student.get(f"/my-applications/details/?id={self.row}").text),
            "own list": _one(r'data-label="Gün">([\d½]+)<', student.get("/my-applications/").text),
            "firm": _one(r"<dt>İş günü</dt><dd>([\d½]+)<", boss.get(f"/interns/details/?id={self.row}").text),
            "stored": days_text(self.stored()),
        }


def _sum(page: str) -> str:
    return _one(r'counted-sum"><strong>([\d½]+)<', page)


def _one(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    assert found, pattern
    return found[1]


@pytest.fixture
def world(app: Flask) -> World:
    """An internship of 19 days, Monday to Saturday ticked at a firm that works from Monday to Friday."""
    with app.app_context(), a_town() as t:
        of, boss = t.department(), t.user()
        place = t.institution(working_week=31)
        other = t.institution("Deniz Ticaret A.Ş.", working_week=63)
        student = t.student(of)
        row = t.application(
            student,
            of,
            state=ApplicationState.APPROVED,
            supervisor=t.supervisor(place, boss),
            kind=t.internship_type(of, RULES),
        )
        row.half_days, row.ticked_week = 38, 63
        users = {
            "member": t.member(of), "student": student.user, "boss": boss, "it": t.office(Actor.IT),
            "career": t.office(Actor.CAREER_CENTRE),
        }  # fmt: skip
        t.session.flush()
        [t.session.expunge(u) for u in users.values()]
        keys = row.id, place.id, other.id
    return World(app, *keys, {name: sign_in(app, user) for name, user in users.items()})


def holiday(world: World, day: date = WEEKDAY, effect: str = "holiday", concerns: str = "all", at: str = "new/") -> Any:
    """The form as it is sent twice: once to be told who is affected, once as told."""
    typed = {"day": day.isoformat(), "effect": effect, "concerns": concerns, "reason": "İdari izin", "source": "Karar"}
    return twice(world.clients["it"], f"/holidays/{at}", typed)


def twice(client: Any, address: str, typed: dict[str, Any]) -> Any:
    given = form_in(client.get(address).text) if "edit" in address else {}
    typed = {**given, **typed}
    first = client.post(address, data=typed)
    stamp = re.search(r'name="affected" value="([^"]+)"', first.text)
    return client.post(address, data={**typed, "affected": stamp[1]}) if stamp else first


def _created(world: World) -> None:
    holiday(world)


def _moved(world: World) -> None:
    holiday(world, day=SATURDAY)
    holiday(world, at=f"edit/?id={_override(world)}")


def _taken_back(world: World) -> None:
    holiday(world)
    holiday(world, day=WEEKDAY + timedelta(days=1))
    twice(world.clients["it"], "/holidays/delete/", {"id": _override(world)})


def _halved(world: World) -> None:
    holiday(world, effect="half")


def _worked(world: World) -> None:
    holiday(world, day=SATURDAY, effect="working")


def _seeded(world: World) -> None:
    with world.app.app_context(), system_session() as s:
        apply(s, {"holiday_overrides.csv": f"{HEAD}2026-07-08,holiday,private,Yas,Karar\n".encode()}, None)


def _week(world: World) -> None:
    _register(world, weekdays=["0", "1", "2", "3", "4", "5"])


def _kind(world: World) -> None:
    _register(world, weekdays=["0", "1", "2", "3", "4", "5", "6"], kind="vessel")


def _register(world: World, **typed: Any) -> None:
    given = {
        "name": "Kaya Yazılım A.Ş.", "kind": "private", "sector": "Yazılım", "address": "Kalkınma Mah.", "city": "Trabzon",
        "phone": "0462 300 00 00", "email": "bilgi@kaya.example.com", "headcount": "20", **typed,
    }  # fmt: skip
    twice(world.clients["career"], f"/institutions/edit/?id={world.place}", given)


def _merged(world: World) -> None:
    with world.app.app_context(), system_session() as s:
        row, into = s.get_one(Institution, world.place), s.get_one(Institution, world.other)
        by = Standing(
            user_id=s.scalars(select(User.id)).first(), name="Kariyer", offices=frozenset({Actor.CAREER_CENTRE})
        )
        merging.merge(s, row, into, seen=(row.version, into.version), standing=by, today=TODAY)


def _new_policy(world: World) -> None:
    with world.app.app_context(), system_session() as s:
        policy = s.scalars(select(Policy)).one()
        anew = {**RULES, "half_day_worth": {"value": 0, "article": "m. 12"}}
        s.add(Policy(internship_type_id=policy.internship_type_id, version=2, valid_from=TODAY, rules=anew))


def _repaired(world: World) -> None:
    with world.app.app_context():
        with system_session() as s:
            s.execute(update(Application).values(half_days=99), execution_options={"by_hand": True})
        assert recount.nightly() == 1


WAYS: dict[str, tuple[Callable[[World], None], str]] = {
    "a holiday is entered": (_created, "18"),
    "a holiday is moved to another day": (_moved, "18"),
    "a holiday is taken back": (_taken_back, "18"),
    "half a day is given": (_halved, "18½"),
    "a Saturday becomes a working day": (_worked, "20"),
    "a file of decrees is applied": (_seeded, "18"),
    "the register takes the Saturday in": (_week, "23"),
    "the workplace becomes a vessel": (_kind, "23"),
    "the institution is merged into one of another week": (_merged, "23"),
    "a new version of the policy comes into force": (_new_policy, "19"),
    "the stored count was damaged": (_repaired, "19"),
}


def _override(world: World) -> int:
    with looking(world.app) as s:
        return s.scalars(select(HolidayOverride.id).order_by(HolidayOverride.id.desc())).first() or 0


@pytest.mark.parametrize("way", WAYS)
def test_every_reader_reads_the_stored_count_however_it_came_to_change(world: World, way: str) -> None:
    change, days = WAYS[way]
    assert set(world.says().values()) == {"19"}
    change(world)
    assert world.says() == dict.fromkeys(world.says(), days)
    with looking(world.app) as s:
        assert [found for found in verify(s) if isinstance(found, audit.Break) and found.seq] == []


# -- before it is saved, and what follows --------------------------------------------------------------------


def test_who_is_counted_otherwise_is_listed_before_anything_is_saved(world: World) -> None:
    typed = {"day": WEEKDAY.isoformat(), "effect": "holiday", "concerns": "all", "reason": "İdari izin", "source": ""}
    first = world.clients["it"].post("/holidays/new/", data=typed)
    assert (first.status_code, world.stored(), _override(world)) == (200, 38, 0)
    row = _one(rf'<tr data-recounted="{world.row}">(.*?)</tr>', first.text)
    assert re.findall(r"<(?:del|strong)>([\d½]+)<", row) == ["19", "18"]
    assert "Ayşe Yılmaz" in row
    assert "İş günü bir staj için gerekenden az" in row
    stale = world.clients["it"].post("/holidays/new/", data={**typed, "affected": "7-7-7"})
    assert (stale.status_code, _override(world)) == (200, 0)
    assert holiday(world).status_code == 302


def test_a_new_count_is_a_step_of_the_file_that_names_what_it_follows(world: World) -> None:
    holiday(world)
    with looking(world.app) as s:
        [step] = s.scalars(select(Step).where(Step.action == Action.RECOUNT)).all()
        cause = s.scalars(select(Step).where(Step.machine == "holiday_override")).one()
        assert step.facts["recounted"]["half_days"] == [38, 36]
        assert step.facts["follows"] == ["holiday_override", cause.row_id, cause.seq]
        assert (step.actor, step.by_id, step.row_id) == (Actor.IT, cause.by_id, world.row)
        assert s.get_one(Application, world.row).version == 1
    assert "İdari izin" in world.clients["student"].get(f"/my-applications/details/?id={world.row}").text


def test_whoever_breaks_a_rule_now_is_shown_to_student_and_commission_and_no_longer_once_it_is_kept(
    world: World,
) -> None:
    broken = "İş günü bir staj için gerekenden az"
    seen = {
        "student": f"/my-applications/details/?id={world.row}", "member": f"/applications/details/?id={world.row}",
    }  # fmt: skip
    listed = "/applications/?state=all&breaks=1"
    assert "Ayşe Yılmaz" not in world.clients["member"].get(listed).text
    holiday(world)
    assert [broken in world.clients[who].get(at).text for who, at in seen.items()] == [True, True]
    assert broken in world.clients["member"].get(listed).text
    assert "breaks=1" in world.clients["member"].get("/").text
    with world.app.app_context():
        assert remind(TODAY, [r for r in REMINDERS if r.name == "recounted_min_days"]) == {"recounted_min_days": 1}
    twice(world.clients["it"], "/holidays/delete/", {"id": _override(world)})
    assert [broken in world.clients[who].get(at).text for who, at in seen.items()] == [False, False]


def test_the_files_of_a_check_say_who_would_be_counted_otherwise(world: World) -> None:
    files = {"holiday_overrides.csv": f"{HEAD}2026-07-08,holiday,all,Yas,Karar\n".encode()}
    with world.app.app_context(), system_session(reads=True) as s:
        plan = compare(s, files)
        weigh(s, plan)
        found = plan.difference.affected
    assert found
    assert [(x.id, x.before, x.after, x.breaks) for x in found.lines] == [(world.row, 38, 36, CountRule.MIN_DAYS)]
    assert world.stored() == 38


def test_what_was_decided_keeps_its_count_and_what_lives_follows(world: World) -> None:
    keys = {}
    with world.app.app_context(), a_town() as t:
        of = t.session.get_one(Department, t.session.scalars(select(Department.id)).first())
        for state in ApplicationState:
            if state is ApplicationState.DRAFT:
                continue
            row = t.application(t.student(of), of, state=state)
            row.half_days, keys[state] = 38, row.id
            if row.counted_half_days is not None:
                t.absence(row, date(2026, 7, 7), 1)
                row.counted_half_days, row.accepted_half_days = 37, row.accepted_half_days and 20
    holiday(world)
    with world.app.app_context(), system_session() as s:
        rows = {state: s.get_one(Application, key) for state, key in keys.items()}
        assert {state for state, row in rows.items() if row.half_days == 36} == set(LIVE)
        assert {row.half_days for row in rows.values()} == {36, 38}
        counted = {state: row.counted_half_days for state, row in rows.items() if row.counted_half_days}
        assert {state for state, half_days in counted.items() if half_days == 35} == {"completion", "returned"}
        assert {judge_again(row).half_days == row.half_days for row in rows.values()} == {True}
        assert {state for state, row in rows.items() if judge_again(row).moved} == set(rows) - set(LIVE)


def test_an_open_change_request_follows_and_takes_effect_as_counted(world: World) -> None:
    with world.app.app_context(), a_town() as t:
        row = t.session.get_one(Application, world.row)
        change = t.change(row, starts_on=date(2026, 7, 7), ends_on=date(2026, 8, 3), half_days=38)
        key = change.id
    holiday(world)
    with looking(world.app) as s:
        change = s.get_one(ChangeRequest, key)
        assert (change.before_half_days, change.half_days, change.version) == (36, 36, 1)


# -- many, and at once ---------------------------------------------------------------------------------------


def test_a_holiday_of_a_thousand_internships_is_written_in_batches(world: World) -> None:
    """Statements grow with batches of five hundred, never with the files."""
    with world.app.app_context(), system_session() as s:
        row = s.get_one(Application, world.row)
        facts = {c.name: getattr(row, c.key) for c in Application.__mapper__.columns if c.name != "id"}
        s.execute(insert(Application), [facts] * 1000, execution_options={"by_hand": True})
    with heard() as said:
        holiday(world)
    assert len(said) < 60
    with looking(world.app) as s:
        assert s.execute(select(Application.half_days, func.count()).group_by(Application.half_days)).all() == [
            (36, 1001)
        ]
        steps = select(func.count()).select_from(Step).where(Step.action == Action.RECOUNT)
        assert s.scalar(steps) == 1001


def test_two_who_enter_holidays_at_once_leave_the_count_of_both(world: World) -> None:
    days = [WEEKDAY, WEEKDAY + timedelta(days=1)]
    stamps = threading.Barrier(2)

    def enter(day: date) -> None:
        with world.app.app_context(), system_session() as s:
            stamps.wait(5)
            alone(s)
            row = HolidayOverride(day=day, effect="holiday", concerns="all", reason="İzin")
            s.add(row)
            cause = audit.note(s, row, Action.CREATE, Standing(name="BT", offices=frozenset({Actor.IT})))
            recount.revise(s, recount.Revision(days=frozenset({day})), cause)

    threads = [threading.Thread(target=enter, args=(day,)) for day in days]
    [t.start() for t in threads]
    [t.join(20) for t in threads]
    assert world.stored() == 34


def test_who_counts_waits_for_who_changes_the_calendar(world: World) -> None:
    """A count begun while a holiday is being entered is made by the calendar with it, on both databases."""
    entered, counts = threading.Event(), []

    def enter() -> None:
        with world.app.app_context(), system_session() as s:
            alone(s)
            entered.set()
            s.add(HolidayOverride(day=WEEKDAY, effect="holiday", concerns="all", reason="İzin"))
            s.flush()
            time.sleep(0.3)

    thread = threading.Thread(target=enter)
    thread.start()
    assert entered.wait(5)
    with world.app.app_context(), system_session() as s:
        share(s)
        counts.append(len(overrides(s)))
    thread.join(10)
    assert counts == [1]


# -- the register's week is the ceiling ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registered", "ticked", "counts"),
    [(31, 127, 31), (63, 127, 63), (63, 31, 31), (127, 127, 127), (31, 96, 0), (62, 63, 62), (31, None, 31)],
)
def test_a_tick_never_passes_the_week_of_the_register(registered: int, ticked: int | None, counts: int) -> None:
    assert ceiling(ticked, registered) == counts


def test_a_week_beyond_the_register_is_marked_for_the_commission(world: World) -> None:
    marks = re.findall(
        r'class="week-mark">.*?</svg>\s*(.*?)</p>',
        world.clients["member"].get(f"/applications/details/?id={world.row}").text,
        re.DOTALL,
    )
    assert any("Cumartesi" in mark and "sayılmadı" in mark for mark in marks)
    assert any("doğrulanmamış" in mark for mark in marks)

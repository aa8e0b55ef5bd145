"""One stored count: page, list, export and database say the same, whatever changes what days are counted from."""

import csv
import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models import Application, ChangeRequest, HolidayOverride, Institution, Policy, Step, User
from seed.apply import apply
from services import audit, merging, recount
from services.audit import verify
from services.scope import system_session
from services.standing import Standing
from services.wizard.checks import judge_again
from tests.forms import form_in
from tests.people import TODAY, a_town, looking, sign_in
from workflow.days import days_text
from workflow.words import Action, Actor, ApplicationState, ChangeKind, CountRule, InstitutionKind

HEAD = "day,effect,concerns,reason,source\n"
RULES = {
    "min_days": {"value": 19, "article": "m. 7"},
    "half_day_worth": {"value": 0.5, "article": "m. 12"},
    "week_by_kind": {"value": {"public": 5, "private": 6, "vessel": 7}, "article": "m. 12"},
}
WEEKDAY, SATURDAY, EVE = date(2026, 7, 8), date(2026, 7, 11), date(2026, 10, 28)


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
            "list": _one(r'data-label="Tarih[^"]*".*?<span class="dim">(?:[\d½]+ / )?([\d½]+) ', listed),
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
            student, of, state=ApplicationState.APPROVED, supervisor=t.supervisor(place, boss), kind=t.internship_type(of, RULES)
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
        by = Standing(user_id=s.scalars(select(User.id)).first(), name="Kariyer", offices=frozenset({Actor.CAREER_CENTRE}))
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

"""What people do by hand goes on in one history, however little of it they may see themselves."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Publication, Step, Supervisor
from tests.forms import form_at
from tests.people import a_town, looking, sign_in
from workflow.words import Actor

PERSON = {"name": "Şule Kaya", "title": "Müdür", "phone": "0462 300 00 01", "email": "sule@kaya.example.com"}


@pytest.fixture
def world(app: Flask) -> Any:
    with app.app_context():
        with a_town() as t:
            of = t.department("BIL")
            people = {"member": t.member(of), "centre": t.office(Actor.CAREER_CENTRE)}
            also_student = t.student(of)
            t.member(of, user=also_student.user)
            people["both"] = also_student.user
            firm = t.institution().id
            t.session.flush()
            [t.session.expunge(u) for u in people.values()]
    return {"firm": firm} | {name: sign_in(app, user) for name, user in people.items()}


def steps(app: Flask, machine: str) -> list[tuple[int, str]]:
    with looking(app) as s:
        return [
            (step.seq, step.action.value)
            for step in s.scalars(select(Step).where(Step.machine == machine).order_by(Step.seq))
        ]


@pytest.mark.parametrize("who", ["member", "centre"])
def test_a_supervisor_that_was_added_can_be_edited(app: Flask, world: Any, who: str) -> None:
    assert world[who].post(f"/supervisors/new/?institution={world['firm']}", data=PERSON).status_code == 302
    with looking(app) as s:
        pk = s.scalars(select(Supervisor.id)).one()
    url = f"/supervisors/edit/?id={pk}"
    edited = world[who].post(url, data=form_at(world[who], url) | {"title": "Genel müdür"})
    assert (edited.status_code, steps(app, "supervisor")) == (302, [(1, "create"), (2, "edit")])


@pytest.mark.parametrize("who", ["member", "centre", "both"])
def test_an_announcement_that_was_written_can_be_published_and_edited(app: Flask, world: Any, who: str) -> None:
    with looking(app) as s:
        before = set(s.scalars(select(Publication.id)))
    form = world[who].get("/publish/announcement/new/").text
    department = form.split('name="department"')[1].split("<option")[1].split('value="')[1].split('"')[0]
    written = {"title": "Toplantı", "body": "Salı günü.", "department": department, "audience": "students"}
    assert world[who].post("/publish/announcement/new/", data=written).status_code == 302
    with looking(app) as s:
        [pk] = set(s.scalars(select(Publication.id))) - before
    world[who].post(f"/publish/announcement/step/{pk}/publish", data={"version": 0})
    assert steps(app, "publication") == [(1, "create"), (2, "publish")]


def test_what_was_typed_outlives_a_session_that_ended(app: Flask, world: Any) -> None:
    nobody = app.test_client()
    answer = nobody.post(f"/supervisors/new/?institution={world['firm']}", data=PERSON)
    assert (answer.status_code, "Şule Kaya" in answer.text, 'action="/login?next=' in answer.text) == (400, True, True)


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_method", "_anchor", "_external", "values"])
def test_a_pager_takes_any_name_in_its_address(world: Any, app: Flask, name: str) -> None:
    with app.app_context(), a_town() as t:
        for n in range(51):
            t.institution(f"Firma {n}")
    page = world["member"].get(f"/institutions/?{name}=x")
    assert (page.status_code, f"{name}=x" in page.text) == (200, True)

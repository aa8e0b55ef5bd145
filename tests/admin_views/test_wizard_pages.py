"""The wizard's pages beside each other: nothing typed is left behind, and each page says what is wrong with it."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from models import Application, Department, Document, DraftPage, Enrolment, Institution, Student
from services.wizard.drafts import PAGES
from tests.admin_views.test_wizard import NEW_FIRM, NEW_PERSON, begin, dates, fill, submit, told, world
from tests.people import a_town, looking
from tests.services.test_archives import PDF, zipped

__all__ = ["world"]
ATTENTION, RULE, DONE = "attention", "rule", "done"


def stand(world: Any, pk: int) -> dict[str, str]:
    """How each page is said to stand, on the list every page carries."""
    text = world["client"].get(f"/apply/{pk}/preview").text
    return dict(zip([p.value for p in PAGES], re.findall(r'<li class="page-(\w+)">', text), strict=False))


@pytest.mark.parametrize("page", ["notice", "profile", "internship", "institution", "supervisor"])
def test_going_to_another_page_keeps_what_was_typed_on_this_one(app: Flask, world: Any, page: str) -> None:
    pk = begin(world["client"])
    typed = {"phone": "0532 1", "q": "ka", "name": "yarım", "paid": "no", "read": ["7"]}
    assert f'form="page" name="goto" value="{page}"' in world["client"].get(f"/apply/{pk}/{page}").text
    answer = world["client"].post(f"/apply/{pk}/{page}", data={**typed, "goto": "preview"})
    assert answer.location == f"/apply/{pk}/preview"
    with looking(app) as s:
        kept = s.scalars(select(DraftPage).where(DraftPage.application_id == pk)).one()
        assert (kept.page, kept.valid, kept.typed.items() & {"q": "ka"}.items()) == (page, False, {("q", "ka")})


@pytest.mark.parametrize("on", [{"goto": "notice"}, {"go": "leave"}, {"go": "back"}])
def test_a_file_chosen_is_uploaded_whichever_way_the_page_is_left(app: Flask, world: Any, on: dict[str, str]) -> None:
    pk = begin(world["client"])
    file = io.BytesIO(zipped({"form.pdf": PDF}))
    answer = world["client"].post(f"/apply/{pk}/files", data={"archive": (file, "belgeler.zip"), **on})
    assert answer.location in {f"/apply/{pk}/notice", f"/apply/?application={pk}", f"/apply/{pk}/supervisor"}
    with looking(app) as s:
        assert s.scalar(select(func.count()).select_from(Document)) == 1


def test_the_same_words_sent_twice_are_no_second_tab(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    typed = {"phone": "0532 111 11 11", "email": "a@demo.edu.tr", "version": "0"}
    answers = [world["client"].post(f"/apply/{pk}/profile", data=typed).location for _ in range(2)]
    assert answers == [f"/apply/{pk}/internship"] * 2


def test_words_of_a_second_tab_outlive_what_the_first_saves_next(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    client = world["client"]

    def send(where: str, number: str, version: str) -> str:
        typed = {"phone": number, "email": "a@demo.edu.tr", "version": version}
        return str(client.post(where, data=typed).location)

    send(f"/apply/{pk}/profile", "0532 111 11 11", "0")
    late = send(f"/apply/{pk}/profile", "0532 222 22 22", "0")
    send(f"/apply/{pk}/profile", "0532 333 33 33", "1")
    assert "0532 222 22 22" in client.get(late).text
    assert "0532 333 33 33" in client.get(f"/apply/{pk}/profile").text
    assert late.endswith("?late=1")


def test_a_supervisor_of_the_institution_chosen_before_is_asked_for_again(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk)
    assert stand(world, pk)["supervisor"] == DONE
    with app.app_context(), a_town() as t:
        other = t.institution("Demir Çelik A.Ş.").id
    world["client"].post(f"/apply/{pk}/institution", data=dates(world, pick=other, version="1"))
    assert stand(world, pk)["supervisor"] == ATTENTION
    assert "error-summary" in world["client"].get(f"/apply/{pk}/supervisor").text
    submit(world, pk)
    with looking(app) as s:
        assert s.get_one(Application, pk).state == "draft"
    world["client"].post(f"/apply/{pk}/institution", data=dates(world, pick=world["firm"], version="2"))
    assert stand(world, pk)["supervisor"] == DONE


def test_a_supervisor_typed_for_another_institution_is_confirmed_by_saving_again(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk, institution=dates(world, **NEW_FIRM), supervisor=NEW_PERSON)
    world["client"].post(f"/apply/{pk}/institution", data=dates(world, pick=world["firm"], version="1"))
    assert stand(world, pk)["supervisor"] == ATTENTION
    world["client"].post(f"/apply/{pk}/supervisor", data=NEW_PERSON | {"version": "1"})
    assert stand(world, pk)["supervisor"] == DONE


def test_dates_against_a_rule_say_so_on_their_page_as_soon_as_they_are_saved(app: Flask, world: Any) -> None:
    pk = begin(world["client"])
    fill(world, pk)
    short = dates(world, pick=world["firm"], ends_on="2027-07-09", version="1")
    shown = told(world["client"].post(f"/apply/{pk}/institution", data=short), world)
    summary = shown.split("error-summary")[1].split("</ul>")[0]
    assert ("m. 7/1" in summary, 'value="2027-07-09"' in shown) == (True, True)
    assert stand(world, pk)["institution"] == RULE
    go_on = world["client"].post(f"/apply/{pk}/institution", data=short | {"version": "2", "go": "on"})
    assert go_on.location == f"/apply/{pk}/supervisor"
    world["client"].post(f"/apply/{pk}/institution", data=dates(world, pick=world["firm"], version="3"))
    assert stand(world, pk)["institution"] == DONE


def test_an_internship_of_the_double_major_asks_for_that_departments_regulations(app: Flask, world: Any) -> None:
    with app.app_context(), a_town() as t:
        other = t.department()
        student = t.session.scalars(select(Student).order_by(Student.id)).first()
        t.add(Enrolment(student_id=student.id, department_id=other.id, programme="double_major", class_year=3))  # type: ignore[union-attr]
        kind = t.internship_type(other).id
        theirs = t.publication(other, "regulation", must_read=True, title="İkinci bölümün yönergesi").id
        assert isinstance(t.session.get(Department, world["of"]), Department)
    pk = begin(world["client"])
    fill(world, pk)
    assert stand(world, pk)["notice"] == DONE
    asked = {"term": world["term"], "paid": "no", "family_health_cover": "yes", "abroad": "no", "version": "1"}
    world["client"].post(f"/apply/{pk}/internship", data=asked | {"internship_type": kind})
    assert stand(world, pk)["notice"] == ATTENTION
    page = world["client"].get(f"/apply/{pk}/notice").text
    assert re.findall(r'name="read" type="checkbox" value="(\d+)"', page) == [str(theirs)]
    submit(world, pk)
    with looking(app) as s:
        assert s.get_one(Application, pk).state == "draft"
    world["client"].post(f"/apply/{pk}/notice", data={"read": [theirs], "version": "1"})
    submit(world, pk)
    with looking(app) as s:
        row = s.get_one(Application, pk)
        assert (row.state, row.department_id) == ("submitted", other.id)


@pytest.mark.parametrize("term", ["yazılım", "kaya yaz", "YAZILIM kaya", "san", "sanayi"])
def test_an_institution_is_found_by_any_words_of_its_name(app: Flask, world: Any, term: str) -> None:
    with app.app_context(), a_town() as t:
        t.session.get_one(Institution, world["firm"]).name = "Kaya Yazılım Sanayi A.Ş."
        t.institution("Kaya Beton Ltd.")
        t.institution("Deniz Yazıcı Onarım")
    found = world["client"].get("/apply/institutions", query_string={"q": term}).json
    assert [i["name"] for i in found] == ["Kaya Yazılım Sanayi A.Ş."]

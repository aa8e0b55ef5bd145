"""The desks of requests: a double major chooses, a template adds to what is typed, letters lead here, nothing typed is lost."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from models import Enrolment, Letter, Request
from tests.people import a_town, looking, sign_in
from tests.university import University
from workflow.words import Programme, RequestState

ASKED = {"subject": "Sigorta", "text": "Ne zaman başlar?", "application": ""}


def test_a_double_major_chooses_the_department_and_an_application_keeps_to_its_own(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of, other = t.department(), t.department()
        student = t.student(of)
        t.add(
            Enrolment(student_id=student.id, department_id=other.id, programme=Programme.DOUBLE_MAJOR, class_year=3)
        )  # fmt: skip
        file, user, keys = t.application(student, of).id, student.user, (of.id, other.id)
        assert user
        t.session.expunge_all()
    client = sign_in(app, user)
    page = client.get("/my-requests/new/").text
    offered = re.findall(r'<option[^>]*value="(\d+)"', re.findall(r'name="department".*?</select>', page, re.DOTALL)[0])
    assert {int(key) for key in offered} == set(keys)
    refused = client.post("/my-requests/new/", data={**ASKED, "department": keys[1], "application": file})
    assert (refused.status_code, "Ne zaman başlar?" in refused.text) == (200, True)
    assert client.post("/my-requests/new/", data={**ASKED, "department": keys[1]}).status_code == 302
    with looking(app) as session:
        assert session.scalars(select(Request.department_id)).all() == [keys[1]]


def test_a_letter_leads_to_the_conversation(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        student, member = t.student(of).user, t.member(of)
        assert student
        t.session.expunge_all()
    where = sign_in(app, student).post("/my-requests/new/", data=ASKED).location
    with looking(app) as session:
        link = urlsplit(session.scalars(select(Letter.link).where(Letter.user_id == member.id)).one() or "").path
    assert re.fullmatch(r"/go/request/\d+", link)
    assert sign_in(app, student).get(link).location == where
    answer = sign_in(app, member).get(link, follow_redirects=True)
    assert (answer.status_code, answer.request.path) == (200, "/requests/details/")


@pytest.mark.parametrize("typed", ["", "Merhaba,"])
def test_a_template_is_put_below_what_is_typed_and_nothing_is_written(university: University, typed: str) -> None:
    before, client = university.contents(), university.people["member of civil"]
    key, template = university.requests["ayse open"], university.templates["civil"]
    page = client.post(
        f"/requests/step/{key}/answer", data={"reason": typed, "template": template, "use": "1", "version": "0"}
    ).text
    area = re.findall(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.DOTALL)[0].replace("\r", "")
    assert area == "\n\n".join(filter(None, [typed, "Sigortanız stajdan bir gün önce başlar."]))
    assert university.contents() == before


def test_a_template_of_another_department_adds_nothing(university: University) -> None:
    client, key = university.people["member of civil"], university.requests["ayse open"]
    foreign = {"reason": "Evet.", "template": university.templates["mining"], "version": "0"}
    assert "Sigortanız" not in client.post(f"/requests/step/{key}/answer", data={**foreign, "use": "1"}).text
    assert client.post(f"/requests/step/{key}/answer", data=foreign).status_code == 200
    with looking(university.app) as session:
        assert session.get_one(Request, key).state is RequestState.OPEN

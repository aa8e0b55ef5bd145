"""The health office at its desk: ticks, takes the list out, brings the references in; and who else sees a national id."""

import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from models import Declaration, Step, Student
from services.seal import Seal
from tests.people import looking
from tests.university import University
from workflow.words import Action, DeclarationState

ID = "10000000146"
BOM = b"\xef\xbb\xbf"


@pytest.fixture
def office(university: University) -> Any:
    """The health office, in a university whose students have real national ids."""
    with looking(university.app) as session:
        seal = Seal(university.app.extensions["staj"].national_id_key)
        for student in session.scalars(select(Student)):
            student.national_id_sealed = seal.close(ID)
    return university.people["health office"]


def row(university: University, name: str = "ayse due") -> Declaration:
    with looking(university.app) as session:
        return session.get_one(Declaration, university.declarations[name])


def shown(university: University) -> list[str]:
    with looking(university.app) as session:
        return [s.facts["national_id"] for s in session.scalars(select(Step).where(Step.action == Action.SHOW))]


def test_ticked_go_out_on_a_list_and_come_back_with_their_references(university: University, office: Any) -> None:
    keys = university.declarations
    ticked = {"row": [f"{keys['ayse due']}:0", f"{keys['zeynep due']}:7", f"{keys['ayse done']}:0", "x"]}
    told = office.post("/declarations/list", data=ticked)
    page = office.get(told.location).text
    assert (told.status_code, 'data-taken="1"' in page, 'data-refused="3"' in page, ID in page) == (
        303,
        True,
        True,
        False,
    )
    assert (row(university).state, row(university, "zeynep due").state) == (DeclarationState.SENT, DeclarationState.DUE)
    token = re.findall(r'name="told" value="([^"]+)"', page)[0]
    listed = {kind: office.post(f"/declarations/list/{kind}", data={"told": token}) for kind in ("csv", "xlsx")}
    assert (listed["csv"].data.startswith(BOM), ID in listed["csv"].text, listed["csv"].text.count("\r\n")) == (
        True,
        True,
        2,
    )
    assert (listed["xlsx"].data[:2], shown(university)) == (b"PK", ["exported", "exported"])
    file = f"Bildirge no;Referans no\n{keys['ayse due']};SGK-77\n999999;SGK-78\n".encode()
    sent = office.post("/declarations/references", data={"file": (io.BytesIO(file), "liste.csv")})
    page = office.get(sent.location).text
    assert ('data-taken="1"' in page, 'data-refused="1"' in page) == (True, True)
    assert (row(university).state, row(university).reference) == (DeclarationState.DONE, "SGK-77")
    assert university.people["it"].get(sent.location).status_code == 404


def test_a_national_id_is_shown_on_demand_and_on_record(university: University, office: Any) -> None:
    key, on_record = university.declarations["ayse due"], len(shown(university))
    before = office.get(f"/declarations/details/?id={key}").text
    after = office.post(f"/declarations/national-id/{key}")
    assert (ID in before, ID in after.text, after.headers["Cache-Control"]) == (False, True, "no-store")
    assert shown(university)[on_record:] == ["shown"]


def test_a_row_with_a_fault_stays_off_the_list(university: University, office: Any) -> None:
    with looking(university.app) as session:
        declaration = session.get_one(Declaration, university.declarations["zeynep failed"])
        session.get_one(Student, declaration.student_id).national_id_sealed = b"x" * 40
    told = office.post("/declarations/list", data={"row": f"{declaration.id}:0"})
    page = office.get(told.location).text
    state = row(university, "zeynep failed").state
    assert ('data-refused="1"' in page, "data-taken" in page, state) == (True, False, DeclarationState.FAILED)


def test_a_letter_leads_to_what_waits_for_that_internship(university: University, office: Any) -> None:
    for machine, key in (
        ("declaration", university.declarations["ayse due"]),
        ("application", university.applications["ayse approved"]),
        ("change_request", university.changes["ayse approved"]),
    ):
        answer = office.get(f"/go/{machine}/{key}", follow_redirects=True)
        assert (answer.status_code, "Ayşe Yılmaz" in answer.text) == (200, True)


@pytest.mark.usefixtures("office")
def test_nobody_elses_page_shows_a_national_id(university: University) -> None:
    paths = ("/", "/applications/?state=all", "/applications/export/csv?state=all", "/interns/", "/my-applications/")
    met = {(who, path) for who, client in university.people.items() for path in paths if ID in client.get(path).text}
    assert met == set()

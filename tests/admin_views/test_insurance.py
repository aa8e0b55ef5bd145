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
from workflow.words import Action, DeclarationKind, DeclarationState

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


def test_a_whole_view_goes_out_on_one_list(university: University, office: Any) -> None:
    told = office.post("/declarations/list", data={"whole": "yes", "kind": "entry"})
    page = office.get(told.location).text
    with looking(university.app) as session:
        left = [
            d.id
            for d in session.scalars(select(Declaration))
            if d.kind is DeclarationKind.ENTRY and d.state in {DeclarationState.DUE, DeclarationState.FAILED}
        ]
    assert (told.status_code, "data-taken" in page, "data-refused" in page, left) == (303, True, False, [])
    again = office.post("/declarations/list", data={"whole": "yes", "kind": "entry"}, follow_redirects=True)
    assert "data-taken" not in again.text  # nothing of that view waits any more


def test_what_was_sent_is_counted_on_the_board(university: University, office: Any) -> None:
    with looking(university.app) as session:
        sent = len(list(session.scalars(select(Declaration).where(Declaration.state == DeclarationState.SENT))))
    page = office.get("/declarations/?state=sent").text
    tile = re.search(r'board-sent[^>]*aria-current="true"><strong>(\d+)', page)
    assert tile
    assert int(tile[1]) == sent


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("", b""), ("liste.csv", b""), ("liste.xlsx", b"PK\x03\x04"), ("liste.xlsx", b""), ("liste.exe", b"MZ"),
        ("liste.csv", b"\x00" * 100), ("liste.csv", b"\xff\xfe\x00"), ("liste.csv", "Adı;Soyadı\nA;B\n".encode("cp1254")),
        ("liste.csv", b"Bildirge no;Referans no\n" + b"1;R\n" * 10_000), ("liste.csv", b'Bildirge no\n"' + b"x" * 200_000),
        ("liste.csv", b"Bildirge no;Bildirge no\n1;2\n"), ("liste.csv", b"Bildirge no;Referans no\n1;R;3;4\n"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_with_a_sentence_and_writes_nothing(
    university: University, office: Any, name: str, data: bytes
) -> None:
    before = row(university).version
    answer = office.post("/declarations/references", data={"file": (io.BytesIO(data), name)})
    assert (answer.status_code, 'id="file-error"' in answer.text, row(university).version) == (200, True, before)


def test_hostile_lines_are_told_one_by_one(university: University, office: Any) -> None:
    key = university.declarations["zeynep due"]
    office.post("/declarations/list", data={"row": f"{key}:{row(university, 'zeynep due').version}"})
    lines = ["#N/A;R", "-1;R", f"{2**64};R", "1e9;R", "٣;R", ";R", f"{key};=1+1", f"{key};{'R' * 60}", f"{key};", f"{key};R\u202e", f"#{key};SGK-1"]  # fmt: skip
    file = ("Bildirge no;Referans no\r\n" + "\r\n".join(lines)).encode("utf-8")
    sent = office.post("/declarations/references", data={"file": (io.BytesIO(file), "liste.csv")})
    page = office.get(sent.location).text
    assert ('data-taken="1"' in page, f'data-refused="{len(lines) - 1}"' in page) == (True, True)
    assert (row(university, "zeynep due").state, row(university, "zeynep due").reference) == (
        DeclarationState.DONE,
        "SGK-1",
    )


def test_a_list_that_no_longer_holds_names_the_row_it_is_about(university: University, office: Any) -> None:
    pk = row(university, "zeynep failed").id
    data = {"row": f"{pk}:{row(university, 'zeynep failed').version}"}
    listed = office.get(office.post("/declarations/list", data=data).location).text
    token = re.findall(r'name="told" value="([^"]+)"', listed)[0]
    with looking(university.app) as session:
        session.get_one(Student, session.get_one(Declaration, pk).student_id).national_id_sealed = b"x" * 40
    answer = office.post("/declarations/list/csv", data={"told": token}, follow_redirects=True)
    said = re.search(r"Zeynep \w+: [^<]+", answer.text)
    assert (answer.mimetype, bool(said)) == ("text/html", True)

"""The health office at its desk: ticks, takes the list out, brings the references in; and who else sees a national id."""

import csv
import html
import io
import os
import re
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from models import Declaration, SearchWord, Step, Student
from services import insurance_codes
from services.seal import Seal
from services.sign_in import today
from tests.people import a_town, looking
from tests.university import University, starting
from workflow.words import Action, ApplicationState, DeclarationKind, DeclarationState

ID = "10000000146"
BOM = b"\xef\xbb\xbf"


@pytest.fixture
def office(university: University) -> Any:
    """The health office, in a university whose students have real national ids, three weeks before they start."""
    starting(university, {university.declarations[name]: 21 for name in ("ayse due", "zeynep due")})
    with looking(university.app) as session:
        seal = Seal(university.app.extensions["staj"].national_id_key)
        for student in session.scalars(select(Student)):
            student.national_id_sealed = seal.close(ID)
    return university.people["health office"]


def row(university: University, name: str = "ayse due") -> Declaration:
    with looking(university.app) as session:
        return session.get_one(Declaration, university.declarations[name])


def an_entry(university: University, ahead: int = 21) -> Declaration:
    """An entry that waits, of an internship so many days from now."""
    with university.app.app_context(), a_town() as t:
        of, starts = t.department(), today() + timedelta(days=ahead)
        student = t.student(of, "Nermin", "Şahin")
        student.national_id_sealed = Seal(university.app.extensions["staj"].national_id_key).close(ID)
        return t.declaration(t.application(student, of, state=ApplicationState.APPROVED, starts_on=starts))


def stands(university: University, entry: Declaration) -> tuple[DeclarationState, str | None]:
    with looking(university.app) as session:
        found = session.get_one(Declaration, entry.id)
        return found.state, found.reference


def shown(university: University) -> list[str]:
    with looking(university.app) as session:
        return [s.facts["national_id"] for s in session.scalars(select(Step).where(Step.action == Action.SHOW))]


def test_ticked_go_out_on_a_list_and_come_back_with_their_references(university: University, office: Any) -> None:
    keys = university.declarations
    ticked = {
        "asked": "yes",
        "row": [f"{keys['ayse due']}:0", f"{keys['zeynep due']}:7", f"{keys['ayse done']}:0", "x"],
    }
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
    told = office.post("/declarations/list", data={"asked": "yes", "row": f"{declaration.id}:0"})
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


def confirmed(asked: str) -> dict[str, Any]:
    """What the page that asks first sends on."""
    return {"asked": "yes", "whole": "yes", "row": re.findall(r'name="row" value="(\d+:\d+)"', asked)}


def test_a_whole_view_goes_out_on_one_list(university: University, office: Any) -> None:
    asked = office.post("/declarations/list", data={"whole": "yes", "kind": "entry"}).text
    told = office.post("/declarations/list", data=confirmed(asked))
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
        ("liste.csv", b"Bildirge no;Bildirge no\n1;2\n"),
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
    office.post("/declarations/list", data={"asked": "yes", "row": f"{key}:{row(university, 'zeynep due').version}"})
    lines = ["#N/A;R", "-1;R", f"{2**64};R", "1e9;R", "٣;R", ";R", f"{key};=1+1", f"{key};{'R' * 60}", f"{key};", f"{key};R\x07", f"{key};R;3;4", f"#{key};\u202aSGK-1\u202c"]  # fmt: skip
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
    data = {"asked": "yes", "row": f"{pk}:{row(university, 'zeynep failed').version}"}
    listed = office.get(office.post("/declarations/list", data=data).location).text
    token = re.findall(r'name="told" value="([^"]+)"', listed)[0]
    with looking(university.app) as session:
        session.get_one(Student, session.get_one(Declaration, pk).student_id).national_id_sealed = b"x" * 40
    answer = office.post("/declarations/list/csv", data={"told": token}, follow_redirects=True)
    said = re.search(r"Zeynep \w+: [^<]+", answer.text)
    assert (answer.mimetype, bool(said)) == ("text/html", True)


# -- when a list is for today ----------------------------------------------------------------------------------------


def test_an_entry_too_early_and_one_too_late_stay_off_the_list_with_what_to_do(
    university: University, office: Any
) -> None:
    early, late, now = an_entry(university, 31), an_entry(university, -10), an_entry(university, 10)
    board = office.get("/declarations/?kind=entry").text
    assert [f'value="{entry.id}:' in board for entry in (early, late, now)] == [False, False, True]
    assert re.search(rf'id={late.id}&[^"]*" title="[^"]*geriye dönük', board)
    told = office.post("/declarations/list", data={"asked": "yes", "row": [f"{early.id}:{early.version}", f"{late.id}:{late.version}"]}, follow_redirects=True).text  # fmt: skip
    assert ('data-refused="2"' in told, "data-taken" in told) == (True, False)
    assert ("en çok 30 gün önce verilir" in told, "referansını bildirgenin sayfasında kaydedin" in told) == (True, True)
    assert [stands(university, entry) for entry in (early, late)] == [(DeclarationState.DUE, None)] * 2
    page = office.get(f"/declarations/details/?id={late.id}").text
    assert ("data-untimely" in page, f"/declarations/step/{late.id}/confirm" in page) == (True, True)
    office.post(f"/declarations/step/{late.id}/confirm", data={"reference": "ELDEN-1", "version": str(late.version)})
    assert stands(university, late) == (DeclarationState.DONE, "ELDEN-1")


# -- another column map ----------------------------------------------------------------------------------------------
OTHER_COLUMNS = """
columns:
  - {heading: Belge, fact: document_kind}
  - {heading: Soyadı, fact: surname}
  - {heading: Sicil no, fact: reference}
  - {heading: Kayıt sırası, fact: declaration}
  - {heading: Giriş, fact: entry_date}
  - {heading: Meslek, fact: occupation_code}
document_kinds:
  - {from: 2020-01-01, covered: "22", not_covered: "44"}
  - {from: 2026-01-01, covered: "52", not_covered: "54"}
occupation_codes:
  - {from: 2020-01-01, code: "9901.02"}
"""


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_another_column_map_gives_another_file_and_takes_it_back(
    university: University, office: Any, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insurance_codes, "COLUMNS", tmp_path / "columns.yaml")
    insurance_codes.COLUMNS.write_text(OTHER_COLUMNS, encoding="utf-8")
    entry = an_entry(university)
    told = office.post(
        "/declarations/list", data={"asked": "yes", "row": f"{entry.id}:{entry.version}"}, follow_redirects=True
    ).text
    token = re.findall(r'name="told" value="([^"]+)"', told)[0]
    file = office.post(f"/declarations/list/{kind}", data={"told": token})
    headings, line = cells(kind, file.data)
    assert headings == ["Belge", "Soyadı", "Sicil no", "Kayıt sırası", "Giriş", "Meslek"]
    assert line == ["52", "Şahin", "", str(entry.id), f"{entry.starts_on:%d.%m.%Y}", "9901.02"]
    line[2] = f"SGK-{kind}"
    back = office.post("/declarations/references", data={"file": (workbook(kind, [headings, line]), f"liste.{kind}")})
    assert 'data-taken="1"' in office.get(back.location).text
    assert stands(university, entry) == (DeclarationState.DONE, f"SGK-{kind}")


def cells(kind: str, data: bytes) -> list[list[str]]:
    """The rows of a list as text."""
    if kind == "csv":
        return [*csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return [[as_text(cell) for cell in line] for line in sheet]


def as_text(cell: Any) -> str:
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return str(int(cell)) if isinstance(cell, float) else str(cell)


def workbook(kind: str, lines: list[list[str]]) -> io.BytesIO:
    """The list as an officer hands it in again."""
    out = io.BytesIO()
    if kind == "csv":
        written = io.StringIO()
        csv.writer(written, delimiter=";").writerows(lines)
        out.write(written.getvalue().encode("utf-8-sig"))
    else:
        with xlsxwriter.Workbook(out) as book:
            sheet = book.add_worksheet()
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
    out.seek(0)
    return out


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("fact: surname", "fact: soyad", "içeriği bilinmiyor"), ("heading: Belge", "heading: Soyadı", "iki sütun"),
        ("covered: ", "kapsam: ", "eksik"), ("columns:", "sütunlar:", "columns.yaml"),
        ("occupation_codes:", "entries: []\noccupation_codes:\n  - {from: dün, code: x}\nx:", "eksik"),
        ("columns:", "entries: [{from: 2020-01-01, days_ahead: -3}]\ncolumns:", "days_ahead"),
        ("columns:", "exits: [{from: 2020-01-01, days_after: 0}]\ncolumns:", "days_after"),
    ],
)  # fmt: skip
def test_a_bad_column_map_is_told_and_nothing_goes_out(
    university: University, office: Any, before: str, after: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(insurance_codes, "COLUMNS", tmp_path / "columns.yaml")
    insurance_codes.COLUMNS.write_text(OTHER_COLUMNS.replace(before, after), encoding="utf-8")
    entry = an_entry(university)
    told = office.post(
        "/declarations/list", data={"asked": "yes", "row": f"{entry.id}:{entry.version}"}, follow_redirects=True
    ).text
    [warned] = re.findall(r"alert-warning[^>]*>(.*?)</div>", told, re.DOTALL)
    assert (says in warned, "columns.yaml" in warned) == (True, True)
    assert stands(university, entry) == (DeclarationState.DUE, None)
    assert office.get(f"/declarations/details/?id={entry.id}").status_code == 200


# -- the board -------------------------------------------------------------------------------------------------------
TILE = r'class="board-(\w+)[^"]*" href="([^"]+)"[^>]*><strong>(\d+)'


def test_every_tile_counts_the_rows_its_link_shows(university: University, office: Any) -> None:
    aims = {
        "entry": (-3, -1, 0, 3, 7, 8, 60), "exit": (-5, 0, 2, 30), "correction": (-2, 5, 12), "cancellation": (0, 90),
    }  # fmt: skip
    with university.app.app_context(), a_town() as t:
        of = t.department()
        for kind, days in aims.items():
            for n, ahead in enumerate(days):
                aim = today() + timedelta(days=ahead)
                one = t.application(t.student(of), of, state=ApplicationState.APPROVED)
                t.declaration(one, kind, "failed" if n % 2 else "due", aim_on=aim, due_on=aim)
    tiles = re.findall(TILE, office.get("/declarations/").text)
    assert [name for name, _url, _count in tiles] == [
        "overdue", "today", "week", "later", "exits", "corrections", "cancellations", "sent",
    ]  # fmt: skip
    shown = {name: len(re.findall(LINE, office.get(html.unescape(url)).text)) for name, url, _count in tiles}
    assert shown == {name: int(count) for name, _url, count in tiles}
    assert 0 not in shown.values()
    assert sum(shown[name] for name in ("overdue", "today", "week", "later")) == len(
        re.findall(LINE, office.get("/declarations/").text)
    )


LINE = r'<tr id="r\d+">\s*<td class="tick">'


def found(office: Any, **asked: str) -> list[str]:
    page = office.get("/declarations/", query_string=asked).text
    return re.findall(r"details/\?id=\d+[^\"]*\">([^<]+)</a>", page)


def test_a_declaration_is_found_by_name_number_or_institution_as_turks_type_them(
    university: University, office: Any
) -> None:
    with university.app.app_context(), a_town() as t:
        of = t.department()
        firm = t.supervisor(t.institution("Iğdır Şeker Fabrikası"))
        student = t.student(of, "Işıl", "Çağlayan")
        one = t.application(student, of, state=ApplicationState.APPROVED, supervisor=firm)
        t.declaration(one, "entry", "done")
        t.declaration(one, "exit", "due")
        t.declaration(t.application(t.student(of, "Işık", "Demir"), of, state=ApplicationState.APPROVED))
        number = student.number
    for typed in ("ISIL", "ışıl çağ", "caglayan isil", "IĞDIR", number):
        assert found(office, q=typed) == ["Işıl Çağlayan"], typed
    assert found(office, q="ışıl", state="all") == ["Işıl Çağlayan"] * 2
    assert found(office, q="ışıl", state="all", kind="entry") == ["Işıl Çağlayan"]
    assert sorted(found(office, q="ışı")) == ["Işık Demir", "Işıl Çağlayan"]
    assert found(office, q="ğdır") == []


def test_a_search_that_finds_nothing_says_why_and_where_else(university: University, office: Any) -> None:
    with university.app.app_context(), a_town() as t:
        of = t.department()
        one = t.application(t.student(of, "Işıl", "Çağlayan"), of, state=ApplicationState.APPROVED)
        t.declaration(one, "entry", "done")
    page = office.get("/declarations/?q=Işıl&due=today").text
    assert "Bu görünümde “Işıl” aramasına uyan bildirge yok." in page
    link = html.unescape(re.findall(r'class="empty">.*?href="([^"]+)"', page, re.DOTALL)[0])
    assert "Çağlayan" in office.get(link).text
    assert "Bu görünümde “Işıl”" in office.get("/declarations/?q=Işıl&state=all&kind=cancellation").text
    assert "Bildirgeler, başvuru onaylanınca oluşur." in office.get("/declarations/?q=yokböylebiri&state=all").text
    assert "alert-warning" in office.get("/declarations/?q=!!").text


def test_a_declaration_leads_back_to_the_search_it_was_found_by(university: University, office: Any) -> None:
    key, back = university.declarations["ayse due"], "/declarations/?q=ayse&amp;state=all"
    listed = html.unescape(
        re.findall(
            rf'href="(/declarations/details/\?id={key}&amp;[^"]*)"', office.get("/declarations/?q=ayse&state=all").text
        )[0]
    )
    page = office.get(listed).text
    assert f'href="{back}#r{key}"' in page
    shown = html.unescape(re.findall(r'action="([^"]*/national-id/[^"]*)"', page)[0])
    assert f'href="{back}#r{key}"' in office.post(shown).text


def test_a_national_id_is_not_searched_and_leaves_the_address(university: University, office: Any) -> None:
    answer = office.get(f"/declarations/?q={ID}&kind=entry&endpoint=x&_method=POST")
    assert (answer.status_code, ID in answer.location, "kind=entry" in answer.location) == (303, False, True)
    assert "T.C. kimlik numarasıyla arama yapılmaz" in office.get(answer.location).text
    with looking(university.app) as session:
        assert ID not in set(session.scalars(select(SearchWord.word)))


def test_a_whole_view_that_was_searched_lists_no_more_than_was_found(university: University, office: Any) -> None:
    other = an_entry(university)
    with university.app.app_context(), a_town() as t:
        of = t.department()
        for n in range(51):
            one = t.application(t.student(of, "Işıl", f"Soyad{n}"), of, state=ApplicationState.APPROVED)
            one.student.national_id_sealed = Seal(university.app.extensions["staj"].national_id_key).close(ID)
            t.declaration(one, "correction")
    page = office.get("/declarations/?q=ışıl&kind=correction").text
    data = dict(re.findall(r'<input type="hidden" name="(q|kind)" value="([^"]+)">', page)) | {"whole": "yes"}
    asked = office.post("/declarations/list", data=data).text
    told = office.post("/declarations/list", data=confirmed(asked), follow_redirects=True).text
    assert ('data-taken="51"' in told, stands(university, other)[0]) == (True, DeclarationState.DUE)


def test_a_result_that_is_told_no_more_says_so_and_what_to_do(university: University, office: Any) -> None:
    file = f"Bildirge no;Referans no\n{university.declarations['ayse done']};SGK-9\n".encode()
    sent = office.post("/declarations/references", data={"file": (io.BytesIO(file), "liste.csv")})
    assert "data-forgotten" not in office.get(sent.location).text
    long_ago = time.time() - 2 * 3600
    for kept in university.app.extensions["staj"].imports_path.glob("*.zip"):
        os.utime(kept, (long_ago, long_ago))
    page = office.get(sent.location).text
    assert ("data-forgotten" in page, "aynı dosyayı bir daha yükleyin" in page) == (True, True)


def test_marking_as_sent_asks_first_counts_what_goes_and_names_what_stays(university: University, office: Any) -> None:
    fine, early = an_entry(university), an_entry(university, ahead=200)
    before = [stands(university, entry) for entry in (fine, early)]
    rows = [f"{entry.id}:{entry.version}" for entry in (fine, early)]
    page = office.post("/declarations/list", data={"row": [*rows, "999999:0"]})
    assert (page.status_code, 'data-stay="2"' in page.text) == (200, True)
    assert re.findall(r'name="row" value="(\d+):\d+"', page.text) == [str(fine.id)]
    assert "1 bildirge" in re.findall(r"<h1>(.*?)</h1>", page.text)[0]
    assert [stands(university, entry) for entry in (fine, early)] == before  # nothing was marked by asking
    told = office.post("/declarations/list", data=confirmed(page.text), follow_redirects=True).text
    assert ('data-taken="1"' in told, "data-refused" in told) == (True, False)
    assert [stands(university, entry)[0] for entry in (fine, early)] == [DeclarationState.SENT, DeclarationState.DUE]

"""Every number of the figures is the number of the rows behind its link; drafts and foreign rows are in none."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from models import Application, Department, Institution
from services.figures import BY
from services.say import said
from services.sign_in import today
from tests.admin_views import reach
from tests.people import a_town, looking
from tests.statements import heard
from tests.university import Names, University
from workflow.words import ApplicationState

READERS = ("career centre", "member of civil", "chair of civil", "deniz", "member of mining")
EVERYWHERE = {"career centre": frozenset({"civil", "mining"}), "member of mining": frozenset({"mining"})}


@pytest.fixture(scope="module", autouse=True)
def placed(university: University) -> None:
    """The two firms stand in two towns and two sectors, and a third one shares one of each."""
    with university.app.app_context(), a_town() as t:
        mine = t.session.get_one(Institution, university.others["mining firm"])
        mine.city, mine.sector = "Artvin & Çevresi", 'Maden "ocağı"'
        third = t.supervisor(t.institution("Üçüncü A.Ş.", city="Artvin & Çevresi", sector="Yazılım"))
        for name in ("ayse submitted", "zeynep approved"):
            row = t.session.get_one(Application, university.applications[name])
            row.institution_id, row.supervisor_id = third.institution_id, third.id


def links(page: str) -> list[tuple[str, int]]:
    """(address of the rows, number) of every number of the tables; a number without its rows fails the test."""
    cells = re.findall(r'<td class="number">(.*?)</td>', page, re.DOTALL)
    found = [re.fullmatch(r'<a href="([^"]+)">([\d.]+)</a>', cell) for cell in cells]
    assert None not in found, cells
    return [(unescape(cell[1]), int(cell[2].replace(".", ""))) for cell in found if cell]


def behind(client: FlaskClient, url: str) -> int:
    """How many rows an address of the queue has, all pages of it: as it exports them."""
    path = urlsplit(url)
    answer = client.get(f"{path.path}export/csv?{path.query}")
    assert answer.status_code == 200
    return len(list(csv.reader(io.StringIO(answer.text), delimiter=";"))) - 1


def every(asked: str) -> str:
    """The same question of all terms, where it names none."""
    return asked if "term=" in asked else f"{asked}{'&' if asked else '?'}term="


ASKED = (
    "", "?state=approved", "?state=rejected", "?faculty={faculty}", "?department={civil}", "?department={mining}", "?term={term}",
    "?city=Trabzon", "?city=Artvin %26 Çevresi", "?sector=Yazılım", "?city=Artvin %26 Çevresi&sector=Yazılım",
    "?department={mining}&state=approved&term={term}&city=Artvin %26 Çevresi", "?faculty={faculty}&department={mining}",
)  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("who", READERS)
def test_every_number_is_the_number_of_its_rows(university: University, who: str, asked: str) -> None:
    client = university.people[who]
    page = client.get(f"/figures/{every(asked).format(**university.others)}").text
    numbers = links(page)
    assert [(url, behind(client, url)) for url, _number in numbers] == numbers
    total = re.findall(r'class="figures-total"><a href="([^"]+)"><strong>([\d.]+)<', page)
    assert [behind(client, unescape(url)) for url, _n in total] == [int(n) for _url, n in total]
    assert bool(total) is bool(numbers)
    for by in BY if total else ():
        counted = re.findall(rf'id="{by}">.*?</section>', page, re.DOTALL)[0]
        assert sum(number for _url, number in links(counted)) == int(total[0][1]), by


def test_a_reader_counts_the_files_of_their_queue_and_no_draft(university: University) -> None:
    counted = {}
    for who, client in university.people.items():
        total = re.findall(
            r'class="figures-total"><a href="[^"]+"><strong>([\d.]+)<', client.get("/figures/?term=").text
        )
        counted[who] = int(total[0]) if total else 0
    assert counted == {who: len(reach.QUEUE.get(who, frozenset())) for who in university.people}


@pytest.mark.parametrize("who", READERS)
def test_a_page_names_only_units_of_its_reader(university: University, who: str) -> None:
    page = university.people[who].get("/figures/?term=").text
    named: Names = frozenset(
        name for name in ("civil", "mining") if f'department={university.others[name]}"' in unescape(page)
    )
    assert named == EVERYWHERE.get(who, frozenset({"civil"}))


OF: dict[str, Callable[[Application], str]] = {
    "faculty": lambda row: row.department.faculty.name,
    "department": lambda row: row.department.name,
    "term": lambda row: row.term.name if row.term else "",
    "city": lambda row: row.institution.city if row.institution else "",
    "sector": lambda row: row.institution.sector if row.institution else "",
    "state": lambda row: said(row.state),
}
TITLES = {
    "faculty": "Fakülteye göre", "department": "Bölüme göre", "term": "Döneme göre", "city": "İle göre",
    "sector": "Sektöre göre", "state": "Duruma göre",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("asked", ["", "?city=Trabzon", "?state=approved"])
@pytest.mark.parametrize("by", BY)
def test_a_table_is_exported_as_it_is_filtered(university: University, by: str, asked: str, kind: str) -> None:
    client = university.people["career centre"]
    heading, *lines, total = cells(client.get(f"/figures/export/{by}/{kind}{every(asked)}").data, kind)
    with looking(university.app) as s, force_locale("tr"):
        rows = s.scalars(select(Application).where(Application.state != ApplicationState.DRAFT)).all()
        kept = {"": rows, "?city=Trabzon": [r for r in rows if r.institution and r.institution.city == "Trabzon"]}
        of = kept.get(asked, [r for r in rows if r.state is ApplicationState.APPROVED])
        counted = Counter(OF[by](row) for row in of)
    assert heading == [TITLES[by], "Başvurular", "Pay"]
    assert total == ["Toplam", str(len(of)), "100"]
    assert {label: (int(count), share) for label, count, share in lines} == {
        label: (n, f"{round(100 * n / len(of), 1):g}".replace(".", ",")) for label, n in counted.items()
    }
    assert len(lines) == len(counted)
    page = client.get(f"/figures/{every(asked)}").text
    table = re.findall(rf'id="{by}">.*?</section>', page, re.DOTALL)[0]
    drawn = re.findall(r'<th scope="row">(?:<a [^>]+>)?([^<]+)<.*?<td class="number"><a [^>]+>(\d+)<', table, re.DOTALL)
    assert [(unescape(label), count) for label, count in drawn] == [(label, count) for label, count, _share in lines]


def cells(data: bytes, kind: str) -> list[list[str]]:
    """The cells of an exported file, as a Turkish reader sees them."""
    if kind == "csv":
        rows: list[Any] = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return [
        [
            (f"{c:g}" if isinstance(c, float) else c.removesuffix(",0")).replace(".", ",") if n else c
            for n, c in enumerate(row)
        ]
        for row in rows
    ]


@pytest.mark.parametrize("path", ["state/pdf", "nothing/csv"])
def test_nothing_else_is_exported(university: University, path: str) -> None:
    assert university.people["career centre"].get(f"/figures/export/{path}").status_code == 404


@pytest.mark.parametrize("asked", ["", "?term={term}", "?state=approved", "?department={civil}"])
def test_the_page_asks_the_same_however_many_there_are_and_reads_its_own_indexes(
    university: University, asked: str
) -> None:
    client, url = university.people["career centre"], f"/figures/{asked.format(**university.others)}"
    client.get(url)
    with heard() as few:
        client.get(url)
    with university.app.app_context(), a_town() as t:
        of = t.session.get_one(Department, university.others["civil"])
        [t.application(t.student(of), of) for _ in range(2)]
    with heard() as more:
        client.get(url)
    assert (
        len(few) == len(more) == 7 + ("term" not in asked)
    )  # which term is the current one; who ×2; the units; the places; departments; terms; what the filters offer
    assert len([said for said, _p in few if "FROM application" in said]) == 2


def test_a_page_that_cannot_be_read_says_so_and_shows_the_rest(university: University) -> None:
    client = university.people["career centre"]
    page = client.get("/figures/?term=x&department=-1&state=draft").text
    assert ("okunamadı" in page, links(page) == links(client.get("/figures/?term=").text)) == (True, True)
    nothing = client.get("/figures/?city=Yok").text
    assert ("Bu süzgece uyan başvuru yok." in nothing, links(nothing)) == (True, [])


def test_a_long_table_is_shown_whole_when_asked(university: University) -> None:
    with university.app.app_context(), a_town() as t:
        of = t.department("UZN")
        kind = t.internship_type(of)
        for n in range(15):
            person = t.supervisor(t.institution(f"Firma {n}", city=f"Kasaba {n:02}"))
            t.application(t.student(of), of, kind=kind, supervisor=person)
        asked = {"department": of.id}
    client = university.people["career centre"]
    short = client.get(f"/figures/?term=&{urlencode(asked)}").text
    towns = [url for url, _n in links(short) if "city=" in url]
    whole = unescape(re.findall(r'href="([^"]+#city)"', short)[0])
    assert (len(towns), dict(parse_qsl(urlsplit(whole).query))) == (12, {"department": str(of.id), "whole": "city"})
    assert [(url, behind(client, url)) for url, _n in links(short)] == links(short)
    assert re.findall(r'<th scope="row" colspan="3"><a href="[^"]+#city">([^<]+)</a></th></tr>', short) == [
        "3 satır daha"
    ]
    everything: Any = [n for url, n in links(client.get(whole).text) if "city=" in url]
    assert everything == [1] * 15


def test_the_figures_open_on_the_current_term_and_lead_to_all_of_them(university: University) -> None:
    with university.app.app_context(), a_town() as t:
        of, day = t.department(), today()
        kind = t.internship_type(of)
        terms = {}
        for code, begins in (("x-eski", -400), ("y-bu", -30), ("z-gelecek", 60)):
            term = t.term()
            term.name, term.starts_on, term.ends_on = (
                code,
                day + timedelta(days=begins),
                day + timedelta(days=begins + 100),
            )
            t.application(t.student(of), of, kind=kind, term=term)
            terms[code] = term.id
        of_these = f"department={of.id}"
    client = university.people["career centre"]
    page = client.get(f"/figures/?{of_these}").text
    assert f'<option value="{terms["y-bu"]}" selected>' in page
    assert re.findall(r'class="figures-total"><a href="[^"]+"><strong>(\d+)<', page) == ["1"]
    whole = unescape(re.findall(r'href="(/figures/\?[^"]*term=)"', page)[0])
    every_term = client.get(whole).text
    assert re.findall(r'class="figures-total"><a href="[^"]+"><strong>(\d+)<', every_term) == ["3"]
    drawn = re.findall(r'id="term">.*?</section>', every_term, re.DOTALL)[0]
    assert re.findall(r'<th scope="row"><a [^>]+>([^<]+)<', drawn) == ["z-gelecek", "y-bu", "x-eski"]
    narrowed = unescape(re.findall(r'<th scope="row"><a href="([^"]+state=submitted[^"]*)"', every_term)[0])
    assert "term=&" in narrowed or narrowed.endswith("term=")  # all terms stay asked for

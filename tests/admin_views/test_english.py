"""Whoever reads in English reads the university's own English names, and one record as one."""

import re
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient

from models import Application, DraftPage
from services.say import said
from services.sign_in import ISTANBUL
from tests.admin_views.test_queries import PAGES, READ
from tests.people import a_town
from tests.university import University
from workflow.words import Page

TURKISH = re.compile(r"\b(?:Bölüm \w+|Fakülte \d+|Staj \d+|Dönem \d+)")  # as tests.people calls them
THEIR_OWN = {"/faculties/", "/departments/", "/terms/", "/internship_types/"}  # IT's tables show both names
FILES = (
    ("ayse", "/my-applications/details/?id={ayse submitted}"),
    *(("ayse", f"/apply/{{ayse draft}}/{page.value}") for page in Page if page is not Page.DATES),
    ("ayse", "/apply/?application={ayse rejected}"),
    ("member of civil", "/applications/details/?id={ayse submitted}"),
    ("member of civil", "/publish/announcement/new/"),
    ("boss", "/interns/details/?id={ayse approved}"),
    ("career centre", "/applications/export/csv?state=all"),
    ("it", "/policies/details/?id={policy}"),
    ("it", "/memberships/new/"),
)  # fmt: skip
LOOKED_AT = sorted(
    {(who, path) for who, paths in READ.items() for path in paths if "{" not in path}
    | {(who, path) for path, (who, _n, _add) in PAGES.items() if path not in THEIR_OWN}
    | set(FILES)
)


def in_english(client: FlaskClient) -> FlaskClient:
    with client.session_transaction() as session:
        session["language"] = "en"
    return client


@pytest.fixture
def university(university: University) -> University:
    """With a draft that says something."""
    pk = university.applications["ayse draft"]
    with university.app.app_context(), a_town() as t:
        file = t.session.get_one(Application, pk)
        if t.session.get(DraftPage, (pk, Page.INTERNSHIP)) is None:
            typed = {"internship_type": str(university.others["civil type"]), "term": str(university.others["term"])}
            t.add(
                DraftPage(application_id=pk, page=Page.INTERNSHIP, student_id=file.student_id, typed=typed, valid=False)
            )
    return university


@pytest.mark.parametrize(("who", "path"), LOOKED_AT)
def test_a_page_in_english_names_no_unit_in_turkish(university: University, who: str, path: str) -> None:
    client = in_english(university.people[who])
    answer = client.get(path.format_map(university.others | university.applications))
    with client.session_transaction() as session:
        del session["language"]
    assert (answer.status_code, TURKISH.findall(answer.text)) == (200, [])


def test_days_in_sentences_stand_one_way(university: University) -> None:
    day, moment = date(2026, 7, 6), datetime(2026, 7, 6, 9, 30, tzinfo=ISTANBUL)
    for language, month in (("en", "July"), ("tr", "Temmuz")):
        with university.app.test_request_context(headers={"Accept-Language": language}):
            assert (said(day), said(moment)) == (f"6 {month} 2026", f"6 {month} 2026 09:30")


@pytest.mark.parametrize(
    ("size", "english", "turkish"),
    [
        (0, "0 B", "0 B"),
        (1023, "1,023 B", "1.023 B"),
        (1536, "1.5 KB", "1,5 KB"),
        (5 * 2**20, "5.0 MB", "5,0 MB"),
        (2**41, "2,048.0 GB", "2.048,0 GB"),
    ],
)
def test_a_size_is_written_as_its_reader_writes_numbers(
    university: University, size: int, english: str, turkish: str
) -> None:
    with university.app.app_context():
        page = university.app.jinja_env.from_string("{{ size|bytes }}")
        assert [page.render(size=size, language=language) for language in ("en", "tr")] == [english, turkish]


def test_one_record_is_one_record_and_two_are_two(university: University) -> None:
    client = in_english(university.people["boss"])
    counts = re.findall(r'pager-count">([^<]*)<', client.get("/interns/").text + client.get("/supervisors/").text)
    with client.session_transaction() as session:
        del session["language"]
    assert {re.sub(r"\d+", "", c) for c in counts if c.startswith("1 ")} <= {" record"}
    assert counts

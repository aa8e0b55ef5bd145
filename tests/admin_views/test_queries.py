"""How much a page asks of the database: the same for one row and for many, and never the whole of a large table."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from models import Application, Department, HolidayOverride, JobRun, Letter, Student, Supervisor, User, db
from services.sign_in import today
from tests.people import Town, a_town
from tests.statements import Statement, heard
from tests.university import University
from workflow.words import ApplicationState

WHO = 2  # who is signed in, and what they stand for today
Adds = Callable[[Town, Any], object]


class Rows:
    """What there is to add to."""

    def __init__(self, t: Town, university: University) -> None:
        keys = university.others
        self.of = t.session.get_one(Department, keys["civil"])
        self.supervisor = t.session.get_one(Supervisor, keys["civil supervisor"])
        file = t.session.get_one(Application, university.applications["ayse submitted"])
        self.student = t.session.get_one(Student, file.student_id)
        self.user = t.session.get_one(User, self.student.user_id)


def a_file(**facts: Any) -> Adds:
    return lambda t, r: t.application(t.student(r.of), r.of, **facts)


def an_approved_one(t: Town, r: Any) -> Any:
    facts = {"supervisor": r.supervisor, "starts_on": today() + timedelta(days=50)}
    return t.application(t.student(r.of), r.of, state=ApplicationState.APPROVED, **facts)


def a_declaration(t: Town, r: Any) -> object:
    """Due later than working days are counted: one more statement, for exceptional holidays, whatever the rows."""
    day = today() + timedelta(days=45)
    return t.declaration(an_approved_one(t, r), aim_on=day, due_on=day)


def an_own_one(t: Town, r: Any) -> object:
    return t.application(r.student, r.of, state=ApplicationState.REJECTED)


def a_change(t: Town, r: Any) -> object:
    """An answered one: of open ones there is one at a time."""
    facts = {"state": ApplicationState.APPROVED, "supervisor": r.supervisor, "starts_on": today() + timedelta(days=50)}
    return t.change(t.application(r.student, r.of, **facts), "declined")


def a_request(t: Town, r: Any) -> object:
    return t.request(r.student, r.of)


def a_publication(kind: str) -> Adds:
    return lambda t, r: t.publication(r.of, kind, storage_key=f"q/{t.next()}", filename="a.pdf", size=1)


def news_for(audience: str) -> Adds:
    return lambda t, _r: t.publication(None, "announcement", audience=audience)


def a_letter(t: Town, r: Any) -> object:
    about = {"to_email": r.user.email, "to_name": "x", "language": "tr", "subject": "s", "text": "t", "html": "h"}
    return t.add(Letter(user_id=r.user.id, reader="student", tries=1, **about))


def a_holiday(t: Town, _r: Any) -> object:
    day = date(2030, 1, 1) + timedelta(days=t.next())
    return t.add(HolidayOverride(day=day, effect="holiday", concerns="all", reason="Karar"))


def a_step(t: Town, _r: Any) -> object:
    return t.step("faculty", t.next())


# page: (who, statements, how a row more comes to be)
PAGES: dict[str, tuple[str, int, Adds]] = {
    "/accounts/": ("it", WHO + 1, lambda t, _r: t.user()),  # before the others add theirs: one page shows fifty
    "/announcements/": ("ayse", WHO + 1, a_publication("announcement")),
    "/news/": ("health office", WHO + 1, news_for("staff")),
    "/firm_news/": ("boss", WHO + 1, news_for("firms")),
    "/regulations/": ("ayse", WHO + 1, a_publication("regulation")),
    "/required_files/": ("ayse", WHO + 1, a_publication("required_file")),
    "/apply/": ("ayse", WHO + 3, an_own_one),  # the drafts; their pages; the names chosen there
    "/my-applications/": ("ayse", WHO + 3, an_own_one),  # as above
    "/applications/?state=all": (
        "member of civil",
        WHO + 4,
        a_file(),
    ),  # the files; what the filters offer; what their guards look at; holidays, for the day to decide by
    "/my-changes/": ("ayse", WHO + 1, a_change),
    "/changes/": ("member of civil", WHO + 1, a_change),
    "/intern-changes/": ("boss", WHO + 1, a_change),
    "/my-requests/": ("ayse", WHO + 1, a_request),
    "/requests/": ("member of civil", WHO + 1, a_request),
    "/answer_templates/": ("member of civil", WHO + 1, lambda t, r: t.template(r.of)),
    "/evaluation-forms/": ("member of civil", WHO + 1, lambda t, r: t.evaluation_form(r.of, "retired", t.next())),
    "/university-forms/": ("it", WHO + 1, lambda t, _r: t.evaluation_form(None, "retired", t.next())),
    "/interns/": (
        "boss",
        WHO + 5,
        an_approved_one,
    ),  # the start page too: changes asked for; what has begun; exceptional holidays; the news
    "/declarations/?state=due": (
        "health office",
        WHO + 4,
        a_declaration,
    ),  # the list; the board; the feasts around today
    "/declarations/?q=yılmaz&state=all": ("health office", WHO + 5, a_declaration),  # as above; how common the word is
    "/institutions/": ("career centre", WHO + 1, lambda t, _r: t.institution()),
    "/supervisors/": ("career centre", WHO + 1, lambda t, _r: t.supervisor(t.institution())),
    "/publish/announcement/": ("it", WHO + 1, a_publication("announcement")),
    "/publish/regulation/": ("it", WHO + 1, a_publication("regulation")),
    "/publish/required_file/": ("it", WHO + 1, a_publication("required_file")),
    "/faculties/": ("it", WHO + 1, lambda t, _r: t.department()),
    "/departments/": ("it", WHO + 2, lambda t, _r: t.department()),  # the faculties to filter by
    "/terms/": ("it", WHO + 1, lambda t, _r: t.term()),
    "/internship_types/": ("it", WHO + 2, lambda t, r: t.internship_type(r.of)),  # the departments to filter by
    "/policies/": ("it", WHO + 3, lambda t, r: t.internship_type(r.of)),  # departments; types without a policy
    "/holidays/": ("it", WHO + 2, a_holiday),  # the exceptions; the years that have a decree
    "/memberships/": ("it", WHO + 2, lambda t, r: t.member(r.of)),  # the departments to filter by
    "/outbox/": ("it", WHO + 2, a_letter),  # the letters; how many were given up
    "/history/?kind=faculty": ("it", WHO + 1, a_step),
    "/commission/": ("chair of civil", WHO + 2, lambda t, r: t.member(r.of)),  # the terms; how many are on duty
    "/jobs/": ("it", WHO + 2, lambda t, _r: t.add(JobRun(job="tidy"))),  # the runs; the last one of each job
    "/mailbox/": ("ayse", WHO + 1, a_letter),
}


def test_every_list_of_the_house_is_counted(university: University) -> None:
    lists = {f"{v.url}/" for v in university.app.extensions["admin"][0]._views if hasattr(v, "index_view")}
    assert lists - {page.split("?", maxsplit=1)[0] for page in PAGES} == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_list_asks_no_more_for_three_rows_than_for_one(university: University, page: str) -> None:
    who, statements, add = PAGES[page]
    client = university.people[who]
    few, asked_for_few = look(client, page)
    with university.app.app_context(), a_town() as t:
        rows = Rows(t, university)
        _ = add(t, rows), add(t, rows)
    more, asked_for_more = look(client, page)
    assert (more - few, few > 0) == (2, True)
    assert (len(asked_for_few), len(asked_for_more)) == (statements, statements), asked_for_more
    most = {"/interns/": 5, "/declarations/": 4, "/applications/": 4}.get(page.partition("?")[0], 3)
    assert statements <= WHO + most + ("q=" in page)  # how many rows have the words typed


def look(client: FlaskClient, page: str) -> tuple[int, list[Statement]]:
    """How many rows a page shows, and what was asked for them."""
    client.get(page)  # a first look may fill what is kept between requests
    with heard() as said:
        answer = client.get(page)
    assert answer.status_code == 200
    return len(re.findall(r"<tr\b|class=\"letters-row|class=\"card-link", answer.text.split("<tbody>")[-1])), said


@pytest.mark.parametrize(
    "who", ["ayse", "member of civil", "chair of civil", "deniz", "health office", "career centre", "it"]
)
def test_the_start_page_asks_once_for_each_card(university: University, who: str) -> None:
    most = {"it": 7, "deniz": 6, "member of civil": 5, "chair of civil": 5, "health office": 3}.get(
        who, 1
    ) + 1  # and the news
    assert len(look(university.people[who], "/")[1]) <= WHO + most


def test_a_full_page_of_the_queue_is_light(university: University) -> None:
    with university.app.app_context(), a_town() as t:
        rows = Rows(t, university)
        kind = t.internship_type(rows.of)
        for _ in range(50):
            t.application(
                t.student(rows.of),
                rows.of,
                kind=kind,
                supervisor=rows.supervisor,
                starts_on=today() + timedelta(days=30),
            )
    page = university.people["member of civil"].get("/applications/")
    assert (page.text.count("data-row"), len(page.data) < 64 * 1024) == (50, True)  # bytes, before compression


# -- plans -----------------------------------------------------------------------------------------------------------

LARGE = [
    "application",
    "search_word",
    "step",
    "institution",
    "institution_word",
    "document",
    "student",
    "supervisor",
    "declaration",
]
# (letters are listed by key alone, newest first and cut: SQLite calls that a scan)
QUEUE = (
    "", "?state=all", "?state=all&order=start", "?state=approved&order=newest", "?q=yılmaz", "?q=yılmaz ayşe",
    "?state=all&q=kaya", "?type={civil type}", "?term={term}&state=all", "?institution={civil firm}",
    "?institution=kaya yapı", "?submitted_from=2026-01-01&submitted_to=2026-12-31", "?start_from=2026-01-01",
    "?department={civil}", "?reviewer=mine", "?reviewer=nobody", "?reviewer=off", "?reviewer=mine&state=all",
)  # fmt: skip
HISTORY = (
    "", "?person={account}", "?person={account}&action=approve&kind=application", "?action=approve", "?action=edit",
    "?kind=application", "?kind=application&action=approve", "?kind=application&number={file}", "?number={file}",
    "?from=2026-01-01&to=2026-12-31", "?kind=user&from=2026-01-01",
)  # fmt: skip
READ: dict[str, tuple[str, ...]] = {
    "member of civil": (
        *(f"/applications/{asked}" for asked in QUEUE), "/applications/details/?id={file}", "/institutions/",
        "/institutions/?q=kaya", "/institutions/?q=1234567890", "/institutions/?state=unverified",
        "/institutions/details/?id={civil firm}", "/supervisors/", "/supervisors/?q=ali",
        "/applications/institutions?q=kaya", "/",
    ),
    "chair of civil": (
        "/", "/commission/", "/applications/share?row={file}", "/changes/", "/changes/?state=with_commission&reviewer=mine",
        "/requests/", "/requests/?state=all", "/evaluation-forms/",
    ),
    "career centre": (
        *(f"/applications/{asked}" for asked in QUEUE), "/applications/details/?id={file}", "/", "/figures/",
        "/figures/?state=approved", "/figures/?city=Trabzon&term={term}", "/applications/?state=all&city=Trabzon",
        "/applications/?state=all&faculty={faculty}&sector=Yazılım", "/merging/?why=name", "/merging/?of={civil firm}",
        "/merging/compare?first={civil firm}&other={mining firm}", "/merging/different",
    ),
    "ayse": ("/my-applications/", "/my-applications/details/?id={file}", "/apply/", "/apply/institutions?q=kaya", "/"),
    "boss": ("/interns/", "/interns/attendance/{approved}", "/interns/evaluation/{approved}"),
    "health office": (
        "/declarations/", "/declarations/?due=overdue", "/declarations/?kind=exit&due=soon", "/declarations/?state=done",
        "/declarations/?q=yılmaz", "/declarations/?q=yılmaz ayşe&state=all", "/declarations/?q=kaya&kind=entry&due=later",
        "/declarations/?kind=entry&state=sent", "/declarations/details/?id={declared}", "/",
    ),
    "stranger": ("/notifications/",),
    "it": ("/outbox/", "/outbox/?state=failed", "/mailbox/", "/jobs/?outcome=failed", *(f"/history/{asked}" for asked in HISTORY), "/system/", "/"),
}  # fmt: skip


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in READ.items() for path in paths])
def test_no_page_reads_the_whole_of_a_large_table(university: University, who: str, path: str) -> None:
    keys = university.others | {
        "approved": university.applications["ayse approved"],
        "file": university.applications["ayse submitted"],
        "declared": university.declarations["ayse due"],
    }
    _rows, said = look(university.people[who], path.format(**keys))
    with university.app.app_context():
        scanned = [found for statement in said for found in scans(db.engine, statement)]
    assert scanned == []


def scans(engine: Engine, statement: Statement) -> list[str]:
    """What the plan of a statement reads from end to end, though an index could have served."""
    scan = r"SCAN (\w+)$" if engine.dialect.name == "sqlite" else r"Seq Scan on \"?(\w+)"
    return [line for line in plan(engine, statement) if _is_large(scan, line)]


def plan(engine: Engine, statement: Statement, *off: str) -> list[str]:
    """How the database would answer, were its tables large; `off` are further ways PostgreSQL may not take."""
    text, parameters = statement
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters)]
        for way in ("enable_seqscan", *off):
            connection.exec_driver_sql(f"SET LOCAL {way} = off")
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {text}", parameters)]


def test_a_search_walks_down_the_words_from_its_beginning(university: University) -> None:
    _rows, said = look(university.people["member of civil"], "/applications/?q=yil")
    with university.app.app_context():
        lines = [line.strip() for s in said if "search_word" in s[0] for line in plan(db.engine, s)]
    asked = {line for line in lines if "word >=" in line or "word>?" in line}
    assert asked, lines
    assert {"Filter" in line for line in asked} == {False}


@pytest.mark.parametrize("asked", ["q=yil", "q=yil&state=done", "q=yil&state=all"])
def test_a_search_for_declarations_is_led_by_its_words(university: University, asked: str) -> None:
    _rows, said = look(university.people["health office"], f"/declarations/?{asked}")
    with university.app.app_context():
        lines = [line for s in said if "search_word" in s[0] for line in plan(db.engine, s)]
    read = {name for line in lines for name in re.findall(r"ix_declaration_\w+", line)}
    assert read == {"ix_declaration_application_id"}, lines


def _is_large(pattern: str, line: str) -> bool:
    found = re.search(pattern, line)
    return bool(found) and re.sub(r"_\d+$", "", found[1]) in LARGE  # type: ignore[index]

"""Every address × every person × every row: what is not yours does not exist, and nothing is written."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from admin_views.desk import Desk
from services.scope import VISIBLE
from tests.admin_views import reach
from tests.admin_views.reach import ADDRESSES, ANYBODY, Address, Theirs
from tests.admin_views.walk import ask, methods
from tests.university import MISSING, Names, University, names

A, P, L = "applications", "publications", "letters"
NOBODY: Names = frozenset()
WRITES = ("POST",)


def one_of(university: University, who: str, address: Address) -> int | None:
    """Some row this person meets at this address."""
    theirs = sorted(address.theirs.get(who, NOBODY))
    return getattr(university, address.rows)[theirs[0]] if address.rows and theirs else None


def test_every_address_is_listed(university: University) -> None:
    assert {rule.endpoint for rule in university.app.url_map.iter_rules()} == set(ADDRESSES)
    assert set(university.people) == ANYBODY


ONE_ROW = ("details_view", "edit_view", "delete_view")  # the row's key stands in the query, or in the form


def test_whatever_a_page_takes_is_listed_with_it(university: University) -> None:
    """A page of one row is walked row by row only where the map says which rows it takes."""
    unlisted = [
        (rule.endpoint, *sorted(taken))
        for rule in university.app.url_map.iter_rules()
        if (address := ADDRESSES[rule.endpoint]).to and (taken := _taken(rule) - {address.by, *address.more})
    ]
    strangers = {
        name for a in ADDRESSES.values() for names in a.theirs.values() for name in (names - _known(university, a))
    }
    assert (unlisted, strangers) == ([], set())


def _taken(rule: Rule) -> set[str]:
    """The arguments of an address; a document goes with its file."""
    one = rule.endpoint.rpartition(".")[2] in ONE_ROW and not rule.arguments
    return {"id"} if one else set(rule.arguments) - {"document"}


def _known(university: University, address: Address) -> set[str]:
    return set(getattr(university, address.rows))


def test_an_address_exists_for_those_it_is_open_to_and_for_nobody_else(university: University) -> None:
    before, wrong = university.contents(), []
    for rule in university.app.url_map.iter_rules():
        address = ADDRESSES[rule.endpoint]
        for method in methods(rule):
            for who in sorted(ANYBODY if address.to else _next_door(rule.endpoint)):
                if who in address.to and method in WRITES:
                    continue  # walked row by row below, and by each desk's own tests
                if who in address.to and address.rows and not address.theirs.get(who):
                    continue  # the desk is theirs, and nothing lies on it
                answer = ask(university, who, method, rule.endpoint, one_of(university, who, address))
                if not _as_listed(answer, who, address):
                    wrong.append((rule.endpoint, method, who, answer.status_code, answer.headers.get("Location")))
    assert wrong == []
    assert university.contents() == before


def _next_door(endpoint: str) -> Names:
    """Who might expect a closed screen to be open: whoever the desk is open to, and two who know nothing of it."""
    desk = ADDRESSES[f"{endpoint.split('.', 1)[0]}.index_view"]
    return desk.to | {"nobody", "stranger"}


def _as_listed(answer: Any, who: str, address: Address) -> bool:
    if who in address.to:
        return answer.status_code in address.answers
    if who == "nobody":
        return answer.status_code == 302 and answer.headers["Location"].startswith("/login")
    return bool(answer.status_code == 404)


TAKE_A_ROW = sorted(endpoint for endpoint, address in ADDRESSES.items() if address.rows)


@pytest.mark.parametrize("endpoint", TAKE_A_ROW)
def test_a_foreign_row_is_as_absent_as_one_that_never_was(university: University, endpoint: str) -> None:
    address, before = ADDRESSES[endpoint], university.contents()
    rows, wrong = _asked_for(getattr(university, address.rows), address), []
    for rule in university.app.url_map.iter_rules(endpoint):
        for method in methods(rule):
            for who in _different(address):
                never = ask(university, who, method, endpoint, MISSING)
                for name, key in rows.items():
                    theirs = name in address.theirs.get(who, NOBODY)
                    if theirs and method in WRITES:
                        continue
                    answer = ask(university, who, method, endpoint, key)
                    right = answer.status_code in address.answers if theirs else _alike(answer, never)
                    if not right:
                        wrong.append((method, who, name, answer.status_code, never.status_code))
    assert wrong == []
    assert university.contents() == before


def _different(address: Address) -> list[str]:
    """One person for each set of rows that somebody meets here."""
    return sorted({address.theirs.get(who, NOBODY): who for who in sorted(address.to)}.values())


def _asked_for(rows: dict[str, int], address: Address) -> dict[str, int]:
    """All rows of the kind; of a reference table and of the other kinds of publication, one is enough."""
    named = frozenset[str]().union(*address.theirs.values())
    if address.rows == "others":
        return {name: rows[name] for name in named}
    return rows if address.rows != P else _of_kind(rows, next(iter(named)).split(":", maxsplit=1)[0])


def _of_kind(publications: dict[str, int], kind: str) -> dict[str, int]:
    asked = {n: k for n, k in publications.items() if n.startswith(kind) or n.endswith("civil published")}
    assert len(asked) == 9 + 2 + (len(reach.NEWS) if kind == "announcement" else 0)
    return asked


def _alike(answer: Any, never: Any) -> bool:
    return answer.status_code == never.status_code == 404 and _said(answer.text) == _said(never.text)


def _said(page: str) -> str:
    """A page without what differs from one request to the next, or repeats the address asked for."""
    varies = (
        r'nonce="[^"]*"|name="csrf_token" value="[^"]*"|name="back" value="[^"]*"|(?s:<div class="alert.*?</div>)\s*'
    )
    return re.sub(varies, "", page)


def test_a_document_is_not_reached_through_another_file(university: University) -> None:
    foreign = university.documents["zeynep submitted"]
    for who, path, own in (
        ("ayse", "my-applications", "ayse submitted"),
        ("member of civil", "applications", "ayse submitted"),
    ):
        client, pk = university.people[who], university.applications[own]
        assert client.get(f"/{path}/document/{pk}/{university.documents[own]}").status_code == 200
        assert client.get(f"/{path}/document/{pk}/{foreign}").status_code == 404


def test_an_upload_is_seen_by_the_officer_who_sent_it_only(university: University) -> None:
    sent = {"files": (io.BytesIO(b"code,name\r\n"), "faculties.csv")}
    token = university.people["it"].post("/seed/", data=sent).headers["Location"].split("/seed/")[1].strip("/")
    addresses = [("GET", f"/seed/{token}/"), ("GET", f"/seed/{token}/progress"), ("POST", f"/seed/{token}/apply")]
    assert university.people["it"].get(f"/seed/{token}/").status_code == 200
    assert [university.people["other it"].open(url, method=m).status_code for m, url in addresses] == [404] * 3


# -- the same set on every surface (one file, its steps, its pages of the wizard: above, row by row) --------------

Seen = Callable[[University, FlaskClient], Iterable[Any]]
LISTED: set[str] = set()  # the addresses of the lists that are walked here


def found(path: str, pattern: str) -> Seen:
    """The keys a page links to."""
    LISTED.add(path.partition("?")[0])
    return lambda _u, client: set(re.findall(pattern, client.get(path).text))


def exported(university: University, client: FlaskClient) -> Iterable[Any]:
    answer = client.get("/applications/export/csv?state=all")
    lines = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";")
    return {line[0] for line in list(lines)[1:]} if answer.status_code == 200 else set()


def history_exported(university: University, client: FlaskClient) -> Iterable[Any]:
    answer = client.get("/history/export/csv")
    lines = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";")
    return {line[6] for line in list(lines)[1:]} if answer.status_code == 200 else set()


def ticked(university: University, client: FlaskClient) -> Iterable[Any]:
    """Decided many at once, from a page nobody has seen: those met are named in the refusal, nothing is written."""
    rows = [f"{key}:99" for key in university.applications.values()]
    page = client.post("/applications/bulk/approve", data={"row": rows, "asked": "yes"}, follow_redirects=True).text
    return set(re.findall(r'details/\?[^"]*id=(\d+)"', page))


def walked(university: University, client: FlaskClient) -> Iterable[Any]:
    """From file to file by “next file”, beginning with the first of the list."""
    met, page = [], client.get("/applications/?state=all").text
    onward = re.search(r'href="([^"]*details/[^"]*)" data-open', page)
    while onward:
        url = onward[1].replace("&amp;", "&")
        met.append(re.search(r"\bid=(\d+)", url)[1])  # type: ignore[index]
        onward = re.search(r'rel="next" href="([^"]+)"', client.get(url).text)
    return set(met)


def to_answer_with(university: University, client: FlaskClient) -> Iterable[Any]:
    """The templates offered on the page of an open request."""
    pages = (client.get(f"/requests/details/?id={key}").text for key in university.requests.values())
    return {key for page in pages for key in _options(page, "template")}


def declared(university: University, client: FlaskClient) -> set[str]:
    """The board shows one status at a time."""
    return {key for one in BOARDS for key in one(university, client)}


def credited(university: University, client: FlaskClient) -> Iterable[Any]:
    """The lines on the pages of all students."""
    pages = (client.get(f"/ledger/{key}").text for key in university.students.values())
    return {key for page in pages for key in re.findall(LINE, page)}


LINE = r'data-line="(\d+)"'
QUEUE_ROW = r'details/\?[^"]*id=(\d+)" data-open'
DETAILS = r'details/\?id=(\d+)["&]'
EDITS = r'edit/\?id=(\d+)"'
FILES = r'/file/(\d+)"'
BOARDS = [found(f"/declarations/?state={s}", DETAILS) for s in ("due", "sent", "done", "failed", "dropped")]
SURFACES: dict[str, tuple[str, Theirs, Seen]] = {
    "the queue": (A, reach.QUEUE, found("/applications/?state=all", QUEUE_ROW)),
    "the queue, searched": (A, reach.QUEUE, found("/applications/?state=all&q=YILMAZ", QUEUE_ROW)),
    "the queue, sorted": (A, reach.QUEUE, found("/applications/?state=all&order=start", QUEUE_ROW)),
    "the queue, walked": (A, reach.QUEUE, walked),
    "many at once": (A, reach.QUEUE, ticked),
    "the export": (A, reach.QUEUE, exported),
    "own applications": (A, reach.MINE, found("/my-applications/", r"#(\d+)</span>")),
    "own drafts": (A, reach.OPEN_DRAFTS, found("/apply/", r'application=(\d+)"')),
    "own completions": (A, reach.CLOSING, found("/completion/", r'href="/completion/(\d+)"')),
    "own ledger": ("ledger", reach.MY_LEDGER, found("/my-obligation/", LINE)),
    "the ledger": ("ledger", reach.LEDGER, credited),
    "interns": (A, reach.INTERNS, found("/interns/", r'interns/details/\?id=(\d+)"')),
    "own changes": ("changes", reach.MY_CHANGES, found("/my-changes/", DETAILS)),
    "changes": ("changes", reach.CHANGES, found("/changes/", DETAILS)),
    "interns' changes": ("changes", reach.INTERN_CHANGES, found("/intern-changes/", DETAILS)),
    "institutions": ("institutions", reach.INSTITUTIONS, found("/institutions/", DETAILS)),
    "the history": ("steps", reach.HISTORY, found("/history/", r"kind=faculty&amp;number=(\d+)")),
    "the history, exported": ("steps", reach.HISTORY, history_exported),
    "own requests": ("requests", reach.MY_REQUESTS, found("/my-requests/", DETAILS)),
    "requests": ("requests", reach.OPEN_REQUESTS, found("/requests/", DETAILS)),
    "requests, answered too": ("requests", reach.REQUESTS, found("/requests/?state=all", DETAILS)),
    "answer templates": ("templates", reach.TEMPLATES, found("/answer_templates/", EDITS)),
    "templates to answer with": ("templates", reach.TEMPLATES, to_answer_with),
    "evaluation forms": ("evaluation_forms", reach.FORMS, found("/evaluation-forms/", DETAILS)),
    "the university's forms": ("evaluation_forms", reach.UNIVERSITY_FORMS, found("/university-forms/", DETAILS)),
    "declarations": ("declarations", reach.DECLARATIONS, declared),
    "letters": (L, reach.MAILBOX, found("/mailbox/", r'data-letter="(\d+)"')),
    "the outbox": (L, reach.OUTBOX, found("/outbox/", r'data-letter="(\d+)"')),
}  # fmt: skip
for _kind, _read in (
    ("announcement", "announcements"),
    ("regulation", "regulations"),
    ("required_file", "required-files"),
):
    _desk, _row = _read.replace("-", "_"), DETAILS if _kind == "announcement" else FILES
    SURFACES |= {
        f"reading {_kind}": (P, reach.read(_kind), found(f"/{_desk}/", _row)),
        f"publishing {_kind}": (P, reach.publishing(_kind), found(f"/publish/{_kind}/", DETAILS)),
    }


for _desk in ("news", "firm_news"):
    SURFACES[f"reading {_desk}"] = (P, reach.ADDRESSES[f"{_desk}.details_view"].theirs, found(f"/{_desk}/", DETAILS))


ALL_OF_IT = {"/jobs/"}  # the runs of the worker: IT's alone, and of nobody


def test_every_list_of_owned_rows_is_a_surface(university: University) -> None:
    desks = [view for view in university.app.extensions["admin"][0]._views if isinstance(view, Desk)]
    assert {f"{desk.url}/" for desk in desks if desk.model in VISIBLE} - LISTED == ALL_OF_IT


@pytest.mark.parametrize("surface", SURFACES)
def test_on_every_surface_everybody_meets_exactly_their_own(university: University, surface: str) -> None:
    rows, theirs, seen = SURFACES[surface]
    met = {who: names(getattr(university, rows), seen(university, client)) for who, client in university.people.items()}
    letters = {"stranger", "nobody"} if surface == "letters" else set()  # no desk, no mailbox
    expected = {who: theirs.get(who, NOBODY) if who not in letters else NOBODY for who in university.people}
    assert met == expected


WAITING = {
    "ayse": {"my-applications": 2, "completion": 1},
    "zeynep": {"my-applications": 2, "completion": 1},
    "emre": {"my-applications": 1},
    "member of civil": {"applications": 4, "requests": 1},
    "chair of civil": {"applications": 4, "requests": 1},
    "deniz": {"applications": 3, "requests": 1},
    "member of mining": {"applications": 3, "requests": 1},
}


def test_the_start_page_counts_what_its_reader_meets(university: University) -> None:
    met = {who: _cards(client) for who, client in university.people.items()}
    assert {who: cards for who, cards in met.items() if cards} == WAITING


def _cards(client: FlaskClient) -> dict[str, int]:
    """What the cards about applications count, by the desk they lead to."""
    cards = re.findall(
        r'class="card-link[^"]*" href="/([\w-]+)/([^"]*)"><span class="card-count">(\d+)', client.get("/").text
    )
    counts: dict[str, int] = {}
    for desk, rest, count in cards:
        if desk in {d for w in WAITING.values() for d in w} and "start_to" not in rest:
            counts[desk] = counts.get(desk, 0) + int(count)
    return counts


# -- what a form offers, and what it takes -------------------------------------------------------------------------

CIVIL_TYPE, MINING_TYPE = frozenset({"civil type"}), frozenset({"mining type"})
OFFERED: dict[str, tuple[str, str, Theirs]] = {
    "departments to publish for": (
        "/publish/announcement/new/",
        "department",
        {
            **dict.fromkeys(reach.CIVIL, frozenset({"civil"})),
            "member of mining": frozenset({"mining"}),
            "career centre": frozenset({"university"}),
            **dict.fromkeys(reach.IT, frozenset({"university", "civil", "mining"})),
        },
    ),
    "internships to filter the queue by": (
        "/applications/",
        "type",
        {**dict.fromkeys(reach.CIVIL, CIVIL_TYPE), "member of mining": MINING_TYPE},
    ),
    "internships of a department to filter the queue by": (
        "/applications/?department={civil}",
        "type",
        dict.fromkeys(reach.CIVIL | reach.CAREER, CIVIL_TYPE),
    ),
    "departments to filter the queue by": (
        "/applications/",
        "department",
        {"career centre": frozenset({"civil", "mining"})},  # everybody else has but one
    ),
    "internships to apply for": (
        "/apply/{draft}/internship",
        "internship_type",
        {"ayse": CIVIL_TYPE, "zeynep": MINING_TYPE, "emre": CIVIL_TYPE},
    ),
}


@pytest.mark.parametrize("what", OFFERED)
def test_a_form_offers_exactly_what_its_reader_may_choose(university: University, what: str) -> None:
    path, field, theirs = OFFERED[what]
    offered = {}
    for who, client in university.people.items():
        draft = university.applications.get(f"{who} draft", MISSING)
        page = client.get(path.format(draft=draft, **university.others)).text
        offered[who] = names(_choices(university, field), _options(page, field))
    assert offered == {who: theirs.get(who, NOBODY) for who in university.people}


def _choices(university: University, field: str) -> dict[str, int]:
    if field.endswith("type"):
        return {name: key for name, key in university.others.items() if name.endswith("type")}
    return {name: university.others.get(name, 0) for name in ("civil", "mining", "university")}


def _options(page: str, name: str) -> list[str]:
    """The keys a select offers."""
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option[^>]*value="(\d+)"', select[0]) if select else []


@pytest.mark.parametrize(
    ("who", "department"),
    [("member of civil", "mining"), ("chair of civil", "university"), ("career centre", "civil")],
)
def test_nobody_publishes_for_a_department_that_is_not_theirs(
    university: University, who: str, department: str
) -> None:
    before, key = university.contents(), university.others.get(department, 0)
    typed = {"title": "Duyuru", "body": "Metin", "department": key}
    answer = university.people[who].post("/publish/announcement/new/", data=typed)
    assert (answer.status_code, university.contents() == before) == (200, True)


def test_a_students_pages_take_no_foreign_key(university: University) -> None:
    before, client, keys = university.contents(), university.people["ayse"], university.others
    path = client.post("/apply/start").headers["Location"].removesuffix("/notice")
    foreign = {
        "notice": {"read": [university.publications["regulation: mining published"]]},
        "internship": {"internship_type": keys["mining type"], "term": keys["term"], "paid": "no",
                       "family_health_cover": "no", "abroad": "no"},
        "supervisor": {"pick": keys["mining supervisor"]},
    }  # fmt: skip
    client.post(f"{path}/institution", data={"pick": keys["civil firm"]})
    answers = {page: client.post(f"{path}/{page}", data=typed) for page, typed in foreign.items()}
    wrong = {page for page, answer in answers.items() if "error-summary" in client.get(answer.location).text}
    client.post(f"{path}/discard")
    assert wrong == {"internship", "supervisor"}  # a tick at a regulation that is not asked for is passed over
    assert university.contents() == before

"""What is sealed stays sealed: every page, export, letter, log line and line of history, for everybody who is there.

The pages walked are those of the map (tests/admin_views/reach.py); a page or a row that is not somebody's is as absent to
them as one that never was (test_reach.py), and says nothing.
"""

import base64
import html
import io
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from stdnum.tr import tckimlik

from admin_views.figures import BY
from models import (
    Application,
    ChangeRequest,
    Declaration,
    Evaluation,
    InstitutionNote,
    Letter,
    LogEntry,
    Membership,
    Request,
    Step,
    Student,
    Supervisor,
    User,
    db,
)
from services import completion, digest, evaluations, job_runs, jobs, reminders, visits
from services.seal import Seal
from services.sign_in import today
from services.standing import Standing
from services.transition import take
from tests.admin_views.reach import ADDRESSES, BOARD, CAREER, CIVIL, MINE, WRITTEN_ON, Address
from tests.admin_views.walk import ask, methods
from tests.people import Town, a_town, looking
from tests.university import SEALED, WRITTEN, Names, University, starting
from workflow.phase import ASSESSED, HANDED_IN, TAKES_PLACE
from workflow.words import Action, ApplicationState, DeclarationState, Page, Part, Purpose

LINK = "boss by link"  # the same supervisor, come by a letter's link instead of the account
STANDS_AS = {LINK: "boss"}
OVER = timedelta(days=90)
LATE = today() + timedelta(days=100)  # every internship is over
NOTE, TURN, UNFINISHED = "Aman dikkat: geçen yıl ücret ödemedi", "Sırası Gelen Üye", f"{SEALED} emre running"
HEARD = "the log is listened to"
S = ApplicationState

# further ways of asking at an address that show something else
VIEWS: dict[str, Iterable[dict[str, str]]] = {
    "applications.index_view": [{"state": "all"}],
    "applications.export": [{"state": "all", "export_type": kind} for kind in ("csv", "xlsx")],
    "figures.export": [{"by": by, "export_type": kind} for by in BY for kind in ("csv", "xlsx")],
    "requests.index_view": [{"state": "all"}],
    "declarations.index_view": [{"state": state.value} for state in DeclarationState],
    "completion.day": [{"day": (date.fromisoformat(WRITTEN_ON) - OVER).isoformat()}],
    "commission.index_view": [{"when": "all"}],
    "wizard.page": [{"page": page.value} for page in Page],
    "who_did_what.index_view": [{"kind": kind} for kind in ("application", "evaluation", "declaration")],
    "who_did_what.export": [{"export_type": "csv", "kind": "declaration"}],
}


@dataclass
class Sweep:
    """Whatever anybody was shown: (who, where) -> text; and what was logged meanwhile."""

    university: University
    ids: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, bytes] = field(default_factory=dict)
    shown: dict[tuple[str, str], str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)  # the health office's explicit acts, and what each answered
    logged: list[str] = field(default_factory=list)

    def readers(self, words: str) -> Names:
        return frozenset(who for (who, _where), text in self.shown.items() if words in text)


class _Listener(logging.Handler):
    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.into = into

    def emit(self, record: logging.LogRecord) -> None:
        self.into.append(self.format(record))


@pytest.fixture(scope="module")
def sweep(university: University) -> Iterator[Sweep]:
    """Everything that is told of is done, then everybody looks at everything."""
    made, root = Sweep(university), logging.getLogger()
    listener, level = _Listener(made.logged), root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)  # SQLAlchemy keeps its own level: a deployment never logs statements
    try:
        _prepare(made)
        _act(made)
        _look(made)
        logging.getLogger("staj.jobs").debug(HEARD)
        yield made
    finally:
        root.removeHandler(listener)
        root.setLevel(level)


# -- what is to be kept ----------------------------------------------------------------------------------------------


def _prepare(made: Sweep) -> None:
    university = made.university
    with university.app.app_context(), a_town() as t:
        seal = Seal(university.app.extensions["staj"].national_id_key)
        for n, student in enumerate(t.session.scalars(select(Student).order_by(Student.id))):
            number = str(731_905_264 + n * 1_010_101)
            made.ids[student.full_name] = number + tckimlik.calc_check_digits(number)
            student.national_id_sealed = made.sealed[student.full_name] = seal.close(made.ids[student.full_name])
            student.national_id_tail = made.ids[student.full_name][-2:]
        for firm in university.institutions.values():
            t.add(InstitutionNote(institution_id=firm, text=NOTE, by_name="Kariyer merkezi"))
        running = _row(t, university, "emre running")
        begun = t.evaluation(running, t.session.get_one(Evaluation, university.evaluations["ayse accepted"]).form)
        t.answers(running, begun, "yes", "Yazılım", "4", UNFINISHED)
        for row in t.session.scalars(select(Application).where(Application.state.in_(HANDED_IN | {S.RETURNED}))):
            row.starts_on, row.ends_on = _earlier(row.starts_on), _earlier(row.ends_on)
            for entry in t.session.scalars(select(LogEntry).where(LogEntry.application_id == row.id)):
                entry.day = _earlier(entry.day)
        submitted = _row(t, university, "ayse submitted")
        reviewer = t.session.get_one(Membership, university.others["civil membership"]).user_id
        submitted.reviewer_id = reviewer
        of = {"department_id": submitted.department_id, "student_id": submitted.student_id}
        t.step("application", submitted.id, "assign", actor="chair", facts={"reviewer": [None, TURN]}, **of)


def _earlier(day: Any) -> Any:
    """What is handed in is over."""
    return day - OVER


def _row(t: Town, university: University, name: str) -> Application:
    return t.session.get_one(Application, university.applications[name])


# -- what is done with it --------------------------------------------------------------------------------------------


def _act(made: Sweep) -> None:
    """Steps that write letters and history, most of them on files that end where they began; the jobs; the explicit acts."""
    university = made.university
    with university.app.app_context():
        with a_town() as t:
            _steps(t, university)
        digest.summarise(today() + timedelta(days=(1 - today().weekday()) % 7))  # a Tuesday
        reminders.remind(LATE)
        for job in (jobs.VERIFY, jobs.POST, "tidy"):
            with suppress(jobs.Untrue), job_runs.recorded(job) as run:  # rows of a test were never stepped there
                run.counted = jobs.BY_NAME[job].work()
        db.session.remove()
    university.people[LINK] = _visitor(university)
    _explicitly(made)


def _steps(t: Town, university: University) -> None:
    def by(who: str) -> Standing:
        with university.people[who].session_transaction() as session:
            found = select(User).where(User.fs_uniquifier == session["_user_id"].partition(".")[0])
        return t.standing(t.session.scalars(found).one(), today())

    session, ayse, boss, member, chair = t.session, *map(by, ("ayse", "boss", "member of civil", "chair of civil"))
    late: Any = {"today": LATE}
    row = _row(t, university, "ayse completion")
    completion.assess(session, row, row.counted_half_days or 0, standing=member, **late)
    completion.reopen(session, row, reason="Bir daha bakılsın.", standing=chair, **late)
    row = _row(t, university, "ayse returned")
    t.document(row, submitted=False).purpose = Purpose.LOGBOOK
    completion.hand_in(session, row, standing=ayse, **late)
    back = {"reason": "Kurum bir daha baksın.", "standing": member, **late}
    completion.send_back(session, row, (Part.EVALUATION,), LATE + timedelta(days=9), **back)
    evaluation = session.get_one(Evaluation, university.evaluations["ayse returned"])
    evaluations.give(session, evaluation, standing=boss, **late)
    row = _row(t, university, "emre in civil")
    reason: Any = {"reason": "Belge eksik.", "today": today()}
    take(session, row, Action.REJECT, pages=["files"], standing=member, **reason)
    change = session.get_one(ChangeRequest, university.changes["ayse with_supervisor"])
    take(session, change, Action.DECLINE, standing=boss, **reason)
    asked = session.get_one(Request, university.requests["ayse open"])
    take(session, asked, Action.ANSWER, standing=member, **reason)


def _visitor(university: University) -> Any:
    """The firm by its link and the code sent to its address."""
    with looking(university.app) as session:
        firm = session.get_one(Supervisor, university.others["civil supervisor"])
        path = "/firm/" + visits.invite(session, firm).rpartition("/")[2]
    client = university.app.test_client()
    client.post(path)
    with looking(university.app) as session:
        newest = select(Letter.text).where(Letter.reader == "answer_code").order_by(Letter.id.desc())
        code = re.search(r"\b\d{6}\b", session.scalars(newest.limit(1)).one())
    assert code
    assert client.post(path, data={"code": code[0]}).status_code == 302
    return client


def _explicitly(made: Sweep) -> None:
    """The health office has one number shown, and takes another out on a list of either kind."""
    university, office = made.university, made.university.people["health office"]
    shown, listed = university.declarations["ayse due"], university.declarations["zeynep due"]
    starting(university, {listed: 21})
    made.told["shown"] = _text(office.post(f"/declarations/national-id/{shown}"))
    told = office.post("/declarations/list", data={"asked": "yes", "row": f"{listed}:0"})
    token = re.findall(r'name="told" value="([^"]+)"', office.get(told.location).text)[0]
    for kind in ("csv", "xlsx"):
        made.told[kind] = _text(office.post(f"/declarations/list/{kind}", data={"told": token}, buffered=True))


# -- who looks at it -------------------------------------------------------------------------------------------------


def _look(made: Sweep) -> None:
    university = made.university
    for rule in university.app.url_map.iter_rules():
        address = ADDRESSES[rule.endpoint]
        for who in university.people if "GET" in methods(rule) else ():
            for name, key in _rows(university, STANDS_AS.get(who, who), address):
                for view in ({}, *VIEWS.get(rule.endpoint, ())):
                    answer = ask(university, who, "GET", rule.endpoint, key, view)
                    where = f"{rule.endpoint} {name} {view} {answer.headers.get('Location', '')}"
                    made.shown[who, where] = _text(answer)


def _rows(university: University, who: str, address: Address) -> Iterable[tuple[str, int | None]]:
    """Every row this person meets at this address, by name."""
    if who not in address.to:
        return ()
    if not address.rows:
        return [("", None)]
    keys = getattr(university, address.rows)
    return [(name, keys[name]) for name in sorted(address.theirs.get(who, ()))]


def _text(answer: Any) -> str:
    """What somebody reads: a page without its escapes, a workbook with its cells, and where it leads."""
    data = answer.get_data()
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return html.unescape(data.decode("utf-8", "replace")) + str(answer.headers)


# -- the national id -------------------------------------------------------------------------------------------------


def _names(made: Sweep, text: str) -> Names:
    """Whose number stands in a text, in full or all but its end, spaced, turned round, encoded or sealed."""
    squeezed = re.sub(r"(?<=\d)[ .\-  ](?=\d)", "", text)
    return frozenset(who for who, number in made.ids.items() if any(f in squeezed for f in _forms(made, who, number)))


def _forms(made: Sweep, who: str, number: str) -> Iterable[str]:
    secrets = (number.encode(), made.sealed[who])
    encoded = (way(secret).decode()[:16] for secret in secrets for way in (base64.b64encode, base64.b16encode))
    return (number[:9], number[::-1], *encoded, made.sealed[who].hex()[:16])


def test_a_national_id_is_read_by_the_health_office_by_its_own_act_and_by_nobody_else(sweep: Sweep) -> None:
    met = {place: names for place, text in sweep.shown.items() if (names := _names(sweep, text))}
    assert met == {}
    shown = {how: _names(sweep, text) for how, text in sweep.told.items()}
    ayse, zeynep = (frozenset({f"{name} Yılmaz"}) for name in ("Ayşe", "Zeynep"))
    assert shown == {"shown": ayse, "csv": zeynep, "xlsx": zeynep}


def test_each_showing_of_a_national_id_is_on_record_and_the_record_does_not_repeat_it(sweep: Sweep) -> None:
    with looking(sweep.university.app) as session:
        steps = session.scalars(select(Step).where(Step.action == Action.SHOW).order_by(Step.id)).all()
        of = {name: session.get_one(Declaration, key).student_id for name, key in sweep.university.declarations.items()}
        assert [(s.machine, s.student_id, s.facts) for s in steps] == [
            ("declaration", of["ayse due"], {"national_id": "shown"}),
            *[("declaration", of["zeynep due"], {"national_id": "exported"})] * 2,
        ]


def test_a_national_id_is_kept_nowhere_but_sealed(sweep: Sweep) -> None:
    """No letter, history, run of a job or any other table holds one in the open."""
    with looking(sweep.university.app) as session:
        cells = {
            table.name: " ".join(
                str(value) for row in session.execute(select(table)) for value in row if not isinstance(value, bytes)
            )
            for table in db.metadata.sorted_tables
        }
    assert {name for name, text in cells.items() if _names(sweep, text)} == set()
    assert len(cells["letter"]) > len(cells["faculty"]) > 0


# -- what is sealed for a time, and what is somebody's own ------------------------------------------------------------

FIRM: dict[str, Names] = {"ayse": frozenset({"boss", LINK}), "zeynep": frozenset({"emre"})}
COMMISSION: dict[str, Names] = {"ayse": CIVIL, "zeynep": frozenset({"member of mining"})}
HANDED_IN_ONCE = "ayse returned"  # its days were read by the commission; its evaluation is the firm's again


def _of_answers(who: str, state: S) -> Names:
    """A firm reads its own; the commission from the handing in; the student once it is decided (domain, 7)."""
    board = COMMISSION[who] if state in HANDED_IN else frozenset[str]()
    return FIRM[who] | board | (frozenset({who}) if state in ASSESSED else frozenset[str]())


def _of_logbook(who: str, state: S) -> Names:
    handed_in = state in HANDED_IN or f"{who} {state.value}" == HANDED_IN_ONCE
    return frozenset({who}) | (COMMISSION[who] if handed_in else frozenset[str]())


READERS: dict[str, Names] = {
    UNFINISHED: FIRM["ayse"],
    NOTE: BOARD | CAREER,
    TURN: CIVIL | CAREER,
    **{
        f"{SEALED} {who} {state.value}": _of_answers(who, state)
        for who in FIRM
        for state in TAKES_PLACE - {S.APPROVED, S.STOPPED}
    },
    **{f"{WRITTEN} {who} {state.value}": _of_logbook(who, state) for who in FIRM for state in TAKES_PLACE},
}


def test_what_is_sealed_is_read_by_exactly_those_it_is_open_to(sweep: Sweep) -> None:
    assert {words: sweep.readers(words) for words in READERS} == READERS


def test_no_letter_and_no_log_says_what_is_sealed(sweep: Sweep) -> None:
    with looking(sweep.university.app) as session:
        written = {
            (
                letter.to_email,
                letter.subject,
            ): f"{letter.subject} {letter.text} {html.unescape(letter.html)} {letter.link}"
            for letter in session.scalars(select(Letter))
        }
    said = [*written.values(), *sweep.logged]
    secret = (SEALED, WRITTEN, NOTE, TURN)
    assert [text for text in said if any(words in text for words in secret) or _names(sweep, text)] == []
    reasons = ("Bir daha bakılsın.", "Kurum bir daha baksın.", "Belge eksik.")  # what is told, is told
    assert [any(reason in text for text in written.values()) for reason in reasons] == [True] * len(reasons)
    assert HEARD in sweep.logged


def test_everybody_looked_at_something_of_their_own(sweep: Sweep) -> None:
    looked = {who for who, _where in sweep.shown}
    assert looked == set(sweep.university.people) >= {*MINE, LINK, "nobody", "stranger"}

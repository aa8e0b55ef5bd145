"""Whose turn a file is: given, taken, shared out evenly, and shown to the chair when its reviewer has left."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

from models import Application, ChangeRequest, Department, Membership, User, db
from services import audit, reviewers
from services.scope import enter, system_session
from services.sign_in import today
from services.standing import standing_of
from services.transition import Refused
from tests.admin_views.test_queries import look, plan
from tests.people import a_town, looking, sign_in
from tests.university import University
from workflow.words import Action, Actor, ApplicationState

YESTERDAY = today() - timedelta(days=1)
S = ApplicationState


@dataclass
class Board:
    """A commission: Hakan chairs, Murat and Selin sit on it, Nihal did until yesterday; Veli sits on another one."""

    app: Flask
    of: int = 0
    people: dict[str, User] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)

    def client(self, who: str) -> FlaskClient:
        return sign_in(self.app, self.people[who])

    def reviewer(self, *names: str) -> list[str | None]:
        """Who reviews these files now."""
        with looking(self.app) as session:
            rows = [session.get_one(Application, self.files[name]) for name in names]
            return [row.reviewer.name if row.reviewer else None for row in rows]

    def do(self, who: str, what: Callable[[Any, Any], Any]) -> Any:
        """Something in a session of this person's reach, committed."""
        with self.app.app_context():
            user = self.people[who]
            with system_session(reads=True) as session:
                standing = standing_of(session, user.id, user.name, today())
            db.session.remove()
            enter(db.session(), standing)
            answer = what(db.session(), standing)
            db.session.commit()
            return answer

    def give(self, who: str, file: str, to: str | None) -> None:
        key = self.people[to].id if to else None
        self.do(
            who,
            lambda s, st: reviewers.give(s, s.get_one(Application, self.files[file]), key, standing=st, today=today()),
        )

    def take(self, who: str, file: str) -> None:
        self.do(
            who,
            lambda s, st: reviewers.take_up(s, s.get_one(Application, self.files[file]), standing=st, today=today()),
        )

    def share(self, who: str, *files: str) -> Any:
        def work(session: Any, standing: Any) -> Any:
            rows = [session.get_one(Application, self.files[name]) for name in files]
            got, refused = reviewers.share_out(session, rows, standing=standing, today=today())
            return dict(got), [(row.id, say.msgid) for row, say in refused]

        return self.do(who, work)


@pytest.fixture
def board(app: Flask) -> Board:
    made = Board(app)
    with app.app_context(), a_town() as t:
        of, elsewhere = t.department("BIL"), t.department("INS")
        made.of = of.id
        made.people = {
            "Hakan": t.chair(of), "Murat": t.member(of), "Selin": t.member(of), "Nihal": t.member(of, until=YESTERDAY),
            "Veli": t.member(elsewhere), "Orhan": t.chair(elsewhere),
        }  # fmt: skip
        for name, user in made.people.items():
            user.name = name
        kind = t.internship_type(of)
        for n in range(1, 7):
            at = datetime(2026, 3, n, 9, tzinfo=UTC)
            ahead = today() + timedelta(days=30)
            made.files[f"f{n}"] = t.application(t.student(of), of, kind=kind, submitted_at=at, starts_on=ahead).id
        made.files["approved"] = t.application(t.student(of), of, kind=kind, state=S.APPROVED).id
        changing = t.application(
            t.student(of), of, kind=kind, state=S.APPROVED, starts_on=today() + timedelta(days=30),
            supervisor=t.supervisor(t.institution()),
        )  # fmt: skip
        t.change(changing, "with_commission")
        made.files["changing"] = changing.id
        murats = t.student(of, "Murat", "Kaya", user=made.people["Murat"])
        made.files["Murat's own"] = t.application(murats, of, kind=kind).id
        t.session.flush()
        t.session.expunge_all()
    return made


def left(board: Board, *files: str) -> None:
    """Nihal had these files when her term ended."""
    with looking(board.app) as session:
        for name in files:
            session.get_one(Application, board.files[name]).reviewer_id = board.people["Nihal"].id


def test_a_chair_gives_a_file_and_the_history_of_the_file_says_to_whom(board: Board) -> None:
    board.give("Hakan", "f1", "Selin")
    board.give("Hakan", "f1", "Murat")
    board.give("Hakan", "f1", "Murat")  # nothing changes, nothing is written
    board.give("Hakan", "f1", None)
    with looking(board.app) as session:
        steps = audit.timeline(session, "application", board.files["f1"])
        assert [(s.action, s.actor, s.by_name, s.facts["reviewer"], s.from_state, s.to_state) for s in steps] == [
            (Action.ASSIGN, Actor.CHAIR, "Hakan", given, "submitted", "submitted")
            for given in ([None, "Selin"], ["Selin", "Murat"], ["Murat", None])
        ]
        assert [found for found in audit.verify(session) if isinstance(found, audit.Break) and found.seq] == []


REFUSED: dict[str, tuple[str, str, str | None, str]] = {
    "a member gives nothing": ("Selin", "f1", "Murat", reviewers.NOT_CHAIR.msgid),
    "nor the chair of another department": ("Hakan", "f1", "Veli", reviewers.NOT_ON_DUTY.msgid),
    "to nobody whose term is over": ("Hakan", "f1", "Nihal", reviewers.NOT_ON_DUTY.msgid),
    "to nobody their own": ("Hakan", "Murat's own", "Murat", reviewers.OWN.msgid),
    "nothing that is decided": ("Hakan", "approved", "Selin", reviewers.NOT_OPEN.msgid),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_given_is_refused_with_its_reason(board: Board, what: str) -> None:
    who, file, to, why = REFUSED[what]
    with pytest.raises(Refused) as refused:
        board.give(who, file, to)
    assert (refused.value.say.msgid, board.reviewer(file)) == (why, [None])


def test_a_member_takes_a_nobodys_file_and_the_next_one_is_too_late(board: Board) -> None:
    board.take("Selin", "f1")
    with pytest.raises(Refused) as refused:
        board.take("Murat", "f1")
    assert (refused.value.say.msgid, board.reviewer("f1")) == (reviewers.TAKEN.msgid, ["Selin"])


def test_a_member_takes_the_file_of_somebody_who_left(board: Board) -> None:
    left(board, "f1")
    board.take("Murat", "f1")
    assert board.reviewer("f1") == ["Murat"]


def test_files_are_shared_out_evenly_longest_waiting_first_by_what_each_has_already(board: Board) -> None:
    board.give("Hakan", "f6", "Hakan")
    assert board.share("Hakan", "f5", "f1", "f2", "f3", "f4") == ({"Hakan": 1, "Murat": 2, "Selin": 2}, [])
    assert board.reviewer("f1", "f2", "f3", "f4", "f5") == ["Murat", "Selin", "Hakan", "Murat", "Selin"]


def test_shared_out_again_what_each_has_of_them_weighs_nothing_beforehand(board: Board) -> None:
    for name in ("f1", "f2", "f3"):
        board.give("Hakan", name, "Selin")
    assert board.share("Hakan", "f1", "f2", "f3") == ({"Hakan": 1, "Murat": 1, "Selin": 1}, [])


def test_nobody_gets_their_own_file_and_what_cannot_be_shared_is_told(board: Board) -> None:
    got, refused = board.share("Hakan", "Murat's own", "approved")
    assert (got, refused) == ({"Hakan": 1}, [(board.files["approved"], reviewers.NOT_OPEN.msgid)])


def test_anybody_of_the_commission_still_decides(board: Board) -> None:
    board.give("Hakan", "f1", "Selin")
    with looking(board.app) as session:
        version = session.get_one(Application, board.files["f1"]).version
    board.client("Murat").post(f"/applications/step/{board.files['f1']}/approve", data={"version": version})
    with looking(board.app) as session:
        assert session.get_one(Application, board.files["f1"]).state is S.APPROVED


def test_the_student_reads_nothing_of_who_reviews(board: Board) -> None:
    board.give("Hakan", "f1", "Selin")
    with looking(board.app) as session:
        student = session.get_one(Application, board.files["f1"]).student.user
        session.expunge(student)
    page = sign_in(board.app, student).get(f"/my-applications/details/?id={board.files['f1']}")
    assert (page.status_code, "Selin" in page.text) == (200, False)
    assert "Selin" in board.client("Murat").get(f"/applications/details/?id={board.files['f1']}").text


# -- the queue -------------------------------------------------------------------------------------------------------


def shown(board: Board, who: str, asked: str) -> list[str]:
    page = board.client(who).get(f"/applications/{asked}").text
    names = {str(key): name for name, key in board.files.items()}
    return [names[key] for key in re.findall(r'details/\?[^"]*id=(\d+)" data-open', page)]


def test_the_queue_is_asked_for_by_whose_turn_it_is(board: Board) -> None:
    board.give("Hakan", "f1", "Selin")
    board.give("Hakan", "f2", "Murat")
    left(board, "f3")
    selin = board.people["Selin"].id
    asked = ("mine", "nobody", "off", str(selin), "x", "999999")
    assert {a: shown(board, "Selin", f"?reviewer={a}") for a in asked} == {
        "mine": ["f1"],
        "nobody": ["f4", "f5", "f6", "Murat's own"],
        "off": ["f3"],
        str(selin): ["f1"],
        "x": ["f1", "f2", "f3", "f4", "f5", "f6", "Murat's own"],
        "999999": [],
    }
    page = board.client("Selin").get("/applications/?reviewer=mine").text
    assert re.findall(r'<option value="(\w+)" selected>', page)[-1] == "mine"
    assert '<span class="dim reviewer">Selin</span>' in page
    exported = board.client("Selin").get("/applications/export/csv?reviewer=mine").get_data().decode()
    assert (exported.count("\n"), ";Selin;" in exported) == (2, True)


def test_the_chair_gives_ticked_files_in_one_go(board: Board) -> None:
    client = board.client("Hakan")
    ticked = [f"{board.files[name]}:0" for name in ("f1", "f2", "approved")]
    asked = client.post("/applications/share?order=start", data={"row": ticked})
    assert (asked.status_code, "order=start" in asked.location) == (303, True)
    page = client.get(asked.location).text
    assert (page.count('name="to"'), "3 başvuru" in page) == (5, True)  # evenly, three on duty, nobody
    to = str(board.people["Selin"].id)
    done = client.post(asked.location, data={"asked": "yes", "row": ticked, "to": to}, follow_redirects=True)
    assert ("Selin: 2" in done.text, "Bu dosya komisyonu beklemiyor" in done.text) == (True, True)
    assert board.reviewer("f1", "f2", "approved") == ["Selin", "Selin", None]
    assert board.client("Murat").get("/applications/share").status_code == 404
    assert board.client("Murat").post("/applications/share", data={"row": ticked}).status_code == 404


def test_a_foreign_chair_shares_nothing_here(board: Board) -> None:
    ticked = [str(board.files["f1"])]
    answer = board.client("Orhan").post("/applications/share", data={"row": ticked, "asked": "yes", "to": "evenly"})
    assert (answer.status_code, board.reviewer("f1")) == (302, [None])


# -- when somebody leaves --------------------------------------------------------------------------------------------


def test_the_files_of_who_left_wait_on_the_chairs_start_page_and_one_press_shares_them_out(board: Board) -> None:
    left(board, "f1", "f2", "f3", "f4", "approved")
    client = board.client("Hakan")
    card = re.search(
        r'card-urgent" href="(/applications/share\?reviewer=off)"><span class="card-count">(\d+)', client.get("/").text
    )
    assert card
    assert card[2] == "4"
    assert "reviewer=off" not in board.client("Murat").get("/").text
    page = client.get(card[1]).text
    assert page.count("Nihal") == 4
    client.post(card[1], data={"asked": "yes", "to": "evenly"})
    given = Counter(board.reviewer("f1", "f2", "f3", "f4"))
    assert (given, board.reviewer("approved")) == (Counter(Hakan=2, Murat=1, Selin=1), ["Nihal"])
    assert "reviewer=off" not in client.get("/").text
    assert "görevde" in client.get(card[1], follow_redirects=True).text


def test_one_press_gives_them_all_to_one_member(board: Board) -> None:
    left(board, "f1", "f2")
    data = {"asked": "yes", "to": str(board.people["Murat"].id)}
    board.client("Hakan").post("/applications/share?reviewer=off", data=data)
    assert board.reviewer("f1", "f2", "f3") == ["Murat", "Murat", None]


def test_a_closed_account_reviews_nothing_either(board: Board) -> None:
    board.give("Hakan", "f1", "Selin")
    with looking(board.app) as session:
        session.get_one(User, board.people["Selin"].id).active = False
    assert shown(board, "Hakan", "?reviewer=off") == ["f1"]


def test_completions_of_who_left_are_shared_out_with_the_rest_and_weigh_as_much(board: Board) -> None:
    with board.app.app_context(), a_town() as t:
        of = t.session.get_one(Department, board.of)
        for n, state in enumerate((S.COMPLETION, S.COMPLETION, S.RETURNED, S.ACCEPTED, S.COMPLETION), 1):
            made = t.application(t.student(of, "Ece", f"Biten{n}"), of, state=state)
            board.files[f"completion {n}"] = made.id
    completions = tuple(f"completion {n}" for n in range(1, 5))
    left(board, "f1", *completions)
    client = board.client("Hakan")
    assert re.search(r'reviewer=off"><span class="card-count">3<', client.get("/").text)
    page = client.get("/applications/share?reviewer=off").text
    assert [name in page for name in ("Biten1", "Biten2", "Biten3", "Biten4")] == [True, True, False, False]
    with looking(board.app) as session:
        standing = standing_of(session, board.people["Hakan"].id, "Hakan", today())
        unattended = {row.id for row in reviewers.unattended(session, standing, today())}
    assert unattended == {board.files[name] for name in ("f1", "completion 1", "completion 2")}
    board.give("Hakan", "completion 5", "Murat")  # who has one open file more than the others by now
    client.post("/applications/share?reviewer=off", data={"asked": "yes", "to": "evenly"})
    assert Counter(board.reviewer("f1", "completion 1", "completion 2")) == Counter(Hakan=2, Selin=1)
    assert board.reviewer("completion 3", "completion 4") == ["Nihal", "Nihal"]
    assert "reviewer=off" not in client.get("/").text
    assert shown(board, "Hakan", "?reviewer=off&state=completion") == []


# -- changes asked of a file -----------------------------------------------------------------------------------------


def test_a_change_that_waits_is_its_files_reviewers_and_is_given_anew_when_they_leave(board: Board) -> None:
    left(board, "changing", "approved", "f1")
    client = board.client("Hakan")
    assert re.search(r'reviewer=off"><span class="card-count">2<', client.get("/").text)
    assert client.get("/applications/share?reviewer=off").text.count("Nihal") == 2
    client.post("/applications/share?reviewer=off", data={"asked": "yes", "to": str(board.people["Selin"].id)})
    assert board.reviewer("changing", "f1", "approved") == ["Selin", "Selin", "Nihal"]
    assert "reviewer=off" not in client.get("/").text
    page = client.get("/commission/").text
    waits = {name: dict(re.findall(r'<a class="d-block" href="(/(?:app|cha)[^"]+)">(\d+ [^<]+)', row)) for name, row in re.findall(
        r'data-member="\d+">.*?<span>(\w+)<br>(.*?)</tr>', page, re.DOTALL)}  # fmt: skip
    selin = board.people["Selin"].id
    assert waits == {
        "Hakan": {},
        "Murat": {},
        "Selin": {
            f"/applications/?reviewer={selin}": "1 başvuru",
            f"/changes/?reviewer={selin}&amp;state=with_commission": "1 değişiklik talebi",
        },
    }
    assert [client.get(f"/changes/?reviewer={pk}").text.count("/changes/details/") for pk in (selin, selin + 1)] == [
        1,
        0,
    ]


def test_a_change_weighs_as_much_as_an_application_where_files_are_shared_out(board: Board) -> None:
    board.give("Hakan", "changing", "Murat")
    board.give("Hakan", "f1", "Selin")
    assert board.share("Hakan", "f2", "changing") == ({"Hakan": 1, "Murat": 1}, [])


def test_a_member_takes_a_file_of_which_a_change_waits_and_finds_it_under_their_changes(board: Board) -> None:
    key = board.files["changing"]
    client = board.client("Selin")
    take = f"/applications/take/{key}"
    assert take in client.get(f"/applications/details/?id={key}").text
    client.post(take)
    assert board.reviewer("changing") == ["Selin"]
    with looking(board.app) as session:
        change = session.scalars(select(ChangeRequest.id)).one()
    link = f"/changes/details/?id={change}"
    assert [link in board.client(who).get("/changes/?reviewer=mine").text for who in ("Selin", "Murat")] == [
        True,
        False,
    ]
    assert "Selin" in board.client("Murat").get("/changes/?state=with_commission").text
    assert "Selin" in board.client("Murat").get(link).text
    client.post(f"/changes/step/{change}/reject", data={"reason": "Olmaz.", "version": "0"})
    assert take not in client.get(f"/applications/details/?id={key}").text
    with pytest.raises(Refused) as refused:
        board.give("Hakan", "changing", "Murat")
    assert refused.value.say is reviewers.NOT_OPEN


# -- plans -----------------------------------------------------------------------------------------------------------

INDEXED = {
    "?reviewer=mine": "ix_application_reviewer_state",
    "?reviewer=mine&state=all": "ix_application_reviewer",
    "?reviewer={other}": "ix_application_reviewer_state",
    "?reviewer=nobody": "ix_application_unassigned",
}


@pytest.fixture(scope="module")
def years(university: University) -> University:
    """A department's files of years, so that the way they are read matters."""
    with university.app.app_context(), a_town() as t:
        of = t.session.get_one(Department, university.others["civil"])
        sits = select(Membership.user_id).where(Membership.department_id == of.id).order_by(Membership.id).limit(3)
        members = t.session.scalars(sits).all()
        one = t.application(t.student(of), of)
        like = {
            c.name: getattr(one, c.name) for c in Application.__table__.columns if c.name not in {"id", "reviewer_id"}
        }
        rows = [
            like | {
                "reviewer_id": [None, *members][n % 4], "state": (S.SUBMITTED, S.WITHDRAWN)[n % 5 > 0],
                "submitted_at": datetime(2022, 1, 1, tzinfo=UTC) + timedelta(hours=n),
            }
            for n in range(4000)
        ]  # fmt: skip
        t.session.execute(insert(Application), rows)
        if db.engine.dialect.name == "postgresql":  # SQLite plans by its indexes alone: nobody counts for it here
            t.session.execute(text("ANALYZE application"))
    return university


@pytest.mark.parametrize("asked", INDEXED)
def test_one_index_serves_the_filter_and_the_order(years: University, asked: str) -> None:
    with looking(years.app) as session:
        chair = select(Membership.user_id).where(Membership.actor == Actor.CHAIR)
        url = f"/applications/{asked.format(other=session.scalars(chair).one())}"
    _rows, said = look(years.people["member of civil"], url)
    [statement] = [s for s in said if "AS keys" in s[0]]
    with years.app.app_context():
        lines = plan(db.engine, statement)
    sorted_ = [line for line in lines if "TEMP B-TREE" in line or re.search(r"-> +(Incremental )?Sort", line)]
    used = [line for line in lines if re.search(rf"{INDEXED[asked]}\b", line)]
    assert (len(used) >= 1, len(sorted_) <= 1) == (True, True), lines


def test_a_double_major_sees_no_reviewer_of_their_own_file(board: Board) -> None:
    """Murat sits on the commission and studies here: his own file's history is a student's to him."""
    own = "Murat's own"
    board.give("Hakan", own, "Selin")
    page = board.client("Murat").get(f"/my-applications/details/?id={board.files[own]}")
    assert (page.status_code, "Selin" in page.text) == (200, False)

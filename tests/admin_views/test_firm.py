"""A firm without an account: its link and a code lead to its own page and to nothing else."""

import re
import threading
import time
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import AnswerLink, Application, Institution, Letter, Step, Supervisor, User, utcnow
from services import visits
from services.link_codes import CODES, TRIES
from services.sign_in import today
from services.transition import take
from tests.forms import form_at
from tests.people import PASSWORD, a_town, letters_asked_for, looking, sign_in
from workflow.words import Action, Actor, ApplicationState, LinkPurpose

CHOSEN = "mavi vapur kalkar"


@dataclass
class Firm:
    """One supervisor without an account, the path of their link, and files: theirs by name, and a foreign one."""

    app: Flask
    path: str
    email: str
    files: dict[str, int]

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def code(self) -> str:
        with looking(self.app) as s:
            newest = select(Letter.text).where(Letter.reader == "answer_code").order_by(Letter.id.desc())
            found = re.search(r"\b\d{6}\b", s.scalars(newest.limit(1)).one())
        assert found
        return found[0]

    def visit(self, path: str = "") -> FlaskClient:
        """A browser that came in by the link and the code."""
        client, path = self.client(), path or self.path
        client.post(path)
        assert client.post(path, data={"code": self.code()}).status_code == 302
        return client

    def change_link(self, **facts: object) -> None:
        with self.app.app_context(), a_town() as t:
            for link in t.session.scalars(select(AnswerLink)):
                for name, value in facts.items():
                    setattr(link, name, value)


@pytest.fixture
def firm(app: Flask) -> Firm:
    """The commission approves an application; the letter carries the link."""
    with app.app_context(), a_town() as t:
        of, other = t.department(), t.department()
        ours, theirs = t.supervisor(t.institution()), t.supervisor(t.institution("Demir Maden"), name="Veli Demir")
        again = t.supervisor(t.institution("Kaya Danışmanlık"), name="Ali Kaya")
        again.email = ours.email.upper()
        began = today() - timedelta(days=9)
        waiting = t.application(t.student(of, "Elif"), of, supervisor=ours, starts_on=today() + timedelta(days=40))
        files = {
            "waiting": waiting,
            "running": t.application(
                t.student(of, "Emre"), of, state=ApplicationState.APPROVED, supervisor=ours, starts_on=began
            ),
            "elsewhere of mine": t.application(
                t.student(other, "Zeynep"), other, state=ApplicationState.APPROVED, supervisor=again, starts_on=began
            ),
            "foreign": t.application(
                t.student(of, "Deniz"), of, state=ApplicationState.APPROVED, supervisor=theirs, starts_on=began
            ),
        }
        t.evaluation_form(None)
        take(t.session, waiting, Action.APPROVE, standing=t.standing(t.member(of)), today=today())
        link = t.session.scalars(select(Letter.link).where(Letter.reader == "employer")).one()
        return Firm(app, "/firm/" + str(link).rpartition("/")[2], ours.email, {n: row.id for n, row in files.items()})


def interns_on(client: FlaskClient) -> set[int]:
    return {int(k) for k in re.findall(r'interns/details/\?id=(\d+)"', client.get("/interns/").text)}


def test_the_link_alone_shows_nothing_and_changes_nothing(firm: Firm) -> None:
    client = firm.client()
    with looking(firm.app) as s:
        before = [(link.codes_sent, link.used_at) for link in s.scalars(select(AnswerLink))]
    for method in (client.get, client.head, client.get):
        page = method(firm.path)
        assert page.status_code == 200
        assert not re.search("Elif|Emre|Yılmaz|Kaya", page.text)
    with looking(firm.app) as s:
        assert [(link.codes_sent, link.used_at) for link in s.scalars(select(AnswerLink))] == before
    assert client.get("/interns/").status_code == 302


def test_with_the_code_a_supervisor_meets_exactly_their_own_interns_of_every_entry(firm: Firm) -> None:
    client = firm.visit()
    own = {firm.files[n] for n in ("waiting", "running", "elsewhere of mine")}
    assert interns_on(client) == own
    pages = ("/interns/details/?id={}", "/interns/attendance/{}", "/interns/evaluation/{}")
    met = {n: {client.get(p.format(k)).status_code for p in pages} for n, k in firm.files.items()}
    assert met == {n: {200} if k in own else {404} for n, k in firm.files.items()}


def test_a_visit_opens_the_employers_desks_and_no_other(firm: Firm) -> None:
    client = firm.visit()
    desks = {v.url: v for v in firm.app.extensions["admin"][0]._views if getattr(v, "group", "")}
    opened = {url for url in desks if client.get(f"{url}/").status_code == 200}
    assert opened == {"/interns", "/intern-changes", "/firm_news"}
    assert client.get("/", follow_redirects=True).request.path == "/interns/"


@pytest.mark.parametrize(
    ("what", "facts"),
    [
        ("expired", {"expires_at": utcnow() - timedelta(seconds=1)}),
        ("revoked", {"revoked_at": utcnow()}),
        ("of an address nobody has", {"email": "yok@kaya.example.com"}),
    ],
)
def test_a_link_that_is_over_opens_nothing_and_ends_the_visits_it_began(
    firm: Firm, what: str, facts: dict[str, object]
) -> None:
    client, other = firm.visit(), firm.client()
    other.post(firm.path)
    code = firm.code()
    firm.change_link(**facts)
    assert client.get("/interns/").status_code == 302, what
    for answer in (other.get(firm.path), other.post(firm.path, data={"code": code})):
        assert (answer.status_code, "alert-info" in answer.text) == (200, True)
    assert other.get("/interns/").status_code == 302


def test_a_link_nobody_was_given_and_one_for_another_purpose_are_not_there(firm: Firm) -> None:
    client = firm.client()
    assert client.get("/firm/" + "x" * 43).status_code == 404
    assert client.get(firm.path.replace("/firm/", "/answer/")).status_code == 404


def test_a_code_works_once_and_only_with_its_own_link(firm: Firm) -> None:
    first = firm.client()
    first.post(firm.path)
    code = firm.code()
    assert first.post(firm.path, data={"code": code}).status_code == 302
    again = firm.client()
    assert again.post(firm.path, data={"code": code}).status_code == 200
    assert again.get("/interns/").status_code == 302
    with firm.app.app_context(), a_town() as t:
        theirs = t.session.scalars(select(Supervisor).where(Supervisor.name == "Veli Demir")).one()
        path = "/firm/" + visits.invite(t.session, theirs).rpartition("/")[2]
    foreign = firm.client()
    foreign.post(path)
    foreign.post(firm.path)
    assert foreign.post(path, data={"code": firm.code()}).status_code == 200
    assert foreign.get("/interns/").status_code == 302


def test_five_wrong_codes_void_the_code_and_five_codes_the_link(firm: Firm) -> None:
    client = firm.client()
    client.post(firm.path)
    right = firm.code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _try in range(TRIES):
        assert client.post(firm.path, data={"code": wrong}).status_code == 200
    client.post(firm.path, data={"code": right})
    assert client.get("/interns/").status_code == 302
    with looking(firm.app) as s:
        link = s.scalars(select(AnswerLink)).one()
        assert (link.code_tries, link.used_at) == (TRIES, None)
    firm.change_link(codes_sent=CODES)
    assert "alert-danger" in client.post(firm.path).text


def test_leaving_ends_the_visit_on_the_server_and_revoking_every_link(firm: Firm) -> None:
    client, elsewhere = firm.visit(), firm.visit()
    cookie = client.get_cookie("staj")
    client.post("/firm/leave")
    assert client.get("/interns/").status_code == 302
    assert elsewhere.get("/interns/").status_code == 302
    assert cookie
    thief = firm.client()
    thief.set_cookie("staj", cookie.value)
    assert thief.get("/interns/").status_code == 302
    again = firm.visit()
    again.post("/firm/leave", data={"links": "all"})
    assert "alert-info" in again.get(firm.path).text


def test_a_visit_ends_by_itself(firm: Firm) -> None:
    client = firm.visit()
    with client.session_transaction() as kept:
        kept["firm"] = {**kept["firm"], "until": 1}
    assert client.get("/interns/").status_code == 302


def test_a_lost_link_is_sent_again_and_strangers_learn_nothing(firm: Firm) -> None:
    client = firm.client()
    assert "/firm" in client.get("/login").text
    told = {
        re.sub(r'value="[^"]*"|nonce="[^"]*"', "", client.post("/firm", data={"email": e}, follow_redirects=True).text)
        for e in (firm.email.upper(), "yok@kaya.example.com")
    }
    assert len(told) == 1
    letters_asked_for(firm.app)
    with looking(firm.app) as s:
        letters = s.scalars(select(Letter).where(Letter.reader == "firm_link")).all()
        assert [letter.to_email for letter in letters] == [firm.email]
        path = "/firm/" + str(letters[0].link).rpartition("/")[2]
    assert firm.files["running"] in interns_on(firm.visit(path))
    for _again in range(6):
        client.post("/firm", data={"email": firm.email})
    letters_asked_for(firm.app)
    with looking(firm.app) as s:
        assert (
            len(s.scalars(select(Letter.id).where(Letter.reader == "firm_link")).all()) == 2
        )  # with the approval's three within the hour


def test_a_password_makes_an_account_that_has_every_entry_of_the_address(firm: Firm) -> None:
    client = firm.visit()
    weak = client.post("/firm/account", data={"password": "kisa", "again": "kisa"})
    assert (weak.status_code, "error-summary" in weak.text) == (200, True)
    made = client.post("/firm/account", data={"password": CHOSEN, "again": CHOSEN})
    assert made.status_code == 302
    with looking(firm.app) as s:
        user = s.scalars(select(User).where(User.email == firm.email)).one()
        entries = s.scalars(select(Supervisor).where(Supervisor.email == firm.email)).all()
        assert {e.user_id for e in entries} == {user.id}
        notes = s.scalars(select(Step).where(Step.machine == "user", Step.row_id == user.id)).all()
        assert [(n.actor, "parola" in str(n.facts)) for n in notes] == [(Actor.EMPLOYER, False)]
    own = {firm.files[n] for n in ("waiting", "running", "elsewhere of mine")}
    assert interns_on(client) == own
    assert interns_on(sign_in(firm.app, user)) == own
    fresh = firm.client()
    fresh.post("/login", data={"email": firm.email, "password": CHOSEN})
    assert interns_on(fresh) == own


def test_a_double_click_makes_one_account(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    first, hashed = firm.visit(), visits.hash_password
    cookie = first.get_cookie("staj")
    assert cookie
    second = firm.client()
    second.set_cookie("staj", cookie.value)
    monkeypatch.setattr(visits, "hash_password", lambda word: (time.sleep(0.3), hashed(word))[1])
    told: list[int] = []

    def click(client: FlaskClient) -> None:
        told.append(client.post("/firm/account", data={"password": CHOSEN, "again": CHOSEN}).status_code)

    clicks = [threading.Thread(target=click, args=(client,)) for client in (first, second)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert told == [302, 302]
    with looking(firm.app) as s:
        assert len(s.scalars(select(User).where(User.email == firm.email)).all()) == 1


def test_an_address_that_has_an_account_takes_no_second_one(firm: Firm) -> None:
    with firm.app.app_context(), a_town() as t:
        t.user(firm.email)
    client = firm.visit()
    answer = client.post("/firm/account", data={"password": PASSWORD + "x", "again": PASSWORD + "x"})
    assert answer.status_code == 302
    with looking(firm.app) as s:
        assert len(s.scalars(select(User).where(User.email == firm.email)).all()) == 1
    fresh = firm.client()
    fresh.post("/login", data={"email": firm.email, "password": PASSWORD})
    assert firm.files["running"] in interns_on(fresh)


def test_somebody_typed_as_supervisor_later_is_the_same_person(firm: Firm) -> None:
    client = firm.visit()
    client.post("/firm/account", data={"password": CHOSEN, "again": CHOSEN})
    with firm.app.app_context(), a_town() as t:
        row = t.session.get_one(Application, firm.files["foreign"])
        row.supervisor_id = t.add(
            Supervisor(
                institution_id=t.session.scalars(select(Institution.id)).first(), name="A. Kaya", title="Müdür",
                phone="0", email=firm.email,
            )
        ).id  # fmt: skip
    assert firm.files["foreign"] in interns_on(client)


def test_letters_lead_a_firm_without_an_account_to_its_page_and_one_with_an_account_to_the_file(firm: Firm) -> None:
    def link_of_a_cancellation() -> str:
        with firm.app.app_context(), a_town() as t:
            of, person = t.department(), select(Supervisor).where(Supervisor.email == firm.email).limit(1)
            row = t.application(
                t.student(of), of, state=ApplicationState.APPROVED, starts_on=today() + timedelta(days=30),
                supervisor=t.session.scalars(person).one(),
            )  # fmt: skip
            chair = t.standing(t.chair(of))
            step = take(t.session, row, Action.CANCEL, standing=chair, today=today(), reason="Kurum vazgeçti.")
            found = select(Letter.link).where(Letter.step_id == step.id, Letter.reader == "employer")
            return str(t.session.scalars(found).one())

    assert "/firm/" in link_of_a_cancellation()
    firm.visit().post("/firm/account", data={"password": CHOSEN, "again": CHOSEN})
    assert "/go/application/" in link_of_a_cancellation()


def test_only_digests_of_links_are_kept(firm: Firm) -> None:
    with looking(firm.app) as s:
        link = s.scalars(select(AnswerLink)).one()
        assert (link.purpose, firm.path.rpartition("/")[2] in str(vars(link))) == (LinkPurpose.INTERNS, False)


def test_another_address_is_another_person_and_inherits_no_account(app: Flask) -> None:
    """Whoever answered for the firm before keeps neither its interns nor those of the new address elsewhere."""
    with app.app_context(), a_town() as t:
        before, centre = t.user(), t.office(Actor.CAREER_CENTRE)
        ours, elsewhere = t.supervisor(t.institution(), before), t.supervisor(t.institution("Demir Maden"))
        file = {"state": ApplicationState.APPROVED, "starts_on": today() + timedelta(days=9)}
        of = t.department()
        kept = [t.application(t.student(of), of, supervisor=one, **file).id for one in (ours, elsewhere)]
        address, key = elsewhere.email, ours.id
    account = sign_in(app, before)
    assert interns_on(account) == {kept[0]}
    url = f"/supervisors/edit/?id={key}"
    editing = sign_in(app, centre)
    assert editing.post(url, data={**form_at(editing, url), "email": address}).status_code == 302
    assert interns_on(account) == set()

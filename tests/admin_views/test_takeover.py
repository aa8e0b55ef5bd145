"""Nobody becomes the firm: a supervisor's address by the pages, consent by a letter, commission and firm of one file."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import AnswerLink, Application, Letter, Membership, Step, Supervisor, User, utcnow
from services import reviewers, visits
from services.sign_in import today
from services.transition import Refused, take
from tests.forms import form_at
from tests.people import a_town, looking, sign_in
from tests.university import University
from workflow.words import Action, Actor, ApplicationState, InstitutionState

NEW = "yeni@kaya.example.com"


@dataclass
class Kaya:
    """A firm a student typed: Ali answers for Elif, who works there; Veli for nobody yet."""

    app: Flask
    people: dict[str, User] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    old: str = ""

    def client(self, who: str) -> FlaskClient:
        return sign_in(self.app, self.people[who])

    def give(self, who: str, address: str, entry: str = "Ali") -> Any:
        """Somebody types another address for a supervisor."""
        client, path = self.client(who), f"/supervisors/edit/?id={self.keys[entry]}"
        sent = (
            form_at(client, path)
            if client.get(path).status_code == 200
            else {"name": "Ali", "title": "Müdür", "phone": "0462 300 00 01"}
        )
        return client.post(path, data=sent | {"email": address})

    def address(self, entry: str = "Ali") -> str:
        with looking(self.app) as session:
            return session.get_one(Supervisor, self.keys[entry]).email

    def letters(self) -> list[tuple[str, str]]:
        with looking(self.app) as session:
            found = session.scalars(select(Letter).order_by(Letter.id))
            return [(letter.to_email, letter.reader) for letter in found]

    def path(self) -> str:
        """The way of the newest letter that asks for consent."""
        with looking(self.app) as session:
            asked = select(Letter).where(Letter.reader == "address_asked").order_by(Letter.id.desc()).limit(1)
            link = session.scalars(asked).one().link
        return "/address/" + str(link).rpartition("/")[2]

    def code(self) -> str:
        with looking(self.app) as session:
            newest = select(Letter).where(Letter.reader == "answer_code").order_by(Letter.id.desc()).limit(1)
            found = re.search(r"\b\d{6}\b", session.scalars(newest).one().text)
        assert found
        return found[0]


@pytest.fixture
def kaya(app: Flask) -> Kaya:
    made = Kaya(app)
    with app.app_context(), a_town() as t:
        of, other = t.department("BIL"), t.department("MAD")
        firm = t.institution()
        ali, veli = t.supervisor(firm), t.supervisor(firm, name="Veli Kaya")
        elif_ = t.student(of, "Elif")
        row = t.application(elif_, of, state=ApplicationState.APPROVED, supervisor=ali, starts_on=today())
        made.people = {
            "member": t.member(of), "chair": t.chair(of), "other member": t.member(other), "Elif": elif_.user,
            "career": t.office(Actor.CAREER_CENTRE), "it": t.office(Actor.IT),
        }  # fmt: skip
        made.keys = {"Ali": ali.id, "Veli": veli.id, "file": row.id, "firm": firm.id, "of": of.id}
        made.old = ali.email
        t.session.flush()
        t.session.expunge_all()
    return made


def test_a_member_of_another_department_changes_nobody_of_a_firm_that_is_not_theirs(kaya: Kaya) -> None:
    answer = kaya.give("other member", "saldirgan@demo.edu.tr")
    assert (answer.status_code, kaya.address(), kaya.letters()) == (200, kaya.old, [])
    assert "yalnız başka bölümlerin dosyalarında geçiyor" in answer.text
    client = kaya.client("other member")
    page = f"/institutions/edit/?id={kaya.keys['firm']}"
    new = {"name": "X", "title": "Y", "phone": "0462 300 00 01", "email": "saldirgan@demo.edu.tr"}
    client.post(f"/supervisors/new/?institution={kaya.keys['firm']}", data=new)
    client.post("/supervisors/delete/", data={"id": kaya.keys["Veli"]})
    assert client.get(page).status_code == 302
    with looking(kaya.app) as session:
        assert len(session.scalars(select(Supervisor)).all()) == 2


def test_of_an_internship_that_takes_place_a_commission_only_asks(kaya: Kaya) -> None:
    client = kaya.client("member")
    answer = client.post(
        f"/supervisors/edit/?id={kaya.keys['Ali']}",
        data=form_at(client, f"/supervisors/edit/?id={kaya.keys['Ali']}") | {"email": NEW, "title": "Şef"},
        follow_redirects=True,
    )
    assert "onay istendi" in answer.text
    assert (kaya.address(), kaya.letters()) == (kaya.old, [(kaya.old, "address_asked")])
    assert NEW in client.get(f"/supervisors/edit/?id={kaya.keys['Ali']}").text  # what waits is shown
    kaya.give("member", "veli@kaya.example.com", "Veli")  # nothing takes place there: corrected at once, nobody told
    assert (kaya.address("Veli"), len(kaya.letters())) == ("veli@kaya.example.com", 1)


def test_the_old_address_agrees_by_a_code_and_a_get_never_decides(kaya: Kaya) -> None:
    kaya.give("member", NEW)
    client, path = kaya.app.test_client(), kaya.path()
    for _n in range(3):
        assert client.get(path + "?answer=yes").status_code == 200
    client.post(path, data={})
    assert kaya.address() == kaya.old
    assert "kod gönderildi" in client.post(path, data={"answer": "yes"}).text
    client.post(path, data={"answer": "yes", "code": "000000" if kaya.code() != "000000" else "111111"})
    assert kaya.address() == kaya.old
    assert NEW in client.post(path, data={"answer": "yes", "code": kaya.code()}).text
    assert kaya.address() == NEW
    emails = {n: u.email for n, u in kaya.people.items()}
    told = sorted(to for to, reader in kaya.letters() if reader == "identity")
    assert told == sorted([kaya.old, NEW, emails["Elif"], emails["member"], emails["chair"]])
    assert "yanıt verildi" in client.get(path).text
    with looking(kaya.app) as session:
        of = (Step.machine == "supervisor", Step.row_id == kaya.keys["Ali"])
        last = session.scalars(select(Step).where(*of).order_by(Step.seq.desc()).limit(1)).one()
    assert (last.actor, last.facts["changes"]["email"], last.facts["consent"]) == ("employer", [kaya.old, NEW], "yes")


@pytest.mark.parametrize("how", ["declined", "changed meanwhile", "asked anew", "too late"])
def test_what_is_not_asked_any_more_changes_nothing(kaya: Kaya, how: str) -> None:
    kaya.give("member", NEW)
    client, path = kaya.app.test_client(), kaya.path()
    if how == "declined":
        client.post(path, data={"answer": "no"})
    if how == "changed meanwhile":
        kaya.give("career", "baska@kaya.example.com")
    if how == "asked anew":
        kaya.give("member", "ucuncu@kaya.example.com")
    if how == "too late":
        with kaya.app.app_context(), a_town() as t:
            t.session.scalars(select(AnswerLink)).one().expires_at = utcnow()
    stood = kaya.address()
    for sent in ({"answer": "yes"}, {"answer": "yes", "code": "123456"}):
        assert client.post(path, data=sent).status_code == 200
    assert (kaya.address(), NEW in client.get(path).text) == (stood, False)


@pytest.mark.parametrize("whose", ["member", "chair", "Elif"])
@pytest.mark.parametrize("by", ["career", "member"])
def test_nobody_of_the_file_becomes_its_firm_by_the_register(kaya: Kaya, by: str, whose: str) -> None:
    answer = kaya.give(by, kaya.people[whose].email)
    assert (answer.status_code, kaya.address(), kaya.letters()) == (200, kaya.old, [])
    assert "iki tarafı olamaz" in answer.text or "olamaz" in answer.text


def test_nobody_of_the_file_becomes_its_firm_by_consent_or_by_an_account(kaya: Kaya) -> None:
    kaya.give("member", NEW)
    path, client = kaya.path(), kaya.app.test_client()
    with kaya.app.app_context(), a_town() as t:
        t.session.get_one(User, kaya.people["chair"].id).email = NEW  # the chair's account has that address by now
    client.post(path, data={"answer": "yes"})
    assert "olamaz" in client.post(path, data={"answer": "yes", "code": kaya.code()}).text
    it, page = kaya.client("it"), f"/accounts/edit/?id={kaya.people['member'].id}"
    assert it.post(page, data=form_at(it, page) | {"email": kaya.old}).status_code == 200
    assert kaya.address() == kaya.old
    with looking(kaya.app) as session:
        assert session.get_one(User, kaya.people["member"].id).email == kaya.people["member"].email


def _in_both(kaya: Kaya, way: str) -> User:
    """Somebody who is the firm's supervisor, by account or by address alone, and comes to sit on the commission later."""
    with kaya.app.app_context(), a_town() as t:
        ali = t.session.get_one(Supervisor, kaya.keys["Ali"])
        boss = t.user(email="baska@demo.edu.tr" if way == "account" else ali.email, name="Ali Kaya")
        if way == "account":
            ali.user_id = boss.id
        t.add(Membership(user_id=boss.id, actor=Actor.MEMBER, department_id=kaya.keys["of"], starts_on=today()))
        row = t.session.get_one(Application, kaya.keys["file"])
        row.state = ApplicationState.SUBMITTED
        other = t.application(t.student(row.department, "Can"), row.department)
        kaya.keys["other"] = other.id
        return boss


@pytest.mark.parametrize("way", ["account", "address"])
def test_who_comes_to_sit_on_the_commission_of_their_interns_decides_nothing_on_them(kaya: Kaya, way: str) -> None:
    boss = _in_both(kaya, way)
    client = sign_in(kaya.app, boss)
    pages = {n: client.get(f"/applications/details/?id={kaya.keys[n]}").status_code for n in ("file", "other")}
    assert pages == {"file": 404, "other": 200}
    listed = set(re.findall(r'details/\?[^"]*id=(\d+)" data-open', client.get("/applications/?state=all").text))
    assert listed == {str(kaya.keys["other"])}
    shown = kaya.client("chair").get(f"/applications/details/?id={kaya.keys['file']}").text
    assert "Ali Kaya hem komisyonda" in shown
    with kaya.app.app_context(), a_town() as t:
        row, standing = t.session.get_one(Application, kaya.keys["file"]), t.standing(boss)
        with pytest.raises(Refused):
            take(t.session, row, Action.APPROVE, standing=standing, today=today())
        duty = reviewers.on_duty(t.session, {row.department_id}, today())[row.department_id]
        assert {r.id: r.may_review(row) for r in duty} == {
            boss.id: False, kaya.people["member"].id: True, kaya.people["chair"].id: True,
        }  # fmt: skip
        take(t.session, row, Action.WITHDRAW, standing=t.standing(row.student.user), today=today())  # type: ignore[arg-type]
        told = set(t.session.scalars(select(Letter.to_email).where(Letter.reader.in_(("member", "chair")))))
        assert told == {kaya.people["member"].email, kaya.people["chair"].email}


def test_a_visitors_address_is_not_linked_to_the_account_that_decides(kaya: Kaya) -> None:
    with kaya.app.app_context(), a_town() as t:
        ali = t.session.get_one(Supervisor, kaya.keys["Ali"])
        t.session.get_one(User, kaya.people["member"].id).email = ali.email
        path = "/firm/" + visits.invite(t.session, ali).rpartition("/")[2]
    client = kaya.app.test_client()
    client.post(path)
    assert client.post(path, data={"code": kaya.code()}).status_code == 302
    client.post("/firm/account", data={})
    with looking(kaya.app) as session:
        assert session.get_one(Supervisor, kaya.keys["Ali"]).user_id is None


def test_a_student_names_no_member_of_the_commission_as_the_supervisor(university: University) -> None:
    with looking(university.app) as session:
        sits = session.get_one(Membership, university.others["civil membership"]).user.email
    client = university.people["ayse"]
    typed = {"pick": "new", "name": "Ali Kaya", "title": "Müdür", "phone": "0462 300 00 01"}
    said = {}
    for email in ("ali@kaya.example.com", sits.upper()):
        path = client.post("/apply/start").headers["Location"].removesuffix("/notice")
        client.post(f"{path}/institution", data={"pick": university.others["civil firm"]})
        client.post(f"{path}/supervisor", data=typed | {"email": email})
        said[email] = "hem kurum hem komisyon olamaz" in client.get(f"{path}/preview").text
        client.post(f"{path}/discard")
    assert list(said.values()) == [False, True]


def test_a_firm_no_file_of_others_names_is_every_commissions_to_correct(kaya: Kaya) -> None:
    with kaya.app.app_context(), a_town() as t:
        free = t.institution("Boş Ltd.")
        kaya.keys["Boş"] = t.supervisor(free).id
        vouched = t.institution(
            "Tanınmış A.Ş.", state=InstitutionState.VERIFIED, decided_by_id=kaya.people["career"].id
        )
        kaya.keys["Tanınmış"] = t.supervisor(vouched).id
    kaya.give("other member", "a@bos.example.com", "Boş")
    kaya.give("other member", "a@tan.example.com", "Tanınmış")
    assert (kaya.address("Boş"), kaya.address("Tanınmış") == "a@tan.example.com") == ("a@bos.example.com", False)

"""The chair's desk: who sits on the commission and until when, what the department sets, cancelling and reopening."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models import Application, DepartmentSettings, Letter, Membership, Request, Step, User, db
from services.sign_in import today
from tests.forms import form_at
from tests.people import a_town, looking, sign_in
from workflow.words import Action, Actor, ApplicationState, InstitutionState, Page

DAY = timedelta(days=1)
S = ApplicationState


@dataclass
class Office:
    """Hakan chairs computing; Murat and Selin sit there, Nihal did. Orhan chairs civil. Ayşe studies computing."""

    app: Flask
    of: int = 0
    elsewhere: int = 0
    people: dict[str, User] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)

    def client(self, who: str) -> FlaskClient:
        return sign_in(self.app, self.people[who])

    def term(self, who: str) -> int:
        with looking(self.app) as session:
            return session.scalars(select(Membership.id).where(Membership.user_id == self.people[who].id)).one()

    def terms(self, who: str) -> list[tuple[str, date, date | None]]:
        with looking(self.app) as session:
            held = select(Membership).where(Membership.user_id == self.people[who].id).order_by(Membership.id)
            return [(m.actor.value, m.starts_on, m.ends_on) for m in session.scalars(held)]

    def add(self, by: str = "Hakan", **typed: Any) -> Any:
        client = self.client(by)
        return client.post("/commission/new/", data=form_at(client, "/commission/new/") | typed)

    def end(self, who: str, day: date | str, by: str = "Hakan") -> Any:
        client, url = self.client(by), f"/commission/edit/?id={self.term(who)}"
        return client.post(url, data=form_at(client, url) | {"ends_on": str(day)})

    def set(self, **typed: Any) -> Any:
        client, url = self.client("Hakan"), f"/department-settings/{self.of}"
        return client.post(url, data=form_at(client, url) | typed)


@pytest.fixture
def office(app: Flask) -> Office:
    made = Office(app)
    with app.app_context(), a_town() as t:
        of, elsewhere = t.department("BIL"), t.department("INS")
        made.of, made.elsewhere = of.id, elsewhere.id
        firm = t.institution()
        boss = t.user()
        made.people = {
            "Hakan": t.chair(of), "Murat": t.member(of), "Selin": t.member(of), "Nihal": t.member(of, until=today() - 9 * DAY),
            "Orhan": t.chair(elsewhere), "Zeynep": t.user(), "Kemal": t.user(), "Boss": boss, "bidb": t.office(Actor.IT),
        }  # fmt: skip
        for name, user in made.people.items():
            user.name = f"{name} Kaya" if name in {"Zeynep", "Kemal"} else name
        ayse = t.student(of)
        made.people["Ayşe"] = ayse.user  # type: ignore[assignment]
        kind, supervisor = t.internship_type(of), t.supervisor(firm, boss)
        facts = {"kind": kind, "supervisor": supervisor, "starts_on": today() + 30 * DAY}
        for state in (S.SUBMITTED, S.APPROVED, S.REJECTED):
            made.files[state.value] = t.application(t.student(of), of, state=state, **facts).id
        made.files["draft"] = t.draft(ayse, of).id
        made.files["request"] = t.request(ayse, of, asked_at=datetime.now(UTC) - 4 * DAY).id
        t.session.flush()
        t.session.expunge_all()
    return made


def said(answer: Any) -> str:
    """The sentences beside the fields of a form that was not taken."""
    assert answer.status_code == 200
    return " ".join(re.findall(r'class="field-error"[^>]*>(?:<svg.*?</svg>)?\s*([^<]*)', answer.text))


# -- who sits on it --------------------------------------------------------------------------------------------------


def test_the_commission_reads_who_sits_on_it_and_its_chair_alone_changes_it(office: Office) -> None:
    names = r'data-member="\d+">\s*<td[^>]*><span>(\w+)'
    now, ever = ("/commission/", "/commission/?when=all")
    for who in ("Hakan", "Murat"):
        client = office.client(who)
        assert set(re.findall(names, client.get(now).text)) == {"Hakan", "Murat", "Selin"}
        assert set(re.findall(names, client.get(ever).text)) == {"Hakan", "Murat", "Selin", "Nihal"}
        assert ("/commission/edit/" in client.get(now).text) is (who == "Hakan")
    assert set(re.findall(names, office.client("Orhan").get(ever).text)) == {"Orhan"}
    url = f"/commission/edit/?id={office.term('Selin')}"
    assert [office.client(who).get(url).status_code for who in ("Hakan", "Murat", "Orhan")] == [200, 404, 404]
    assert office.client("Orhan").post(url, data={"ends_on": "2026-01-01"}).status_code == 404


@pytest.mark.parametrize("typed", ["Zeynep Kaya", "zeynep", "{email}", "Zeynep Kaya ({email})", "{id}"])
def test_a_chair_adds_a_member_by_name_or_address(office: Office, typed: str) -> None:
    user = office.people["Zeynep"]
    answer = office.add(person=typed.format(email=user.email, id=user.id))
    assert (answer.status_code, office.terms("Zeynep")) == (302, [("member", today(), _in_two_years())])
    assert office.client("Zeynep").get("/applications/").status_code == 200
    with looking(office.app) as session:
        steps = session.scalars(select(Step).where(Step.machine == "membership")).all()
        assert [(s.action, s.by_name, s.actor, s.department_id, s.facts["row"]) for s in steps] == [
            (Action.CREATE, "Hakan", Actor.CHAIR, office.of, "Zeynep Kaya")
        ]


def _in_two_years() -> date:
    before = today() - DAY
    return before.replace(year=before.year + 2)


UNFIT = {
    "kaya": "Birden çok kişi uyuyor: Kemal Kaya",
    "kimse": "Bu adda ya da adreste bir hesap yok",
    "{Ayşe}": "bu bölümün öğrencisi",
    "Ayşe Yılmaz": "Bu adda ya da adreste bir hesap yok",  # a name finds people of the university only
    "{Boss}": "yalnızca bir kurumun yetkilisi",
    "{Selin}": "zaten görevde",
}


@pytest.mark.parametrize("typed", UNFIT)
def test_who_cannot_sit_on_it_is_refused_and_what_was_typed_stays(office: Office, typed: str) -> None:
    with looking(office.app) as session:
        session.get_one(User, office.people["Zeynep"].id).name = "Kemal Kaya"
        session.get_one(User, office.people["Zeynep"].id).email = "kemal2@demo.edu.tr"
        before = session.scalars(select(Membership.id)).all()
    person = re.sub(r"\{(.+)\}", lambda found: office.people[found[1]].email, typed)
    answer = office.add(person=person)
    assert UNFIT[typed] in said(answer)
    assert f'value="{person}"' in answer.text
    with looking(office.app) as session:
        assert session.scalars(select(Membership.id)).all() == before


def test_a_closed_account_is_opened_by_it_first(office: Office) -> None:
    with looking(office.app) as session:
        session.get_one(User, office.people["Zeynep"].id).active = False
    assert "hesabı kapalı" in said(office.add(person=office.people["Zeynep"].email))


def test_the_look_up_offers_people_of_the_university_only(office: Office) -> None:
    def found(who: str, q: str) -> list[str]:
        return [person["name"] for person in office.client(who).get("/commission/people", query_string={"q": q}).json]

    assert found("Hakan", "kaya") == sorted(["Zeynep Kaya", "Kemal Kaya"], key=lambda name: name[0] != "Z")
    assert (found("Hakan", "ayşe"), found("Hakan", "boss")) == ([], [])
    assert office.client("Murat").get("/commission/people?q=kaya").status_code == 404


def test_a_member_whose_term_ended_reaches_nothing_at_once(office: Office) -> None:
    client, file = office.client("Selin"), f"/applications/details/?id={office.files['submitted']}"
    assert client.get(file).status_code == 200
    assert office.end("Selin", today() - DAY).status_code == 302
    assert [client.get(url).status_code for url in (file, "/applications/", "/commission/", "/requests/")] == [404] * 4
    assert office.terms("Selin") == [("member", date(2020, 1, 1), today() - DAY)]
    with looking(office.app) as session:
        facts = session.scalars(select(Step.facts).where(Step.machine == "membership")).one()
        assert facts["changes"] == {"ends_on": [None, str(today() - DAY)]}


def test_a_member_is_told_of_what_stays_behind(office: Office) -> None:
    with looking(office.app) as session:
        session.get_one(Application, office.files["submitted"]).reviewer_id = office.people["Selin"].id
    client = office.client("Hakan")
    url = f"/commission/edit/?id={office.term('Selin')}"
    page = client.post(url, data=form_at(client, url) | {"ends_on": str(today() - DAY)}, follow_redirects=True).text
    assert "1 açık dosyanın artık görevde inceleyicisi yok" in page


def test_a_chair_who_ends_their_own_term_is_told_so_on_a_page_that_is_still_theirs(office: Office) -> None:
    with looking(office.app) as session:
        session.get_one(Application, office.files["submitted"]).reviewer_id = office.people["Hakan"].id
        session.add(
            Membership(
                user_id=office.people["Zeynep"].id, actor=Actor.CHAIR, department_id=office.of, starts_on=today() - DAY
            )
        )
    client, url = office.client("Hakan"), f"/commission/edit/?id={office.term('Hakan')}"
    led = client.post(url, data=form_at(client, url) | {"ends_on": str(today() - DAY)})
    page = client.get(led.location)
    assert (led.location, page.status_code) == ("/", 200)
    assert re.findall(r'<div class="alert[^>]*>(?:<svg.*?</svg>)? <span>(.*?)</span>', page.text, re.DOTALL) == [
        "Kendi görev süreniz sona erdi: komisyonun sayfaları artık size açık değil."
    ]


def test_the_last_chair_stays_until_somebody_follows(office: Office) -> None:
    assert "başkansız kalır" in said(office.end("Hakan", today() + 30 * DAY))
    with looking(office.app) as session:
        follows = {"actor": Actor.CHAIR, "department_id": office.of, "starts_on": today() + 20 * DAY}
        session.add(Membership(user_id=office.people["Zeynep"].id, **follows))
    assert "başkansız kalır" in said(office.end("Hakan", today() + 10 * DAY))
    with looking(office.app) as session:
        session.get_one(User, office.people["Zeynep"].id).active = False
    assert "başkansız kalır" in said(office.end("Hakan", today() + 19 * DAY))
    with looking(office.app) as session:
        session.get_one(User, office.people["Zeynep"].id).active = True
    assert office.end("Hakan", today() + 19 * DAY).status_code == 302


@pytest.mark.parametrize("day", ["2019-12-31", "yarın"])
def test_an_end_that_cannot_be_is_refused(office: Office, day: str) -> None:
    assert said(office.end("Selin", day)) != ""
    assert office.terms("Selin") == [("member", date(2020, 1, 1), None)]


def test_two_terms_of_one_person_do_not_overlap_whoever_writes_them(office: Office) -> None:
    """The chair's form says so, IT's form says so, and the database has the last word."""
    assert "zaten görevde" in said(office.add(person="Selin", starts_on=str(today() + 400 * DAY)))
    client = office.client("bidb")
    typed = {
        "email": office.people["Selin"].email,
        "actor": "chair",
        "department_id": str(office.of),
        "starts_on": "2026-01-01",
    }
    answer = client.post("/memberships/new/", data=form_at(client, "/memberships/new/") | typed)
    assert "zaten görevde" in said(answer)
    same = {"user": office.people["Selin"].id, "of": office.of}
    insert = text(
        "INSERT INTO membership (user_id, actor, department_id, starts_on, ends_on) VALUES (:user, 'chair', :of, '2019-01-01', '2020-01-01')"
    )
    murats = office.term("Murat")
    with office.app.app_context():
        with pytest.raises(IntegrityError, match="overlap"), db.engine.begin() as connection:
            connection.execute(insert, same)
        with pytest.raises(IntegrityError, match="overlap"), db.engine.begin() as connection:
            update = text("UPDATE membership SET user_id = :user, starts_on = '2021-01-01' WHERE id = :id")
            connection.execute(update, {"user": same["user"], "id": murats})
    assert len(office.terms("Selin")) == 1


def test_somebody_sits_on_two_commissions_and_comes_back_after_a_term(office: Office) -> None:
    assert office.end("Selin", today() - DAY).status_code == 302
    assert office.add(person="Selin").status_code == 302
    assert office.add(by="Orhan", person="Selin").status_code == 302
    assert len(office.terms("Selin")) == 3


def test_a_term_that_has_not_begun_is_taken_back_and_one_that_has_is_not(office: Office) -> None:
    later = today() + 5 * DAY
    assert office.add(person="Zeynep", starts_on=str(later)).status_code == 302
    client, url = office.client("Hakan"), f"/commission/edit/?id={office.term('Zeynep')}"
    assert "/commission/delete/" in client.get(url).text
    assert client.post("/commission/delete/", data={"id": office.term("Zeynep")}).status_code == 302
    assert office.terms("Zeynep") == []
    assert client.post("/commission/delete/", data={"id": office.term("Selin")}).status_code == 302
    assert len(office.terms("Selin")) == 1
    assert office.client("Orhan").post("/commission/delete/", data={"id": office.term("Selin")}).status_code == 404


def test_fewer_members_than_the_university_asks_for_are_warned_of(office: Office) -> None:
    page = office.client("Hakan").get("/commission/").text
    assert "komisyon en az" not in page
    office.end("Selin", today() - DAY)
    assert "Görevde 2 üye var; komisyon en az 3 üyeden oluşur." in office.client("Hakan").get("/commission/").text
    object.__setattr__(office.app.extensions["staj"], "commission_least", 2)
    assert "komisyon en az" not in office.client("Hakan").get("/commission/").text


# -- what the department sets ----------------------------------------------------------------------------------------


def test_a_chair_sets_for_the_own_department_and_each_change_is_told(office: Office) -> None:
    assert office.client("Hakan").get("/department-settings/").location.endswith(f"/department-settings/{office.of}")
    assert office.set(late_days="2", overdue_days="5").status_code == 302
    assert office.set(overdue_days="6", verified_only="y").status_code == 302
    with looking(office.app) as session:
        row = session.scalars(select(DepartmentSettings)).one()
        assert (row.department_id, row.late_days, row.overdue_days, row.verified_only) == (office.of, 2, 6, True)
        steps = session.scalars(select(Step).where(Step.machine == "department_settings").order_by(Step.seq)).all()
        assert [(s.action, s.by_name) for s in steps] == [(Action.CREATE, "Hakan"), (Action.EDIT, "Hakan")]
        assert steps[1].facts["changes"] == {"overdue_days": [5, 6], "verified_only": [False, True]}
    page = office.client("Hakan").get(f"/department-settings/{office.of}").text
    assert re.search(r"<del>5</del> → 6", page)
    assert office.client("Murat").get(f"/department-settings/{office.of}").status_code == 404
    assert office.client("Orhan").get(f"/department-settings/{office.of}").status_code == 404
    assert office.client("Orhan").post(f"/department-settings/{office.of}", data={"late_days": "1"}).status_code == 404


def test_what_is_overdue_before_it_is_late_is_refused_here_and_by_the_database(office: Office) -> None:
    assert "uzun olmalıdır" in said(office.set(late_days="5", overdue_days="5"))
    with office.app.app_context(), pytest.raises(IntegrityError), a_town() as t:
        t.add(DepartmentSettings(department_id=office.of, late_days=7, overdue_days=7))


def test_somebody_who_set_meanwhile_is_not_overwritten(office: Office) -> None:
    client, url = office.client("Hakan"), f"/department-settings/{office.of}"
    drawn = form_at(client, url)
    office.set(contact="Oda 12")
    answer = client.post(url, data=drawn | {"contact": "Oda 13"})
    assert (answer.status_code, "başka biri tarafından değiştirildi" in answer.text) == (200, True)
    with looking(office.app) as session:
        assert session.scalars(select(DepartmentSettings.contact)).one() == "Oda 12"


def test_from_when_a_request_is_late_is_the_departments_own(office: Office) -> None:
    def ages() -> list[str]:
        request = office.files["request"]
        pages = (("Hakan", "/requests/"), ("Hakan", f"/requests/details/?id={request}"), ("Ayşe", "/my-requests/"))
        return [re.search(r"age age-(\w+)", office.client(who).get(url).text)[1] for who, url in pages]  # type: ignore[index]

    def urgent() -> bool:
        return bool(re.search(r'card-urgent" href="/requests/', office.client("Hakan").get("/").text))

    assert (ages(), urgent()) == (["late"] * 3, True)
    office.set(late_days="2", overdue_days="4")
    assert (ages(), urgent()) == (["overdue"] * 3, True)
    office.set(late_days="10", overdue_days="20")
    assert (ages(), urgent()) == (["fresh"] * 3, False)


def test_letters_name_the_day_the_department_answers_by_and_end_with_its_contact_lines(office: Office) -> None:
    office.set(late_days="2", overdue_days="20", contact="Bölüm sekreterliği\nOda 12 · 0462 377 00 01")
    office.client("Ayşe").post("/my-requests/new/", data={"subject": "Sigorta", "text": "Ne zaman?"})
    with looking(office.app) as session:
        asked = session.scalars(select(Request).where(Request.subject == "Sigorta").order_by(Request.id.desc())).first()
        letters = session.scalars(select(Letter).where(Letter.reader.in_(("member", "chair")))).all()
        assert asked
        assert {("Oda 12 · 0462 377 00 01" in x.text, "Oda 12 · 0462 377 00 01" in x.html) for x in letters} == {
            (True, True)
        }
    assert len(letters) == 3  # the chair and two members


def test_an_institution_nobody_verified_waits_for_the_career_centre_where_the_department_asks_for_it(
    office: Office,
) -> None:
    file = office.files["submitted"]
    url, data = f"/applications/step/{file}/approve", {"version": "0"}
    office.set(verified_only="y")
    page = office.client("Murat").get(f"/applications/details/?id={file}").text
    refused = office.client("Murat").post(url, data=data, follow_redirects=True).text
    assert ("yalnızca doğrulanmış kurumlar" in page, "yalnızca doğrulanmış kurumlar" in refused) == (True, True)
    with looking(office.app) as session:
        row = session.get_one(Application, file)
        assert row.state is S.SUBMITTED
        assert row.institution
        row.institution.state, row.institution.decided_by_id = InstitutionState.VERIFIED, office.people["bidb"].id
    office.client("Murat").post(url, data=data)
    with looking(office.app) as session:
        assert session.get_one(Application, file).state is S.APPROVED


def test_without_that_setting_an_unverified_institution_is_no_obstacle(office: Office) -> None:
    office.client("Murat").post(f"/applications/step/{office.files['submitted']}/approve", data={"version": "0"})
    with looking(office.app) as session:
        assert session.get_one(Application, office.files["submitted"]).state is S.APPROVED


def test_the_departments_instructions_stand_above_the_first_page_of_an_application(office: Office) -> None:
    url = f"/apply/{office.files['draft']}/{Page.NOTICE.value}"
    assert "Kabul formunu" not in office.client("Ayşe").get(url).text
    office.set(instructions="Kabul formunu <b>kaşeli</b> yükleyin.")
    assert "Kabul formunu &lt;b&gt;kaşeli&lt;/b&gt; yükleyin." in office.client("Ayşe").get(url).text


# -- cancel and reopen -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "action", "after"), [("approved", "cancel", S.CANCELLED), ("rejected", "reopen", S.SUBMITTED)]
)
def test_a_chair_cancels_and_reopens_with_a_reason_and_no_member_does(
    office: Office, state: str, action: str, after: ApplicationState
) -> None:
    key = office.files[state]
    file, step = f"/applications/details/?id={key}", f"/applications/step/{key}/{action}"
    assert [f'href="{step}"' in office.client(who).get(file).text for who in ("Hakan", "Murat")] == [True, False]
    office.client("Murat").post(step, data={"reason": "Olmaz.", "version": "0"})
    assert "gerekçe" in said(office.client("Hakan").post(step, data={"reason": " ", "version": "0"})).lower()
    with looking(office.app) as session:
        assert session.get_one(Application, key).state.value == state
    assert office.client("Hakan").post(step, data={"reason": "Kurum vazgeçti.", "version": "0"}).status_code == 302
    with looking(office.app) as session:
        told, *counted = session.scalars(
            select(Step).where(Step.machine == "application", Step.row_id == key).order_by(Step.seq)
        )
        assert (session.get_one(Application, key).state, told.action.value, told.actor, told.by_name, told.reason) == (
            after, action, Actor.CHAIR, "Hakan", "Kurum vazgeçti.",
        )  # fmt: skip
        assert [(s.action, s.reason) for s in counted] == [(Action.RECOUNT, None)] * (action == "reopen")

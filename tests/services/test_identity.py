"""Who may change what somebody's identity, reach or mail follows from, who is told, and what ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors

from models import (
    AnswerLink,
    AnswerTemplate,
    Application,
    Document,
    Evaluation,
    Institution,
    InternshipType,
    LedgerEntry,
    Letter,
    Membership,
    Model,
    Publication,
    ReachSession,
    Request,
    Student,
    Supervisor,
    User,
    db,
)
from models.requests import ChangeRequest
from services import merging, visits
from services.changes import Difference
from services.directory import DirectoryStudent, Record
from services.identity import FIELDS, of_kind
from services.refresh import Refresh
from services.scope import OutOfReach, enter, system_session
from services.seal import Seal
from services.sign_in import today
from services.standing import NOBODY, SYSTEM, Standing, standing_of
from services.tables import Line
from services.visible import VISIBLE
from tests.people import Town, a_town, looking, sign_in
from tests.university import University
from workflow.words import Actor, ApplicationState

MODELS = sorted((m.class_ for m in Model.registry.mappers), key=lambda m: m.__name__)
# what else a reach reads: the state a machine moves, and what a step or a letter says of itself for ever
MOVED_BY_THE_ONE_HAND = {"state", "submitted_at", "id", "machine", "action", "row_id", "used_at"}


def kind_of(model: Any) -> frozenset[str]:
    return of_kind(inspect(model))


def test_every_column_that_reach_reads_is_of_the_kind() -> None:
    full = Standing(
        user_id=1, student_id=1, studies=frozenset({1, 2}), member_of=frozenset({1, 2}), chair_of=frozenset({2}),
        supervises_as=frozenset({1, 2}), firm_as=frozenset({1}), offices=frozenset(Actor), only_application=1,
    )  # fmt: skip
    read = set()
    by_table = {m.__table__: m for m in MODELS}
    for openings in VISIBLE.values():
        for see in openings.values():
            for part in visitors.iterate(see(full)):
                table = getattr(part, "table", None)
                model = by_table.get(getattr(table, "element", table))
                if model is not None and part.__visit_name__ == "column":
                    read.add((model.__name__, part.key))  # type: ignore[attr-defined]
    assert len(read) > 30
    assert {(m, c) for m, c in read if c not in kind_of(_named(m)) | MOVED_BY_THE_ONE_HAND} == set()


def _named(name: str) -> Any:
    return next(m for m in MODELS if m.__name__ == name)


def test_every_field_of_the_table_is_of_the_kind() -> None:
    assert {f"{c.class_.__name__}.{c.key}" for c in FIELDS if c.key not in kind_of(c.class_)} == set()


# -- who may change it -------------------------------------------------------------------------------------------------

IT = {"it", "other it"}
CIVIL = {"member of civil", "chair of civil", "deniz"}
MAY: dict[str, set[str]] = {
    "Supervisor.email": {"career centre", "boss"},  # an internship takes place: the firm by its consent
    "User.email": IT,
    "User.active": IT,
    "User.password": {*IT, "ayse", "nobody"},  # nobody signed in, by the link of a letter
    "User.fs_uniquifier": {*IT, "ayse", "nobody"},
    "Membership.user_id": {*IT, "chair of civil"},
    "Membership.actor": {*IT, "chair of civil"},
    "Membership.department_id": IT,
    "Membership.starts_on": {*IT, "chair of civil"},
    "Membership.ends_on": {*IT, "chair of civil"},
    "Student.own_email": {"ayse"},
    "Application.reviewer_id": CIVIL,
    "Document.department_id": {"ayse"},
    "Publication.department_id": IT,
    "Publication.audience": {*IT, *CIVIL},
    "InternshipType.department_id": IT,
    "Institution.merged_into_id": {"career centre"},
}  # fmt: skip


def _row(university: University, model: Any) -> int | None:
    """The row the sweep tries: ayse's, civil's, or whichever is there."""
    own: dict[Any, int] = {
        Application: university.applications["ayse submitted"],
        Student: university.students["ayse"],
        Supervisor: university.others["civil supervisor"],
        Institution: university.institutions["civil"],
        Membership: university.others["civil membership"],
        Document: university.documents["ayse submitted"],
        Publication: university.publications["announcement: civil draft"],
        AnswerTemplate: university.templates["civil"],
        InternshipType: university.others["civil type"],
        ChangeRequest: university.changes["ayse with_supervisor"],
        Request: university.requests["ayse open"],
        Evaluation: university.evaluations["ayse approved"],
        LedgerEntry: university.ledger["ayse in civil"],
    }
    if model in own:
        return own[model]
    with looking(university.app) as session:
        if model is User:
            return session.scalar(select(Student.user_id).where(Student.id == own[Student]))
        keys = inspect(model).primary_key
        return session.scalar(select(keys[0]).order_by(keys[0]).limit(1)) if len(keys) == 1 else None


def _other(row: Any, name: str, university: University) -> Any:
    """Another value of a field: of a key one that exists, where there is one."""
    now, column = getattr(row, name), inspect(type(row)).columns[name]
    if column.foreign_keys:
        table = next(iter(column.foreign_keys)).column.table.name
        others = {"department": "mining", "institution": "mining firm", "supervisor": "mining supervisor"}
        return university.others.get(others.get(table, ""), (now or 0) + 1)
    if words := getattr(column.type, "enum_class", None) if name != "actor" else None:
        return next(word for word in words if word is not now)
    kinds: dict[type, Any] = {bool: not now, date: today() + timedelta(days=9), bytes: b"y" * 40}
    if column.type.python_type in kinds:
        return kinds[column.type.python_type]
    return Actor.CHAIR if name == "actor" else (now or 0) + 1 if column.type.python_type is int else f"x{now}"


def test_exactly_those_named_change_what_identity_follows_from(university: University) -> None:
    may: dict[str, set[str]] = {}
    tried = 0
    with university.app.app_context():
        standings = {who: _standing(client) for who, client in university.people.items()}
        for model in MODELS:
            pk = _row(university, model)
            for name in sorted(kind_of(model)) if pk else ():
                for who, standing in standings.items():
                    tried += 1
                    if _changes(university, model, pk, name, standing):
                        may.setdefault(f"{model.__name__}.{name}", set()).add(who)
    assert tried > 800
    assert may == MAY


def _standing(client: Any) -> Standing:
    with client.session_transaction() as session:
        uniquifier = session.get("_user_id")
    with system_session(reads=True) as reading:
        user = reading.scalars(
            select(User).where(User.fs_uniquifier == str(uniquifier).partition(".")[0])
        ).one_or_none()
        return standing_of(reading, user.id, user.name, today()) if user else NOBODY


def _changes(university: University, model: Any, pk: Any, name: str, standing: Standing) -> bool:
    """Whether a flush of this person's lets this change through (whatever the database says of its value)."""
    with ReachSession(db, expire_on_commit=False) as session:
        enter(session, standing)
        row = session.get(model, pk)
        if row is None:
            return False
        setattr(row, name, _other(row, name, university))
        try:
            session.flush()
        except OutOfReach:
            return False
        except (DBAPIError, AssertionError):
            return True
        finally:
            session.rollback()
        return True


# -- who is told, and what ends ----------------------------------------------------------------------------------------


@pytest.fixture
def house(app: Flask) -> dict[str, Any]:
    """Two departments; Kaya, typed by a student, has Ali: Elif works there, Can is submitted, Zeynep is assessed."""
    with app.app_context(), a_town() as t:
        made = _house(t)
        t.session.flush()
        t.session.expunge_all()
    return {"app": app, **made}


def _house(t: Town) -> dict[str, Any]:
    of, other = t.department("BIL"), t.department("MAD")
    kaya = t.institution("Kaya Yapı")
    ali, spare = t.supervisor(kaya), t.supervisor(kaya, name="Yedek")
    people = {
        "member": t.member(of), "chair": t.chair(of), "other member": t.member(other),
        "career": t.office(Actor.CAREER_CENTRE), "it": t.office(Actor.IT), "second it": t.office(Actor.IT),
    }  # fmt: skip
    students = {n: t.student(of, n) for n in ("Elif", "Can", "Zeynep")}
    states = {"Elif": ApplicationState.APPROVED, "Can": ApplicationState.SUBMITTED, "Zeynep": ApplicationState.ACCEPTED}
    for name, state in states.items():
        t.application(students[name], of, state=state, supervisor=ali)
    return {
        "ali": ali.id, "spare": spare.id, "kaya": kaya.id, "of": of.id, "address": ali.email,
        "people": people, "students": {n: s.id for n, s in students.items()},
        "emails": {**{n: u.email for n, u in people.items()}, **{n: s.email for n, s in students.items()}},
    }  # fmt: skip


@contextmanager
def as_(house: dict[str, Any], who: str | None = None) -> Iterator[ReachSession]:
    """A session of somebody's, or of the system's; the caller commits."""
    with house["app"].app_context(), ReachSession(db, expire_on_commit=False) as session:
        user = house["people"][who] if who else None
        enter(session, standing_of(session, user.id, user.name, today()) if user else SYSTEM)
        yield session


def told(house: dict[str, Any]) -> list[tuple[str, str]]:
    """(reader, subject in Turkish) of every letter about somebody's identity; addresses by their owners' names."""
    with as_(house) as session:
        named = {email: name for name, email in house["emails"].items()} | {house["address"]: "Ali's old address"}
        found = session.scalars(select(Letter).where(Letter.reader == "identity").order_by(Letter.id))
        return sorted((named.get(letter.to_email, letter.to_email), letter.subject) for letter in found)


def change(house: dict[str, Any], model: Any, pk: int, who: str | None = None, **facts: Any) -> None:
    """Somebody (or the system) changes a row and commits."""
    with as_(house, who) as session:
        row = session.get_one(model, pk)
        for name, value in facts.items():
            setattr(row, name, value)
        session.commit()


NEW_ADDRESS = "yeni@kaya.example.com"
OF_KAYA = "Stajyerinizle ilgili adres değişti: Kaya Yapı"


@pytest.mark.parametrize("by", ["career", None])
def test_of_a_firms_new_address_both_addresses_the_students_and_the_commission_hear(
    house: dict[str, Any], by: str | None
) -> None:
    change(house, Supervisor, house["ali"], by, email=NEW_ADDRESS)
    assert [reader for reader, _subject in told(house)] == sorted(
        ["Ali's old address", "Can", "Elif", "chair", "member", NEW_ADDRESS]
    )
    with as_(house) as session:
        said = {letter.to_email: letter.text for letter in session.scalars(select(Letter))}
    assert [NEW_ADDRESS in said[house["address"]], NEW_ADDRESS in said[house["emails"]["Elif"]]] == [False, True]
    change(house, Supervisor, house["spare"], "member", email="baska@kaya.example.com")  # nothing takes place there
    assert len(told(house)) == 6


def test_with_the_address_its_links_visits_and_account_end(house: dict[str, Any]) -> None:
    with as_(house) as session:
        person = session.get_one(Supervisor, house["ali"])
        person.user_id = house["people"]["second it"].id
        visits.invite(session, person)
        session.flush()
        link = session.scalars(select(AnswerLink)).one()
        kept = {"link": link.id, "turn": link.turn, "until": 10**12, "used": 10**12}
        session.commit()
    with as_(house) as session:
        assert visits.standing(session, kept).supervises_as == {house["ali"]}
    change(house, Supervisor, house["ali"], "career", email=NEW_ADDRESS)
    change(house, Supervisor, house["ali"], "career", email=house["address"])  # and back: what ended stays so
    with as_(house) as session:
        assert visits.standing(session, kept) == NOBODY
        assert session.get_one(Supervisor, house["ali"]).user_id is None
        assert [link.revoked_at is not None for link in session.scalars(select(AnswerLink))] == [True]


@pytest.mark.parametrize("by", ["it", None])
def test_an_accounts_new_address_is_told_to_both_and_ends_its_sessions(house: dict[str, Any], by: str | None) -> None:
    client = sign_in(house["app"], house["people"]["member"])
    assert client.get("/applications/").status_code == 200
    change(house, User, house["people"]["member"].id, by, email="yeni@demo.edu.tr")
    assert [reader for reader, _subject in told(house)] == ["member", "yeni@demo.edu.tr"]
    assert client.get("/applications/").status_code == 302


def test_whose_account_is_closed_or_opened_is_told_and_out(house: dict[str, Any]) -> None:
    client = sign_in(house["app"], house["people"]["member"])
    change(house, User, house["people"]["member"].id, "it", active=False)
    change(house, User, house["people"]["member"].id, "it", active=True)
    assert told(house) == [("member", "Hesabınız açıldı"), ("member", "Hesabınız kapatıldı")]
    assert client.get("/applications/").status_code == 302


def test_an_import_of_students_tells_the_same_people_and_ends_the_same(house: dict[str, Any]) -> None:
    with as_(house) as session:
        elif_ = session.get_one(Student, house["students"]["Elif"])
        user = elif_.user
        assert user
        facts = (elif_.number, "Elif", "Yılmaz", "10000000146", "elif@yeni.edu.tr", "0462", "BIL", 3)
    client = sign_in(house["app"], user)
    assert client.get("/my-applications/").status_code == 200
    with as_(house) as session:
        seal = Seal(house["app"].extensions["staj"].national_id_key)
        Refresh(session, seal, [Record(Line("x", 1, {}), DirectoryStudent(*facts))], Difference()).write()  # type: ignore[arg-type]
        session.commit()
    assert [reader for reader, _subject in told(house)] == ["Elif", "elif@yeni.edu.tr"]
    assert client.get("/my-applications/").status_code == 302


def test_where_a_student_has_their_letters_sent_the_university_address_hears(house: dict[str, Any]) -> None:
    pk = house["students"]["Elif"]
    with as_(house) as session:
        elif_ = session.get_one(Student, pk)
        house["people"]["Elif"] = elif_.user
    change(house, Student, pk, "Elif", own_email="elif@ev.example.com")
    change(house, Student, pk, "Elif", own_email="elif@is.example.com")
    assert [reader for reader, _subject in told(house)] == ["Elif", "Elif", "elif@ev.example.com"]


def membership(house: dict[str, Any], who: str) -> int:
    with as_(house) as session:
        return session.scalars(select(Membership.id).where(Membership.user_id == house["people"][who].id)).one()


def test_a_duty_is_told_to_its_holder_and_to_those_beside_them(house: dict[str, Any]) -> None:
    change(house, Membership, membership(house, "member"), "it", ends_on=today() + timedelta(days=9), starts_on=today())
    assert [reader for reader, _subject in told(house)] == ["chair", "member"]
    with as_(house, "it") as session:
        session.add(Membership(user_id=house["people"]["chair"].id, actor=Actor.IT, starts_on=today()))
        session.commit()
        session.delete(
            session.scalars(select(Membership).where(Membership.user_id == house["people"]["other member"].id)).one()
        )
        session.commit()
    assert [reader for reader, _subject in told(house)] == ["chair", "chair", "member", "other member", "second it"]


def test_a_merge_and_its_undoing_move_people_and_change_nobodys_reach(house: dict[str, Any]) -> None:
    with house["app"].app_context(), a_town() as t:
        boss = t.user("ali@kaya.example.com")
        again = t.institution("Kaya Yapi")
        twin = t.supervisor(again, boss)
        t.session.get_one(Supervisor, house["ali"]).email = twin.email
        other = t.department("X")
        t.application(t.student(other), other, state=ApplicationState.APPROVED, supervisor=twin)
        career = standing_of(t.session, house["people"]["career"].id, "Kariyer", today())

    def reached() -> set[int]:
        with as_(house, "boss") as session:
            return set(session.scalars(select(Application.id)))

    house["people"]["boss"] = boss
    before, letters = reached(), told(house)
    for way in ("merge", "unmerge"):
        with as_(house, "career") as session:
            row, into = session.get_one(Institution, again.id), session.get_one(Institution, house["kaya"])
            if way == "merge":
                merging.merge(session, row, into, standing=career, today=today(), seen=(row.version, into.version))
            else:
                merging.unmerge(session, row, standing=career, today=today())
            session.commit()
        assert (reached(), told(house)) == (before, letters)
    assert len(before) == 3  # Elif's, Zeynep's and the one at the other entry; Can is not approved yet

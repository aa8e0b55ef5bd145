"""Students come from the student database: by file, by SQL view, and one at a time when they sign in."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import create_engine, select, text

from app import create_app
from models import Enrolment, Step, Student, User
from services import audit, student_view
from services.changes import Difference, Faulty
from services.refresh import import_students
from services.scope import system_session
from services.seal import Seal
from services.settings import Settings
from services.standing import Standing
from services.student_view import StudentView
from services.tables import Line, Unreadable, read_table
from tests.databases import SETTINGS
from tests.people import PASSWORD, a_town
from tests.statements import heard
from workflow.words import Actor, Programme

SEAL = Seal(SETTINGS["national_id_key"])
OFFICER = Standing(name="Bilge", offices=frozenset({Actor.IT}))
HEADING = "number,name,surname,national_id,email,phone,department_code,class_year,second_department_code,active"
AYSE = "301,Ayşe,Yılmaz,10000000146,ayse@ogr.demo.edu.tr,0462 1,BIL,3,,yes"
ALI = "302,Ali,Demir,10000000214,ali@ogr.demo.edu.tr,,INS,2,BIL,yes"


@pytest.fixture(autouse=True)
def _town(app: Flask) -> Iterator[None]:
    with app.app_context():
        with a_town() as town:
            town.department("BIL")
            town.department("INS")
        yield


def bring(*rows: str, heading: str = HEADING) -> Difference:
    difference = Difference()
    lines = read_table("students.csv", "\n".join([heading, *rows]).encode())
    with system_session() as session:
        return import_students(session, lines, difference, seal=SEAL, by=OFFICER, source="students.csv")


def refused(*rows: str, heading: str = HEADING) -> list[tuple[int, str]]:
    with pytest.raises(Faulty) as wrong:
        bring(*rows, heading=heading)
    return [(p.line, str(p.say)) for p in wrong.value.difference.problems]


def student(number: str) -> dict[str, Any]:
    with system_session(reads=True) as session:
        row = session.scalars(select(Student).where(Student.number == number)).one()
        return {
            "name": row.full_name, "id": SEAL.open(row.national_id_sealed), "tail": row.national_id_tail, "active": row.active,
            "account": (row.user.email, row.user.name), "phone": row.phone,
            "places": {e.programme: (e.department.code, e.class_year) for e in row.enrolments},
        }  # fmt: skip


def counted(model: Any) -> int:
    with system_session(reads=True) as session:
        return len(session.scalars(select(model)).all())


def test_a_new_student_comes_with_account_and_places():
    assert bring(AYSE, ALI).counts == {"student": [2, 0, 0]}
    assert student("302") == {
        "name": "Ali Demir", "id": "10000000214", "tail": "14", "active": True, "account": ("ali@ogr.demo.edu.tr", "Ali Demir"),
        "phone": None, "places": {Programme.MAJOR: ("INS", 2), Programme.DOUBLE_MAJOR: ("BIL", 2)},
    }  # fmt: skip
    with system_session(reads=True) as session:
        accounts = session.scalars(select(User).where(User.email.like("%@ogr.demo.edu.tr"))).all()
        assert not any(verify_password(PASSWORD, u.password) or verify_password("", u.password) for u in accounts)


def test_the_national_id_stands_nowhere_in_the_open():
    bring(AYSE)
    bring(AYSE.replace("10000000146", "10000000214"))
    with system_session(reads=True) as session:
        tables = [session.execute(select(t)).all() for t in Student.metadata.sorted_tables]
    assert "10000000214" not in str(tables)
    assert "10000000146" not in str(tables)


def test_the_same_records_again_change_nothing():
    bring(AYSE, ALI)
    steps = counted(Step)
    assert bring(AYSE, ALI).counts == {"student": [0, 0, 2]}
    assert (counted(Step), counted(User), counted(Enrolment)) == (steps, 2, 3)


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ("Ayşe,Yılmaz", "Ayşe,Kaya", {"surname"}),
        ("0462 1", "0462 2", {"phone"}),
        ("ayse@", "ayse.yilmaz@", {"email"}),
        (",BIL,3,", ",BIL,4,", {"department"}),
        (",BIL,3,", ",INS,3,BIL", {"department"}),
        ("10000000146", "10000000214", {"national_id"}),
        (",yes", ",no", {"active"}),
    ],
)
def test_a_change_is_named_and_taken(before, after, fields):
    bring(AYSE)
    new = AYSE.replace(before, after)
    if after.endswith(",BIL"):
        new = "301,Ayşe,Yılmaz,10000000146,ayse@ogr.demo.edu.tr,0462 1,INS,3,BIL,yes"
    [change] = bring(new).groups[0].changed
    assert {f.name for f in change.fields} == fields
    assert bring(new).counts == {"student": [0, 0, 1]}
    number, name, surname, national_id, email, phone, code, year, second, active = new.split(",")
    assert student(number) == {
        "name": f"{name} {surname}", "id": national_id, "tail": national_id[-2:], "active": active == "yes",
        "account": (email, f"{name} {surname}"), "phone": phone,
        "places": {Programme.MAJOR: (code, int(year))} | ({Programme.DOUBLE_MAJOR: (second, int(year))} if second else {}),
    }  # fmt: skip


def test_a_major_and_a_double_major_may_change_places():
    bring(ALI)
    bring(ALI.replace("INS,2,BIL", "BIL,2,INS"))
    assert student("302")["places"] == {Programme.MAJOR: ("BIL", 2), Programme.DOUBLE_MAJOR: ("INS", 2)}


def test_an_account_that_is_there_already_becomes_the_students():
    with a_town() as town:
        user = town.user(email="ayse@ogr.demo.edu.tr", name="A. Y.")
    bring(AYSE)
    with system_session(reads=True) as session:
        assert session.scalars(select(Student.user_id)).one() == user.id
    assert counted(User) == 1


def test_every_bad_row_is_named_by_its_line_and_nothing_is_written():
    bring(AYSE)
    rows = (
        "1,,Y,10000000146,a@b.co,,BIL,1,,", "2,A,Y,10000000147,a@b.co,,BIL,1,,", "3,A,Y,10000000146,a@b,,BIL,1,,",
        "4,A,Y,10000000146,d@b.co,,YOK,1,,", "5,A,Y,10000000146,e@b.co,,BIL,x,,", "6,A,Y,10000000146,f@b.co,,BIL,1,BIL,",
        "7,A,Y,10000000146,ayse@ogr.demo.edu.tr,,BIL,1,,", "8,A,Y,10000000146,h@b.co,,BIL,1,,maybe",
        "9,A,Y,10000000146,i@b.co,,BIL,1,,", "9,A,Y,10000000146,j@b.co,,BIL,1,,", "10,A,Y,10000000146,i@b.co,,BIL,1,,",
    )  # fmt: skip
    assert refused(*rows) == [
        (2, "name: This is empty."),
        (3, "national_id: This is not a valid national id number."),
        (3, "The e-mail address a@b.co stands on line 2 already."),
        (4, "email: “a@b”: Write an e-mail address, for example ad.soyad@ornek.edu.tr."),
        (5, "There is no department with the code “YOK”."),
        (6, "class_year: “x” is not a class year. Write a number from 0 to 10."),
        (7, "The second department is the same as the first."),
        (8, "The account ayse@ogr.demo.edu.tr belongs to somebody else."),
        (9, "active: “maybe” is neither yes nor no. Write evet or hayır."),
        (11, "Student 9 stands on line 10 already."),
        (12, "The e-mail address i@b.co stands on line 10 already."),
    ]
    assert counted(Student) == 1


def test_an_unknown_column_is_one_problem_and_not_one_per_row():
    assert refused(AYSE + ",x", ALI + ",x", heading=HEADING + ",colour") == [(2, "Unknown column “colour”.")]


def test_a_file_that_is_no_table_is_refused():
    with pytest.raises(Unreadable):
        list(read_table("students.xlsx", b"PK\x03\x04 not a workbook"))
    with pytest.raises(Unreadable):
        list(read_table("students.csv", b'a,b\n"1,2\n'))


def test_one_line_of_history_tells_of_the_whole_import():
    bring(AYSE, ALI)
    with system_session(reads=True) as session:
        [step] = session.scalars(select(Step).where(Step.machine == "directory")).all()
        assert (step.by_name, step.facts["source"], step.facts["counts"]) == (
            "Bilge",
            "students.csv",
            {"student": [2, 0, 0]},
        )
        assert not [b for b in audit.verify(session) if isinstance(b, audit.Break)]


def test_many_students_need_few_statements():
    with heard() as said:
        counts = bring(*(f"{n},A,B,10000000146,s{n}@ogr.demo.edu.tr,,BIL,1,," for n in range(3000))).counts
    assert (counts, len(said)) == ({"student": [3000, 0, 0]}, 5)


# -- the view ---------------------------------------------------------------------------------------------


@pytest.fixture
def view(tmp_path) -> Iterator[str]:
    """Somebody else's database with columns named their way."""
    url = f"sqlite:///{tmp_path / 'obs.sqlite'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE ogr (ogrno TEXT, name TEXT, surname TEXT, national_id TEXT, email TEXT, phone TEXT, bolum TEXT, class_year INT)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO ogr VALUES ('301', 'Ayşe', 'Yılmaz', '10000000146', 'ayse@ogr.demo.edu.tr', '0462', 'BIL', 3)"
            )
        )
        connection.execute(
            text("INSERT INTO ogr VALUES ('302', 'Ali', 'Demir', '10000000214', 'ali@ogr.demo.edu.tr', NULL, 'INS', 2)")
        )
    yield url
    engine.dispose()


def settings(view: str, database_url: str, **more: Any) -> Settings:
    return Settings(
        database_url=database_url, student_directory_url=view, student_directory_query="SELECT * FROM ogr;",
        student_directory_columns={"number": "ogrno", "department_code": "bolum"}, **SETTINGS, **more,
    )  # fmt: skip


@pytest.fixture
def campus(view: str, database_url: str) -> Iterator[Flask]:
    """The application with that directory configured."""
    app = create_app(settings(view, database_url))
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = True
    yield app
    with app.app_context():
        app.extensions["student_view"].close()
        app.extensions["sqlalchemy"].engine.dispose()


def change(view: str, statement: str) -> None:
    engine = create_engine(view)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def sign_in(app: Flask) -> int:
    with app.app_context(), system_session() as session:
        from flask_security import hash_password  # noqa: PLC0415

        session.scalars(select(User).where(User.email == "ayse@ogr.demo.edu.tr")).one().password = hash_password(
            PASSWORD
        )
    with app.test_client() as client:
        return client.post("/login", data={"email": "ayse@ogr.demo.edu.tr", "password": PASSWORD}).status_code


def test_the_view_brings_everybody(campus):
    run = campus.test_cli_runner().invoke
    with campus.app_context():  # a command takes the application whose context is open
        assert [run(args=["students", "refresh"]).exit_code for _ in range(2)] == [0, 0]
    assert student("302")["places"] == {Programme.MAJOR: ("INS", 2)}
    assert counted(Student) == 2


def test_without_a_configured_view_the_command_says_so(app):
    answer = app.test_cli_runner().invoke(args=["students", "refresh"])
    assert (answer.exit_code, "STUDENT_DIRECTORY_URL" in answer.output) == (1, True)


def test_signing_in_refreshes_the_student(campus, view):
    bring(AYSE)
    change(view, "UPDATE ogr SET surname = 'Kaya', class_year = 4 WHERE ogrno = '301'")
    assert sign_in(campus) == 302
    assert (student("301")["name"], student("301")["places"]) == ("Ayşe Kaya", {Programme.MAJOR: ("BIL", 4)})
    assert counted(Student) == 1  # nobody else
    with system_session(reads=True) as session:
        [step] = session.scalars(select(Step).where(Step.machine == "student")).all()
        assert step.facts["changes"]["surname"] == ["Yılmaz", "Kaya"]


@pytest.mark.parametrize(
    "trouble", ["DROP TABLE ogr", "UPDATE ogr SET bolum = 'YOK'", "DELETE FROM ogr", "UPDATE ogr SET email = 'x'"]
)
def test_a_directory_in_trouble_keeps_nobody_out(campus, view, trouble):
    bring(AYSE)
    before = student("301")
    change(view, trouble)
    assert sign_in(campus) == 302
    assert student("301") == before


def test_a_slow_directory_is_waited_for_only_once(campus, view, monkeypatch):
    bring(AYSE)
    monkeypatch.setattr(student_view, "WAIT", 0.2)
    awake, asked = threading.Event(), []

    def asleep(_view: StudentView, number: str) -> None:
        asked.append(number)
        awake.wait(60)

    monkeypatch.setattr(StudentView, "one", asleep)
    try:
        assert [sign_in(campus) for _ in range(2)] == [302, 302]
        assert asked == ["301"]
    finally:
        awake.set()


def test_the_view_answers_none_for_a_number_it_does_not_have(view):
    directory = StudentView(view, "SELECT * FROM ogr", {"number": "ogrno", "department_code": "bolum"})
    assert directory.one("999' OR '1'='1") is None
    assert directory.one("301") == Line(
        "directory", 1, {
            "number": "301", "name": "Ayşe", "surname": "Yılmaz", "national_id": "10000000146", "email": "ayse@ogr.demo.edu.tr",
            "phone": "0462", "department_code": "BIL", "class_year": "3",
        },
    )  # fmt: skip
    directory.close()

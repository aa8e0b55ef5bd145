"""The large university holds: whole, linked, found, always the same, never doubled and never half."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from models import Application, Institution, Membership, Model, Step, Student, User, db
from seed.invented import Person, University
from seed.many import planned
from services import audit, search
from services.scope import system_session
from services.settings import ROOT
from tests.people import looking, sign_in
from tests.seed.commands import counted, run
from workflow.turkish import search_key
from workflow.words import ApplicationState

DAY = date(2026, 11, 24)
N = 200
MANY = ("seed", "many", "--applications", str(N), "--until", DAY.isoformat())


@pytest.fixture
def ready(app: Flask) -> Flask:
    """A database with the reference data only."""
    run(app, "seed", "apply", str(ROOT / "seed" / "data"))
    return app


@pytest.fixture
def large(ready: Flask) -> Flask:
    """As large as a test can wait for."""
    run(ready, *MANY)
    return ready


def _plain(found: Any) -> dict[str, str]:
    """What an inspection found, as text: conditions of partial indexes are objects that equal themselves only."""
    options = {k: str(v) for k, v in found.get("dialect_options", {}).items()}
    return {k: str(v) for k, v in found.items() if k != "dialect_options"} | options


def shape(app: Flask) -> dict[str, Any]:
    """Every index, key and reference of every table."""
    with app.app_context():
        seen = inspect(db.engine)
        return {
            name: {
                kind: sorted(str(sorted(_plain(found).items())) for found in getattr(seen, f"get_{kind}")(name))
                for kind in ("indexes", "foreign_keys", "unique_constraints", "check_constraints")
            }
            | {"pk": seen.get_pk_constraint(name)}
            for name in Model.metadata.tables
        }


def test_it_has_as_many_of_everything_as_asked_for(ready: Flask) -> None:
    before = counted(ready)
    run(ready, *MANY)
    more = {name: n - before[name] for name, n in counted(ready).items()}
    assert (more["application"], more["student"], more["institution"], more["supervisor"]) == (200, 70, 20, 30)
    with looking(ready) as s:
        names = s.scalars(select(Institution.name).order_by(Institution.id.desc()).limit(20)).all()
        files = s.scalars(select(Application).where(Application.state != ApplicationState.DRAFT)).all()
        assert (len(set(names)), {f.supervisor.institution_id == f.institution_id for f in files}) == (20, {True})
        steps = select(Step.row_id, func.count()).where(Step.machine == "application").group_by(Step.row_id)
        assert dict(s.execute(steps).all()) == {f.id: f.version for f in files}


def test_its_history_holds(large: Flask) -> None:
    with looking(large) as s:
        assert [b for b in audit.verify(s) if isinstance(b, audit.Break)] == []
        if s.get_bind().dialect.name == "sqlite":  # PostgreSQL checked every reference as it put them back
            assert s.execute(text("PRAGMA foreign_key_check")).all() == []
    assert "every chain holds" in run(large, "audit", "verify").output


def test_the_database_is_built_as_before(ready: Flask) -> None:
    before = shape(ready)
    run(ready, *MANY)
    assert shape(ready) == before
    with ready.app_context(), system_session() as s:  # the next row takes the next free key
        s.add(User(email="yeni@demo.edu.tr", name="Yeni", fs_uniquifier="yeni"))
        row = s.scalars(select(Student).order_by(Student.id.desc()).limit(1)).one()
        s.add(Application(student_id=row.id, department_id=row.enrolments[0].department_id, student_number="1", student_name="Y"))  # fmt: skip


def test_a_load_that_fails_leaves_everything_as_it_was(ready: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before, built = counted(ready), shape(ready)

    def fails(_self: University, _start: int, _stop: int) -> None:
        raise RuntimeError

    monkeypatch.setattr(University, "files", fails)
    answer = ready.test_cli_runner().invoke(args=list(MANY))
    added = {"user", "user_word", "membership", "term"}  # what it stands on is written first
    after = counted(ready)
    assert isinstance(answer.exception, RuntimeError)
    assert {n: c for n, c in after.items() if n not in added} == {n: c for n, c in before.items() if n not in added}
    assert shape(ready) == built


def university(s: Session, *, applications: int = N, seed: int = 1) -> University:
    return University(planned(s, applications, seed, DAY))


def test_the_nth_of_everything_is_always_the_same_one(ready: Flask) -> None:
    def named(person: Person) -> tuple[str, str]:
        return person.number, person.name

    with ready.app_context(), system_session() as s:
        one, again, other = university(s), university(s), university(s, seed=2)
        assert one.files(0, 90)["step"] == [*again.files(0, 31)["step"], *again.files(31, 90)["step"]]
        assert [named(one.person(k)) for k in range(70)] == [named(again.person(k)) for k in range(70)]
        assert [named(one.person(k)) for k in range(70)] != [named(other.person(k)) for k in range(70)]
        assert [one.firm(k).name for k in range(4)] == FIRMS
        assert [named(one.person(k)) for k in range(3)] == STUDENTS


FIRMS = [
    "Giresun Eğitim ve Araştırma Hastanesi",
    "Yüksel Elektronik A.Ş.",
    "Semercioğlu Vizyon Mühendislik San. ve Tic. Ltd. Şti.",
    "Hocaoğlu Merkez Danışmanlık Ltd. Şti.",
]
STUDENTS = [("190000000", "Erkan Ali Aslan"), ("190000001", "Okan Yavuz Gürbüz"), ("200000002", "Çağla Yağmur Nalbant")]


def test_institutions_have_a_name_each_and_most_students_too(ready: Flask) -> None:
    with ready.app_context(), system_session() as s:
        large = university(s, applications=1_000_000)
        assert len({large.firm(k).name for k in range(0, 100_000, 5)}) == 20_000
        assert len({large.person(k).name for k in range(5_000)}) > 4_500


def test_a_student_is_found_by_surname_however_it_is_typed(large: Flask) -> None:
    with looking(large) as s:
        row = found(s)
        board = select(User).join(Membership.user).where(Membership.department_id == row.department_id)
        member = s.scalars(board.order_by(User.id)).first()
        assert member
        surname, key, state = row.student_name.split()[-1], row.id, row.state
        s.expunge(member)
    client = sign_in(large, member)
    for typed in (surname, search_key(surname), search_key(surname).upper()):
        page = client.get("/applications/", query_string={"q": typed, "state": state.value})
        assert f'id={key}"' in page.text
    assert client.get("/applications/details/", query_string={"id": key}).status_code == 200


def found(s: Session) -> Application:
    """A file whose student's surname does not survive in plain letters."""
    rows = s.scalars(select(Application).where(Application.state != ApplicationState.DRAFT).order_by(Application.id))
    row = next(r for r in rows if not r.student_name.split()[-1].isascii())
    assert row.institution
    words = search.words_of(row.student_name, row.student_number, row.institution.name)
    kept = s.execute(text("SELECT word FROM search_word WHERE application_id = :key"), {"key": row.id}).scalars()
    assert set(kept) == words
    return row


@pytest.mark.parametrize(
    "again", [MANY, ("seed", "many", "--applications", "300", "--seed", "2", "--until", "2027-11-24")]
)
def test_a_second_one_is_refused_with_a_sentence(large: Flask, again: tuple[str, ...]) -> None:
    before = counted(large)
    answer = large.test_cli_runner().invoke(args=list(again))
    assert (answer.exit_code, counted(large)) == (1, before)
    assert answer.output == "Error: The invented students are there already: choose another database.\n"


def test_it_stands_on_reference_data(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=list(MANY))
    assert (answer.exit_code, sum(counted(app).values())) == (1, 0)
    assert "flask seed apply" in answer.output


def test_production_has_no_invented_people(ready: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = counted(ready)
    monkeypatch.setattr(ready.extensions["staj"], "production", True)
    answer = ready.test_cli_runner().invoke(args=list(MANY))
    assert (answer.exit_code, counted(ready)) == (1, before)

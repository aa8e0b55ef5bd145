"""The schema: it comes whole, goes whole, is what the models say, and keeps what the law promises."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, Connection, create_engine, func, inspect, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from models import (
    MACHINE_OF,
    Application,
    Attendance,
    ChangeRequest,
    Declaration,
    Evaluation,
    EvaluationForm,
    Institution,
    InstitutionMark,
    LedgerEntry,
    Publication,
    Request,
    Step,
    SupervisorWord,
    User,
    UserWord,
    db,
)
from services.scope import system_session
from services.settings import ROOT
from services.standing import SYSTEM
from services.transition import take
from tests.databases import SETTINGS, Databases
from tests.people import SUBMITTED_AT, TODAY, a_town
from tests.university import University
from workflow.words import Action, Actor, Need


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_the_schema_goes_whole_and_comes_again_as_the_models_say(app: Flask) -> None:
    with app.app_context():
        assert _seen(tables) == set(db.metadata.tables)
        assert _seen(_differences) == []
        downgrade(revision="base")
        assert _seen(lambda c: (tables(c), _left(c))) == (set(), [])
        upgrade()
        assert _seen(tables) == set(db.metadata.tables)
        assert _seen(_differences) == []


def test_what_was_there_before_an_upgrade_is_kept_and_found_after_it(app: Flask) -> None:
    words = [select(SupervisorWord.word), select(UserWord.word), select(Institution.collation_key)]
    kept = [func.count(Application.id), func.count(Step.id)]
    with app.app_context():
        with a_town() as t:
            of = t.department()
            row = t.application(t.student(of), of)
            take(t.session, row, Action.WITHDRAW, standing=SYSTEM, actor=Actor.STUDENT, today=TODAY)
        before = _seen(lambda c: [sorted(c.scalars(w)) for w in words] + [c.scalar(select(k)) for k in kept])
        downgrade(revision="0001")
        upgrade()
        after = _seen(lambda c: [sorted(c.scalars(w)) for w in words] + [c.scalar(select(k)) for k in kept])
    assert after == before
    assert all(before)


def test_names_that_were_there_are_told_by_their_new_marks_after_an_upgrade(app: Flask) -> None:
    """Also on a full table: the marks of before are taken away whole."""
    with app.app_context():
        with a_town() as town:
            keys = [town.institution(f"Kaya Yazılım {form}").id for form in ("A.Ş.", "Anonim Şirketi")]
        downgrade(revision="0015")
        with db.engine.begin() as connection:
            connection.execute(
                text("UPDATE institution_mark SET mark = 'kaya yazilim anonim sirketi' WHERE kind = 'name'")
            )
        upgrade()
        with system_session(reads=True) as session:
            marked = session.execute(
                select(InstitutionMark.mark, InstitutionMark.institution_id).where(InstitutionMark.kind == "name")
            )
            assert sorted(map(tuple, marked)) == [("kaya yazilim", key) for key in keys]


def test_every_check_of_the_models_stands_in_the_schema(university: University) -> None:
    wanted = {
        (table.name, str(check.name))
        for table in db.metadata.sorted_tables
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    with university.app.app_context():
        built = _seen(lambda c: {(t, k["name"]) for t in tables(c) for k in inspect(c).get_check_constraints(t)})
    assert (built, len(built) > 30) == (wanted, True)


def _seen(look: Any) -> Any:
    with db.engine.connect() as connection:
        return look(connection)


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": db.metadata})
    return compare_metadata(context, db.metadata)


def _left(connection: Connection) -> list[Any]:
    """Triggers and functions that outlived their tables."""
    if connection.dialect.name == "sqlite":
        return list(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    return list(connection.execute(text("SELECT proname FROM pg_proc WHERE proname LIKE '%append_only'")))


@contextmanager
def refused(match: str | None = None, kind: type[DatabaseError] = IntegrityError) -> Iterator[Connection]:
    """Something the database itself does not take, whoever asks."""
    with pytest.raises(kind, match=match), db.engine.begin() as connection:
        yield connection


@pytest.fixture(scope="module")
def rows(university: University) -> Iterator[dict[type, int]]:
    """A submitted application with a line of history, and one row of each table that a machine moves."""
    file = university.applications["ayse submitted"]
    with university.app.app_context():
        with system_session() as session:
            row = session.get_one(Application, file)
            again = {"standing": SYSTEM, "actor": Actor.STUDENT, "today": TODAY}
            take(session, row, Action.WITHDRAW, **again)  # type: ignore[arg-type]
        yield {
            Application: file,
            Institution: university.others["civil firm"],
            Publication: university.publications["announcement: civil draft"],
            ChangeRequest: university.changes["ayse with_supervisor"],
            Request: university.requests["ayse open"],
            Declaration: university.declarations["ayse due"],
            Attendance: university.attendances["ayse approved"],
            Evaluation: university.evaluations["ayse approved"],
            EvaluationForm: university.evaluation_forms["civil"],
        }


@pytest.mark.parametrize("statement", ["UPDATE step SET by_name = 'x'", "DELETE FROM step", "UPDATE step SET id = id"])
def test_history_takes_additions_only(rows: dict[type, int], statement: str) -> None:
    with refused("append-only", DatabaseError) as connection:
        connection.execute(text(statement))
    assert _seen(lambda c: c.scalar(select(Step.by_name))) != "x"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger_entry SET half_days = 80", "DELETE FROM ledger_entry", "UPDATE ledger_entry SET id = id"],
)
def test_the_ledger_takes_additions_only(rows: dict[type, int], statement: str) -> None:
    lines = select(LedgerEntry.id, LedgerEntry.half_days).order_by(LedgerEntry.id)
    before = _seen(lambda c: c.execute(lines).all())
    with refused("append-only", DatabaseError) as connection:
        connection.execute(text(statement))
    assert (_seen(lambda c: c.execute(lines).all()), bool(before)) == (before, True)


def test_history_is_not_replaced_by_a_row_of_the_same_key(rows: dict[type, int]) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite's own way of overwriting")
    with refused("append-only", DatabaseError) as connection:
        connection.execute(text("INSERT OR REPLACE INTO step SELECT * FROM step"))
    with refused("append-only", DatabaseError) as connection:
        connection.execute(text("INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry"))


def test_history_is_not_emptied_at_one_stroke(rows: dict[type, int]) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("PostgreSQL's own way of emptying")
    with refused("append-only", DatabaseError) as connection:
        connection.execute(text("TRUNCATE step CASCADE"))
    with refused("append-only", DatabaseError) as connection:
        connection.execute(text("TRUNCATE ledger_entry CASCADE"))


PROMISES = [
    (model, state, need)
    for model, machine in MACHINE_OF.items()
    for state in machine.states
    for need in sorted(machine.needs_of(state))
]


@pytest.mark.parametrize(("model", "state", "need"), PROMISES, ids=[f"{m.__name__}-{s}-{n}" for m, s, n in PROMISES])
def test_no_row_is_in_a_state_without_what_the_state_needs(
    rows: dict[type, int], model: Any, state: Any, need: Need
) -> None:
    whole = {
        "reason": "Eksik.",
        "pages": ["files"],
        "reference": "SGK-1",
        "due_on": TODAY.replace(year=2099),
        "counted_half_days": 40,
        "accepted_half_days": 40,
        "handed_in_at": SUBMITTED_AT,
        "decided_by_id": _seen(lambda c: c.scalar(select(func.min(User.id)))),
        "merged_into_id": rows[Institution],
    }
    columns = {n: v for n, v in whole.items() if hasattr(model, n)}
    change = update(model).where(model.id == rows[model])
    with db.engine.connect() as connection:
        connection.execute(change.values(state=state, **columns))
        connection.rollback()
    with refused(f"{state.value}_has_{need.name.lower()}") as connection:
        connection.execute(change.values(state=state, **columns | {need.value: None}))


def test_the_law_makes_these_promises() -> None:
    asked = {(m.__name__, s.value, n.name.lower()) for m, s, n in PROMISES}
    assert asked == {
        ("Application", "approved", "decider"), ("Application", "rejected", "decider"),
        ("Application", "rejected", "reason"), ("Application", "rejected", "pages"),
        ("Application", "cancelled", "reason"), ("Application", "stopped", "reason"),
        ("Application", "returned", "decider"), ("Application", "returned", "due"),
        ("Application", "returned", "pages"), ("Application", "returned", "reason"),
        ("Application", "accepted", "days"), ("Application", "accepted", "decider"),
        *(("Application", s, n) for s in ("partly_accepted", "not_accepted") for n in ("days", "decider", "reason")),
        *((m, "waived", n) for m in ("Attendance", "Evaluation") for n in ("decider", "reason")),
        ("ChangeRequest", "approved", "decider"), ("ChangeRequest", "declined", "reason"),
        ("ChangeRequest", "rejected", "decider"), ("ChangeRequest", "rejected", "reason"),
        ("Request", "answered", "decider"), ("Request", "answered", "reason"),
        ("Declaration", "done", "decider"), ("Declaration", "done", "reference"),
        ("Declaration", "failed", "decider"), ("Declaration", "failed", "reason"),
        ("Institution", "verified", "decider"),
        ("Institution", "blocked", "decider"), ("Institution", "blocked", "reason"),
        ("Institution", "merged", "decider"), ("Institution", "merged", "survivor"),
    }  # fmt: skip


HANDED_IN = [
    "submitted_at", "policy_id", "internship_type_id", "term_id", "institution_id", "supervisor_id", "starts_on",
    "ends_on", "half_days",
]  # fmt: skip


def test_nothing_is_assessed_that_was_not_counted_nor_credited_beyond_it(rows: dict[type, int]) -> None:
    of = update(Application).where(Application.id == rows[Application])
    with refused("handed_in_has_counted") as connection:
        connection.execute(of.values(state="completion", counted_half_days=None))
    with refused("handed_in_has_moment") as connection:
        connection.execute(of.values(state="completion", counted_half_days=10, handed_in_at=None))
    with refused("counts_no_more_than_planned") as connection:
        connection.execute(of.values(counted_half_days=Application.half_days + 1))
    with refused("accepts_no_more_than_counted") as connection:
        connection.execute(of.values(counted_half_days=10, accepted_half_days=11))


@pytest.mark.parametrize("fact", HANDED_IN)
def test_nothing_is_with_the_commission_that_lacks_a_fact(rows: dict[type, int], fact: str) -> None:
    with refused(f"submitted_has_{fact}") as connection:
        connection.execute(update(Application).values({fact: None}))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("application", "state = 'lost'"),
        ("application", "ends_on = '1999-01-01'"),
        ("application", "programme = 'none'"),
        ("application", "department_id = 999999"),
        ("institution", "state = 'nice'"),
        ("institution", "kind = 'ngo'"),
        ("publication", "kind = 'rumour'"),
        ("membership", "actor = 'student', department_id = NULL"),
        ("membership", "department_id = NULL"),
        ("membership", "ends_on = '1999-01-01'"),
        ("letter", "state = 'lost'"),
    ],
)
def test_a_word_or_key_the_house_does_not_know_is_refused(rows: dict[type, int], table: str, change: str) -> None:
    with refused() as connection:
        connection.execute(text(f"UPDATE {table} SET {change}"))


def test_two_lines_of_history_never_take_the_same_place(rows: dict[type, int]) -> None:
    names = "machine, row_id, seq, action, from_state, to_state, actor, by_name, at, facts, before, digest"
    with refused() as connection:
        connection.execute(text(f"INSERT INTO step ({names}) SELECT {names} FROM step"))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_of_two_upgrades_at_once_the_second_waits_and_finds_nothing_to_do(engine: str, databases: Databases) -> None:
    url = databases.empty(engine)
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    env = {**os.environ, **{k.upper(): v for k, v in SETTINGS.items()}, "DATABASE_URL": url}
    runs = [subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [(run.communicate(timeout=300)[1], run.returncode) for run in runs]
    assert [code for _told, code in ends] == [0, 0], ends
    made = create_engine(url)
    with made.connect() as connection:
        assert tables(connection) == set(db.metadata.tables)
    made.dispose()

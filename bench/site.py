"""The application in this process, and what is asked of it, signed in as the busiest commission."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import case, event, func, select

from app import create_app
from bench.university import KEYS, University
from models import Application, Membership, User, db
from services import sessions
from services.listing import Cursor
from services.scope import system_session
from services.settings import Settings
from workflow.turkish import ascii_lowered
from workflow.words import Actor, ApplicationState

RUNS = 40
DEEP = 10_000


@dataclass(frozen=True)
class Asked:
    """What is measured: addresses of a member of the department where most applications wait."""

    department: int
    member: str
    surname: str
    number: str
    file: int
    deep: str
    deep_value: Any
    deep_id: int
    waiting: tuple[tuple[int, int], ...]


def site(of: University) -> Flask:
    """The application over this database; forms need no token."""
    keys = {ascii_lowered(name): value for name, value in KEYS.items()}
    app = create_app(
        Settings(
            database_url=of.url,
            storage_url=f"file://{of.folder / 'files'}",
            jobs_path=of.folder / "jobs.sqlite",
            **keys,
        )
    )
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def asked(app: Flask) -> Asked:
    """Rows to ask for, from the middle of the busiest commission's files."""
    with app.app_context(), system_session() as session:
        counts = select(Application.department_id, func.count().label("n")).where(Application.submitted_at.is_not(None))
        waits = func.sum(case((Application.state == ApplicationState.SUBMITTED, 1), else_=0))
        busiest = counts.group_by(Application.department_id).order_by(waits.desc(), func.count().desc())
        department = session.execute(busiest.limit(1)).one()
        held = (
            select(User)
            .join(Membership.user)
            .where(Membership.department_id == department.department_id, Membership.actor == Actor.MEMBER)
        )
        member = session.scalars(held.limit(1)).one()
        rows = select(Application).where(
            Application.department_id == department.department_id, Application.submitted_at.is_not(None)
        )
        newest = rows.order_by(Application.submitted_at.desc(), Application.id.desc())
        deep = session.scalars(newest.offset(min(DEEP, department.n // 2)).limit(1)).one()
        waiting_rows = (
            rows.where(Application.state == ApplicationState.SUBMITTED).order_by(Application.submitted_at).limit(RUNS)
        )
        waiting = tuple((a.id, a.version) for a in session.scalars(waiting_rows))
        return Asked(
            department=department.department_id, member=member.email, surname=deep.student_name.split()[-1],
            number=deep.student_number, file=deep.id, deep=Cursor(deep.submitted_at, deep.id).token(),
            deep_value=deep.submitted_at, deep_id=deep.id, waiting=waiting,
        )  # fmt: skip


def signed_in(app: Flask, email: str) -> FlaskClient:
    """A client with the cookie of a browser in which this account has signed in."""
    client = app.test_client()
    with app.app_context(), system_session() as writing:
        user = writing.scalars(select(User).where(User.email == email)).one()
        kept, uniquifier = user.session_id(), user.fs_uniquifier
        writing.add(sessions.row(user))
        writing.commit()
    with client.session_transaction() as session:
        session.update(
            _user_id=kept, _fresh=True, fs_cc="set", fs_paa=datetime.now(UTC).timestamp(), identity=uniquifier
        )
    return client


def get(client: FlaskClient, path: str) -> Callable[[], object]:
    """A call that asks for a page and insists on getting it."""

    def call() -> object:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data()

    return call


def plans(app: Flask, call: Callable[[], object]) -> str:
    """The plans of the statements a call runs, where they touch applications."""
    statements: list[tuple[str, Any]] = []
    with app.app_context():
        engine = db.engine

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT") and "application" in statement:
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    call()
    event.remove(engine, "before_cursor_execute", note)
    prefix = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, COSTS OFF) "
    with engine.connect() as connection:
        return "\n".join(
            str(row[-1])
            for statement, parameters in statements
            for row in connection.exec_driver_sql(prefix + statement, parameters)
        )

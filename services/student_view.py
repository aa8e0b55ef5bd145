"""The other adapter of the student directory: an SQL view in the university's database, at any SQLAlchemy URL.

A directory that is down or slow never blocks a sign-in: the look-up has a wall-clock limit, and after a
failure it is left alone for a while; the old data stay.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from flask_login import user_logged_in
from sqlalchemy import RowMapping, create_engine, select, text

from models import Student, User, db
from services.changes import Difference
from services.directory import COLUMNS, Record, records
from services.refresh import Refresh
from services.scope import system_session
from services.seal import Seal
from services.settings import Settings
from services.standing import Standing
from services.tables import Line
from workflow.words import Actor

WAIT = 2.0  # seconds a sign-in waits for the directory
REST = 60.0  # seconds a failed directory is left alone
DIRECTORY = Standing(name="student database", offices=frozenset({Actor.IT}))
log = logging.getLogger(__name__)


class StudentView:
    """Records from `query`, whose columns are named as DirectoryStudent's or renamed by `columns` {ours: theirs}."""

    def __init__(self, url: str, query: str, columns: Mapping[str, str] | None = None) -> None:
        # we only read, and keep no transaction of theirs open
        self._engine = create_engine(url, pool_pre_ping=True, execution_options={"isolation_level": "AUTOCOMMIT"})
        self._columns = {name: (columns or {}).get(name, name) for name in COLUMNS}
        self._query = query.strip().rstrip(";")
        self._callers = ThreadPoolExecutor(4, thread_name_prefix="directory")
        self._resting_until = 0.0

    def everybody(self) -> Iterator[Line]:
        """Every row of the view, numbered from 1, streamed."""
        with self._engine.connect().execution_options(yield_per=2000) as connection:
            for number, row in enumerate(connection.execute(text(self._query)).mappings(), 1):
                yield self._line(row, number)

    def one(self, number: str) -> Line | None:
        """The row of one student, or None where the directory has none."""
        column = self._engine.dialect.identifier_preparer.quote(self._columns["number"])
        query = text(f"SELECT * FROM ({self._query}) directory WHERE {column} = :number")  # noqa: S608 -- the deployment's own query
        with self._engine.connect() as connection:
            row = connection.execute(query, {"number": number}).mappings().first()
        return self._line(row, 1) if row else None

    def one_soon(self, number: str) -> Line | None:
        """As `one`, but None (and a log line) when the directory fails or takes longer than WAIT."""
        if time.monotonic() < self._resting_until:
            return None
        try:
            return self._callers.submit(self.one, number).result(timeout=WAIT)
        except Exception as failed:  # noqa: BLE001 -- whatever a foreign database raises, people sign in
            self._resting_until = time.monotonic() + REST
            log.warning("The student directory did not answer (%s); old data stay.", type(failed).__name__)
            return None

    def _line(self, row: RowMapping, number: int) -> Line:
        values = {ours: row.get(theirs) for ours, theirs in self._columns.items()}
        return Line("directory", number, {n: str(v).strip() for n, v in values.items() if v is not None})

    def close(self) -> None:
        self._callers.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()


def install(app: Flask) -> None:
    """Where a directory is configured, refresh whoever signs in."""
    settings: Settings = app.extensions["staj"]
    if settings.student_directory_url:
        app.extensions["student_view"] = StudentView(
            settings.student_directory_url, settings.student_directory_query, settings.student_directory_columns
        )
        user_logged_in.connect(_refresh, app)


def _refresh(app: Flask, user: User, **_: Any) -> None:
    """Look the one student up; no lock of ours is held while waiting for another database."""
    try:
        with system_session(reads=True) as reading:
            number = reading.scalar(select(Student.number).where(Student.user_id == user.id))
        db.session.commit()  # neither their slowness nor our own second writer may meet a lock of this request
        line = app.extensions["student_view"].one_soon(number) if number else None
        if line:
            refresh_one(line, Seal(app.extensions["staj"].national_id_key))
    except Exception:
        log.exception("The student's data could not be refreshed; old data stay.")


def refresh_one(line: Line, seal: Seal) -> Difference:
    """Bring one student up to date; a record with problems is logged and changes nothing."""
    difference = Difference()
    found: list[Record] = list(records([line], difference))
    with system_session() as session:
        refresh = Refresh(session, seal, found, difference)
        if difference.problems:
            log.warning("A directory record was not taken: %s", difference.problems[0].say)
        elif refresh.tasks:
            refresh.note_one(DIRECTORY)
            refresh.write()
    return difference

"""What the worker did: one row for each run of a job, written as it begins and as it ends."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import format_tb

from sqlalchemy import delete, func, select, union_all
from sqlalchemy.orm import Session, aliased

from models import JobRun, SignInTry, utcnow
from services import devices, sessions
from services.scope import system_session
from workflow.words import Outcome

KEPT = {Outcome.DONE: timedelta(days=7), Outcome.RUNNING: timedelta(days=90), Outcome.FAILED: timedelta(days=90)}
LONGEST = timedelta(hours=2)  # a run that has not ended by then never will: its worker was ended under it


NAMED = 5  # of what failed; the log names all
_log = logging.getLogger("staj.jobs")


@dataclass
class Run:
    """A run under way; the job says what it counted."""

    counted: int | None = None


class Unfinished(Exception):
    """A run that went on past what failed: says which, and `counted` is what went well."""

    def __init__(self, faults: Sequence[str], counted: int) -> None:
        more = f" and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
        super().__init__(f"faults: {len(faults)}, tried again next time. {'; '.join(faults[:NAMED])}{more}")
        self.counted = counted


class Faults:
    """Lets a run go on past one file that fails, and end as unfinished."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @contextmanager
    def past(self, what: str) -> Iterator[None]:
        """Go on past a fault in here. It is noted by the file's key and where it broke, never by what stood in it."""
        try:
            yield
        except Exception as fault:  # noqa: BLE001 -- whatever one file holds, the others are not held up
            kind = type(fault).__name__
            where = "".join(format_tb(fault.__traceback__))
            _log.error("%s failed: %s\n%s", what, kind, where)
            self.found.append(f"{what}: {kind}")

    def end(self, counted: int) -> None:
        """Raise Unfinished where something failed."""
        if self.found:
            raise Unfinished(self.found, counted)


@contextmanager
def recorded(job: str) -> Iterator[Run]:
    """Keep one run of `job`, whatever becomes of it. Wants an application context."""
    with system_session() as session:
        row = JobRun(job=job)
        session.add(row)
    run = Run()
    try:
        yield run
    except Unfinished as fault:
        run.counted = fault.counted
        _end(row.id, Outcome.FAILED, run, str(fault))
        raise
    except BaseException as fault:  # a worker that is told to stop says so too
        _end(row.id, Outcome.FAILED, run, f"{type(fault).__name__}: {fault}".removesuffix(": "))
        raise
    _end(row.id, Outcome.DONE, run)


def _end(key: int, outcome: Outcome, run: Run, error: str | None = None) -> None:
    with system_session() as session:
        row = session.get_one(JobRun, key)
        row.outcome, row.counted, row.ended_at = outcome, run.counted, utcnow()
        row.error = error[:500] if error else None
        if _idle(row):
            before = select(JobRun).where(JobRun.job == row.job, JobRun.id < key).order_by(JobRun.id.desc()).limit(1)
            if (last := session.scalars(before).one_or_none()) and _idle(last):
                session.delete(last)


def _idle(run: JobRun) -> bool:
    """It found nothing to do. Of such runs in a row the newest is kept: it tells that the worker is there."""
    return run.outcome is Outcome.DONE and run.counted == 0


def tidy() -> int:
    """Forget runs, sessions and sign-in tries that are of no more use; answers how many rows went."""
    now, gone = utcnow(), 0
    with system_session() as session:
        for outcome, kept in KEPT.items():
            old = delete(JobRun).where(JobRun.outcome == outcome, JobRun.started_at < now - kept)
            gone += _count(session, old)
        gone += sessions.tidy(session, now) + devices.tidy(session)
        return gone + _count(session, delete(SignInTry).where(SignInTry.until < now))


def _count(session: Session, statement: object) -> int:
    return int(session.execute(statement, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[call-overload]


def last_runs(session: Session, jobs: list[str]) -> dict[str, JobRun]:
    """The newest run of each of these jobs that ever ran, in one statement."""
    newest = union_all(*(select(func.max(JobRun.id).label("id")).where(JobRun.job == job) for job in jobs)).subquery()
    return {row.job: row for row in session.scalars(select(JobRun).join(newest, newest.c.id == JobRun.id))}


def last_done(session: Session, job: str) -> JobRun | None:
    """The newest run of a job that came to an end, well or not."""
    ended = select(JobRun).where(JobRun.job == job, JobRun.ended_at.is_not(None))
    return session.scalars(ended.order_by(JobRun.id.desc()).limit(1)).one_or_none()


def last_sign_of_life(session: Session) -> datetime | None:
    """When the worker last began or ended something; it begins something every minute."""
    run = aliased(JobRun)
    newest = session.execute(select(run.started_at, run.ended_at).order_by(run.id.desc()).limit(1)).one_or_none()
    return max(filter(None, newest)) if newest else None


def seems(run: JobRun, now: datetime) -> Outcome:
    """How a run went; one whose worker vanished under it has failed."""
    lost = run.outcome is Outcome.RUNNING and now - run.started_at > LONGEST
    return Outcome.FAILED if lost else run.outcome

"""Work that waits for nobody: the table of jobs, the queue beside the database, and the worker that does them.

A commit that wrote letters wakes the worker; a sweep every minute picks up whatever a lost wake-up left.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import huey
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from models import AskedByMail, Letter, ReachSession
from services import asked, audit, digest, documents, job_runs, recount, reminders
from services.outbox import post_due
from services.scope import system_session
from services.transports import transport_for
from workflow.say import N_

_HUEY: Any = huey  # untyped
_log = logging.getLogger("staj.jobs")
_WROTE = "wrote_letters"
_YEAR = timedelta(days=366)
POST, VERIFY = "post_letters", "verify_history"
_posting = Lock()  # in memory: it ends with the worker that held it


@dataclass(frozen=True)
class Job:
    """One kind of work. `at` says when, as a crontab in UTC; `work` answers how many of what `counts` names."""

    name: str
    label: str
    said: str
    at: Mapping[str, str]
    work: Callable[[], int]
    counts: str

    def next_after(self, moment: datetime) -> datetime:
        """When it is due next."""
        due, at = _HUEY.crontab(**self.at), moment.astimezone(UTC).replace(second=0, microsecond=0)
        while not due(at := at + timedelta(minutes=1)):
            if at - moment > _YEAR:
                raise ValueError(f"{self.name} is never due")
        return at


class Untrue(Exception):
    """The history does not hold; says where."""

    def __init__(self, breaks: Sequence[audit.Break]) -> None:
        super().__init__(f"breaks: {len(breaks)}. " + "; ".join(str(found) for found in breaks[:3]))


def post_letters() -> int:
    """Write the letters somebody asked for, then post what is due, by the transport the deployment chose.

    One run at a time in each worker: while a slow server is talked to, its other hand is free for other work.
    A second run ends at once; the first takes what was written meanwhile, or else the next minute's does.
    """
    asked.answer()
    if not _posting.acquire(blocking=False):
        return 0
    try:
        settings = current_app.extensions["staj"]
        return post_due(transport_for(settings.mail_url, settings.mail_from))
    finally:
        _posting.release()


def verify_history() -> int:
    """Walk every chain; raises Untrue where one does not hold. Answers how many steps were read."""
    broken, read = [], 0
    with system_session(reads=True) as session:
        for found in audit.verify(session):
            if isinstance(found, audit.Break):
                broken.append(found)
            else:
                read = found
    if broken:
        raise Untrue(broken)
    return read


_MORNINGS = {"hour": "4-14", "minute": "0"}  # once a day, at the first of these hours at which the worker is there
JOBS: tuple[Job, ...] = (
    Job(
        POST, N_("Post the letters that are due"), N_("every minute, and as soon as one is written"), {}, post_letters,
        N_("letters posted: %(count)s"),
    ),
    Job(
        VERIFY, N_("Verify the chains of the history"), N_("every night at 03:00"), {"hour": "0", "minute": "0"},
        verify_history, N_("steps read: %(count)s"),
    ),
    Job(
        "remind", N_("Send reminders of deadlines and of what waits"), N_("every morning from 07:00"), _MORNINGS,
        reminders.daily, N_("files reminded of: %(count)s"),
    ),
    Job(
        "summarise", N_("Write reviewers what waits for them"), N_("every morning from 07:00"), _MORNINGS,
        digest.daily, N_("people written to: %(count)s"),
    ),
    Job(
        "recount", N_("Hold the stored counts of days against the calendar"), N_("every night at 05:00"), {"hour": "2", "minute": "0"},
        recount.nightly, N_("applications counted anew: %(count)s"),
    ),
    Job(
        "sweep_files", N_("Remove uploads no record names"), N_("every night at 04:00"), {"hour": "1", "minute": "0"},
        documents.sweep_files, N_("files removed: %(count)s"),
    ),
    Job(
        "tidy", N_("Forget old runs, sessions and sign-in tries"), N_("every night at 04:30"), {"hour": "1", "minute": "30"},
        job_runs.tidy, N_("rows removed: %(count)s"),
    ),
)  # fmt: skip
BY_NAME = {job.name: job for job in JOBS}


@dataclass(frozen=True)
class Jobs:
    """The queue, and for each job what a web process calls to have it run."""

    queue: Any
    start: Mapping[str, Callable[[], Any]]

    def wake(self) -> None:
        """Have the letters posted that were just written."""
        self.start[POST]()

    def waiting(self) -> list[str]:
        """The names of the jobs that wait for the worker, in order."""
        return [task.name for task in self.queue.pending()]


def jobs(app: Flask) -> Jobs:
    """The application's jobs, opened at first use: a process that forks later opens its own."""
    opened: Jobs = app.extensions.get("jobs") or app.extensions.setdefault("jobs", _opened(app))
    return opened


def run(app: Flask) -> None:
    """Work until told to stop (TERM finishes the letter in hand). Two at a time: a long job holds no letter up, and no letters a job."""
    settings = app.extensions["staj"]
    transport_for(settings.mail_url, settings.mail_from)  # a wrong address is said now, not at the first letter
    jobs(app).queue.create_consumer(workers=2, max_delay=1.0, graceful_signal="TERM", shutdown_timeout=30).run()


def _opened(app: Flask) -> Jobs:
    path = app.extensions["staj"].jobs_path
    path.parent.mkdir(parents=True, exist_ok=True)
    queue = _HUEY.SqliteHuey("staj", filename=str(path), results=False, fsync=False)  # a lost wake-up costs a minute
    return Jobs(queue, {job.name: _entered(app, queue, job) for job in JOBS})


def _entered(app: Flask, queue: Any, job: Job) -> Callable[[], Any]:
    def work() -> None:
        with app.app_context(), job_runs.recorded(job.name) as kept:
            kept.counted = job.work()

    task: Callable[[], Any] = queue.periodic_task(_HUEY.crontab(**job.at), name=job.name)(work)
    return task


@event.listens_for(ReachSession, "after_flush")
def _notice(session: Session, _context: UOWTransaction) -> None:
    if any(isinstance(row, Letter | AskedByMail) for row in (*session.new, *session.dirty)):  # written, or queued again
        session.info[_WROTE] = True


@event.listens_for(ReachSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_WROTE, None)


@event.listens_for(ReachSession, "after_commit")
def _wake(session: Session) -> None:
    """Tell the worker that letters wait. Whatever goes wrong here must not undo a decision already kept."""
    if not session.info.pop(_WROTE, False):
        return
    try:
        jobs(current_app._get_current_object()).wake()  # type: ignore[attr-defined]  # noqa: SLF001 -- kept beyond this request
    except Exception:  # noqa: BLE001 -- the sweep finds the letters
        _log.warning("The worker could not be woken; the next sweep posts the letters.", exc_info=True)

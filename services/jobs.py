"""Work that waits for nobody: the queue beside the database, and what its worker does.

A commit that wrote letters wakes the worker; a sweep every minute picks up whatever a lost wake-up left.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import huey
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from models import Letter, ReachSession
from services.outbox import post_due
from services.transports import transport_for

_HUEY: Any = huey  # untyped
_log = logging.getLogger("staj.jobs")
_WROTE = "wrote_letters"


@dataclass(frozen=True)
class Jobs:
    """The queue and the one thing a web process asks of it."""

    queue: Any
    wake: Callable[[], Any]


def jobs(app: Flask) -> Jobs:
    """The application's jobs, opened at first use: a process that forks later opens its own."""
    opened: Jobs = app.extensions.get("jobs") or app.extensions.setdefault("jobs", _opened(app))
    return opened


def run(app: Flask) -> None:
    """Work until told to stop (TERM finishes the letter in hand)."""
    settings = app.extensions["staj"]
    transport_for(settings.mail_url, settings.mail_from)  # a wrong address is said now, not at the first letter
    jobs(app).queue.create_consumer(workers=1, max_delay=1.0, graceful_signal="TERM", shutdown_timeout=30).run()


def post_letters(app: Flask) -> int:
    """Post what is due, by the transport the deployment chose; answers how many letters left."""
    settings = app.extensions["staj"]
    with app.app_context():
        return post_due(transport_for(settings.mail_url, settings.mail_from))


def _opened(app: Flask) -> Jobs:
    path = app.extensions["staj"].jobs_path
    path.parent.mkdir(parents=True, exist_ok=True)
    queue = _HUEY.SqliteHuey("staj", filename=str(path), results=False, fsync=False)  # a lost wake-up costs a minute

    def post() -> None:
        post_letters(app)

    queue.periodic_task(_HUEY.crontab(minute="*"), name="sweep")(post)
    return Jobs(queue, queue.task(name="post")(post))


@event.listens_for(ReachSession, "after_flush")
def _notice(session: Session, _context: UOWTransaction) -> None:
    if any(isinstance(row, Letter) for row in session.new):
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

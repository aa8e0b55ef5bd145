"""How the running site is: each part with a word, a sentence, and what to do. Nothing here names a secret."""

import logging
import platform
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Letter, db, utcnow
from services import job_runs, jobs, uninsured
from services.calendar import last_year, undecided
from services.listing import CAP, capped
from services.probe import Probe
from services.scope import system_session
from services.settings import ROOT
from workflow.kinds import Health
from workflow.say import N_, Say
from workflow.words import LetterState, Outcome

_log = logging.getLogger("staj.health")
SILENT, LOST = timedelta(minutes=3), timedelta(minutes=15)  # since the worker's last sign of life
LATE, STUCK = timedelta(minutes=15), timedelta(hours=2)  # since the oldest due letter was due
UNVERIFIED = timedelta(days=2)  # since the history was last walked
LITTLE, TOO_LITTLE = 0.10, 0.03  # of a disk that is still free
PROBED_FOR = 60  # seconds for which one look at the storage will do for a load balancer
GIGABYTE = 1024**3
START_WORKER = Say("Start the worker again: “flask worker”, or the service that runs it.")
UPGRADE = Say("Run “flask db upgrade” with the version that is installed, then restart the site.")


@dataclass(frozen=True)
class Check:
    """How one part is: `says` what was found, `todo` what helps where it is not in order."""

    part: str
    level: Health
    says: Say
    todo: Say | None = None


def healthy(app: Flask) -> bool:
    """Whether this process can serve: database reachable and at its schema, storage writable. Never raises."""
    try:
        with system_session(reads=True) as session:
            at_head = _heads_of(session) == _heads()
        return at_head and _probed(app)
    except Exception:  # noqa: BLE001 -- whatever is wrong, the answer is no
        _log.warning("The site is not healthy.", exc_info=True)
        return False


def _probed(app: Flask) -> bool:
    """Whether the storage takes files, asked once a minute: this answers to anybody."""
    return _probe(app).trouble(younger_than=PROBED_FOR) is None


def _probe(app: Flask) -> Probe:
    probe: Probe = app.extensions.setdefault("storage_probed", Probe(app.extensions["storage"].probe))
    return probe


def checks(session: Session, today: date) -> list[Check]:
    """Every part of the running site, in the order of the page."""
    now = utcnow()
    return [
        _database(session),
        _migrations(session),
        _storage(),
        *_scanner(),
        *_disks(),
        worker(session, now),
        *_letters(session, now),
        *(_holidays(year) for year in (today.year, today.year + 1)),
        *_decrees(session, today),
        history(session, now),
        _insurance(today),
    ]


def versions(session: Session) -> dict[str, str]:
    """What runs here, by name."""
    connection = session.connection()
    server: Any = connection.dialect.server_version_info or ()
    return {
        "Staj": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
        "Python": platform.python_version(),
        connection.dialect.name: ".".join(str(part) for part in server),
        **{name: version(name) for name in ("Flask", "Flask-Admin", "SQLAlchemy", "huey", "holidays")},
    }


# -- the database ----------------------------------------------------------------------------------------------------


def _database(session: Session) -> Check:
    """Reached, or this page would not be drawn; how long a question takes is still worth a look."""
    began = monotonic()
    session.scalar(select(1))
    took = (monotonic() - began) * 1000
    slow = took > 250  # noqa: PLR2004 -- milliseconds a person begins to feel
    return Check(
        N_("Database"),
        Health.ATTENTION if slow else Health.OK,
        Say("Reachable; a query takes %(ms)s ms.", ms=max(1, round(took))),
        Say("Look at the load of the database server.") if slow else None,
    )


def _migrations(session: Session) -> Check:
    stands, wanted = _heads_of(session), _heads()
    if stands == wanted:
        return Check(N_("Schema"), Health.OK, Say("At version %(head)s, as installed.", head=_heads_text()))
    facts = {"stands": ", ".join(sorted(stands)) or "–", "wanted": _heads_text()}
    return Check(
        N_("Schema"), Health.BROKEN, Say("At version %(stands)s; installed is %(wanted)s.", **facts), UPGRADE
    )  # fmt: skip


def _heads_of(session: Session) -> frozenset[str]:
    return frozenset(MigrationContext.configure(session.connection()).get_current_heads())


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(ROOT / "migrations")).get_heads())


def _heads_text() -> str:
    return ", ".join(sorted(_heads()))


# -- files and disks -------------------------------------------------------------------------------------------------


def _storage() -> Check:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 -- the application itself keeps the probe
    if trouble := _probe(app).trouble(younger_than=0):
        return Check(
            N_("Storage of files"),
            Health.BROKEN,
            Say("A test file could not be kept: %(trouble)s.", trouble=trouble),
            Say("Look at the rights and the space of the place STORAGE_URL names."),
        )
    return Check(N_("Storage of files"), Health.OK, Say("A test file was written, read back and removed."))


def _scanner() -> Iterator[Check]:
    """The virus scanner, where one was chosen."""
    scanner = current_app.extensions["scanner"]
    if not scanner.url:
        return
    try:
        scanner.ping()
    except OSError:
        _log.warning("The virus scanner does not answer.", exc_info=True)
        says, todo = Say("It does not answer: no file is taken in."), Say("Start clamd, or look at CLAMD_URL.")
        yield Check(N_("Virus scanner"), Health.BROKEN, says, todo)
    else:
        yield Check(N_("Virus scanner"), Health.OK, Say("It answers; every upload is shown to it first."))


def _disks() -> Iterator[Check]:
    """The free space of each disk the data lie on."""
    seen: set[int] = set()
    for place in _places():
        if place.exists() and (device := place.stat().st_dev) not in seen:
            seen.add(device)
            yield _disk(place)


def _places() -> Iterator[Path]:
    settings, storage = current_app.extensions["staj"], current_app.extensions["storage"]
    file = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and file:
        yield Path(file).parent
    if storage.folder:
        yield storage.folder
    yield settings.jobs_path.parent


def _disk(place: Path) -> Check:
    space = shutil.disk_usage(place)
    share = space.free / space.total
    level = Health.BROKEN if share < TOO_LITTLE else Health.ATTENTION if share < LITTLE else Health.OK
    return Check(
        N_("Disk"),
        level,
        Say(
            "%(free)s GB of %(total)s GB are free (%(share)s%%) at %(place)s.",
            free=space.free // GIGABYTE, total=space.total // GIGABYTE, share=round(share * 100), place=place,
        ),
        Say("Make room or enlarge the disk before it is full.") if level is not Health.OK else None,
    )  # fmt: skip


# -- the worker and its work -----------------------------------------------------------------------------------------


def worker(session: Session, now: datetime) -> Check:
    """Whether somebody posts the letters: the worker begins something every minute."""
    seen = job_runs.last_sign_of_life(session)
    if seen is None:
        return Check(N_("Worker"), Health.BROKEN, Say("It has never run here."), START_WORKER)
    age = now - seen
    level = Health.BROKEN if age > LOST else Health.ATTENTION if age > SILENT else Health.OK
    says = Say("Last sign of life %(age)s ago.", age=_span(age))
    return Check(N_("Worker"), level, says, START_WORKER if level is not Health.OK else None)


def history(session: Session, now: datetime) -> Check:
    """Whether the chains of the history were walked lately, and held."""
    last = job_runs.last_done(session, jobs.VERIFY)
    run_now = Say("Run “Verify the chains of the history” on the page of the jobs.")
    if last is None:
        return Check(N_("History"), Health.ATTENTION, Say("Its chains were not verified yet."), run_now)
    if last.outcome is Outcome.FAILED:
        return Check(
            N_("History"),
            Health.BROKEN,
            Say("The last verification failed: %(error)s", error=last.error),
            Say("Compare with a backup before anything else is changed: history is never rewritten by this system."),
        )
    age = now - last.started_at
    says = Say("Every chain held when %(count)s steps were walked %(age)s ago.", count=last.counted, age=_span(age))
    if age > UNVERIFIED:
        return Check(N_("History"), Health.ATTENTION, says, run_now)
    return Check(N_("History"), Health.OK, says)


def _letters(session: Session, now: datetime) -> Iterator[Check]:
    failed, due = _letters_of(session, Letter.state == LetterState.FAILED), _due(session, now)
    if failed:
        says = Say("Letters given up: %(count)s.", count=capped(failed))
        todo = Say("Look at the reasons in the outbox, mend them, and send the letters again.")
        yield Check(N_("Letters given up"), Health.ATTENTION, says, todo)
    else:
        yield Check(N_("Letters given up"), Health.OK, Say("None."))
    if due is None:
        waiting = _letters_of(session, Letter.state == LetterState.QUEUED)
        yield Check(
            N_("Letters due"), Health.OK, Say("None is late; %(count)s wait for their time.", count=capped(waiting))
        )
        return
    age = now - due
    level = Health.BROKEN if age > STUCK else Health.ATTENTION if age > LATE else Health.OK
    says = Say("The oldest has been due for %(age)s.", age=_span(age))
    todo = Say("Look whether the worker runs and the mail server of MAIL_URL takes letters.")
    yield Check(N_("Letters due"), level, says, todo if level is not Health.OK else None)


def _letters_of(session: Session, which: Any) -> int:
    cut = select(Letter.id).where(which).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(cut)) or 0


def _due(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest due letter is due."""
    oldest = select(Letter.next_try_at).where(Letter.state == LetterState.QUEUED, Letter.next_try_at <= now)
    return session.scalar(oldest.order_by(Letter.next_try_at, Letter.id).limit(1))


def _holidays(year: int) -> Check:
    if year <= last_year():
        return Check(
            N_("Public holidays"),
            Health.OK,
            Say("%(year)s is known, the days of its religious holidays are fixed.", year=year),
        )
    return Check(
        N_("Public holidays"),
        Health.BROKEN,
        Say("%(year)s is not known: working days in it cannot be counted.", year=year),
        Say("Install a newer version of the “holidays” package."),
    )


def _decrees(session: Session, today: date) -> list[Check]:
    """The years for which nobody has entered administrative leave."""
    years = ", ".join(str(year) for year in undecided(session, today))
    says = Say("No decree of administrative leave is entered for %(years)s.", years=years)
    advice = Say(
        "Where public bodies were given leave, enter it under “Holiday exceptions”; the days are counted anew."
    )
    return [Check(N_("Administrative leave"), Health.ATTENTION, says, advice)] if years else []


def _insurance(today: date) -> Check:
    """Whether every approved internship has an insurance entry the law allows."""
    with system_session(reads=True) as session:  # files of students are not IT's to read: only how many
        found = uninsured.count(session, today)
    if not found:
        return Check(N_("Insurance"), Health.OK, Say("Every approved internship has its insurance entry."))
    return Check(
        N_("Insurance"),
        Health.BROKEN,
        Say("Approved internships without an insurance entry the law allows: %(count)s.", count=capped(found)),
        Say("The health office finds them under “Without an insurance entry”; “flask insurance sweep” lists their numbers."),
    )  # fmt: skip


def _span(age: timedelta) -> Say:
    """A length of time as people say it."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 2 * 60:
        return Say("%(count)s minutes", count=minutes)
    hours = minutes // 60
    return Say("%(count)s hours", count=hours) if hours < 2 * 24 else Say("%(count)s days", count=hours // 24)

"""What the files want, written: one transaction, a history line per row, the second time nothing."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Step, utcnow
from seed.attachments import put
from seed.difference import Known, Plan, Task, compare
from seed.files import Bundle
from seed.recounting import reasons, revision
from seed.reference import TABLES
from services import audit, recount
from services.calendar import alone
from services.changes import Difference, Faulty
from services.sign_in import ISTANBUL, today
from services.standing import Standing
from services.transition import take
from workflow.words import Action, Actor

Progress = Callable[[int, int], None]
COUNTED_FROM = ("holiday_overrides", "institutions")  # files that days are counted from
SEED = "seed"  # the history's name for whole applications
OFFICER = Standing(name="flask seed", offices=frozenset({Actor.IT}))  # the command line knows no person


def apply(
    session: Session, files: Bundle, store: Any, by: Standing = OFFICER, progress: Progress | None = None
) -> Difference:
    """Make the database as the files want it, in the caller's transaction; raises Faulty, with nothing written."""
    if any(name.startswith(f"{stem}.") for name in files for stem in COUNTED_FROM):
        alone(session)
    plan = compare(session, files)
    weigh(session, plan)
    if plan.difference.problems:
        raise Faulty(plan.difference)
    change, why = revision(plan), reasons(plan)
    for task in plan.tasks:
        if task.attachment:
            put(task.attachment, store)
    for done, task in enumerate(plan.tasks, 1):
        _write(session, task, plan.known, by)
        if progress:
            progress(done, len(plan.tasks))
    if plan.tasks:
        recount.revise(session, change, _remember(session, files, plan, by, why))
    return plan.difference


def weigh(session: Session, plan: Plan) -> None:
    """List the applications that the plan would count otherwise."""
    plan.difference.affected = recount.affected(session, revision(plan))


def _write(session: Session, task: Task, known: dict[str, Known], by: Standing) -> None:
    table = task.wanted.table
    row = task.row or table.model()
    for name, value in task.values.items():
        setattr(row, name, value)
    for reference in table.references:
        key = task.wanted.points_to[reference.attr]
        setattr(row, reference.attr, known[reference.to].rows[key].id if key else None)
    session.add(row)
    audit.note(session, row, Action.EDIT if task.row else Action.CREATE, by)
    known[table.kind].rows[task.wanted.key] = row
    if table.kind == "evaluation_form" and task.row is None:
        take(session, row, Action.PUBLISH, standing=by, today=today())
    if table.kind == "publication" and task.row is None:
        _publish(session, row, task.wanted.values.get("published_on"), by)


def _publish(session: Session, row: Any, on: date | None, by: Standing) -> None:
    """A new publication is open to its readers at once; one that a person withdrew later stays withdrawn."""
    at = datetime.combine(on, time(9), ISTANBUL) if on else utcnow()
    take(session, row, Action.PUBLISH, standing=by, today=today(), values={"published_at": at})


def not_yet_applied(session: Session, files: Bundle) -> Bundle:
    """The files without those that were applied before exactly as they are: later edits at the desks stay."""
    applied = _applied(session)
    kept = {name for name, digest in _digests(files).items() if applied.get(name) != digest}
    return {name: data for name, data in files.items() if name in kept or "/" in name}


def _applied(session: Session) -> dict[str, str]:
    last = select(Step.facts).where(Step.machine == SEED, Step.row_id == 1).order_by(Step.seq.desc()).limit(1)
    return dict((session.scalar(last) or {}).get("files", {}))


def _digests(files: Bundle) -> dict[str, str]:
    """{file: SHA-256}; the list of publications covers the files beside it."""
    beside = b"".join(hashlib.sha256(files[name]).digest() for name in sorted(files) if "/" in name)
    return {
        name: hashlib.sha256(data + (beside if name.startswith("publications.") else b"")).hexdigest()
        for name, data in files.items()
        if "/" not in name and any(name.startswith(f"{t.stem}.") for t in TABLES)
    }


def _remember(session: Session, files: Bundle, plan: Plan, by: Standing, why: str) -> Step:
    """One history line of the whole: which files, exactly as they were, and how many rows."""
    facts = {"files": _applied(session) | _digests(files), "counts": plan.difference.counts}
    facts |= {"row": why} if why else {}
    return audit.append(
        session,
        Step(
            machine=SEED, row_id=1, action=Action.EDIT, from_state="", to_state="", actor=Actor.IT, by_id=by.user_id,
            by_name=by.name, at=utcnow(), facts=facts,
        ),
    )  # fmt: skip

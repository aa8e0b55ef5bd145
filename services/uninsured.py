"""The sweep: approved internships without an insurance entry that the law allows (Law 5510), whatever brought them there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, null, select, union_all
from sqlalchemy.orm import Session

from models import Application, Declaration, Institution
from services.calendar import Grace, grace
from services.insurance import WAITING
from services.insurance_codes import LATE
from services.insurance_days import uninsured
from services.listing import CAP
from workflow.phase import BEFORE_COMPLETION
from workflow.say import Say
from workflow.words import ApplicationState, DeclarationKind, DeclarationState

YEAR = timedelta(days=366)
NONE_RAISED = Say("No insurance entry was brought about for this internship. Tell the IT office; until it is settled the intern does not work.")  # fmt: skip


@dataclass(frozen=True)
class Uninsured:
    """One internship that stands so; `declaration` is the entry that came too late, None where there is none at all."""

    application: int
    declaration: int | None
    student_name: str
    student_number: str
    institution: str
    starts_on: date
    ends_on: date
    say: Say


def sweep(session: Session, today: date, *, most: int | None = None) -> Iterator[Uninsured]:
    """Every internship that stands so, those that begin first before the others."""
    found = union_all(_too_late(grace(session, today)), _without(None)).subquery()
    rows = select(found).order_by(found.c.starts_on, found.c.id).limit(most)
    for row in session.execute(rows):
        say = LATE[DeclarationState(row.state)] if row.declaration else NONE_RAISED
        facts = (row.student_name, row.student_number, row.name, row.starts_on, row.ends_on)
        yield Uninsured(row.id, row.declaration, *facts, say)


def count(session: Session, today: date, now: Grace | None = None) -> int:
    """How many stand so, up to CAP + 1; of those without any entry only the ones that ended within a year."""
    found = union_all(_too_late(now or grace(session, today)), _without(today - YEAR)).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


_SHOWN: tuple[Any, ...] = (
    Application.student_name,
    Application.student_number,
    Institution.name,
    Application.starts_on,
    Application.ends_on,
)


def _too_late(now: Grace) -> Select[Any]:
    """Entries that wait though their last day, or the working day in its place, has passed."""
    passed = now.passed
    return (
        select(Application.id, Declaration.id.label("declaration"), *_SHOWN, Declaration.state.label("state"))
        .join(Declaration.application)
        .join(Application.institution)
        .where(
            Declaration.kind == DeclarationKind.ENTRY,
            Declaration.state.in_(sorted(WAITING)),
            Declaration.aim_on <= passed,  # never after due_on, and the index is by it
            Declaration.due_on <= passed,
            Application.state != ApplicationState.CANCELLED,
        )
    )


def _without(ended_after: date | None) -> Select[Any]:
    """Internships that take place and owe an entry of which there is none."""
    entry = select(Declaration.id).where(
        Declaration.application_id == Application.id,
        Declaration.kind == DeclarationKind.ENTRY,
        Declaration.state != DeclarationState.DROPPED,
    )
    return (
        select(Application.id, null().label("declaration"), *_SHOWN, null().label("state"))
        .join(Application.institution)
        .where(
            Application.state.in_(sorted(BEFORE_COMPLETION)),
            *([Application.ends_on >= ended_after] if ended_after else []),
            ~uninsured(),
            ~entry.correlate(Application).exists(),
        )
    )

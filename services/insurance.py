"""Which insurance declarations an internship owes, and by when (Law 5510 art. 5/b): decisions raise, move and drop them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, Declaration, Step
from services.calendar import last_office_day
from services.insurance_codes import exit_by
from services.insurance_days import needs_entry
from services.transition import brings_about, follow
from workflow.transitions import APPLICATIONS, DECLARATIONS
from workflow.words import Action, ApplicationState, DeclarationKind, DeclarationState

WAITING = frozenset({DeclarationState.DUE, DeclarationState.FAILED})
_ENTERED = frozenset({DeclarationState.SENT, DeclarationState.DONE})
_NAMES_THE_START = (DeclarationKind.ENTRY, DeclarationKind.CORRECTION)
_PUTS_RIGHT = (DeclarationKind.CORRECTION, DeclarationKind.CANCELLATION)  # late ones are still made


def due(session: Session, kind: DeclarationKind, starts_on: date, ends_on: date) -> dict[str, date]:
    """The last day the law allows for a declaration, and the working day the desk aims at.

    Entries (and their corrections and cancellations) end one day before the start, by 23:59; exits so many
    days after the end as the health office's data file has it.
    """
    last = exit_by(ends_on) if kind is DeclarationKind.EXIT else starts_on - timedelta(days=1)
    return {"due_on": last, "aim_on": last_office_day(session, last)}


def of(session: Session, application: Application) -> dict[DeclarationKind, Declaration]:
    """The newest declaration of each kind of an internship, dropped ones left out."""
    found = session.scalars(
        select(Declaration)
        .where(Declaration.application_id == application.id, Declaration.state != DeclarationState.DROPPED)
        .order_by(Declaration.id)
    )
    return {d.kind: d for d in found}


def entered(session: Session, application: Application) -> bool:
    """Whether the insurance entry has gone out."""
    entry = of(session, application).get(DeclarationKind.ENTRY)
    return entry is not None and entry.state in _ENTERED


@brings_about(APPLICATIONS, Action.APPROVE, Action.APPROVE_LATE)
def _approved(session: Session, application: Application, step: Step, today: date) -> None:
    if not needs_entry(application):
        return
    _raise(session, application, DeclarationKind.ENTRY, step, today)
    _raise(session, application, DeclarationKind.EXIT, step, today)


@brings_about(APPLICATIONS, Action.POSTPONE)
def _postponed(session: Session, application: Application, step: Step, today: date) -> None:
    """An entry that has not gone out follows the dates; one that has is corrected."""
    declared = of(session, application)
    if not declared and not needs_entry(application):
        return
    _settle(session, application, declared, DeclarationKind.EXIT, step, today)
    entry = declared.get(DeclarationKind.ENTRY)
    if entry is not None and entry.state in _ENTERED:
        _settle(session, application, declared, DeclarationKind.CORRECTION, step, today)
        return
    _settle(session, application, declared, DeclarationKind.ENTRY, step, today)
    _drop(session, [declared.get(DeclarationKind.CORRECTION)], step, today)


@brings_about(APPLICATIONS, Action.EXTEND, Action.STOP)
def _ends_otherwise(session: Session, application: Application, step: Step, today: date) -> None:
    """An entry or a correction that has not gone out yet names the last day too."""
    declared = of(session, application)
    if not declared and not needs_entry(application):
        return
    _settle(session, application, declared, DeclarationKind.EXIT, step, today)
    for kind in _NAMES_THE_START:
        waiting = declared.get(kind)
        if waiting is not None and waiting.state in WAITING:
            _settle(session, application, declared, kind, step, today)


@brings_about(APPLICATIONS, Action.CANCEL)
def _cancelled(session: Session, application: Application, step: Step, today: date) -> None:
    declared = of(session, application)
    _drop(session, declared.values(), step, today)
    entry = declared.get(DeclarationKind.ENTRY)
    if entry is not None and entry.state in _ENTERED:
        _raise(session, application, DeclarationKind.CANCELLATION, step, today)


@brings_about(DECLARATIONS, Action.FAIL, Action.UNSEND)
def _not_taken(session: Session, declaration: Declaration, step: Step, today: date) -> None:
    """An entry that was refused, or never sent, is declared with the dates of today; a correction of it corrects nothing.

    What a later declaration of its kind has taken the place of is not declared again, and nobody is entered for an
    internship that was cancelled: where no entry was taken there is nothing to cancel either.
    """
    application = declaration.application
    if application is None:
        return
    declared = of(session, application)
    off = application.state is ApplicationState.CANCELLED and declaration.kind in _NAMES_THE_START
    if off or declared[declaration.kind] is not declaration:
        follow(session, declaration, Action.DROP, step, today=today)
        if off and declaration.kind is DeclarationKind.ENTRY:
            _drop(session, [declared.get(DeclarationKind.CANCELLATION)], step, today)
        return
    if declaration.kind is DeclarationKind.ENTRY:
        _drop(session, [declared.get(DeclarationKind.CORRECTION)], step, today)
        if (declaration.starts_on, declaration.ends_on) != (application.starts_on, application.ends_on):
            _settle(session, application, declared, DeclarationKind.ENTRY, step, today)


def _drop(session: Session, declarations: Iterable[Declaration | None], step: Step, today: date) -> None:
    for declaration in declarations:
        if declaration is not None and declaration.state in WAITING:
            follow(session, declaration, Action.DROP, step, today=today)


def _settle(
    session: Session,
    application: Application,
    declared: Mapping[DeclarationKind, Declaration],
    kind: DeclarationKind,
    step: Step,
    today: date,
) -> None:
    """Move the declaration of this kind to the application's dates, or raise one where none waits any more."""
    declaration = declared.get(kind)
    if declaration is None or declaration.state not in WAITING:
        _raise(session, application, kind, step, today)
        return
    before = [declaration.starts_on.isoformat(), declaration.ends_on.isoformat()]
    dates = dates_of(session, application, kind, min(today, declaration.due_on))
    follow(session, declaration, Action.MOVE, step, today=today, facts={"before": before}, values=dates)


def _raise(session: Session, application: Application, kind: DeclarationKind, step: Step, today: date) -> None:
    row = Declaration(
        kind=kind,
        application_id=application.id,
        student_id=application.student_id,
        department_id=application.department_id,
        institution_id=application.institution_id,
        student_number=application.student_number,
        student_name=application.student_name,
        raised_at=step.at,
        **dates_of(session, application, kind, today),
    )
    session.add(row)
    session.flush()
    follow(session, row, Action.RAISE, step, today=today)


def dates_of(session: Session, application: Application, kind: DeclarationKind, earliest: date) -> dict[str, Any]:
    """What is declared and by when: what went out already is put right before the day it names, or else at once."""
    assert application.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
    assert application.ends_on  # noqa: S101
    days = due(session, kind, min([application.starts_on, *_gone_out(session, application)]), application.ends_on)
    if kind in _PUTS_RIGHT and days["due_on"] < earliest:
        days = {"due_on": earliest, "aim_on": last_office_day(session, earliest)}
    return {"starts_on": application.starts_on, "ends_on": application.ends_on, **days}


def _gone_out(session: Session, application: Application) -> list[date]:
    """The first days that stand at the institution: the last one confirmed, and what was sent after it."""
    found = session.execute(
        select(Declaration.starts_on, Declaration.state)
        .where(
            Declaration.application_id == application.id,
            Declaration.kind.in_(_NAMES_THE_START),
            Declaration.state.in_(_ENTERED),
        )
        .order_by(Declaration.id.desc())
    ).all()
    confirmed = next((n for n, row in enumerate(found) if row.state is DeclarationState.DONE), len(found))
    return [row.starts_on for row in found[: confirmed + 1]]

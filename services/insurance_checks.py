"""What stands against a decision because an insurance declaration would come too late (Law 5510): looked up for the guards of the tables."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from models import Application, Declaration
from services import insurance
from services.calendar import grace
from services.insurance_codes import exit_by
from services.insurance_days import DAY, decision, over, refusal
from services.transition import checked_before
from workflow.phase import Chance
from workflow.say import Deadline, Say
from workflow.transitions import APPLICATIONS, DECLARATIONS
from workflow.words import Action, ChangeKind, DeclarationKind, DeclarationState


@checked_before(APPLICATIONS, Action.APPROVE)
def _too_late(session: Session, application: Application, today: date) -> Iterable[Say]:
    """Why the commission can approve no more: the health office needs a working day before the first one."""
    said = refusal(decision(session, application, today))
    return (said,) if said else ()


@checked_before(APPLICATIONS, Action.APPROVE_LATE)
def _not_for_the_chair(session: Session, application: Application, today: date) -> Iterable[Say]:
    """The chair's step is for the days between the desk's last day and the law's."""
    of = decision(session, application, today)
    if of.chance is Chance.OVER:
        return (over(of),)
    in_time = Say("It is still in time until %(by)s: approve it as usual.", by=Deadline(of.by))
    return (in_time,) if of.chance is Chance.IN_TIME else ()


@checked_before(APPLICATIONS, Action.REOPEN)
def _nothing_to_approve(session: Session, application: Application, today: date) -> Iterable[Say]:
    """A file that could only be rejected again is not put before the commission."""
    of = decision(session, application, today)
    if of.chance is not Chance.OVER:
        return ()
    return (
        Say(
            "The last day for the insurance entry of an internship that begins on %(starts_on)s was %(until)s: the commission could not approve it. The student submits it again with %(first)s or a later first day.",
            starts_on=of.starts_on, until=of.until, first=Deadline(of.first),
        ),
    )  # fmt: skip


@checked_before(APPLICATIONS, Action.EXTEND)
def never_entered(session: Session, application: Application, today: date) -> Iterable[Say]:
    """Nobody goes on working for whom no entry was made."""
    entry = insurance.of(session, application).get(DeclarationKind.ENTRY)
    if entry is None or entry.state not in insurance.WAITING or not grace(session, today).over(entry.due_on):
        return ()
    return (
        Say("The insurance entry of this internship was not made by its last day, %(day)s (Law 5510): before the internship is extended, the health office settles it.", day=Deadline(entry.due_on)),
    )  # fmt: skip


@checked_before(DECLARATIONS, Action.RAISE, Action.MOVE)
def _lawful(session: Session, declaration: Declaration, today: date) -> Iterable[Say]:
    """No declaration is raised after its last day, and none moved back to a day that has passed."""
    application = declaration.application
    due_on = declaration.due_on
    if declaration.state is not DeclarationState.NEW:
        due_on = insurance.dates_of(session, application, declaration.kind, min(today, due_on))["due_on"]
    back = declaration.state is DeclarationState.NEW or due_on < declaration.due_on
    if not back or not _passed(session, declaration.kind, due_on, today):
        return ()
    return (_last_day_passed(declaration.kind, due_on),)


def _passed(session: Session, kind: DeclarationKind, due_on: date, today: date) -> bool:
    """Only the last day of an entry runs on to the next working day."""
    return grace(session, today).over(due_on) if kind is DeclarationKind.ENTRY else due_on < today


def _last_day_passed(kind: DeclarationKind, due_on: date) -> Say:
    """That a declaration would be born late."""
    return Say(
        "%(kind)s: its last day would have been %(day)s (Law 5510), so this cannot be decided with these dates any more. Choose later dates.",
        kind=kind, day=Deadline(due_on),
    )  # fmt: skip


def of_change(
    session: Session, application: Application, kind: ChangeKind, ends_on: date, today: date
) -> Iterable[Say]:
    """What stands against a change that is asked for; its approval meets the same at the declarations."""
    if kind is ChangeKind.EXTEND:
        return never_entered(session, application, today)
    if kind is ChangeKind.STOP and insurance.of(session, application) and exit_by(ends_on) < today:
        first = today
        while exit_by(first - DAY) >= today:
            first -= DAY
        return (
            Say("The insurance exit for this last day was due by %(day)s (Law 5510). The last day can be %(first)s or a later one; days that were not worked are taken out with the attendance.", day=Deadline(exit_by(ends_on)), first=Deadline(first)),
        )  # fmt: skip
    return ()

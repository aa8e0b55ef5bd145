"""Whoever is commission, or student, is not the firm of the same file: who is behind an address, and what is said.

Where it comes about later (a membership begins), the file says so and that person's decisions on it are closed
(services.standing, services.visible).
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from models import Application, Membership, Student, Supervisor, User
from workflow.phase import TAKES_PLACE
from workflow.say import Say
from workflow.words import Actor, ApplicationState

BOARD = (Actor.MEMBER, Actor.CHAIR)
DECIDED_ON = TAKES_PLACE | {ApplicationState.SUBMITTED}
ON_BOARD = Say(
    "%(email)s is the address of %(name)s, who sits on the commission that decides on an internship here. Nobody is both the firm and the commission of one file."
)
OWN = Say("%(email)s is the address of a student whose internship is here. Nobody is the firm of their own file.")
OF_A_FIRM = Say(
    "%(email)s is the address of the supervisor of an internship that %(name)s decides on, or does. Nobody is both sides of one file."
)
# a file and its people are looked up whoever asks: keys and names only
ALL = {"on_behalf_of_the_system": True}


def _behind(email: str, account: int | None = None) -> ColumnElement[bool]:
    """The account is whoever reads this address: by its own, or as a supervisor who has it."""
    by_firm = select(Supervisor.user_id).where(Supervisor.email == email, Supervisor.user_id.is_not(None))
    return or_(User.email == email, User.id.in_(by_firm), User.id == account if account else false())


def _sits(departments: Any, today: date) -> tuple[ColumnElement[bool], ...]:
    """Memberships of these commissions that have not ended: whoever is to begin counts too."""
    lasts = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    return Membership.actor.in_(BOARD), Membership.department_id.in_(departments), lasts


def on_board(
    session: Session, departments: Collection[int], email: str, today: date, account: int | None = None
) -> Say | None:
    """Why whoever reads this address cannot be the firm of a file of these departments, or None."""
    sits = select(User.name).join(Membership.user).where(_behind(email, account), *_sits(departments, today))
    name = session.scalar(sits.limit(1), execution_options=ALL) if email and departments else None
    return Say(ON_BOARD.msgid, email=email, name=name) if name else None


def of_supervisor(session: Session, supervisor_id: int, email: str, today: date) -> Say | None:
    """Why this address cannot become the one of a supervisor, by the files they answer for; or None."""
    files = (Application.supervisor_id == supervisor_id, Application.state.in_(sorted(DECIDED_ON)))
    departments = session.scalars(select(Application.department_id).where(*files).distinct(), execution_options=ALL)
    if said := on_board(session, set(departments), email, today):
        return said
    own = (
        select(Application.id)
        .join(Student, Student.id == Application.student_id)
        .outerjoin(User, User.id == Student.user_id)
        .where(*files, or_(*(c == email for c in (Application.email, Student.email, Student.own_email, User.email))))
    )
    return Say(OWN.msgid, email=email) if session.scalar(own.limit(1), execution_options=ALL) else None


def of_account(session: Session, user: Any, email: str, today: date) -> Say | None:
    """Why this address cannot become an account's, or be linked to it, by what its holder decides on or does."""
    commissions = select(Membership.department_id).where(
        Membership.user_id == user.id, Membership.ends_on.is_(None) | (Membership.ends_on >= today)
    )
    met = (
        select(Application.id)
        .join(Supervisor, Supervisor.id == Application.supervisor_id)
        .join(Student, Student.id == Application.student_id)
        .where(
            Supervisor.email == email,
            Application.state.in_(sorted(DECIDED_ON)),
            or_(Application.department_id.in_(commissions), Student.user_id == user.id),
        )
    )
    found = session.scalar(met.limit(1), execution_options=ALL)
    return Say(OF_A_FIRM.msgid, email=email, name=user.name) if found else None


def firms_of(session: Session, users: Collection[int]) -> dict[int, frozenset[int]]:
    """The supervisor entries that are each of these people, by account or by address."""
    found: dict[int, set[int]] = {}
    by = (Supervisor.user_id == User.id, Supervisor.email == User.email)
    for same in by if users else ():
        for user, entry in session.execute(
            select(User.id, Supervisor.id).join(Supervisor, same).where(User.id.in_(users))
        ):
            found.setdefault(user, set()).add(entry)
    return {user: frozenset(entries) for user, entries in found.items()}


def of_file(session: Session, row: Application, today: date) -> str:
    """The name of whoever sits on the commission of a file whose firm they are; empty where nobody does."""
    if row.supervisor is None:
        return ""
    same = _behind(row.supervisor.email, row.supervisor.user_id)
    sits = select(User.name).join(Membership.user).where(same, *_sits((row.department_id,), today))
    return session.scalar(sits.order_by(User.id).limit(1)) or ""

"""Commissions: who sits on them from when until when, and what their chairs set for their departments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import Department, DepartmentSettings, Enrolment, Membership, Student, Supervisor, User
from services import accounts
from services.scope import among
from workflow.days import LAST_DAY
from workflow.say import N_, Say
from workflow.words import Actor

BOARD = (Actor.MEMBER, Actor.CHAIR)
STUDIES_HERE = Say("%(name)s is a student of this department: nobody sits on the commission that decides on them.")
FROM_A_FIRM = Say(
    "%(name)s has an account as a firm's supervisor only: the commission is for people of the university."
)
CLOSED = Say("The account of %(name)s is closed. IT opens it again.")
OVERLAPS = Say(
    "%(name)s sits on this commission already from %(start)s to %(end)s. Two terms of one person do not overlap."
)
NO_END = N_("further notice")
LAST_CHAIR = Say("The commission would have no chair from %(day)s on. IT appoints another chair first.")


@dataclass(frozen=True)
class Strength:
    """How many sit on a department's commission today, and how many should at least."""

    department: Department
    on_duty: int
    least: int

    @property
    def is_short(self) -> bool:
        return self.on_duty < self.least


def in_office(today: date) -> tuple[ColumnElement[bool], ...]:
    """Memberships of a commission that are in force today, of people whose account is open."""
    holder = aliased(User)  # whoever asks may have accounts beside
    return (
        Membership.actor.in_(BOARD),
        Membership.starts_on <= today,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        select(holder.id).where(holder.id == Membership.user_id, holder.active).exists(),
    )


def strengths(session: Session, departments: Collection[int], today: date, least: int) -> list[Strength]:
    """Each department's commission as it sits today, departments in the alphabet's order."""
    sits = (
        select(func.count(Membership.user_id.distinct()))
        .where(Membership.department_id == Department.id, *in_office(today))
        .scalar_subquery()
    )
    found = session.execute(
        select(Department, sits)
        .where(among(Department.id, departments))
        .order_by(Department.collation_key, Department.id)
    )
    return [Strength(department, count, least) for department, count in found]


# -- terms of office -------------------------------------------------------------------------------------------------


def who(session: Session, typed: str) -> tuple[User | None, Sequence[User]]:
    """The account a chair means; a name means people of the university only, never students or firms."""
    staff: tuple[ColumnElement[bool], ...] = (
        User.active.is_(True),
        ~select(Student.id).where(Student.user_id == User.id).exists(),
        ~select(Supervisor.id).where(Supervisor.user_id == User.id).exists(),
    )
    return accounts.person(session, typed, *staff)


def usual_end(starts_on: date, years: int) -> date:
    """The last day of a term of so many years."""
    day_before = starts_on - timedelta(days=1)
    leap = day_before.month == 2 and day_before.day == 29  # noqa: PLR2004 -- 29 February
    return day_before.replace(year=day_before.year + years, day=28 if leap else day_before.day)


def unfit(session: Session, user: User, department_id: int) -> Say | None:
    """Why somebody cannot sit on a department's commission, or None."""
    if not user.active:
        return Say(CLOSED.msgid, name=user.name)
    studies = (
        select(Enrolment.id)
        .join(Enrolment.student)
        .where(Student.user_id == user.id, Student.active, Enrolment.department_id == department_id)
    )
    if session.scalar(studies.limit(1)):
        return Say(STUDIES_HERE.msgid, name=user.name)
    supervises = session.scalar(select(Supervisor.id).where(Supervisor.user_id == user.id).limit(1))
    if supervises and not session.scalar(select(Membership.id).where(Membership.user_id == user.id).limit(1)):
        return Say(FROM_A_FIRM.msgid, name=user.name)
    return None


def overlap(session: Session, term: Membership, name: str) -> Say | None:
    """The term of the same person, on the same commission or in the same office, that this one would overlap."""
    same = (
        Membership.department_id == term.department_id
        if term.department_id
        else (Membership.department_id.is_(None)) & (Membership.actor == term.actor)
    )
    with session.no_autoflush:  # the database refuses the term too, with less to say
        other = session.scalars(
            select(Membership).where(
                Membership.user_id == term.user_id,
                Membership.id != (term.id or 0),
                same,
                Membership.starts_on <= (term.ends_on or LAST_DAY),
                func.coalesce(Membership.ends_on, LAST_DAY) >= term.starts_on,
            )
        ).first()
    if other is None:
        return None
    return Say(OVERLAPS.msgid, name=name, start=other.starts_on, end=other.ends_on or Say(NO_END))


def leaves_no_chair(session: Session, term: Membership, ends_on: date | None) -> Say | None:
    """Why a chair's term cannot end on that day: nobody would chair the commission on the next one."""
    if term.actor is not Actor.CHAIR or ends_on is None or (term.ends_on and term.ends_on <= ends_on):
        return None
    after = ends_on + timedelta(days=1)
    others = select(Membership.id).where(
        Membership.department_id == term.department_id,
        Membership.actor == Actor.CHAIR,
        Membership.id != term.id,
        Membership.starts_on <= after,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= after),
        select(User.id).where(User.id == Membership.user_id, User.active).exists(),  # a closed account chairs nothing
    )
    return None if session.scalar(others.limit(1)) else Say(LAST_CHAIR.msgid, day=after)


# -- what a chair sets -----------------------------------------------------------------------------------------------


def settings_of(session: Session, department_id: int) -> DepartmentSettings:
    """What a department's chair set; as every department begins, where nothing was set."""
    found = session.scalars(select(DepartmentSettings).where(DepartmentSettings.department_id == department_id))
    return found.one_or_none() or DepartmentSettings(department_id=department_id)


def contact_of(session: Session, department_id: int) -> str:
    """The lines a department's letters end with; empty where none are set."""
    set_ = select(DepartmentSettings.contact).where(DepartmentSettings.department_id == department_id)
    return session.scalar(set_) or ""

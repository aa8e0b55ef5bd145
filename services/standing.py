"""Who somebody is, today: the capacities that reach, doors and menus follow from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session, aliased

from models import Enrolment, Membership, Student, Supervisor, User
from workflow.words import Actor

NONE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Standing:
    """The capacities of one person. Sets hold primary keys.

    `firm_as` names the supervisor entries that are this person, by account or by address: to a file they answer for,
    nobody is commission. `only_application` narrows a supervisor who came by a letter's link to the one file it is about; `visit` is the
    link by which one without an account came to the page of their interns.
    """

    user_id: int | None = None
    name: str = ""
    student_id: int | None = None
    studies: frozenset[int] = NONE
    member_of: frozenset[int] = NONE
    chair_of: frozenset[int] = NONE
    supervises_as: frozenset[int] = NONE
    firm_as: frozenset[int] = NONE
    offices: frozenset[Actor] = frozenset()
    only_application: int | None = None
    visit: int | None = None
    system: bool = False
    actors: frozenset[Actor] = field(init=False)

    def __post_init__(self) -> None:
        held = {
            Actor.STUDENT: self.student_id,
            Actor.MEMBER: self.member_of,
            Actor.CHAIR: self.chair_of,
            Actor.EMPLOYER: self.supervises_as,
        }
        object.__setattr__(self, "actors", self.offices | {actor for actor, of in held.items() if of})

    @property
    def present(self) -> bool:
        """Whether somebody is there: signed in, or come by a letter's link."""
        return self.user_id is not None or self.visit is not None

    @property
    def commissions(self) -> frozenset[int]:
        """Departments on whose commission this person sits, as member or chair."""
        return self.member_of | self.chair_of

    def actors_for(self, row: Any) -> frozenset[Actor]:
        """In which capacities this person meets this row; nobody is commission, or firm, to their own file."""
        own = self.student_id is not None and getattr(row, "student_id", None) == self.student_id
        department = getattr(row, "department_id", None)
        partial = own or getattr(row, "supervisor_id", None) in self.firm_as
        met = {
            Actor.STUDENT: own,
            Actor.MEMBER: department in self.member_of and not partial,
            Actor.CHAIR: department in self.chair_of and not partial,
            Actor.EMPLOYER: getattr(row, "supervisor_id", None) in self.supervises_as and not own,
        }
        return self.offices | {actor for actor, so in met.items() if so}


NOBODY = Standing()
SYSTEM = Standing(name="Staj", system=True)


_ENTRY = aliased(Supervisor)  # another entry of the same address: one person answers for several firms


def standing_of(session: Session, user_id: int, name: str, today: date) -> Standing:
    """Everything one account stands for today, in one small statement.

    Reach follows from the answer, so the statement says itself that it is asked on behalf of the system;
    it reads keys only and leaves nothing in the identity map.
    """
    in_office = (
        Membership.user_id == user_id,
        Membership.starts_on <= today,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    own = select(Student.id).where(Student.user_id == user_id, Student.active).scalar_subquery()
    rows: Sequence[Any] = session.execute(
        union_all(
            select(type_coerce(Membership.actor, String).label("kind"), Membership.department_id.label("key")).where(
                *in_office
            ),
            select(literal("student"), Student.id).where(Student.user_id == user_id, Student.active),
            select(literal("studies"), Enrolment.department_id).where(Enrolment.student_id == own),
            select(literal("employer"), Supervisor.id).where(Supervisor.user_id == user_id),
            select(literal("employer"), _ENTRY.id)
            .join(Supervisor, Supervisor.email == _ENTRY.email)
            .where(Supervisor.user_id == user_id, _ENTRY.user_id.is_(None)),
            select(literal("firm"), _ENTRY.id).join(User, User.email == _ENTRY.email).where(User.id == user_id),
        ),
        execution_options={"on_behalf_of_the_system": True},
    ).all()
    held: dict[str, set[int]] = {}
    for kind, key in rows:
        held.setdefault(str(kind), set()).add(key)
    return Standing(
        user_id=user_id,
        name=name,
        student_id=next(iter(held.get("student", ())), None),
        studies=frozenset(held.get("studies", ())),
        member_of=frozenset(held.get("member", ())),
        chair_of=frozenset(held.get("chair", ())),
        supervises_as=frozenset(held.get("employer", ())),
        firm_as=frozenset(held.get("employer", set()) | held.get("firm", set())),
        offices=frozenset(a for a in _OFFICES if a in held),
    )


_OFFICES = (Actor.HEALTH_OFFICE, Actor.CAREER_CENTRE, Actor.IT)

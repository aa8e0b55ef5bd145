"""The fields from which somebody's identity, reach or mail follows: who may change each, who is told, what ends.

A field of this kind that is not in the table is set when its row is made and changed by nobody: only what runs on
behalf of the system (the one hand of services.transition, a merge, a refresh from the student database) moves it.
The guard before every flush asks this table (services.scope); services.identity_letters tells and ends.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import cache
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Mapper, Session, object_session
from sqlalchemy.orm.base import instance_state

from models import (
    AnswerLink,
    AnswerTemplate,
    Application,
    ChangeRequest,
    Document,
    Institution,
    InternshipType,
    Membership,
    Publication,
    Student,
    Supervisor,
    User,
)
from services import conflicts
from services.conflicts import ALL
from services.duties import today_here
from services.standing import Standing
from services.visible import BOARD, CURATORS
from workflow.phase import TAKES_PLACE
from workflow.say import Say
from workflow.words import Actor as A

Permission = Callable[[Any, Standing], bool]


class Told(Enum):
    """Who hears of a change."""

    OLD = auto()  # the address as it was
    NEW = auto()  # the address as it is now
    PERSON = auto()  # whoever it is about, at their account's address
    STUDENTS = auto()  # whose internships the supervisor answers for, until they are assessed
    COMMISSIONS = auto()  # of those internships
    COLLEAGUES = auto()  # the chairs of the commission, or the others of the office


class Ends(Enum):
    """What a change ends."""

    LINKS = auto()  # sent to the address as it was, with every visit they began
    ACCOUNT = auto()  # the link between a supervisor and the account of whoever read the old address
    SESSIONS = auto()  # everything the account is signed in to


@dataclass(frozen=True)
class Field:
    """`by` holds for a row its writer reaches and may write at all (services.visible, services.writable).

    `forbids` says what nobody may make of the field, whoever changes it.
    """

    by: Mapping[Any, Permission]
    forbids: Callable[[Session, "Change"], Say | None] | None = None
    tells: frozenset[Told] = frozenset()
    ends: frozenset[Ends] = frozenset()


@dataclass(frozen=True)
class Change:
    """One field of one row that a flush is about to change; `gone`: with the whole row."""

    row: Any
    name: str
    old: Any
    new: Any
    gone: bool = False


def _always(_row: Any, _s: Standing) -> bool:
    return True


def takes_place(row: Supervisor) -> bool:
    """Whether a supervisor answers, or has answered, for an internship that takes place."""
    session = object_session(row)
    of = select(Application.id).where(Application.supervisor_id == row.id, Application.state.in_(sorted(TAKES_PLACE)))
    return session is not None and session.scalar(of.limit(1), execution_options=ALL) is not None


def _nothing_takes_place(row: Supervisor, _s: Standing) -> bool:
    return not takes_place(row)


def _reads_the_address(row: Supervisor, s: Standing) -> bool:
    """Consent comes from whoever reads the old address (services.consent)."""
    return row.id in s.supervises_as


def _let_go(row: Supervisor, _s: Standing) -> bool:
    """An account is of whoever reads the address: with the address it goes, and comes back by no hand."""
    return row.user_id is None and instance_state(row).attrs.email.history.has_changes()


def _both_sides(session: Session, change: "Change") -> Say | None:
    """Whoever decides on a file, or does it, does not become its firm."""
    find = conflicts.of_account if isinstance(change.row, User) else _of_entry
    return find(session, change.row, change.new or "", today_here())


def _of_entry(session: Session, row: Supervisor, email: str, today: date) -> Say | None:
    return conflicts.of_supervisor(session, row.id, email, today)


_IT: Mapping[Any, Permission] = {A.IT: _always}
_OF_MEMBERSHIP = Field({A.IT: _always, A.CHAIR: _always}, tells=frozenset({Told.PERSON, Told.COLLEAGUES}))
_ADDRESS = frozenset({Told.OLD, Told.NEW})
FIELDS: dict[InstrumentedAttribute[Any], Field] = {
    Supervisor.email: Field(
        {A.CAREER_CENTRE: _always, A.EMPLOYER: _reads_the_address, **dict.fromkeys(BOARD, _nothing_takes_place)},
        forbids=_both_sides,
        tells=_ADDRESS | {Told.STUDENTS, Told.COMMISSIONS},
        ends=frozenset({Ends.LINKS, Ends.ACCOUNT}),
    ),
    Supervisor.user_id: Field(dict.fromkeys((*CURATORS, A.EMPLOYER), _let_go)),
    User.email: Field(_IT, forbids=_both_sides, tells=_ADDRESS, ends=frozenset({Ends.SESSIONS})),
    User.active: Field(_IT, tells=frozenset({Told.PERSON}), ends=frozenset({Ends.SESSIONS})),
    # of a password the library's own letters tell (services.sign_in_letters), and it ends the sessions itself
    User.password: Field({A.IT: _always, None: _always}),
    User.fs_uniquifier: Field({A.IT: _always, None: _always}),
    Membership.user_id: _OF_MEMBERSHIP,
    Membership.actor: _OF_MEMBERSHIP,
    Membership.department_id: _OF_MEMBERSHIP,
    Membership.starts_on: _OF_MEMBERSHIP,
    Membership.ends_on: _OF_MEMBERSHIP,
    Student.email: Field({}, tells=_ADDRESS),  # the student database's (services.refresh)
    Student.own_email: Field({A.STUDENT: _always}, tells=frozenset({Told.OLD, Told.PERSON})),
    # whose row it is follows what its writer publishes, asks or decides; nobody becomes anybody else by it
    Application.reviewer_id: Field(dict.fromkeys(BOARD, _always)),
    Document.department_id: Field({A.STUDENT: _always}),  # handed in with an application of another programme
    Publication.department_id: Field(dict.fromkeys((*CURATORS, A.IT), _always)),
    Publication.audience: Field(dict.fromkeys((*CURATORS, A.IT), _always)),  # whom an announcement reaches
    AnswerTemplate.department_id: Field(dict.fromkeys(BOARD, _always)),
    InternshipType.department_id: Field(_IT),
    Institution.merged_into_id: Field({A.CAREER_CENTRE: _always}),  # no address changes hands by it (services.merging)
}
PEOPLE = frozenset(
    {"user", "student", "supervisor", "institution", "department", "application", "change_request", "request"}
)
ALSO: frozenset[InstrumentedAttribute[Any]] = frozenset(
    {
        *(User.active, User.password, User.fs_uniquifier),
        *(Membership.actor, Membership.starts_on, Membership.ends_on),
        *(Student.active, Student.number, Student.national_id_sealed, Student.national_id_tail),
        *(Publication.kind, Publication.audience, ChangeRequest.kind),
        *(AnswerLink.digest, AnswerLink.purpose, AnswerLink.expires_at, AnswerLink.revoked_at, AnswerLink.turn),
    }
)


@cache
def of_kind(mapper: Mapper[Any]) -> frozenset[str]:
    """The fields of a model from which identity, reach or mail follows: addresses, whose it is, and what ALSO names.

    A signature (`…by_id`) says who wrote; nothing follows from it.
    """
    also = {c.key for c in ALSO if c.class_ is mapper.class_}
    columns = {n: c for n, c in mapper.columns.items() if not n.endswith("by_id")}
    owned = {n for n, c in columns.items() if any(f.column.table.name in PEOPLE for f in c.foreign_keys)}
    return frozenset(also | owned | {name for name in columns if name.endswith("email")})


def changes(session: Session) -> Iterator[Change]:
    """What the coming flush changes of this kind; of a membership, also that it goes."""
    for row in session.dirty:
        yield from _of(row)
    for row in session.deleted:
        if isinstance(row, Membership):
            yield Change(row, "ends_on", row.ends_on, None, gone=True)


def beginnings(session: Session) -> list[Change]:
    """The memberships a person begins; what runs on behalf of the system founds them without telling."""
    return [Change(row, "starts_on", None, row.starts_on) for row in session.new if isinstance(row, Membership)]


def _of(row: Any) -> Iterator[Change]:
    state, mapper = instance_state(row), inspect(type(row))
    moved = {
        column.key: getattr(row, relation.key)
        for relation in mapper.relationships
        if relation.direction.name == "MANYTOONE" and state.attrs[relation.key].history.has_changes()
        for column in relation.local_columns
    }
    for name in sorted(of_kind(mapper)):
        history = state.attrs[name].history
        if name in moved and not history.has_changes():
            new = getattr(moved[name], "id", None)
            if new != getattr(row, name):
                yield Change(row, name, getattr(row, name), new)
        elif history.has_changes():
            yield Change(row, name, _before(row, name, history), getattr(row, name))


def _before(row: Any, name: str, history: Any) -> Any:
    """The value as the database has it: a field that was not loaded has no other."""
    if history.deleted:
        return history.deleted[0]
    session, model = object_session(row), type(row)
    asked = select(getattr(model, name)).where(model.id == row.id)
    return session.scalar(asked, execution_options=ALL) if session else None


def may_change(session: Session, change: Change, standing: Standing) -> bool:
    """Whether any capacity of this person opens making this of this field of this row."""
    field = FIELDS.get(getattr(type(change.row), change.name))
    if field is None or (field.forbids and field.forbids(session, change)):
        return False
    return any((a is None or a in standing.actors) and permits(change.row, standing) for a, permits in field.by.items())

"""Reach, not check: what is not yours does not exist, for reading and for writing.

One hook under every ORM statement adds the reader's condition to every owned model; one guard before
every flush refuses a write the writer's capacities do not open. No standing, no rows.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, event, false, or_, select, true
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.base import instance_state
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    AnswerLink,
    AnswerTemplate,
    Application,
    ChangeRequest,
    Declaration,
    Department,
    Document,
    DraftPage,
    Enrolment,
    Faculty,
    HolidayOverride,
    Institution,
    InstitutionWord,
    InternshipType,
    Letter,
    Membership,
    Model,
    Policy,
    Publication,
    ReachSession,
    Request,
    SearchWord,
    Step,
    Student,
    Supervisor,
    SupervisorWord,
    Term,
    User,
    UserWord,
    db,
)
from services.register import may_curate
from services.standing import NOBODY, SYSTEM, Standing
from workflow.words import Actor as A
from workflow.words import ApplicationState as S
from workflow.words import InstitutionState, PublicationState

Condition = Callable[[Standing], ColumnElement[bool]]
BOARD = (A.MEMBER, A.CHAIR)
CURATORS = (*BOARD, A.CAREER_CENTRE)
EVERYONE = tuple(A)


class OutOfReach(Exception):
    """A write that no capacity of the writer opens: a fault in a desk, never a choice in a form."""


def among(column: Any, keys: Collection[int]) -> ColumnElement[bool]:
    """`column` is one of `keys`. One key is asked for plainly: for a list the statement is written anew each time."""
    first, *others = sorted(keys) or (0,)
    found: ColumnElement[bool] = column.in_(sorted(keys)) if others else column == first
    return found


def _mine(model: Any) -> Condition:
    return lambda s: model.student_id == s.student_id


def _of_commission(model: Any, *also: ColumnElement[bool]) -> Condition:
    def condition(s: Standing) -> ColumnElement[bool]:
        not_own = [model.student_id.is_distinct_from(s.student_id)] if s.student_id else []
        return and_(among(model.department_id, s.commissions), *not_own, *also)

    return condition


def _of_supervisor(model: Any, s: Standing) -> ColumnElement[bool]:
    """What a supervisor answers for; from a letter's link, the one file it is about."""
    key = Application.id if model is Application else model.application_id
    one = [key == s.only_application] if s.only_application else []
    return and_(among(model.supervisor_id, s.supervises_as), *one)


def _everything(_s: Standing) -> ColumnElement[bool]:
    return true()


def _for(*actors: A, see: Condition) -> dict[A, Condition]:
    return dict.fromkeys(actors, see)


def _students_of_commission(s: Standing) -> ColumnElement[bool]:
    return Student.id.in_(select(Enrolment.student_id).where(among(Enrolment.department_id, s.commissions)))


def _published(s: Standing) -> ColumnElement[bool]:
    own = or_(Publication.department_id.is_(None), among(Publication.department_id, s.studies))
    return and_(Publication.state == PublicationState.PUBLISHED, own)


def _edited_by_commission(s: Standing) -> ColumnElement[bool]:
    university = and_(Publication.department_id.is_(None), Publication.state == PublicationState.PUBLISHED)
    return or_(among(Publication.department_id, s.commissions), university)


_SUBMITTED = Application.state != S.DRAFT
_APPROVED = Application.state.in_((S.APPROVED, S.STOPPED))
_INSURED = Application.state.in_((S.APPROVED, S.STOPPED, S.CANCELLED))  # an entry made is to be cancelled too
_HANDED_IN = Document.submitted_at.is_not(None)

VISIBLE: dict[type[Model], dict[A, Condition]] = {
    Application: {
        A.STUDENT: _mine(Application),
        **_for(*BOARD, see=_of_commission(Application, _SUBMITTED)),
        A.EMPLOYER: lambda s: and_(_of_supervisor(Application, s), _APPROVED),
        A.HEALTH_OFFICE: lambda _s: _INSURED,
        A.CAREER_CENTRE: lambda _s: _SUBMITTED,
    },
    ChangeRequest: {
        A.STUDENT: _mine(ChangeRequest),
        **_for(*BOARD, see=_of_commission(ChangeRequest)),
        A.EMPLOYER: lambda s: _of_supervisor(ChangeRequest, s),
        **_for(A.HEALTH_OFFICE, A.CAREER_CENTRE, see=_everything),
    },
    Request: {A.STUDENT: _mine(Request), **_for(*BOARD, see=_of_commission(Request))},
    AnswerTemplate: _for(*BOARD, see=lambda s: among(AnswerTemplate.department_id, s.commissions)),
    AnswerLink: {A.EMPLOYER: lambda s: among(AnswerLink.supervisor_id, s.supervises_as)},
    Declaration: {
        A.STUDENT: _mine(Declaration),
        **_for(*BOARD, see=_of_commission(Declaration)),
        A.HEALTH_OFFICE: _everything,
    },
    DraftPage: {A.STUDENT: _mine(DraftPage)},
    Document: {
        A.STUDENT: _mine(Document),
        **_for(*BOARD, see=_of_commission(Document, _HANDED_IN)),
        A.CAREER_CENTRE: lambda _s: and_(_HANDED_IN, Document.request_id.is_(None)),
    },
    SearchWord: {
        A.STUDENT: _mine(SearchWord),
        **_for(*BOARD, see=_of_commission(SearchWord)),
        **_for(A.HEALTH_OFFICE, A.CAREER_CENTRE, see=_everything),
    },
    Step: {
        A.STUDENT: _mine(Step),
        **_for(*BOARD, see=lambda s: or_(_of_commission(Step)(s), Step.machine == "institution")),
        A.EMPLOYER: lambda s: and_(
            Step.machine == "change_request",
            Step.row_id.in_(select(ChangeRequest.id).where(_of_supervisor(ChangeRequest, s))),
        ),
        A.HEALTH_OFFICE: lambda _s: Step.machine == "declaration",
        A.CAREER_CENTRE: lambda _s: Step.machine.in_(("application", "change_request", "institution")),
        A.IT: _everything,
    },
    Student: {
        A.STUDENT: lambda s: Student.id == s.student_id,
        **_for(*BOARD, see=_students_of_commission),
        **_for(A.HEALTH_OFFICE, A.CAREER_CENTRE, see=_everything),
    },
    Enrolment: {
        A.STUDENT: _mine(Enrolment),
        **_for(*BOARD, see=lambda s: among(Enrolment.department_id, s.commissions)),
        **_for(A.HEALTH_OFFICE, A.CAREER_CENTRE, see=_everything),
    },
    Publication: {
        A.STUDENT: _published,
        **_for(*BOARD, see=_edited_by_commission),
        A.CAREER_CENTRE: lambda _s: Publication.department_id.is_(None),
        A.IT: _everything,
    },
    Letter: {
        **_for(*EVERYONE, see=lambda s: Letter.user_id == s.user_id if s.user_id else false()),
        A.IT: _everything,
    },
}

REFERENCE: frozenset[type[Model]] = frozenset(
    {
        *(Faculty, Department, Term, InternshipType, Policy, HolidayOverride),
        *(Institution, InstitutionWord, Supervisor, SupervisorWord, User, UserWord, Membership),
    }
)

Permission = Callable[[Any, Standing], bool]


def _always(_row: Any, _s: Standing) -> bool:
    return True


def _own_row(row: Any, s: Standing) -> bool:
    return bool(row.student_id == s.student_id)


def _own_department(row: Any, s: Standing) -> bool:
    return row.department_id in s.commissions


def _self_only(row: Any, s: Standing) -> bool:
    """A person changes their own password, language and keys; nobody signed in, only a new password."""
    changed = {a.key for a in instance_state(row).attrs if a.history.has_changes()}
    return row.id is not None and s.user_id in {row.id, None} and changed <= _OWN_COLUMNS


_OWN_COLUMNS = {"password", "fs_uniquifier", "language", "shortcuts"}


def _curated(row: Institution, s: Standing) -> bool:
    return may_curate(row.state, s.actors)


def _curated_of(row: Supervisor, s: Standing) -> bool:
    return row.institution is not None and may_curate(row.institution.state, s.actors)


def _unverified(row: Institution, _s: Standing) -> bool:
    return row.state in {None, InstitutionState.UNVERIFIED}


WRITABLE: dict[type[Model], dict[A | None, Permission]] = {
    Application: {A.STUDENT: _own_row},
    ChangeRequest: {A.STUDENT: _own_row},
    Request: {A.STUDENT: _own_row},
    AnswerTemplate: dict.fromkeys(BOARD, _own_department),
    AnswerLink: {A.STUDENT: _always, A.EMPLOYER: lambda row, s: row.supervisor_id in s.supervises_as},
    Declaration: {A.STUDENT: _own_row, **dict.fromkeys(BOARD, _own_department)},
    DraftPage: {A.STUDENT: _own_row},
    Document: {A.STUDENT: _own_row},
    SearchWord: {A.STUDENT: _own_row},
    Student: {A.STUDENT: lambda row, s: row.id == s.student_id},
    Institution: {**dict.fromkeys(CURATORS, _curated), A.STUDENT: _unverified},
    # words follow what they find
    **{m: dict.fromkeys((*CURATORS, A.STUDENT), _always) for m in (InstitutionWord, SupervisorWord)},
    UserWord: {A.IT: _always},
    # a student names the person they met, whoever vouches for the firm (services.wizard.submitting)
    Supervisor: {**dict.fromkeys(CURATORS, _curated_of), A.STUDENT: _always},
    Publication: {
        A.MEMBER: _own_department,
        A.CHAIR: _own_department,
        A.CAREER_CENTRE: lambda row, _s: row.department_id is None,
        A.IT: _always,
    },
    Step: dict.fromkeys(EVERYONE, _always),
    Letter: {None: _always},
    User: {A.IT: _always, None: _self_only},
    **{m: {A.IT: _always} for m in (Faculty, Department, Term, InternshipType, Policy, HolidayOverride, Membership)},
}


def enter(session: Session, standing: Standing) -> None:
    """Give a session its reader. Never widen it afterwards: loaded rows stay in the identity map."""
    session.info["standing"] = standing
    session.info["reach"] = _options(standing)


def standing_in(session: Session) -> Standing:
    """Whose session this is; nobody's until `enter`."""
    standing: Standing = session.info.get("standing", NOBODY)
    return standing


@contextmanager
def system_session(*, reads: bool = False) -> Iterator[Session]:
    """A separate session for work on behalf of the system (seeding, worker, sign-in); commits at the end."""
    session = ReachSession(db, info={"reads": reads}, expire_on_commit=False)
    enter(session, SYSTEM)
    with session, session.begin():
        yield session


@contextmanager
def reading_session(standing: Standing) -> Iterator[Session]:
    """A session of the reader's own that outlives the request it began in: an answer that is still being sent."""
    with ReachSession(db, info={"reads": True}) as session:
        enter(session, standing)
        yield session


def visible(model: type[Model], standing: Standing) -> ColumnElement[bool]:
    """The condition under which `standing` sees rows of an owned model."""
    openings = VISIBLE[model]
    # members and chairs share a condition: ask each condition once
    conditions = {id(see): see(standing) for actor, see in openings.items() if actor in standing.actors}
    return or_(false(), *conditions.values())


@lru_cache(maxsize=512)
def _options(standing: Standing) -> tuple[ORMOption, ...]:
    if standing.system:
        return ()
    return tuple(with_loader_criteria(model, visible(model, standing), include_aliases=True) for model in VISIBLE)


_NOBODY = _options(NOBODY)


@event.listens_for(ReachSession, "do_orm_execute")
def _reach(state: ORMExecuteState) -> None:
    if state.is_column_load or state.execution_options.get("on_behalf_of_the_system"):
        return  # a refresh of a row this session already reached
    if not state.is_select and not standing_in(state.session).system and "by_hand" not in state.execution_options:
        raise OutOfReach(str(state.statement))
    if not state.is_insert:
        state.statement = state.statement.options(*state.session.info.get("reach", _NOBODY))


@event.listens_for(ReachSession, "before_flush")
def _guard(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    standing = standing_in(session)
    if standing.system:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if not may_write(row, standing):
            raise OutOfReach(f"{standing.name or 'nobody'} may not write {type(row).__name__} {row}")


def may_write(row: Any, standing: Standing) -> bool:
    """Whether any capacity of this person opens writing this row."""
    opened = WRITABLE.get(type(row), {})
    return any(permits(row, standing) for actor, permits in opened.items() if actor is None or actor in standing.actors)

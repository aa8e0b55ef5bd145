"""Reach, not check: what is not yours does not exist, for reading and for writing.

One hook under every ORM statement adds the reader's condition to every owned model; one guard before
every flush refuses a write the writer's capacities do not open. No standing, no rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, event, false, or_
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.interfaces import ORMOption

from models import (
    Model,
    ReachSession,
    db,
)
from services import duties, identity, identity_letters
from services.standing import NOBODY, SYSTEM, Standing
from services.visible import REFERENCE, VISIBLE, among
from services.writable import WRITABLE, may_write

__all__ = [
    "REFERENCE",
    "VISIBLE",
    "WRITABLE",
    "OutOfReach",
    "among",
    "enter",
    "may_write",
    "reading_session",
    "standing_in",
    "system_session",
    "visible",
]


class OutOfReach(Exception):
    """A write that no capacity of the writer opens: a fault in a desk, never a choice in a form."""


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
    changed = list(identity.changes(session))
    if not standing.system:
        for row in (*session.new, *session.dirty, *session.deleted):
            if not may_write(row, standing):
                raise OutOfReach(f"{standing.name or 'nobody'} may not write {type(row).__name__} {row}")
        for change in changed:
            if not identity.may_change(session, change, standing):
                of = f"{change.name} of {type(change.row).__name__} {change.row}"
                raise OutOfReach(f"{standing.name or 'nobody'} may not change {of}")
        changed += identity.beginnings(session)
    duties.guard(session)
    identity_letters.follow(session, changed, standing)

"""The one hand that turns a state: compare and set, history and letters in one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from models import Application, Institution, Model, Publication, Step, utcnow
from services import audit, letters
from services.standing import SYSTEM, Standing
from workflow.guards import Moment
from workflow.say import Say
from workflow.transitions import APPLICATIONS, INSTITUTIONS, PUBLICATIONS, Door, Machine
from workflow.words import Action, Actor, Need

MACHINE_OF: dict[type[Model], Machine] = {
    Application: APPLICATIONS,
    Institution: INSTITUTIONS,
    Publication: PUBLICATIONS,
}
FASTER = Say("Somebody was faster: this record has changed since you opened it. Nothing was written.")
CLOSED = Say("“%(action)s” is not possible while the status is “%(state)s”.")


class Refused(Exception):
    """A step that may not be taken; `say` is the sentence for the person."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


class Outrun(Refused):
    """Somebody else moved the row between reading and deciding."""

    def __init__(self) -> None:
        super().__init__(FASTER)


def doors(row: Any, standing: Standing) -> list[Door]:
    """The steps this person can take on this row now, guards not yet asked."""
    return list(MACHINE_OF[type(row)].doors(row.state, standing.actors_for(row)))


def take(  # noqa: PLR0913 -- the facts of a step, named
    session: Session,
    row: Any,
    action: Action,
    *,
    standing: Standing,
    today: date,
    seen: int | None = None,
    reason: str | None = None,
    pages: list[str] | None = None,
    problems: tuple[Say, ...] = (),
    facts: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    actor: Actor | None = None,
) -> Step:
    """Take `action` on `row`: door, guard, compare-and-set, history line, letters. The caller commits.

    `seen` is the version the person was looking at (default: the row's); `facts` go into the history;
    `values` are further columns set with the state. Raises Refused (with its sentence) or Outrun.
    """
    machine = MACHINE_OF[type(row)]
    actors = frozenset({actor}) if standing is SYSTEM and actor else standing.actors_for(row)
    seen = row.version if seen is None else seen
    if seen != row.version:
        raise Outrun
    door = machine.door(action, row.state, actors)
    if door is None:
        raise Refused(Say(CLOSED.msgid, action=action, state=row.state))
    if refusal := door.refusal(row, Moment(today, standing.student_id, problems)):
        raise Refused(refusal)
    _require(door, reason, pages)
    at = at or utcnow()
    from_state = row.state
    _compare_and_set(session, row, door, seen, reason=reason, pages=pages, at=at, by_id=standing.user_id, values=values)
    step = audit.append(
        session,
        Step(
            machine=machine.name,
            row_id=row.id,
            action=action,
            from_state=from_state.value,
            to_state=door.to.value,
            actor=_as(door, actors),
            by_id=standing.user_id,
            by_name=standing.name,
            at=at,
            reason=reason,
            facts={**({"pages": pages} if pages else {}), **(facts or {})},
            department_id=getattr(row, "department_id", None),
            student_id=getattr(row, "student_id", None),
        ),
    )
    session.flush()  # the letters need the step's id
    letters.write(session, step, row, door)
    return step


def _as(door: Door, actors: frozenset[Actor]) -> Actor:
    """The capacity in which the step is taken: the highest that opens the door."""
    ranked: tuple[Actor, ...] = (Actor.CHAIR, *Actor)
    return next(a for a in ranked if a in door.by and a in actors)


def _require(door: Door, reason: str | None, pages: list[str] | None) -> None:
    if Need.REASON in door.needs and not (reason or "").strip():
        raise Refused(Say("Write a reason."))
    if Need.PAGES in door.needs and not pages:
        raise Refused(Say("Tick at least one page the reason is about."))


def _compare_and_set(  # noqa: PLR0913 -- the facts of a step, named
    session: Session,
    row: Any,
    door: Door,
    seen: int,
    *,
    reason: str | None,
    pages: list[str] | None,
    at: datetime,
    by_id: int | None,
    values: Mapping[str, Any] | None,
) -> None:
    model = type(row)
    new: dict[str, Any] = {"state": door.to, "version": seen + 1, "reason": reason, **(values or {})}
    if hasattr(model, "pages"):
        new["pages"] = pages
    if Need.DECIDER in door.needs:
        new |= {"decided_by_id": by_id, "decided_at": at}
    session.flush()
    done = session.execute(
        update(model).where(model.id == row.id, model.state == row.state, model.version == seen).values(new),
        execution_options={"by_hand": True, "synchronize_session": False},
    )
    if cast("CursorResult[Any]", done).rowcount != 1:
        raise Outrun
    session.refresh(row)

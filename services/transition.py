"""The one hand that turns a state: compare and set, history and letters in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from models import MACHINE_OF, Attendance, ChangeRequest, Evaluation, Step, utcnow
from services import audit, calendar, letters
from services.standing import SYSTEM, Standing
from workflow.guards import Moment
from workflow.machine import Cause, Door, Machine
from workflow.say import Say
from workflow.words import Action, Actor, Need

# their guards ask how the application stands, and its own steps ask how they stand: one at a time
BESIDE_AN_APPLICATION = (Attendance, ChangeRequest, Evaluation)
# days are counted for keeps on the way: nobody changes meanwhile what they are counted from
COUNTED = frozenset({Action.SUBMIT, Action.COMPLETE, Action.REOPEN, Action.REASSESS})
FASTER = Say("Somebody was faster: this record has changed since you opened it. Nothing was written.")
CLOSED = Say("“%(action)s” is not possible while the status is “%(state)s”.")


Consequence = Callable[[Session, Any, Step, date], None]
Check = Callable[[Session, Any, date], Iterable[Say]]
_CONSEQUENCES: dict[Cause, list[Consequence]] = {}
_ROOM: dict[Cause, list[Consequence]] = {}
_CHECKS: dict[Cause, list[Check]] = {}


def brings_about(machine: Machine, *actions: Action) -> Callable[[Consequence], Consequence]:
    """Enter what a step of `machine` brings about elsewhere, in the same transaction: called with (session, row, step, today)."""

    def enter(consequence: Consequence) -> Consequence:
        for action in actions:
            _CONSEQUENCES.setdefault((machine.name, action), []).append(consequence)
        return consequence

    return enter


def makes_room(machine: Machine, *actions: Action) -> Callable[[Consequence], Consequence]:
    """Enter what has to step aside before the row of a step takes its place: called with (session, row, step, today)."""

    def enter(consequence: Consequence) -> Consequence:
        for action in actions:
            _ROOM.setdefault((machine.name, action), []).append(consequence)
        return consequence

    return enter


def checked_before(machine: Machine, *actions: Action) -> Callable[[Check], Check]:
    """Enter what has to be looked up before a guard can judge a step: called with (session, row, today)."""

    def enter(check: Check) -> Check:
        for action in actions:
            _CHECKS.setdefault((machine.name, action), []).append(check)
        return check

    return enter


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


def refusal(session: Session, row: Any, door: Door, standing: Standing, today: date) -> Say | None:
    """The sentence with which a guard of this door objects now, or None."""
    return _objection(session, row, door, today, standing.student_id)


def _objection(session: Session, row: Any, door: Door, today: date, student_id: int | None = None) -> Say | None:
    checks = _CHECKS.get((MACHINE_OF[type(row)].name, door.action), ())
    problems = tuple(said for check in checks for said in check(session, row, today))
    return door.refusal(row, Moment(today, student_id, problems))


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
    facts: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    actor: Actor | None = None,
) -> Step:
    """Take `action` on `row`: door, guard, compare-and-set, history line, letters, consequences. The caller commits.

    `seen` is the version the person was looking at (default: the row's); `facts` go into the history;
    `values` are further columns set with the state. Raises Refused (with its sentence) or Outrun.
    """
    machine = MACHINE_OF[type(row)]
    actors = frozenset({actor}) if standing is SYSTEM and actor else standing.actors_for(row)
    seen = row.version if seen is None else seen
    if isinstance(row, BESIDE_AN_APPLICATION) or action in COUNTED:
        calendar.share(session)
    if isinstance(row, BESIDE_AN_APPLICATION):
        hold(session, row.application)
    if seen != row.version:
        raise Outrun
    door = machine.door(action, row.state, actors)
    if door is None:
        raise Refused(Say(CLOSED.msgid, action=action, state=row.state))
    if said := refusal(session, row, door, standing, today):
        raise Refused(said)
    _require(door, reason, pages, values or {})
    if Need.REFERENCE in door.needs:  # what stood there before is corrected, never lost
        facts = {**(facts or {}), "reference": [row.reference, (values or {})[Need.REFERENCE.value]]}
    by = _By(_as(door, actors), standing.user_id, standing.name)
    return _turn(
        session, row, door, seen, by, today=today, reason=reason, pages=pages, facts=facts, values=values, at=at
    )  # fmt: skip


def follow(  # noqa: PLR0913 -- the facts of a step, named
    session: Session,
    row: Any,
    action: Action,
    cause: Step,
    *,
    today: date,
    reason: str | None = None,
    facts: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Step:
    """Take a step that `cause` brings about: nobody's door, in the cause's name and at its moment.

    Raises Refused where a guard objects, which undoes the cause with it.
    """
    machine = MACHINE_OF[type(row)]
    door = machine.following(action, row.state, (cause.machine, cause.action))
    if door is None:
        raise Refused(Say(CLOSED.msgid, action=action, state=row.state))
    if said := _objection(session, row, door, today):
        raise Refused(said)
    by = _By(cause.actor, cause.by_id, cause.by_name)
    facts = {**(facts or {}), "follows": [cause.machine, cause.row_id, cause.seq]}
    return _turn(
        session, row, door, row.version, by, today=today, reason=reason, facts=facts, values=values, at=cause.at
    )  # fmt: skip


@dataclass(frozen=True)
class _By:
    actor: Actor
    id: int | None
    name: str


def _turn(  # noqa: PLR0913 -- the facts of a step, named
    session: Session,
    row: Any,
    door: Door,
    seen: int,
    by: _By,
    *,
    today: date,
    reason: str | None = None,
    pages: list[str] | None = None,
    facts: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Step:
    """State, history line, letters and consequences, in the caller's transaction."""
    at = at or utcnow()
    from_state, machine = row.state, MACHINE_OF[type(row)].name
    room = _ROOM.get((machine, door.action), ())

    def stand() -> None:
        _compare_and_set(session, row, door, seen, reason=reason, pages=pages, at=at, by_id=by.id, values=values)

    if room:  # held, and its place empty, before it moves there: the database takes one at a time
        _hold(session, row, seen)
    else:
        stand()
    step = audit.append(
        session,
        Step(
            machine=machine,
            row_id=row.id,
            action=door.action,
            from_state=from_state.value,
            to_state=door.to.value,
            actor=by.actor,
            by_id=by.id,
            by_name=by.name,
            at=at,
            reason=reason,
            facts={**({"pages": pages} if pages else {}), **(facts or {})},
            department_id=getattr(row, "department_id", None),
            student_id=getattr(row, "student_id", None),
        ),
    )
    session.flush()  # the letters need the step's id
    for aside in room:
        aside(session, row, step, today)
    if room:
        stand()
    letters.write(session, step, row, door)
    for consequence in _CONSEQUENCES.get((machine, door.action), ()):
        consequence(session, row, step, today)
    return step


def hold(session: Session, row: Any, *, referred: bool = False) -> None:
    """Let nobody else move a row until the caller commits, and read it as it stands now; raises Outrun if it is gone.

    `referred`: what others write meanwhile may still refer to it.
    """
    session.flush()
    try:
        session.refresh(row, with_for_update={"of": type(row), "key_share": referred})
    except InvalidRequestError:  # somebody deleted it this very moment
        raise Outrun from None


def _hold(session: Session, row: Any, seen: int) -> None:
    hold(session, row)
    if row.version != seen:
        raise Outrun


def _as(door: Door, actors: frozenset[Actor]) -> Actor:
    """The capacity in which the step is taken: the highest that opens the door."""
    ranked: tuple[Actor, ...] = (Actor.CHAIR, *Actor)
    return next(a for a in ranked if a in door.by and a in actors)


_VALUES = {
    Need.REFERENCE: Say("Write the reference number."),
    Need.COUNTED: Say("The days worked have not been counted."),
    Need.DAYS: Say("Say how many days are accepted."),
    Need.DUE: Say("Say by when it is to be corrected."),
}


def _require(door: Door, reason: str | None, pages: list[str] | None, values: Mapping[str, Any]) -> None:
    if Need.REASON in door.needs and not (reason or "").strip():
        raise Refused(Say("Write a reason."))
    if Need.PAGES in door.needs and not pages:
        raise Refused(Say("Tick at least one page the reason is about."))
    for need, asked in _VALUES.items():
        if need in door.needs and values.get(need.value) in {None, ""}:
            raise Refused(asked)


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
        new.setdefault("pages", pages)
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

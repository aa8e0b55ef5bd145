"""Whose turn a file is within its commission: given by the chair, taken by a member, shared out when somebody leaves.

What waits is an application, a completion, or a change asked of either: whoever reviews the file has all of them.
A division of labour, not a lock: anybody of the commission may still decide. That is why it is no state and no door, but
every change of it is a line in the file's history.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models import Application, ChangeRequest, Membership, Step, Student, User, utcnow
from services import audit, conflicts
from services.commissions import in_office
from services.scope import among
from services.standing import Standing
from services.transition import Refused, hold
from workflow.machine import Machine
from workflow.say import Say
from workflow.transitions import APPLICATIONS, CHANGE_REQUESTS
from workflow.turkish import collation_key
from workflow.words import Action, Actor


def _waits(machine: Machine) -> frozenset[Any]:
    """The states from which a member of the commission takes a step."""
    return frozenset(state for door in machine.table if Actor.MEMBER in door.by for state in door.froms)


OPEN, OPEN_CHANGES = _waits(APPLICATIONS), _waits(CHANGE_REQUESTS)
AT_ONCE = 500  # files one press shares out
NOT_CHAIR = Say("Only the chair gives files to reviewers.")
NOT_OPEN = Say("This file does not wait for the commission.")
NOT_ON_DUTY = Say("%(name)s does not sit on this department's commission today.")
OWN = Say("Nobody reviews their own file, or one their firm answers for.")
TAKEN = Say("Somebody was faster: %(name)s reviews this file.")
NOBODY_LEFT = Say("There is nobody on duty who could review this file.")


def changing(departments: Collection[int]) -> Select[Any]:
    """The keys of the files of these departments of which a change waits for the commission."""
    return select(ChangeRequest.application_id).where(
        among(ChangeRequest.department_id, departments), ChangeRequest.state.in_(sorted(OPEN_CHANGES))
    )


def _counted(of: Any, *where: ColumnElement[bool]) -> Any:
    """How many open things of one kind the holder of a membership has."""
    theirs = (Application.department_id == Membership.department_id, Application.reviewer_id == Membership.user_id)
    return of.where(*theirs, *where).correlate(Membership).scalar_subquery()


# beside a membership: how much waits for its holder, by state, and changes by themselves
CHANGES = "changes"
WAITING: dict[str, Any] = {
    **{s.value: _counted(select(func.count(Application.id)), Application.state == s) for s in sorted(OPEN)},
    CHANGES: _counted(
        select(func.count(ChangeRequest.id)).join(Application, Application.id == ChangeRequest.application_id),
        ChangeRequest.department_id == Membership.department_id,
        ChangeRequest.state.in_(sorted(OPEN_CHANGES)),
    ),
}
OPEN_FILES: Any = sum(WAITING.values())


@dataclass(frozen=True)
class Reviewer:
    """Somebody on duty in a commission: as which student, and as which supervisors, they have files of their own."""

    id: int
    name: str
    student_id: int | None
    files: int
    firm_as: frozenset[int] = frozenset()

    def may_review(self, row: Application) -> bool:
        own = self.student_id is not None and self.student_id == row.student_id
        return not own and row.supervisor_id not in self.firm_as


Commission = Sequence[Reviewer]


def on_duty(session: Session, departments: Collection[int], today: date) -> dict[int, Commission]:
    """Who sits on these commissions today, by name, with how many open files each has."""
    found = session.execute(
        select(Membership.department_id, User.id, User.name, Student.id, OPEN_FILES)
        .join(Membership.user)
        .outerjoin(Student, Student.user_id == User.id)
        .where(among(Membership.department_id, departments), *in_office(today), User.active)
        .distinct(),
        execution_options={"on_behalf_of_the_system": True},  # a member's own file counts, though they do not reach it
    ).all()
    commissions: dict[int, list[Reviewer]] = {key: [] for key in departments}
    firms = conflicts.firms_of(session, {row[1] for row in found})
    for department, *facts in sorted(found, key=lambda row: collation_key(row[2])):
        user, name, student, files = facts
        commissions[department].append(Reviewer(user, name, student, files, firms.get(user, frozenset())))
    return dict(commissions)


def off_duty(today: date) -> list[ColumnElement[bool]]:
    """Files somebody was given who no longer sits on the commission."""
    sits = select(Membership.id).where(
        Membership.user_id == Application.reviewer_id,
        Membership.department_id == Application.department_id,
        *in_office(today),
    )
    return [Application.reviewer_id.is_not(None), ~sits.exists()]


def unattended(session: Session, standing: Standing, today: date) -> Sequence[Application]:
    """The open files of the chair's departments that have no reviewer on duty, longest waiting first."""
    theirs = (among(Application.department_id, standing.chair_of), *off_duty(today))
    ways = (Application.state.in_(sorted(OPEN)), Application.id.in_(changing(standing.chair_of)))  # each by its index
    found = {
        row
        for way in ways
        for row in session.scalars(
            select(Application).where(*theirs, way).order_by(Application.submitted_at, Application.id).limit(AT_ONCE)
        )
    }
    return sorted(found, key=_since)[:AT_ONCE]


def _since(row: Application) -> tuple[datetime, int]:
    return row.submitted_at or utcnow(), row.id


def waiting(session: Session, rows: Collection[Application]) -> set[int]:
    """The keys of those files that wait for the commission: themselves, or by a change asked of them."""
    others = [row.id for row in rows if row.state not in OPEN]
    changed = changing({row.department_id for row in rows}).where(ChangeRequest.application_id.in_(others))
    return {row.id for row in rows if row.state in OPEN} | (set(session.scalars(changed)) if others else set())


@dataclass(frozen=True)
class Turn:
    """Whose turn one open file is: `on_duty`, whether its reviewer sits on the commission; `free`, whether the reader may take it."""

    on_duty: bool
    free: bool


def turn(session: Session, row: Application, standing: Standing, today: date) -> Turn | None:
    """Whose turn a file is, for its page; None where it does not wait for the commission."""
    if not waiting(session, [row]):
        return None
    held = select(Membership.user_id).where(Membership.department_id == row.department_id, *in_office(today))
    sits = set(session.scalars(held.where(Membership.user_id.in_([row.reviewer_id or 0, standing.user_id or 0]))))
    return Turn(row.reviewer_id in sits, standing.user_id in sits and row.reviewer_id not in sits)


def give(
    session: Session,
    row: Application,
    to: int | None,
    *,
    standing: Standing,
    today: date,
    at: datetime | None = None,
) -> None:
    """Give one file to a member on duty, or (None) to nobody; raises Refused. The caller commits."""
    _may_give(row, standing, waiting(session, [row]))
    chosen = None
    if to is not None:
        commission = on_duty(session, {row.department_id}, today)[row.department_id]
        chosen = next((r for r in commission if r.id == to), None)
        if chosen is None:
            raise Refused(Say(NOT_ON_DUTY.msgid, name=_name(session, to)))
        if not chosen.may_review(row):
            raise Refused(OWN)
    _assign(session, row, chosen, Actor.CHAIR, standing, at)


def share_out(
    session: Session, rows: Iterable[Application], *, standing: Standing, today: date
) -> tuple[Counter[str], list[tuple[Application, Say]]]:
    """Share files out evenly: each to whoever has the fewest open ones by then.

    Answers how many each one got, by name, and the files that stay as they are, each with its reason. The caller commits.
    """
    ordered = sorted(rows, key=_since)
    open_ = waiting(session, ordered)
    commissions = on_duty(session, {row.department_id for row in ordered} or {0}, today)
    load = Counter({r.id: r.files for commission in commissions.values() for r in commission})
    load.subtract(row.reviewer_id for row in ordered if row.reviewer_id and row.id in open_)  # given anew
    got, refused = Counter[str](), list[tuple[Application, Say]]()
    for row in ordered:
        try:
            _may_give(row, standing, open_)
            chosen = _least(commissions[row.department_id], row, load)
        except Refused as refusal:
            refused.append((row, refusal.say))
            continue
        _assign(session, row, chosen, Actor.CHAIR, standing)
        load[chosen.id] += 1
        got[chosen.name] += 1
    return got, refused


def take_up(session: Session, row: Application, *, standing: Standing, today: date) -> None:
    """Take a file that is nobody's, or whose reviewer no longer sits on the commission; raises Refused."""
    hold(session, row)  # not what a page loaded beside it
    if not waiting(session, [row]):
        raise Refused(NOT_OPEN)
    commission = on_duty(session, {row.department_id}, today)[row.department_id]
    holder = next((r for r in commission if r.id == row.reviewer_id), None)
    if holder and holder.id != standing.user_id:
        raise Refused(Say(TAKEN.msgid, name=holder.name))
    own = next((r for r in commission if r.id == standing.user_id), None)
    if own is None:
        raise Refused(Say(NOT_ON_DUTY.msgid, name=standing.name))
    if not own.may_review(row):
        raise Refused(OWN)
    capacity = Actor.CHAIR if row.department_id in standing.chair_of else Actor.MEMBER
    _assign(session, row, own, capacity, standing)


def _may_give(row: Application, standing: Standing, open_: Collection[int]) -> None:
    if Actor.CHAIR not in standing.actors_for(row):
        raise Refused(NOT_CHAIR)
    if row.id not in open_:
        raise Refused(NOT_OPEN)


def _least(commission: Commission, row: Application, load: Mapping[int, int]) -> Reviewer:
    able = [r for r in commission if r.may_review(row)]
    if not able:
        raise Refused(NOBODY_LEFT)
    return min(able, key=lambda r: load[r.id])


def _assign(
    session: Session,
    row: Application,
    to: Reviewer | None,
    actor: Actor,
    standing: Standing,
    at: datetime | None = None,
) -> None:
    """Write it down where everything that happened to the file stands; nothing, where nothing changes."""
    if row.reviewer_id == (to.id if to else None):
        return
    before = _name(session, row.reviewer_id) if row.reviewer_id else None
    row.reviewer_id = to.id if to else None
    session.flush()
    facts: dict[str, Any] = {"reviewer": [before, to.name if to else None]}
    audit.append(
        session,
        Step(
            machine=APPLICATIONS.name, row_id=row.id, action=Action.ASSIGN, from_state=row.state.value,
            to_state=row.state.value, actor=actor, by_id=standing.user_id, by_name=standing.name, at=at or utcnow(),
            facts=facts, department_id=row.department_id, student_id=row.student_id,
        ),
    )  # fmt: skip


def _name(session: Session, key: int) -> str:
    found = session.get(User, key)
    return found.name if found else f"#{key}"

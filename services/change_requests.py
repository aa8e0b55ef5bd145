"""Postponing, extending and stopping an approved internship: asked, weighed, and what an approval changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Application, ChangeRequest, Step, Supervisor, utcnow
from services import hand_over, insurance, insurance_checks
from services.calendar import calendar_for, share
from services.scope import system_session
from services.standing import Standing
from services.transition import CLOSED, Refused, brings_about, checked_before, follow, hold, take
from services.wizard.checks import Judgement, counted_place, judge_dates
from workflow import guards
from workflow.guards import Moment
from workflow.kinds import ReasonKind
from workflow.say import Say
from workflow.transitions import APPLICATIONS, CHANGE_REQUESTS, Door
from workflow.words import Action, ChangeKind, ChangeState
from workflow.working_days import BadDates, count

OPEN = (ChangeState.WITH_SUPERVISOR, ChangeState.WITH_COMMISSION)
ONE_OPEN = Say(
    "A change request of this internship is under way. Another can be asked for once it is answered or withdrawn."
)
_CAUSE = (CHANGE_REQUESTS.name, Action.APPROVE)


@dataclass(frozen=True)
class Offer:
    """A change the table allows for an application as it stands; `refusal` says why it cannot be asked for today."""

    kind: ChangeKind
    refusal: Say | None


@dataclass(frozen=True)
class Weighed:
    """What asked-for dates would mean: the day-by-day count, how each rule goes, everything against them."""

    judgement: Judgement
    problems: tuple[Say, ...]

    @property
    def half_days(self) -> int:
        return self.judgement.count.half_days if self.judgement.count else 0


def offers(session: Session, application: Application, today: date) -> list[Offer]:
    """The changes of the table for this application: those whose door stands in its state."""
    busy = ONE_OPEN if waiting(session, application) else None
    doors = [kind for kind in ChangeKind if _door(application, kind)]
    return [Offer(kind, busy or _not_now(application, kind, today)) for kind in doors]


def _not_now(application: Application, kind: ChangeKind, today: date) -> Say | None:
    """Why this change cannot be asked for today; a stop that was asked for in time may be answered after the end."""
    moment = Moment(today)
    refusal = _closed(application, kind, moment)
    return refusal or (guards.is_running(application, moment) if kind is ChangeKind.STOP else None)


def waiting(session: Session, application: Application) -> ChangeRequest | None:
    """The open change request of an application, if there is one."""
    found = select(ChangeRequest).where(ChangeRequest.application_id == application.id, ChangeRequest.state.in_(OPEN))
    return session.scalars(found).one_or_none()


def of(session: Session, application: Application) -> Sequence[ChangeRequest]:
    """Every change request of an application, newest first."""
    found = select(ChangeRequest).where(ChangeRequest.application_id == application.id)
    return session.scalars(found.order_by(ChangeRequest.id.desc())).all()


def weighed(application: Application, kind: ChangeKind, starts_on: date, ends_on: date, today: date) -> Weighed:
    """Count the days asked for and ask every rule; a stop is counted, but no rule keeps anybody at work."""
    found = [
        _closed(application, kind, Moment(today)),
        _of_kind(application, kind, starts_on, ends_on),
    ]
    if any(found) or not kind.moves:
        return Weighed(Judgement(None, ()), tuple(said for said in found if said))
    with system_session(reads=True) as session:  # the declarations are the health office's
        if late := tuple(insurance_checks.of_change(session, application, kind, ends_on, today)):
            return Weighed(Judgement(None, ()), late)
        insured = insurance.entered(session, application)
        try:
            notice = _notice(session, application, kind, ends_on, today)
        except BadDates as bad:
            return Weighed(Judgement(None, (), bad.say), (bad.say,))
    judgement = judge_dates(application, starts_on, ends_on, today, insured=insured, notice=notice)
    if judgement.problem:
        return Weighed(judgement, (judgement.problem,))
    if kind is ChangeKind.STOP:
        return Weighed(Judgement(judgement.count, ()), ())
    return Weighed(judgement, tuple(v.refusal for v in judgement.verdicts if not v.passed))


def _door(application: Application, kind: ChangeKind) -> Door | None:
    return APPLICATIONS.following(kind.value, application.state, _CAUSE)


def _closed(application: Application, kind: ChangeKind, moment: Moment) -> Say | None:
    """The sentence with which the application's own table objects to this change."""
    door = _door(application, kind)
    if door is None:
        return Say(CLOSED.msgid, action=Action(kind.value), state=application.state)
    return door.refusal(application, moment)


def _of_kind(application: Application, kind: ChangeKind, starts_on: date, ends_on: date) -> Say | None:
    """Whether the dates are of the kind asked for."""
    assert application.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
    assert application.ends_on  # noqa: S101
    if ends_on < starts_on:
        return Say("The last day is before the first day.")
    match kind:
        case ChangeKind.POSTPONE if starts_on <= application.starts_on:
            return Say("A postponed internship starts after %(day)s.", day=application.starts_on)
        case ChangeKind.EXTEND if ends_on <= application.ends_on:
            return Say("An extended internship ends after %(day)s.", day=application.ends_on)
        case ChangeKind.STOP if ends_on >= application.ends_on:
            return Say("A stopped internship ends before %(day)s.", day=application.ends_on)
    return None


def _notice(session: Session, application: Application, kind: ChangeKind, ends_on: date, today: date) -> int:
    """Working days between today and the first day that would be different."""
    assert application.starts_on  # noqa: S101
    assert application.ends_on  # noqa: S101
    first = {
        ChangeKind.POSTPONE: application.starts_on,
        ChangeKind.EXTEND: application.ends_on + timedelta(days=1),
        ChangeKind.STOP: ends_on + timedelta(days=1),
    }[kind]
    begin, end = today + timedelta(days=1), first - timedelta(days=1)
    if end < begin:
        return 0
    return count(begin, end, counted_place(application), calendar_for(session, begin, end)).half_days // 2


def ask(  # noqa: PLR0913 -- the facts of a request, named
    session: Session,
    application: Application,
    kind: ChangeKind,
    *,
    starts_on: date,
    ends_on: date,
    why: str,
    reason_kind: ReasonKind = ReasonKind.OTHER,
    standing: Standing,
    today: date,
    at: datetime | None = None,
    supervisor: Supervisor | None = None,
) -> ChangeRequest:
    """Raise a change request and send it to the supervisor; raises Refused. The caller commits.

    `supervisor` is the one who is to take over, where the kind is that.
    """
    share(session)
    hold(session, application)  # a cancellation of this moment comes before or after
    if said := ONE_OPEN if waiting(session, application) else _not_now(application, kind, today):
        raise Refused(said)
    asked = weighed(application, kind, starts_on, ends_on, today)
    for problem in asked.problems:
        raise Refused(problem)
    row = ChangeRequest(
        kind=kind,
        application_id=application.id,
        student_id=application.student_id,
        department_id=application.department_id,
        institution_id=application.institution_id,
        supervisor_id=supervisor.id if supervisor else application.supervisor_id,
        before_supervisor_id=application.supervisor_id if supervisor else None,
        why=why,
        reason_kind=reason_kind,
        before_starts_on=application.starts_on,
        before_ends_on=application.ends_on,
        before_half_days=application.half_days,
        starts_on=starts_on,
        ends_on=ends_on,
        half_days=asked.half_days if kind.moves else application.half_days,
        asked_at=at or utcnow(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError:  # the other tab, or the second click
        session.rollback()
        raise Refused(ONE_OPEN) from None
    take(session, row, Action.ASK, standing=standing, today=today, at=at, facts=_facts(row) | {"why": why})
    return row


def _facts(row: ChangeRequest) -> dict[str, list[str | int] | str]:
    """Before and after, as the history keeps them."""
    if row.before_supervisor:
        return {"kind": row.kind.value, "supervisor": [row.before_supervisor.name, row.supervisor.name]}
    return {
        "kind": row.kind.value,
        "before": [row.before_starts_on.isoformat(), row.before_ends_on.isoformat(), row.before_half_days],
        "after": [row.starts_on.isoformat(), row.ends_on.isoformat(), row.half_days],
    }


@checked_before(CHANGE_REQUESTS, Action.ASK, Action.AGREE, Action.APPROVE)
def _still_possible(session: Session, row: ChangeRequest, today: date) -> tuple[Say, ...]:
    """A change may wait for days: whoever answers, the dates are weighed anew."""
    asked = weighed(row.application, row.kind, row.starts_on, row.ends_on, today).problems
    return (*asked, *(() if row.kind.moves else hand_over.problems(session, row.application, row.supervisor, today)))


@brings_about(CHANGE_REQUESTS, Action.APPROVE)
def _take_effect(session: Session, row: ChangeRequest, step: Step, today: date) -> None:
    """The application's own dates follow: overlap, counts, insurance, exports and papers read no others."""
    follow(
        session,
        row.application,
        Action(row.kind.value),
        step,
        today=today,
        reason=row.why if row.kind is ChangeKind.STOP else None,
        facts=_facts(row),
        values=_values(row),
    )


def _values(row: ChangeRequest) -> dict[str, Any]:
    """What an approval sets; one that leaves the dates alone also leaves why a file was stopped or returned."""
    if not row.kind.moves:
        return {"supervisor_id": row.supervisor_id, "reason": row.application.reason, "pages": row.application.pages}
    dates = {"starts_on": row.starts_on, "ends_on": row.ends_on, "half_days": row.half_days, "breaks": None}
    return dates | ({"stop_reason": row.why, "reason_kind": row.reason_kind} if row.kind is ChangeKind.STOP else {})


@brings_about(APPLICATIONS, Action.CANCEL)
def _lapse(session: Session, application: Application, step: Step, today: date) -> None:
    """What was asked of an internship that will not take place needs no answer."""
    if row := waiting(session, application):
        follow(session, row, Action.LAPSE, step, today=today)

"""The one writer of a stored count that changes by itself: counts follow the calendar and the register, with history.

Whoever changes what days are counted from calls `revise` in the same transaction; what would change is listed before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from models import Application, ChangeRequest, Institution, Step, utcnow
from services import audit
from services.calendar import alone
from services.counting import AT_ONCE, SYSTEM, Counter, Recounted, Revision, recounted
from services.scope import system_session
from services.standing import SYSTEM as NOBODY
from workflow.kinds import CountRule
from workflow.transitions import APPLICATIONS, CHANGE_REQUESTS
from workflow.words import Action, Actor, ChangeState
from workflow.working_days import BadDates

__all__ = ["Affected", "Line", "Revision", "affected", "again", "nightly", "revise"]

SHOWN = 100  # affected files that are spelled out
OPEN = (ChangeState.WITH_SUPERVISOR, ChangeState.WITH_COMMISSION)


@dataclass(frozen=True)
class Line:
    """One affected file as it is listed: counts are half-days, `breaks` is the rule it would break."""

    id: int
    student_number: str
    student_name: str
    department: str
    starts_on: date
    ends_on: date
    before: int
    after: int
    breaks: CountRule | None


@dataclass(frozen=True)
class Affected:
    """What a revision would do: how many counts, how many of them would break a rule, the first of them spelled out."""

    count: int
    breaking: int
    lines: tuple[Line, ...]
    stamp: str

    def __bool__(self) -> bool:
        return self.count > 0


def affected(session: Session, revision: Revision) -> Affected:
    """The files whose count a revision would change; reads only. `stamp` names this answer."""
    count = breaking = total = 0
    lines: list[Line] = []
    for batch in recounted(session, revision):
        changed = [r for r in batch if r.before != r.after]
        count += len(changed)
        breaking += sum(r.breaks is not None for r in changed)
        total += sum(r.after for r in changed)
        lines += [_line(r) for r in changed[: SHOWN - len(lines)]]
    return Affected(count, breaking, tuple(lines), f"{count}-{breaking}-{total}")


def _line(found: Recounted) -> Line:
    row = found.row
    return Line(
        row.id, row.student_number, row.student_name, row.department, row.starts_on, row.ends_on, found.before, found.after,
        found.breaks,
    )  # fmt: skip


def revise(session: Session, revision: Revision, cause: Step) -> int:
    """Write the counts a revision changes, each with a line of history that names `cause`; answers how many files.

    The caller changed what is counted from in this transaction, after `calendar.alone`, and commits.
    """
    session.flush()
    written = 0
    for batch in recounted(session, revision, hold=True):
        _write(session, APPLICATIONS.name, Application, [(r.row, r.values) for r in batch], cause)
        written += len(batch)
    for some in (batch for part in revision.parts for batch in _requests(session, part, revision)):
        _write(session, CHANGE_REQUESTS.name, ChangeRequest, some, cause)
    if written:
        _read_anew(session)
    return written


def again(session: Session, application: Application, cause: Step) -> None:
    """Count one file anew: it comes back to life, or an absence of it changed."""
    revise(session, Revision(files=frozenset({application.id})), cause)


def nightly() -> int:
    """The job: count every live file anew, whatever a newer list of holidays or a repair by hand has made of it."""
    with system_session() as session:
        alone(session)
        cause = Step(machine="calendar", row_id=1, seq=0, actor=Actor.IT, by_name=NOBODY.name, at=utcnow(), facts={})
        return revise(session, Revision(sweep=True), cause)


def _requests(session: Session, part: Revision, revision: Revision) -> Iterator[list[tuple[Any, dict[str, Any]]]]:
    """Open change requests whose counts, before or after, would be others."""
    of, file = ChangeRequest, Application
    touched = part.touches(
        of.application_id, of.institution_id, (of.starts_on, of.ends_on), (of.before_starts_on, of.before_ends_on)
    )
    found = (
        select(
            of.id, of.state, of.version, of.department_id, of.student_id, of.starts_on, of.ends_on, of.before_starts_on,
            of.before_ends_on, of.half_days, of.before_half_days, file.working_week, file.ticked_week, file.policy_id,
            file.institution_id, Institution.working_week.label("registered_week"), Institution.kind.label("kind"),
        )
        .join(of.application)
        .join(file.institution)
        .where(of.state.in_(OPEN), touched)
        .order_by(of.id)
        .with_for_update(of=of)
    )  # fmt: skip
    rows, counter = session.execute(found, execution_options=SYSTEM).all(), Counter(session, revision)
    for start in range(0, len(rows), AT_ONCE):
        yield [(row, values) for row in rows[start : start + AT_ONCE] if (values := _of_request(counter, row))]


def _of_request(counter: Counter, row: Any) -> dict[str, Any]:
    """The counts of a request as they will be; nothing where they stay."""
    week, kind = counter.place(row)
    try:
        values = {
            "half_days": counter.half_days(row, week, kind, row.starts_on, row.ends_on),
            "before_half_days": counter.half_days(row, week, kind, row.before_starts_on, row.before_ends_on),
        }
    except BadDates:
        return {}
    return values if any(getattr(row, name) != value for name, value in values.items()) else {}


def _write(
    session: Session, machine: str, model: Any, found: Sequence[tuple[Any, Mapping[str, Any]]], cause: Step
) -> None:
    """Columns, version and history of a batch of held rows."""
    if not found:
        return
    names = list(found[0][1])
    statement = update(model.__table__).where(model.__table__.c.id == bindparam("_id"))
    values: dict[str, Any] = {name: bindparam(f"_{name}") for name in (*names, "version")}
    session.connection().execute(
        statement.values(values),
        [
            {"_id": row.id, "_version": row.version + 1, **{f"_{name}": value for name, value in new.items()}}
            for row, new in found
        ],
    )
    audit.append_many(session, machine, [_step(row, new, cause) for row, new in found])


def _step(row: Any, new: Mapping[str, Any], cause: Step) -> dict[str, Any]:
    changed = {
        name: [_plain(getattr(row, name)), _plain(new[name])] for name in new if getattr(row, name, None) != new[name]
    }
    return {
        "row_id": row.id,
        "action": Action.RECOUNT,
        "from_state": row.state.value,
        "to_state": row.state.value,
        "actor": cause.actor,
        "by_id": cause.by_id,
        "by_name": cause.by_name,
        "at": cause.at,
        "facts": {
            "recounted": changed,
            "because": str(cause.facts.get("row", "")),
            "follows": [cause.machine, cause.row_id, cause.seq],
        },
        "department_id": row.department_id,
        "student_id": row.student_id,
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def _read_anew(session: Session) -> None:
    """What this session holds of the rows is out of date."""
    for row in list(session.identity_map.values()):
        if isinstance(row, Application | ChangeRequest):
            session.expire(row)

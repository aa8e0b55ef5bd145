"""The obligation ledger: lines are added, never changed; what a student still owes is read off it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarResult, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, joinedload

from models import Application, Enrolment, InternshipType, LedgerEntry, Step, Student, utcnow
from services.standing import Standing
from services.transition import Outrun, Refused
from workflow.days import days_text
from workflow.phase import OPEN_TO_CREDIT
from workflow.say import Say
from workflow.words import LedgerKind, Programme

OWN = Say("You cannot decide on your own application.")
NO_REASON = Say("Write a reason.")
ALREADY_REVERSED = Say("This line has been taken back already.")


@dataclass(frozen=True)
class Owed:
    """One type of one programme; half-days owed in all, credited by the ledger, planned by what still runs."""

    enrolment: Enrolment
    internship_type: InternshipType
    total: int
    credited: int
    planned: int

    @property
    def left(self) -> int:
        """Half-days the commission has not credited yet, planned or not."""
        return max(self.total - self.credited, 0)

    @property
    def unplanned(self) -> int:
        """Half-days for which nothing is credited or planned."""
        return max(self.left - self.planned, 0)


def owed(session: Session, enrolments: Iterable[Enrolment]) -> list[Owed]:
    """What one student still owes, programme by programme; elective types only where days are credited or planned."""
    enrolled = {e.department_id: e for e in enrolments}
    students = {e.student_id for e in enrolled.values()}
    types = session.scalars(
        select(InternshipType)
        .where(InternshipType.department_id.in_(enrolled))
        .order_by(InternshipType.department_id, InternshipType.id)
    ).all()
    credited = _credited(session, students)
    planned = _planned(session, students)
    lines = [
        Owed(enrolled[t.department_id], t, 2 * t.total_days, credited.get(t.id, 0), planned.get(t.id, 0)) for t in types
    ]
    return sorted(
        (line for line in lines if (line.internship_type.active and line.total) or line.credited or line.planned),
        key=lambda line: (line.enrolment.programme is not Programme.MAJOR, line.internship_type.id),
    )


def counts_already(
    session: Session, application: Application, internship_type_id: int | None, before: datetime | None = None
) -> int:
    """Half-days credited or planned for a type by everything of the student but this application.

    With `before`, as things stood at that moment.
    """
    of = (LedgerEntry.student_id == application.student_id, LedgerEntry.internship_type_id == internship_type_id)
    others = (
        Application.student_id == application.student_id,
        Application.internship_type_id == internship_type_id,
        Application.id != application.id,
    )
    in_ledger = select(func.coalesce(func.sum(LedgerEntry.half_days), 0)).where(
        *of, LedgerEntry.application_id.is_distinct_from(application.id)
    )
    planned = select(func.coalesce(func.sum(Application.half_days), 0)).where(
        *others, Application.state.in_(sorted(OPEN_TO_CREDIT))
    )
    if before:
        in_ledger = in_ledger.where(LedgerEntry.at <= before)
        planned = planned.where(Application.submitted_at < before)
    return int(session.scalar(select(in_ledger.scalar_subquery() + planned.scalar_subquery())) or 0)


def entries(session: Session, student_id: int, *where: ColumnElement[bool]) -> list[LedgerEntry]:
    """A student's lines, oldest first."""
    of = select(LedgerEntry).where(LedgerEntry.student_id == student_id, *where)
    return list(session.scalars(of.options(joinedload(LedgerEntry.internship_type)).order_by(LedgerEntry.id)))


def last(session: Session, student_id: int) -> int:
    """The key of a student's last line within reach, 0 for none."""
    newest = select(func.max(LedgerEntry.id)).where(LedgerEntry.student_id == student_id)
    return session.scalar(newest) or 0


def credit(session: Session, application: Application, half_days: int, step: Step) -> None:
    """Credit an internship's accepted half-days; none are no line."""
    if half_days:
        session.add(
            LedgerEntry(
                kind=LedgerKind.INTERNSHIP,
                student_id=application.student_id,
                department_id=application.department_id,
                internship_type_id=application.internship_type_id,
                application_id=application.id,
                half_days=half_days,
                reason=step.reason,
                by_id=step.by_id,
                by_name=step.by_name,
                at=step.at,
            )
        )


def uncredit(session: Session, application: Application, step: Step) -> None:
    """Take back what an internship was credited with: a line against every line that still stands."""
    for line in _standing(session, application):
        session.add(_against(line, step.reason, step.by_id, step.by_name, step.at))


def enter(  # noqa: PLR0913 -- the facts of a line, named
    session: Session,
    kind: LedgerKind,
    enrolment: Enrolment,
    internship_type: InternshipType,
    half_days: int,
    *,
    reason: str,
    standing: Standing,
    seen: int | None = None,
    at: datetime | None = None,
) -> LedgerEntry:
    """Credit an exemption or a transfer; raises Refused. The caller commits.

    `seen` is the last line its writer saw: two clicks, or two members at once, credit nothing twice.
    """
    if not reason.strip():
        raise Refused(NO_REASON)
    if enrolment.student_id == standing.student_id:
        raise Refused(OWN)
    session.execute(select(Student.id).where(Student.id == enrolment.student_id).with_for_update())
    if seen is not None and seen != last(session, enrolment.student_id):
        raise Outrun
    left = 2 * internship_type.total_days - _credited(session, [enrolment.student_id]).get(internship_type.id, 0)
    if internship_type.total_days and half_days > left:
        raise Refused(Say("Of this internship only %(days)s days are not credited yet.", days=days_text(max(left, 0))))
    line = LedgerEntry(
        kind=kind,
        student_id=enrolment.student_id,
        department_id=enrolment.department_id,
        internship_type_id=internship_type.id,
        half_days=half_days,
        reason=reason,
        by_id=standing.user_id,
        by_name=standing.name,
        at=at or utcnow(),
    )
    session.add(line)
    session.flush()
    return line


def take_back(
    session: Session, line: LedgerEntry, reason: str, standing: Standing, at: datetime | None = None
) -> LedgerEntry:
    """A line against an exemption or transfer entered in error; raises Refused. The caller commits."""
    if not reason.strip():
        raise Refused(NO_REASON)
    if line.student_id == standing.student_id:
        raise Refused(OWN)
    if line.kind is LedgerKind.INTERNSHIP:
        raise Refused(Say("The days of an internship are taken back by reopening its assessment."))
    if line.reverses_id or session.scalar(select(exists().where(LedgerEntry.reverses_id == line.id))):
        raise Refused(ALREADY_REVERSED)
    against = _against(line, reason, standing.user_id, standing.name, at or utcnow())
    session.add(against)
    try:
        session.flush()
    except IntegrityError:  # somebody took it back this very moment
        session.rollback()
        raise Refused(ALREADY_REVERSED) from None
    return against


def _standing(session: Session, application: Application) -> ScalarResult[LedgerEntry]:
    """Lines that credit an internship and were not taken back."""
    later = aliased(LedgerEntry)
    taken_back = select(later.id).where(later.reverses_id == LedgerEntry.id).exists()
    return session.scalars(
        select(LedgerEntry).where(
            LedgerEntry.application_id == application.id, LedgerEntry.reverses_id.is_(None), ~taken_back
        )
    )


def built_on(session: Session, application: Application) -> bool:
    """Whether an exemption or a transfer for the same internship, entered after its decision, still stands."""
    later = aliased(LedgerEntry)
    taken_back = select(later.id).where(later.reverses_id == LedgerEntry.id).exists()
    entered = exists().where(
        LedgerEntry.student_id == application.student_id,
        LedgerEntry.internship_type_id == application.internship_type_id,
        LedgerEntry.kind != LedgerKind.INTERNSHIP,
        LedgerEntry.reverses_id.is_(None),
        LedgerEntry.at > application.decided_at,
        ~taken_back,
    )
    return bool(session.scalar(select(entered)))


def _against(line: LedgerEntry, reason: str | None, by_id: int | None, by_name: str, at: datetime) -> LedgerEntry:
    same = ("kind", "student_id", "department_id", "internship_type_id", "application_id")
    return LedgerEntry(
        **{name: getattr(line, name) for name in same},
        half_days=-line.half_days,
        reason=reason,
        reverses_id=line.id,
        by_id=by_id,
        by_name=by_name,
        at=at,
    )


def _credited(session: Session, students: Iterable[int]) -> dict[int, int]:
    rows = session.execute(
        select(LedgerEntry.internship_type_id, func.sum(LedgerEntry.half_days))
        .where(LedgerEntry.student_id.in_(students))
        .group_by(LedgerEntry.internship_type_id)
    )
    return {kind: int(total) for kind, total in rows}


def _planned(session: Session, students: Iterable[int]) -> dict[int, int]:
    rows = session.execute(
        select(Application.internship_type_id, func.coalesce(func.sum(Application.half_days), 0))
        .where(Application.student_id.in_(students), Application.state.in_(sorted(OPEN_TO_CREDIT)))
        .group_by(Application.internship_type_id)
    )
    return {kind: int(total or 0) for kind, total in rows if kind is not None}

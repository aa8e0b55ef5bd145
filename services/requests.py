"""Requests to the commission: raised, asked again, answered, and how long they have waited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AnswerTemplate, Application, DepartmentSettings, Document, Request, Step, Student, utcnow
from models.academia import LATE_DAYS, OVERDUE_DAYS
from services import audit
from services.documents import give
from services.listing import CAP
from services.scope import among
from services.sign_in import ISTANBUL
from services.standing import Standing
from services.transition import Refused, take
from workflow.say import Say
from workflow.transitions import REQUESTS
from workflow.words import Action, ApplicationState, RequestState

TEMPLATES_SHOWN = 100
NOT_ENROLLED = Say("You are not enrolled in this department.")
ELSEWHERE = Say("This application is in another department. Choose the department it belongs to.")


@dataclass(frozen=True)
class Age:
    """How many days a request has waited for its answer; `level` is fresh, late or overdue."""

    days: int
    level: str


@dataclass(frozen=True)
class Turn:
    """One step of the conversation, with what was written and handed in."""

    step: Step
    text: str
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Waiting:
    """What waits for a commission: counted no further than CAP + 1. `level` as of an Age, the worst of all."""

    count: int
    oldest: datetime | None
    level: str


def ask(  # noqa: PLR0913 -- the facts of a request, named
    session: Session,
    *,
    department_id: int,
    application: Application | None,
    subject: str,
    text: str,
    document: Document | None,
    standing: Standing,
    today: date,
    at: datetime | None = None,
) -> Request:
    """Raise a request and send it to the department's commission; raises Refused. The caller commits."""
    if department_id not in standing.studies:
        raise Refused(NOT_ENROLLED)
    if application and application.department_id != department_id:
        raise Refused(ELSEWHERE)
    at, student = at or utcnow(), session.get_one(Student, standing.student_id)
    row = Request(
        student_id=student.id,
        department_id=department_id,
        application_id=application.id if application else None,
        student_number=student.number,
        student_name=student.full_name,
        subject=subject,
        text=text,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    facts = {"subject": subject, "text": text, **_handed_in(session, row, document, at)}
    take(session, row, Action.ASK, standing=standing, today=today, at=at, facts=facts)
    return row


def ask_again(  # noqa: PLR0913 -- the facts of a step, named
    session: Session,
    row: Request,
    *,
    text: str,
    document: Document | None,
    standing: Standing,
    today: date,
    seen: int | None = None,
    at: datetime | None = None,
) -> None:
    """Answer the answer: the request waits anew from now on; raises Refused. The caller commits."""
    at = at or utcnow()
    facts = _handed_in(session, row, document, at)
    take(
        session, row, Action.ASK_AGAIN, standing=standing, today=today, seen=seen, reason=text, facts=facts,
        values=waits_anew(RequestState.OPEN, at), at=at,
    )  # fmt: skip


def waits_anew(to: RequestState, at: datetime | None = None) -> dict[str, Any]:
    """The column that goes with a step to `to`: whatever opens a request lets it wait from then on."""
    return {"asked_at": at or utcnow()} if to is RequestState.OPEN else {}


def _handed_in(session: Session, row: Request, document: Document | None, at: datetime) -> dict[str, str]:
    """Give a stored file to the request; answers what the history keeps of it."""
    if document is None:
        return {}
    document.uploaded_at = document.submitted_at = at
    give(session, document, row)
    return {"file": document.filename, "sha256": document.sha256}


def conversation(session: Session, row: Request) -> list[Turn]:
    """Every step of a request in order, each with its words and files."""
    found = select(Document).where(Document.request_id == row.id).order_by(Document.id)
    documents = session.scalars(found).all()
    return [
        Turn(step, step.reason or step.facts.get("text", ""), tuple(d for d in documents if d.submitted_at == step.at))
        for step in audit.timeline(session, REQUESTS.name, row.id)
    ]


def about(session: Session, standing: Standing) -> Sequence[Application]:
    """The student's applications a request can be about: those the commission knows, newest first."""
    found = select(Application).where(
        Application.student_id == standing.student_id,
        Application.state != ApplicationState.DRAFT,
        among(Application.department_id, standing.studies),
    )
    return session.scalars(found.order_by(Application.id.desc()).limit(50)).all()


def templates(session: Session, row: Request) -> Sequence[AnswerTemplate]:
    """The answers the request's department gives often, by title."""
    found = select(AnswerTemplate).where(AnswerTemplate.department_id == row.department_id)
    return session.scalars(found.order_by(AnswerTemplate.collation_key, AnswerTemplate.id).limit(TEMPLATES_SHOWN)).all()


def waiting(session: Session, departments: Collection[int], not_of: int | None, today: date) -> Waiting:
    """How many requests wait in these departments, since when the oldest does, and how late any of them is.

    Own ones are somebody else's to answer.
    """
    own = [Request.student_id != not_of] if not_of else []
    open_ = select(Request.department_id, Request.asked_at).where(
        among(Request.department_id, departments), Request.state == RequestState.OPEN, *own
    )
    cut = open_.order_by(Request.asked_at).limit(CAP + 1).subquery()
    set_ = (DepartmentSettings.late_days, DepartmentSettings.overdue_days)
    found = session.execute(
        select(func.count(), func.min(cut.c.asked_at), *set_)
        .select_from(cut)
        .outerjoin(DepartmentSettings, DepartmentSettings.department_id == cut.c.department_id)
        .group_by(cut.c.department_id, *set_)
    ).all()
    levels = {waited(oldest, today, late, overdue).level for _count, oldest, late, overdue in found}
    return Waiting(
        sum(count for count, *_rest in found),
        min((oldest for _count, oldest, *_rest in found), default=None),
        next((level for level in ("overdue", "late") if level in levels), "fresh"),
    )


def waited(since: datetime, today: date, late: int | None = None, overdue: int | None = None) -> Age:
    """The age of an unanswered request, in days of the calendar; `late` and `overdue` as its department set them, if it did."""
    days = max(0, (today - since.astimezone(ISTANBUL).date()).days)
    return Age(
        days, "overdue" if days >= (overdue or OVERDUE_DAYS) else "late" if days >= (late or LATE_DAYS) else "fresh"
    )


def _set(column: Any) -> Any:
    """What the department of a request set, beside the request in a list."""
    return select(column).where(DepartmentSettings.department_id == Request.department_id).scalar_subquery()


LATE, OVERDUE = _set(DepartmentSettings.late_days), _set(DepartmentSettings.overdue_days)

"""Evaluation forms, version by version: begun from the one in use, put together, published in its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import EvaluationForm, EvaluationQuestion, Step
from services import audit, transition
from services.standing import Standing
from services.transition import FASTER, Refused, checked_before, follow, makes_room
from workflow.completion import EVALUATION_FORMS
from workflow.questions import fault
from workflow.say import Say
from workflow.words import Action, EvaluationFormState, QuestionKind

MOST = 60  # questions of one form
PUBLISHED = Say("A published version does not change: begin a new one from it.")


@dataclass(frozen=True)
class Wording:
    """A question as somebody words it; `options` as workflow.questions has them."""

    kind: QuestionKind
    text: str
    text_en: str
    options: list[Any] | None
    required: bool


def in_use(session: Session, department_id: int | None) -> EvaluationForm | None:
    """The version this commission (or, without one, the university) asks now."""
    return _one(session, department_id, EvaluationFormState.IN_USE)


def draft(session: Session, department_id: int | None) -> EvaluationForm | None:
    """The version in preparation there, if there is one."""
    return _one(session, department_id, EvaluationFormState.DRAFT)


def _one(session: Session, department_id: int | None, state: EvaluationFormState) -> EvaluationForm | None:
    found = select(EvaluationForm).where(EvaluationForm.department_id == department_id, EvaluationForm.state == state)
    return session.scalars(found.order_by(EvaluationForm.id).limit(1)).first()


def begin(
    session: Session, department_id: int | None, title: str, title_en: str | None, *, standing: Standing
) -> EvaluationForm:
    """A new version with the questions asked there now (else the university's). Raises Refused. The caller commits."""
    if draft(session, department_id):
        raise Refused(Say("A version is in preparation already; go on with that one."))
    before = in_use(session, department_id) or in_use(session, None)
    last = select(func.max(EvaluationForm.number)).where(EvaluationForm.department_id == department_id)
    number = (session.scalar(last) or 0) + 1
    row = EvaluationForm(department_id=department_id, number=number, title=title, title_en=title_en)
    row.questions = [_copied(q) for q in before.questions] if before else []
    session.add(row)
    try:
        audit.note(session, row, Action.CREATE, standing)
    except IntegrityError:  # a colleague began one this very moment
        session.rollback()
        raise Refused(FASTER) from None
    return row


def _copied(question: EvaluationQuestion) -> EvaluationQuestion:
    names = ("position", "kind", "text", "text_en", "options", "required")
    return EvaluationQuestion(**{name: getattr(question, name) for name in names})


def entitle(session: Session, row: EvaluationForm, title: str, title_en: str | None, *, standing: Standing) -> None:
    """Change the title, in both languages, of a version in preparation. Raises Refused. The caller commits."""
    hold(session, row)
    row.title, row.title_en = title, title_en
    audit.note(session, row, Action.EDIT, standing)
    row.version += 1


def word(session: Session, row: EvaluationForm, question: EvaluationQuestion | None, wording: Wording) -> None:
    """Add a question at the end, or change one. Raises Refused. The caller commits."""
    _changes(session, row, question)
    if said := fault(wording.kind, wording.options):
        raise Refused(said)
    if question is None:
        if len(row.questions) >= MOST:
            raise Refused(Say("A form has at most %(most)s questions.", most=MOST))
        question = EvaluationQuestion(form=row, position=max((q.position for q in row.questions), default=0) + 1)
        session.add(question)
    question.kind, question.options, question.required = wording.kind, wording.options, wording.required
    question.text, question.text_en = wording.text, wording.text_en
    session.flush()


def move(session: Session, row: EvaluationForm, question: EvaluationQuestion, *, up: bool) -> None:
    """Change places with the question above or below; the first and the last stay. Raises Refused. The caller commits."""
    _changes(session, row, question)
    place = row.questions.index(question)
    other = place + (-1 if up else 1)
    if not 0 <= other < len(row.questions):
        return
    neighbour = row.questions[other]
    here, there = question.position, neighbour.position
    question.position = -question.position - 1  # a place nobody has, while the other takes ours
    session.flush()
    neighbour.position = here
    session.flush()
    question.position = there
    session.flush()
    session.expire(row, ["questions"])


def remove(session: Session, row: EvaluationForm, question: EvaluationQuestion) -> None:
    """Take a question out. Raises Refused. The caller commits."""
    _changes(session, row, question)
    session.delete(question)
    session.flush()
    session.expire(row, ["questions"])


def discard(session: Session, row: EvaluationForm, *, standing: Standing) -> None:
    """Give a version in preparation up; nobody was asked it. Raises Refused. The caller commits."""
    hold(session, row)
    audit.note(session, row, Action.DELETE, standing)
    session.delete(row)


def _changes(session: Session, row: EvaluationForm, question: EvaluationQuestion | None) -> None:
    """Whoever had the version open before this change publishes nothing they have not seen."""
    hold(session, row)
    if question is not None and question not in row.questions:
        raise Refused(FASTER)
    row.version += 1


def hold(session: Session, row: EvaluationForm) -> None:
    """Hold the version until the transaction ends, so that nobody publishes it half-changed. Raises Refused."""
    transition.hold(session, row)
    session.expire(row, ["questions"])  # a colleague may have added one, or taken one out
    if row.state is not EvaluationFormState.DRAFT:
        raise Refused(PUBLISHED)


@checked_before(EVALUATION_FORMS, Action.PUBLISH)
def _can_be_asked(_session: Session, row: EvaluationForm, _today: date) -> tuple[Say, ...]:
    return tuple(_problems(row))


def _problems(row: EvaluationForm) -> Iterable[Say]:
    if not row.questions:
        yield Say("A form needs at least one question.")
    for number, question in enumerate(row.questions, 1):
        if said := fault(question.kind, question.options):
            yield Say("Question %(number)s: %(fault)s", number=number, fault=said)


@makes_room(EVALUATION_FORMS, Action.PUBLISH)
def _steps_aside(session: Session, row: EvaluationForm, step: Step, today: date) -> None:
    """The version asked so far is asked no longer; what was begun on it is finished on it."""
    if before := in_use(session, row.department_id):
        follow(session, before, Action.REPLACE, step, today=today)

"""The firm's evaluation of an intern: asked on a version of a form, saved as typed, handed in once, sealed until the decision."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from models import Application, Evaluation, EvaluationAnswer, EvaluationForm, EvaluationQuestion, Step, utcnow
from services.standing import Standing
from services.transition import Outrun, Refused, checked_before, take
from workflow.completion import EVALUATIONS
from workflow.phase import BEFORE_COMPLETION
from workflow.questions import fits, offers
from workflow.say import Say
from workflow.words import Action, EvaluationFormState, EvaluationState, QuestionKind

GIVEN = Say("This evaluation has been handed in; it is opened again only if the commission returns it.")


def in_use(session: Session, department_id: int) -> EvaluationForm | None:
    """The version asked for interns of this department: its own, or else the university's."""
    found = select(EvaluationForm).where(
        EvaluationForm.state == EvaluationFormState.IN_USE,
        or_(EvaluationForm.department_id == department_id, EvaluationForm.department_id.is_(None)),
    )
    own_first = found.order_by(EvaluationForm.department_id.is_(None)).limit(1)
    return session.scalars(own_first.options(selectinload(EvaluationForm.questions))).first()


def of(session: Session, application: Application) -> Evaluation | None:
    """The evaluation of an internship, if it was begun."""
    found = select(Evaluation).where(Evaluation.application_id == application.id)
    whole = selectinload(Evaluation.form).selectinload(EvaluationForm.questions)
    return session.scalars(found.options(whole)).one_or_none()


def asked(session: Session, application: Application, seen: int | None = None) -> EvaluationForm | None:
    """The version an internship is evaluated on: the one it was begun on, or the one its firm saw, or the one in use."""
    begun = of(session, application)
    if begun is not None:
        return begun.form
    found = session.get(EvaluationForm, seen) if seen else None
    if found and found.department_id in {None, application.department_id} and found.state != EvaluationFormState.DRAFT:
        return found
    return in_use(session, application.department_id)


def answers(session: Session, evaluation: Evaluation) -> dict[int, str]:
    """What was answered so far, by question, as far as the reader reaches it."""
    found = select(EvaluationAnswer.question_id, EvaluationAnswer.answer)
    rows = session.execute(found.where(EvaluationAnswer.evaluation_id == evaluation.id))
    return {row.question_id: row.answer for row in rows}


def stamp(answered: Mapping[int, str]) -> str:
    """What stands, in short: a page drawn before another tab kept other answers has another one."""
    return hashlib.sha256(repr(sorted(answered.items())).encode()).hexdigest()[:16]


def missing(form: EvaluationForm, answered: Mapping[int, str]) -> list[EvaluationQuestion]:
    """The questions that must be answered and are not."""
    return [q for q in form.questions if q.required and not answered.get(q.id)]


def keep(
    session: Session,
    application: Application,
    form: EvaluationForm,
    typed: Mapping[int, str],
    *,
    today: date,
    seen: str | None = None,
) -> Evaluation:
    """Keep what was answered so far, on this version; an empty answer takes one back.

    `seen` is the stamp of the answers as they were drawn. Raises Refused, or Outrun where another tab was faster. The
    caller commits.
    """
    if said := refusal(application, today):
        raise Refused(said)
    row = _begun(session, application, form)
    if row.state is not EvaluationState.OPEN:
        raise Refused(GIVEN)
    stands = {
        a.question_id: a
        for a in session.scalars(select(EvaluationAnswer).where(EvaluationAnswer.evaluation_id == row.id))
    }
    kept = {of: answer.answer for of, answer in stands.items()}
    wanted = {q.id: typed[q.id] for q in row.form.questions if typed.get(q.id)}
    if seen is not None and seen != stamp(kept) and wanted != kept:  # a second click says the same again
        raise Outrun
    for question in row.form.questions:
        answer = typed.get(question.id, "")
        if answer and not fits(question.kind, question.options, answer):
            raise Refused(Say("Choose one of the answers offered."))
        _answer(session, row, question, answer, stands.get(question.id))
    session.flush()
    return row


def refusal(application: Application, today: date) -> Say | None:
    """Why nothing can be answered about this internship now, or None."""
    assert application.starts_on  # noqa: S101 -- the schema promises dates of anything submitted
    if application.state not in BEFORE_COMPLETION:
        return GIVEN
    if application.starts_on > today:
        return Say("The internship starts on %(day)s; it is evaluated from then on.", day=application.starts_on)
    return None


def _answer(
    session: Session, row: Evaluation, question: EvaluationQuestion, answer: str, stands: EvaluationAnswer | None
) -> None:
    if not answer:
        if stands is not None:
            session.delete(stands)
        return
    same = {name: getattr(row, name) for name in ("application_id", "student_id", "department_id", "supervisor_id")}
    stands = stands or EvaluationAnswer(evaluation_id=row.id, question_id=question.id, **same)
    stands.answer = answer
    session.add(stands)


def _begun(session: Session, application: Application, form: EvaluationForm) -> Evaluation:
    """The evaluation, held until the transaction ends; begun on this version where nobody has yet."""
    found = select(Evaluation).where(Evaluation.application_id == application.id).with_for_update()
    row = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        same = ("student_id", "department_id", "supervisor_id")
        row = Evaluation(application_id=application.id, **{name: getattr(application, name) for name in same})
        row.application, row.form = application, form
        session.add(row)
        try:
            session.flush()
        except IntegrityError:  # the other tab
            session.rollback()
            raise Outrun from None
    return row


def give(
    session: Session,
    row: Evaluation,
    *,
    standing: Standing,
    today: date,
    seen: int | None = None,
    at: datetime | None = None,
) -> Step:
    """Hand it in; the history keeps that it was, never what it says. Raises Refused. The caller commits."""
    at = at or utcnow()
    values = {"given_at": at}
    return take(session, row, Action.GIVE, standing=standing, today=today, seen=seen, at=at, values=values)


@checked_before(EVALUATIONS, Action.GIVE)
def _is_complete(session: Session, row: Evaluation, today: date) -> tuple[Say, ...]:
    return tuple(_problems(session, row, today))


def early(application: Application, today: date) -> Say | None:
    """Why an evaluation can be answered, but not handed in yet, or None."""
    assert application.ends_on  # noqa: S101 -- the schema promises dates of anything submitted
    if application.ends_on <= today:
        return None
    return Say("The evaluation is handed in from the last day on, %(day)s.", day=application.ends_on)


def _problems(session: Session, row: Evaluation, today: date) -> Iterable[Say]:
    if said := early(row.application, today):
        yield said
    if unanswered := missing(row.form, answers(session, row)):
        yield Say("Questions still to be answered: %(questions)s", questions=len(unanswered))


def in_words(question: EvaluationQuestion, answer: str, *, english: bool) -> Say | str:
    """An answer as its reader reads it; an offered one in their language."""
    if question.kind is QuestionKind.TEXT:
        return answer
    offer = next((o for o in offers(question.kind, question.options) if o.value == answer), None)
    if offer is None:
        return answer
    if question.kind is QuestionKind.YES_NO:
        return Say(offer.tr)
    word = offer.en if english else offer.tr
    return word if question.kind is QuestionKind.CHOICE or word == offer.value else f"{offer.value} ({word})"

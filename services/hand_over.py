"""Another supervisor for one approved file: the new one agrees from their address, the commission decides.

The register is not edited and other files of the former supervisor stay as they are. What was filled stays with whoever
filled it; what is still open belongs to the new one from the decision on.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import (
    Absence,
    Application,
    Attendance,
    AttendanceWeek,
    ChangeRequest,
    Evaluation,
    EvaluationAnswer,
    Step,
    Supervisor,
)
from services import conflicts, letters, visits
from services.hand_over_texts import TO_THE_FORMER
from services.letter_facts import About
from services.listing import key
from services.transition import Refused, brings_about
from workflow.addresses import as_address
from workflow.completion import EVALUATIONS
from workflow.say import Say
from workflow.transitions import APPLICATIONS, CHANGE_REQUESTS
from workflow.words import Action, Actor, ChangeKind, EvaluationState

OF_THE_FIRM: tuple[Any, ...] = (Attendance, AttendanceWeek, Absence, Evaluation)
# whoever decides reaches their own files only; what the firm wrote follows all the same
ALL = {"on_behalf_of_the_system": True, "synchronize_session": False}
OWN_ADDRESS = Say(
    "This is your own address. The supervisor answers for the institution and needs an address of their own."
)


def problems(session: Session, application: Application, person: Supervisor, today: date) -> Iterator[Say]:
    """Why this person cannot become the supervisor of this file."""
    now, student = application.supervisor, application.student
    if now and person.email == now.email:
        yield Say("%(name)s is the supervisor of this internship already.", name=person.name)
    if person.institution_id != application.institution_id or person.merged_into_id is not None:
        yield Say("%(name)s is not registered at this institution.", name=person.name)
    own = {application.email, student.email, student.own_email} if student else {application.email}
    if person.email in {as_address(address) for address in own if address}:
        yield OWN_ADDRESS
    if said := conflicts.on_board(session, {application.department_id}, person.email, today, person.user_id):
        yield said


def person(
    session: Session, application: Application, pick: str, typed: dict[str, str] | None, today: date
) -> Supervisor:
    """Whom the student names: a registered supervisor, one already there word for word, or a new entry; raises Refused."""
    if typed is None:
        found = session.get(Supervisor, key(pick) or 0)
    else:
        there = select(Supervisor).where(
            Supervisor.institution_id == application.institution_id, Supervisor.merged_into_id.is_(None)
        )
        same = session.scalars(there.where(Supervisor.email == as_address(typed["email"])).order_by(Supervisor.id))
        found = next((p for p in same if all(getattr(p, n) == v for n, v in typed.items() if n != "email")), None)
        found = found or Supervisor(institution_id=application.institution_id, **typed)
    if found is None:
        raise Refused(Say("Choose the supervisor, or type a new one."))
    for problem in problems(session, application, found, today):
        raise Refused(problem)
    session.add(found)
    session.flush()
    return found


def domain(email: str) -> str:
    """The part of an address that belongs to the institution, or does not."""
    return email.rpartition("@")[2]


@brings_about(APPLICATIONS, Action.HAND_OVER)
def _what_is_open_follows(session: Session, application: Application, _step: Step, _today: date) -> None:
    """The sheets follow the file; answers of an evaluation that was handed in stay with who gave them."""
    to = {"supervisor_id": application.supervisor_id}
    session.flush()
    for model in OF_THE_FIRM:
        session.execute(update(model).where(model.application_id == application.id).values(to), execution_options=ALL)
    begun = select(Evaluation.id).where(
        Evaluation.application_id == application.id, Evaluation.state == EvaluationState.OPEN
    )
    answers = update(EvaluationAnswer).where(EvaluationAnswer.evaluation_id.in_(begun)).values(to)
    session.execute(answers, execution_options=ALL)
    session.expire_all()


@brings_about(EVALUATIONS, Action.RETURN)
def _what_is_corrected_follows(session: Session, row: Evaluation, _step: Step, _today: date) -> None:
    """An evaluation that came back is corrected by whoever is the supervisor now."""
    answers = update(EvaluationAnswer).where(EvaluationAnswer.evaluation_id == row.id)
    session.execute(answers.values({"supervisor_id": row.supervisor_id}), execution_options=ALL)


@brings_about(CHANGE_REQUESTS, Action.ASK, Action.APPROVE)
def _the_former_is_told(session: Session, row: ChangeRequest, step: Step, today: date) -> None:
    """Whoever answered so far reads of it at their address, before it is decided and after."""
    if row.kind is not ChangeKind.HAND_OVER or row.before_supervisor is None:
        return
    person = row.before_supervisor
    reader = letters.supervisor_as_reader(session, person)
    known = visits.account_of(session, person.email)
    link = letters.start_page() if known else visits.invite(session, person)
    text = TO_THE_FORMER[step.action]
    session.add(letters.letter(text, About(row, today), Actor.EMPLOYER, reader, link, step_id=step.id))

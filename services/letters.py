"""Letters: one per `tells` of every table, written into the outbox with the step that causes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Letter, Membership, Step, Student, User
from services.letter_sheet import drawn
from services.say import said
from services.sign_in import ISTANBUL
from workflow.say import N_, Say
from workflow.transitions import Door
from workflow.words import Actor

Text = tuple[str, str]

# (machine, action, reader) -> (subject, sentence); a test demands one for every `tells`
TEXTS: dict[tuple[str, str, Actor], Text] = {
    ("application", "submit", Actor.MEMBER): (
        N_("Internship application waits for a decision: %(student)s"),
        N_("%(student)s (%(number)s) applied for an internship at %(institution)s, %(starts_on)s – %(ends_on)s. The application waits for the commission's decision; the internship is to start on %(starts_on)s."),
    ),
    ("application", "approve", Actor.STUDENT): (
        N_("Your internship application was approved"),
        N_("Your internship at %(institution)s, %(starts_on)s – %(ends_on)s, was approved by the commission. Changes and cancellation are possible from the application's page before %(starts_on)s."),
    ),
    ("application", "approve", Actor.EMPLOYER): (
        N_("An intern was approved for your institution: %(student)s"),
        N_("The university approved the internship of %(student)s at %(institution)s, %(starts_on)s – %(ends_on)s. The university arranges the insurance before %(starts_on)s."),
    ),
    ("application", "approve", Actor.HEALTH_OFFICE): (
        N_("Insurance entry due for %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s was approved. The insurance entry is due at the latest one day before %(starts_on)s, by 23:59."),
    ),
    ("application", "reject", Actor.STUDENT): (
        N_("Your internship application needs correction"),
        N_("The commission did not approve your application for %(institution)s. Reason: %(reason)s You can correct it with “Take action” and submit it again; the application window of your department's rules counts back from %(starts_on)s."),
    ),
    ("application", "withdraw", Actor.MEMBER): (
        N_("Application withdrawn: %(student)s"),
        N_("%(student)s (%(number)s) withdrew the application for %(institution)s, %(starts_on)s – %(ends_on)s. Nothing is left to decide."),
    ),
    ("application", "cancel", Actor.STUDENT): (
        N_("Your internship was cancelled"),
        N_("Your internship at %(institution)s, %(starts_on)s – %(ends_on)s, was cancelled. Reason: %(reason)s"),
    ),
    ("application", "cancel", Actor.MEMBER): (
        N_("Internship cancelled: %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s, %(starts_on)s – %(ends_on)s, was cancelled. Reason: %(reason)s"),
    ),
    ("application", "cancel", Actor.EMPLOYER): (
        N_("Internship cancelled: %(student)s"),
        N_("The internship of %(student)s at %(institution)s, planned for %(starts_on)s – %(ends_on)s, will not take place."),
    ),
    ("application", "cancel", Actor.HEALTH_OFFICE): (
        N_("Internship cancelled: no insurance for %(student)s"),
        N_("The internship of %(student)s (%(number)s), planned for %(starts_on)s – %(ends_on)s, was cancelled. An insurance entry already made must be cancelled before %(starts_on)s."),
    ),
    ("application", "reopen", Actor.STUDENT): (
        N_("The decision on your application was reopened"),
        N_("The chair reopened the decision on your application for %(institution)s. Reason: %(reason)s The commission decides again before %(starts_on)s."),
    ),
    ("application", "reopen", Actor.MEMBER): (
        N_("Decision reopened: %(student)s"),
        N_("The chair reopened the decision on the application of %(student)s (%(number)s). Reason: %(reason)s It waits for the commission again; the internship is to start on %(starts_on)s."),
    ),
}  # fmt: skip
for (_machine, _action, _reader), _text in list(TEXTS.items()):
    if _reader is Actor.MEMBER:
        TEXTS[_machine, _action, Actor.CHAIR] = _text


@dataclass(frozen=True)
class Reader:
    """Where one letter goes."""

    email: str
    name: str
    language: str = "tr"
    user_id: int | None = None


def write(session: Session, step: Step, row: Any, door: Door) -> None:
    """Queue one letter per reader the door tells, except to whoever took the step."""
    written: set[str] = set()
    for actor in sorted(door.tells):
        for reader in _readers(session, row, actor, step.at.astimezone(ISTANBUL).date()):
            if reader.email in written or (reader.user_id and reader.user_id == step.by_id):
                continue
            written.add(reader.email)
            session.add(compose(step, row, actor, reader))


def compose(step: Step, row: Any, actor: Actor, reader: Reader) -> Letter:
    """One letter in the reader's language, plain and HTML, with one link."""
    subject, sentence = TEXTS[step.machine, step.action, actor]
    facts = _facts(row, step)
    link = f"{current_app.extensions['staj'].public_url}/go/{step.machine}/{row.id}"
    with force_locale(reader.language):
        title, body = said(Say(subject, **facts)), said(Say(sentence, **facts))
        return Letter(
            step_id=step.id,
            user_id=reader.user_id,
            reader=actor.value,
            to_email=reader.email,
            to_name=reader.name,
            language=reader.language,
            link=link,
            subject=title[:300],
            **drawn(reader.language, reader.name, title, body, link),
        )


def _facts(row: Any, step: Step) -> dict[str, Any]:
    return {
        "student": row.student_name,
        "number": row.student_number,
        "institution": row.institution.name,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "reason": step.reason or "",
    }


def _readers(session: Session, row: Any, actor: Actor, today: Any) -> Iterator[Reader]:
    match actor:
        case Actor.STUDENT:
            yield from _student(session, row)
        case Actor.EMPLOYER:
            supervisor = row.supervisor
            yield Reader(supervisor.email, supervisor.name, user_id=supervisor.user_id)
        case _:
            yield from _in_office(session, row, actor, today)


def _student(session: Session, row: Any) -> Iterator[Reader]:
    """Whoever took the step may not reach the student's record (enrolled elsewhere by now): keys only, for the system."""
    account = session.execute(
        select(User.language, User.id).join(Student, Student.user_id == User.id).where(Student.id == row.student_id),
        execution_options={"on_behalf_of_the_system": True},
    ).first()
    language, user_id = account or ("tr", None)
    yield Reader(row.email, row.student_name, language, user_id)


def _in_office(session: Session, row: Any, actor: Actor, today: Any) -> Iterator[Reader]:
    of = Membership.department_id == row.department_id
    found = session.execute(
        select(User.email, User.name, User.language, User.id)
        .join(Membership.user)
        .where(
            Membership.actor == actor,
            of if actor in {Actor.MEMBER, Actor.CHAIR} else Membership.department_id.is_(None),
            Membership.starts_on <= today,
            (Membership.ends_on.is_(None)) | (Membership.ends_on >= today),
            User.active,
        )
    )
    yield from (Reader(*row) for row in found)

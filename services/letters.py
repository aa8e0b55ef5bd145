"""Letters: one per `tells` of every table, written into the outbox with the step that causes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, ChangeRequest, Letter, Membership, Request, Step, Student, User
from services import answer_links
from services.letter_sheet import drawn
from services.letter_texts import TEXTS
from services.say import said
from services.sign_in import ISTANBUL
from workflow.say import Say
from workflow.transitions import Door
from workflow.words import Action, Actor


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
            issue = _LINKS.get((step.machine, step.action, actor))
            session.add(compose(step, row, actor, reader, issue(session, row) if issue else None))


_LINKS = {("change_request", Action.ASK, Actor.EMPLOYER): answer_links.issue}


def compose(step: Step, row: Any, actor: Actor, reader: Reader, link: str | None = None) -> Letter:
    """One letter in the reader's language, plain and HTML, with one link: to the file, or `link`."""
    subject, sentence = TEXTS[step.machine, step.action, actor]
    facts = _FACTS[type(row)](row) | {"reason": step.reason or ""}
    link = link or f"{current_app.extensions['staj'].public_url}/go/{step.machine}/{row.id}"
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


def _of_application(row: Application) -> dict[str, Any]:
    return {
        "student": row.student_name,
        "number": row.student_number,
        "institution": row.institution.name if row.institution else "",
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }


def _of_change(row: ChangeRequest) -> dict[str, Any]:
    return {
        **_of_application(row.application),
        "kind": row.kind,
        "why": row.why,
        "before_starts_on": row.before_starts_on,
        "before_ends_on": row.before_ends_on,
        "new_starts_on": row.starts_on,
        "new_ends_on": row.ends_on,
        "until": answer_links.last_day(row),
    }


def _of_request(row: Request) -> dict[str, Any]:
    asked_on = row.asked_at.astimezone(ISTANBUL).date()
    return {
        "student": row.student_name, "number": row.student_number, "subject": row.subject, "asked_on": asked_on,
    }  # fmt: skip


_FACTS: dict[type, Any] = {Application: _of_application, ChangeRequest: _of_change, Request: _of_request}


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
    found = session.execute(
        select(Student.own_email, Student.email, Student.name, Student.surname, User.language, User.id)
        .outerjoin(User, Student.user_id == User.id)
        .where(Student.id == row.student_id),
        execution_options={"on_behalf_of_the_system": True},
    ).one()
    own_email, email, name, surname, language, user_id = found
    yield Reader(getattr(row, "email", None) or own_email or email, f"{name} {surname}", language or "tr", user_id)


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

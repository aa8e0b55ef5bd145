"""Letters: one per `tells` of every table, written into the outbox with the step that causes them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from models import (
    Application,
    ChangeRequest,
    Declaration,
    Letter,
    Membership,
    Step,
    Student,
    Supervisor,
    User,
)
from services import answer_links, hand_over_texts, visits
from services.insurance_days import needs_entry
from services.letter_facts import About, contact, facts
from services.letter_sheet import Line, drawn
from services.letter_texts import TEXTS, Text
from services.say import said
from services.sign_in import ISTANBUL
from workflow.say import N_, Say
from workflow.transitions import Door
from workflow.words import Actor, ChangeState

ANSWER = N_("Answer the request")
_ONE_STOP = re.compile(
    r"(?<=[^.]\.)\.(?!\.)"
)  # a firm's name ends with the full stop of “A.Ş.”, and the sentence with it


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
    today = step.at.astimezone(ISTANBUL).date()
    for actor in sorted(a for a in door.tells if text_of(step, row, a)):
        for reader in readers(session, row, actor, today):
            if reader.email in written or (reader.user_id and reader.user_id == step.by_id):
                continue
            written.add(reader.email)
            session.add(compose(step, row, actor, reader, link_to(session, row, actor), today))


def link_to(session: Session, row: Any, actor: Actor) -> str:
    """Where a letter about this file leads its reader: the one place that decides."""
    if actor is Actor.EMPLOYER and isinstance(row, ChangeRequest) and row.state is ChangeState.WITH_SUPERVISOR:
        return answer_links.link_of(session, row)
    if actor is Actor.EMPLOYER and visits.account_of(session, row.supervisor.email) is None:
        return visits.invite(session, row.supervisor)
    if (
        actor is Actor.EMPLOYER
        and isinstance(row, ChangeRequest)
        and row.state is ChangeState.REJECTED
        and not row.kind.moves
    ):
        return start_page()  # the file stays with somebody else
    if actor is Actor.STUDENT and isinstance(row, Declaration):
        return _page(Application.__tablename__, row.application_id)
    return _page(row.__tablename__, row.id)


def _page(machine: str, key: int) -> str:
    """The file's page at the desk of whoever follows the link."""
    return f"{current_app.extensions['staj'].public_url}/go/{machine}/{key}"


def text_of(step: Step, row: Any, actor: Actor) -> Text | None:
    """What this step says to this reader; None where a change of supervisor, which has texts of its own, says nothing."""
    if isinstance(row, ChangeRequest) and not row.kind.moves:
        return hand_over_texts.TEXTS.get((step.action, actor))
    return TEXTS[step.machine, step.action, actor]


def start_page() -> str:
    """Where somebody finds what is theirs."""
    return f"{current_app.extensions['staj'].public_url}/"


def compose(step: Step, row: Any, actor: Actor, reader: Reader, link: str, today: date) -> Letter:
    """One letter about a step, in the reader's language, plain and HTML, with one link."""
    about, text = About(row, today, step.reason or ""), text_of(step, row, actor)
    assert text  # noqa: S101 -- `write` asks first
    return letter(text, about, actor, reader, link, step_id=step.id)


def letter(  # noqa: PLR0913 -- the facts of a letter, named
    text: Text,
    about: About,
    actor: Actor,
    reader: Reader,
    link: str,
    *,
    step_id: int | None = None,
    notice_id: int | None = None,
    choices: str = "",
    lines: Sequence[Line] = (),
) -> Letter:
    """A letter that says `text` of a file; `choices` is where its reader switches such letters off, `lines` name
    further files.
    """
    found = facts(about, *text)
    with force_locale(reader.language):
        title, body = (_ONE_STOP.sub("", said(Say(part, **found))) for part in text)
        return Letter(
            step_id=step_id,
            notice_id=notice_id,
            user_id=reader.user_id,
            reader=actor.value,
            to_email=reader.email,
            to_name=reader.name,
            language=reader.language,
            link=link,
            subject=title[:300],
            **drawn(
                reader.language,
                reader.name,
                title,
                body,
                link,
                _go(about.row, actor),
                choices=choices,
                lines=lines,
                contact=contact(about),
            ),
        )


def _go(row: Any, actor: Actor) -> str:
    """What following the link does for a firm; for everybody else it opens a file."""
    if actor is not Actor.EMPLOYER:
        return ""
    asked = isinstance(row, ChangeRequest) and row.state is ChangeState.WITH_SUPERVISOR
    return str(gettext(ANSWER if asked else visits.TO_INTERNS))


def readers(session: Session, row: Any, actor: Actor, today: date) -> Iterator[Reader]:
    """Whoever meets this file as `actor` today."""
    match actor:
        case Actor.STUDENT:
            yield from _student(session, row)
        case Actor.EMPLOYER:
            yield supervisor_as_reader(session, row.supervisor)
        case Actor.HEALTH_OFFICE if not isinstance(row, Declaration) and not needs_entry(_application(row)):
            return  # nothing is declared for it
        case _:
            yield from _in_office(session, row, actor, today)


def _application(row: Any) -> Application:
    found: Application = row if isinstance(row, Application) else row.application
    return found


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


def supervisor_as_reader(session: Session, supervisor: Supervisor) -> Reader:
    """In the language of the account, where there is one."""
    language = (
        session.scalar(select(User.language).where(User.id == supervisor.user_id)) if supervisor.user_id else None
    )
    return Reader(supervisor.email, supervisor.name, language or "tr", supervisor.user_id)


def _in_office(session: Session, row: Any, actor: Actor, today: date) -> Iterator[Reader]:
    """Nobody is written to as the commission of a file that is their own, or their firm's: keys only, for the system."""
    of = Membership.department_id == row.department_id
    own = select(Student.user_id).where(Student.id == row.student_id).scalar_subquery()
    firm = select(Supervisor.id).where(
        Supervisor.id == getattr(row, "supervisor_id", None),
        or_(Supervisor.user_id == User.id, Supervisor.email == User.email),
    )
    partial = firm.exists() if actor in {Actor.MEMBER, Actor.CHAIR} else false()
    found = session.execute(
        select(User.email, User.name, User.language, User.id)
        .join(Membership.user)
        .where(
            Membership.actor == actor,
            of if actor in {Actor.MEMBER, Actor.CHAIR} else Membership.department_id.is_(None),
            Membership.starts_on <= today,
            (Membership.ends_on.is_(None)) | (Membership.ends_on >= today),
            User.active,
            User.id.is_distinct_from(own),
            ~partial,
        ),
        execution_options={"on_behalf_of_the_system": True},
    )
    yield from (Reader(*row) for row in found)

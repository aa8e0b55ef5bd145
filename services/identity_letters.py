"""What follows a change of somebody's identity, reach or mail: who is told, and what ends, in the same transaction."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from models import (
    AnswerLink,
    Application,
    Department,
    Institution,
    Letter,
    Membership,
    Student,
    Supervisor,
    User,
    utcnow,
)
from services.conflicts import ALL, DECIDED_ON
from services.duties import today_here
from services.identity import FIELDS, Change, Ends, Told
from services.identity_texts import EVERYWHERE, NO_END, TEXTS, THE_SYSTEM, TO_LINK, TO_STAJ
from services.letter_sheet import drawn
from services.link_codes import hidden
from services.say import said
from services.standing import Standing
from workflow.phase import ASSESSED, TAKES_PLACE
from workflow.say import Say
from workflow.words import Actor

READER = "identity"  # letters of this kind carry no key: what they say stays
HOME, FIRM = "/", "/firm"
OF_PEOPLE = frozenset({Told.PERSON, Told.COLLEAGUES})  # a seed founds and ends duties and accounts without telling
DESKS = frozenset({Told.COMMISSIONS, Told.COLLEAGUES})
NOT_ASSESSED = sorted(DECIDED_ON - ASSESSED)


@dataclass(frozen=True)
class Reader:
    """Where one letter goes."""

    email: str
    name: str
    language: str | None = None
    user_id: int | None = None


def follow(session: Session, changes: Collection[Change], standing: Standing) -> None:
    """End what these changes end, and write to everybody who hears of them, once to an address."""
    written: set[tuple[str, str]] = set()
    for change in _once(changes):
        field = FIELDS.get(getattr(type(change.row), change.name))
        for end in field.ends if field else ():
            _END[end](session, change)
        tells = (field.tells if field else frozenset()) - (OF_PEOPLE if standing.system else frozenset())
        if not tells:
            continue
        kind, facts = _about(session, change, standing)
        for told in sorted(tells, key=lambda t: t.value):
            for reader in _readers(session, change, told):
                if told in DESKS and reader.user_id and reader.user_id == standing.user_id:
                    continue  # who did it, knows
                if reader.email and (kind, reader.email) not in written:
                    written.add((kind, reader.email))
                    session.add(_letter(kind, told, reader, facts))


def _once(changes: Collection[Change]) -> Iterator[Change]:
    """Of the fields of one membership, one: a letter tells the whole of it."""
    met: set[int] = set()
    for change in changes:
        if isinstance(change.row, Membership):
            if id(change.row) in met:
                continue
            met.add(id(change.row))
        yield change


# -- what it ends ------------------------------------------------------------------------------------------------------


def _links(session: Session, change: Change) -> None:
    """What was sent to the old address for this entry opens nothing any more, and who came in by it is out."""
    sent = (AnswerLink.supervisor_id == change.row.id, AnswerLink.email == change.old)
    over = {"revoked_at": utcnow(), "turn": AnswerLink.turn + 1, "code_digest": None}
    session.execute(
        update(AnswerLink).where(*sent, AnswerLink.revoked_at.is_(None)).values(over),
        execution_options={**ALL, "synchronize_session": False},
    )


def _account(_session: Session, change: Change) -> None:
    change.row.user_id = None


def _sessions(_session: Session, change: Change) -> None:
    change.row.fs_uniquifier = uuid4().hex


_END: dict[Ends, Callable[[Session, Change], None]] = {
    Ends.LINKS: _links,
    Ends.ACCOUNT: _account,
    Ends.SESSIONS: _sessions,
}


# -- what is said ------------------------------------------------------------------------------------------------------


def _about(session: Session, change: Change, standing: Standing) -> tuple[str, dict[str, Any]]:
    """Which texts a change has, and the facts they name."""
    row = change.row
    facts: dict[str, Any] = {
        "old": change.old, "new": change.new, "by": THE_SYSTEM if standing.system else standing.name,
        "name": getattr(row, "full_name", None) or getattr(row, "name", ""), "email": getattr(row, "email", ""),
    }  # fmt: skip
    match row:
        case Supervisor():
            of = select(Institution.name).where(Institution.id == row.institution_id)
            facts |= {"institution": session.scalar(of, execution_options=ALL), "hidden": hidden(change.new or "")}
            return "supervisor", facts
        case Membership():
            return ("no duty" if change.gone else "duty"), facts | _duty(session, row)
        case User() if change.name == "active":
            return ("opened" if change.new else "closed"), facts
        case Student() if change.name == "own_email":
            return "own_email", facts | {"old": change.old or row.email, "new": change.new or row.email}
    return "address", facts


def _duty(session: Session, row: Membership) -> dict[str, Any]:
    of = session.get(Department, row.department_id) if row.department_id else None
    name = session.scalar(select(User.name).where(User.id == row.user_id))
    return {
        "name": name, "duty": Actor(row.actor), "place": of or EVERYWHERE, "start": row.starts_on,
        "end": row.ends_on or NO_END,
    }  # fmt: skip


def _letter(kind: str, told: Told, reader: Reader, facts: dict[str, Any]) -> Letter:
    at_firm = kind == "supervisor" and told in {Told.OLD, Told.NEW}
    link = current_app.extensions["staj"].public_url + (FIRM if at_firm else HOME)
    language = reader.language or "tr"
    with force_locale(language):
        title, body = (said(Say(text, **facts)) for text in TEXTS[kind, told])
        go = said(Say(TO_LINK if at_firm else TO_STAJ))
        return Letter(
            user_id=reader.user_id, reader=READER, to_email=reader.email, to_name=reader.name[:201], language=language,
            link=link, subject=title[:300], **drawn(language, reader.name, title, body, link, go),
        )  # fmt: skip


# -- to whom -----------------------------------------------------------------------------------------------------------


def _readers(session: Session, change: Change, told: Told) -> Iterator[Reader]:
    match change.row, told:
        case Supervisor(), _:
            yield from _of_supervisor(session, change, told)
        case Membership(), _:
            yield from _of_duty(session, change, told)
        case User() as user, _:
            email = {Told.OLD: change.old, Told.NEW: change.new}.get(told, user.email)
            yield Reader(email, user.name, user.language, user.id)
        case Student() as student, Told.OLD | Told.NEW if change.name == "email":
            account = session.scalar(select(User.email).where(User.id == (student.user_id or 0)))
            if account != change.old:  # else the account's changes with it, and tells
                yield Reader((change.old if told is Told.OLD else change.new) or "", student.full_name)
        case Student() as student, Told.OLD:
            yield Reader(change.old or "", student.full_name, None, student.user_id)
        case Student() as student, _:
            yield Reader(student.email, student.full_name, None, student.user_id)


def _of_supervisor(session: Session, change: Change, told: Told) -> Iterator[Reader]:
    """The addresses only once they were written to: before, a slip of the pen may be anybody's."""
    row = change.row
    if told in {Told.OLD, Told.NEW}:
        if _answers(session, row.id, sorted(TAKES_PLACE)):
            yield Reader(change.old if told is Told.OLD else change.new, row.name)
        return
    files = (Application.supervisor_id == row.id, Application.state.in_(NOT_ASSESSED))
    if told is Told.STUDENTS:
        theirs = (
            select(Application.email, Student.name, Student.surname, User.language, User.id)
            .join(Student, Student.id == Application.student_id)
            .outerjoin(User, User.id == Student.user_id)
            .where(*files)
            .distinct()
        )
        for email, name, surname, language, user_id in session.execute(theirs, execution_options=ALL):
            yield Reader(email or "", f"{name} {surname}", language, user_id)
        return
    departments = select(Application.department_id).where(
        Application.supervisor_id == row.id, Application.state.in_(sorted(DECIDED_ON))
    )
    yield from _on_duty(session, Membership.department_id.in_(departments), (Actor.MEMBER, Actor.CHAIR))


def _answers(session: Session, supervisor_id: int, states: Collection[Any]) -> bool:
    of = select(Application.id).where(Application.supervisor_id == supervisor_id, Application.state.in_(states))
    return session.scalar(of.limit(1), execution_options=ALL) is not None


def _of_duty(session: Session, change: Change, told: Told) -> Iterator[Reader]:
    """Its holder, and whoever held it before; the chairs of the commission, or the others of the office."""
    row = change.row
    if told is Told.PERSON:
        people = {row.user_id, change.old if change.name == "user_id" else row.user_id}
        found = session.execute(select(User.email, User.name, User.language, User.id).where(User.id.in_(people)))
        yield from (Reader(*facts) for facts in found)
    elif row.department_id:
        yield from _on_duty(session, Membership.department_id == row.department_id, (Actor.CHAIR,))
    else:
        yield from _on_duty(session, Membership.department_id.is_(None), (Actor(row.actor),))


def _on_duty(session: Session, where: Any, actors: Collection[Actor]) -> Iterator[Reader]:
    """Whoever holds one of these duties today."""
    today = today_here()
    found = session.execute(
        select(User.email, User.name, User.language, User.id)
        .join(Membership.user)
        .where(
            where, Membership.actor.in_(actors), Membership.starts_on <= today,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today), User.active,
        )
        .distinct(),
        execution_options=ALL,
    )  # fmt: skip
    yield from (Reader(*facts) for facts in found)

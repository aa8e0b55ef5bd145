"""Another address for a supervisor, agreed to from the one that stands: a link and a code to it (domain: the firm's
identity is its address).

Once an internship takes place, a commission only asks; whoever reads the old address answers. A GET never decides.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import AnswerLink, Letter, Supervisor, User, utcnow
from services import audit, conflicts, link_codes
from services.letter_sheet import drawn
from services.link_codes import CodeLetter, digest
from services.scope import enter
from services.sign_in import ISTANBUL, today
from services.standing import Standing
from workflow.say import N_, Say
from workflow.words import Action, LinkPurpose

GOOD_FOR = timedelta(days=14)
ASKED = N_("May your address be changed?")
ASKED_TEXT = N_(
    "%(by)s, for the internship commission, asks to enter %(new)s instead of this address for %(name)s at %(institution)s. Only you can agree: attendance, evaluation and everything about the interns would go to the new address. If you do not agree, or do nothing, everything stays as it is."
)
TO_ANSWER = N_("Answer")
CODE = N_("Your code to agree")
CODE_TEXT = N_(
    "Type the code %(code)s on the page where you agree to another address for the interns. It is good for 15 minutes and works once. If you are not agreeing to anything now, you need not do anything: without the code nothing changes."
)


@dataclass(frozen=True)
class Asked:
    """A link somebody followed, and the supervisor it is about."""

    link: AnswerLink
    person: Supervisor


def ask(session: Session, person: Supervisor, new_email: str, by: Standing) -> None:
    """Ask whoever reads the address that stands; what was asked before is void. The caller commits."""
    _void(session, pending(session, person))
    token = secrets.token_urlsafe(32)
    session.add(
        AnswerLink(
            digest=digest(token), purpose=LinkPurpose.ADDRESS, supervisor_id=person.id, email=person.email,
            new_email=new_email, expires_at=utcnow() + GOOD_FOR,
        )
    )  # fmt: skip
    facts = {"by": by.name, "new": new_email, "name": person.name, "institution": person.institution.name}
    language = session.scalar(select(User.language).where(User.id == (person.user_id or 0))) or "tr"
    with force_locale(language):
        title, body = gettext(ASKED), gettext(ASKED_TEXT, **facts)
        written = drawn(language, person.name, title, body, address(token), gettext(TO_ANSWER))
    session.add(
        Letter(
            user_id=person.user_id, reader="address_asked", to_email=person.email, to_name=person.name,
            language=language, subject=title, link=address(token), **written,
        )
    )  # fmt: skip
    audit.note(session, person, Action.EDIT, by, {"asked": [person.email, new_email]})


def _void(session: Session, links: Sequence[AnswerLink]) -> None:
    over = update(AnswerLink).where(AnswerLink.id.in_([link.id for link in links])).values(revoked_at=utcnow())
    session.execute(over, execution_options={**conflicts.ALL, "synchronize_session": False})


def pending(session: Session, person: Supervisor) -> list[AnswerLink]:
    """What is asked of this supervisor and neither answered nor over: one at most, as a rule."""
    of = AnswerLink
    asked = select(of).where(
        of.supervisor_id == person.id, of.purpose == LinkPurpose.ADDRESS, of.email == person.email,
        of.used_at.is_(None), of.revoked_at.is_(None), of.expires_at > utcnow(),
    )  # fmt: skip
    return list(session.scalars(asked, execution_options=conflicts.ALL))


def address(token: str) -> str:
    """Where a link leads."""
    return f"{current_app.extensions['staj'].public_url}/address/{token}"


def opened(session: Session, token: str, *, lock: bool = False) -> Asked | None:
    """The link behind a token, read in a session of the system; None for a token nobody was given."""
    found = select(AnswerLink).where(AnswerLink.digest == digest(token), AnswerLink.purpose == LinkPurpose.ADDRESS)
    link = session.scalars(found.with_for_update() if lock else found).one_or_none()
    return Asked(link, session.get_one(Supervisor, link.supervisor_id)) if link else None


def spent(asked: Asked, now: datetime) -> Say | None:
    """Why this link answers nothing any more, or None."""
    link = asked.link
    if link.used_at:
        return Say("This was answered with this link on %(day)s.", day=link.used_at.astimezone(ISTANBUL).date())
    if link.revoked_at or link.email != asked.person.email or asked.person.merged_into_id:
        return Say("What was asked here is not asked any more.")
    if link.expires_at < now:
        return Say("This link was good until %(day)s.", day=link.expires_at.astimezone(ISTANBUL).date())
    return None


def send_code(session: Session, asked: Asked, token: str) -> Say | None:
    """Queue a letter with a new code; the sentence where no more are sent. The caller commits."""
    letter = CodeLetter(CODE, CODE_TEXT, TO_ANSWER, address(token))
    return link_codes.send(session, asked.link, token, asked.person, letter)


def wrong_code(session: Session, asked: Asked, token: str, code: str) -> Say | None:
    """The sentence for a code that does not fit (the try is counted), or None. The caller commits."""
    return link_codes.wrong(session, asked.link, token, code)


def agree(session: Session, asked: Asked) -> Say | None:
    """Give the supervisor the new address, in the name of whoever reads the old one; the sentence where it cannot be.

    `session` belongs to this and nothing else. The caller commits.
    """
    person, new_email = asked.person, asked.link.new_email or ""
    if said := conflicts.of_supervisor(session, person.id, new_email, today()):
        return said
    asked.link.used_at, asked.link.code_digest = utcnow(), None
    session.flush()
    by = Standing(name=person.name, supervises_as=frozenset({person.id}))
    enter(session, by)
    person.email = new_email
    audit.note(session, person, Action.EDIT, by, {"consent": "yes"})
    return None


def decline(session: Session, asked: Asked) -> None:
    """Everything stays as it is, and the history says who wished it. The caller commits."""
    asked.link.used_at = utcnow()
    by = Standing(name=asked.person.name, supervises_as=frozenset({asked.person.id}))
    audit.note(session, asked.person, Action.EDIT, by, {"consent": "no"})

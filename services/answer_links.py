"""A supervisor's answer from a letter: one file, one purpose, once, until a day; a code shows whose mail it is.

Whoever only holds the link (forwarded, found, fetched by a mail scanner) reads what is asked and can do
nothing: an answer counts with the code that is sent to the supervisor's address at that moment.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AnswerLink, ChangeRequest, Letter, Step, utcnow
from services import link_codes
from services.link_codes import CODES, CodeLetter, digest, hidden
from services.sign_in import ISTANBUL
from services.standing import Standing
from workflow.addresses import as_address
from workflow.say import N_, Say
from workflow.transitions import CHANGE_REQUESTS
from workflow.words import Actor, ChangeState, LinkPurpose

__all__ = ["hidden"]  # as its readers know it

GOOD_FOR = timedelta(days=14)  # the house's own number; workflow.reminders reminds within it
SUBJECT = N_("Your code for the answer")
TEXT = N_(
    "Type the code %(code)s on the page where you answer the request of %(student)s. It is good for 15 minutes and works once. If you are not answering anything now, you need not do anything: without the code nobody can answer for you."
)


@dataclass(frozen=True)
class Opened:
    """A link somebody followed, and the standing it gives: the supervisor's, for one file."""

    link: AnswerLink
    change: ChangeRequest
    standing: Standing


def link_of(session: Session, change: ChangeRequest) -> str:
    """The link with which this change request is answered: the one in a letter sent already, or else a new one.

    A reminder repeats the first letter's link, so that there is one way to answer and one count of codes.
    """
    good = select(AnswerLink.digest).where(
        AnswerLink.change_request_id == change.id,
        AnswerLink.supervisor_id == change.supervisor_id,
        AnswerLink.email == change.supervisor.email,
        AnswerLink.used_at.is_(None),
        AnswerLink.revoked_at.is_(None),
        AnswerLink.expires_at > utcnow(),
    )
    if kept := set(session.scalars(good)):
        written = select(Letter.link).join(Step, Step.id == Letter.step_id)
        of_it = (Step.machine == CHANGE_REQUESTS.name, Step.row_id == change.id, Letter.reader == Actor.EMPLOYER.value)
        for link in session.scalars(written.where(*of_it)):
            if link and digest(link.rpartition("/")[2]) in kept:
                return link
    return issue(session, change)


def issue(session: Session, change: ChangeRequest, *, since: datetime | None = None) -> str:
    """A new link with which the supervisor answers this change request; only its digest is kept.

    It is good from `since` on: the day it was asked, unless somebody has a link sent once more.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        AnswerLink(
            digest=digest(token),
            purpose=LinkPurpose.ANSWER,
            change_request_id=change.id,
            supervisor_id=change.supervisor_id,
            email=change.supervisor.email,
            expires_at=(since or change.asked_at) + GOOD_FOR,
        )
    )
    return address(token)


def address(token: str) -> str:
    """Where a link leads."""
    return f"{current_app.extensions['staj'].public_url}/answer/{token}"


def last_day(change: ChangeRequest) -> date:
    """The last day on which a link of this request is good."""
    return (change.asked_at + GOOD_FOR).astimezone(ISTANBUL).date()


def opened(session: Session, token: str, *, lock: bool = False) -> Opened | None:
    """The link behind a token, read in a session of the system; None for a token nobody was given.

    `lock` lets one answer at a time count its tries.
    """
    found = select(AnswerLink).where(AnswerLink.digest == digest(token))
    link = session.scalars(found.with_for_update() if lock else found).one_or_none()
    if link is None or link.change_request_id is None:
        return None
    change = session.get_one(ChangeRequest, link.change_request_id)
    person = change.supervisor
    standing = Standing(
        user_id=person.user_id,
        name=person.name,
        supervises_as=frozenset({link.supervisor_id}),
        only_application=change.application_id,
    )
    return Opened(link, change, standing)


def spent(found: Opened, now: datetime) -> Say | None:
    """Why this link answers nothing any more, or None."""
    link, change = found.link, found.change
    if link.revoked_at:
        return Say("This link was sent to an address that is no longer the supervisor's.")
    if link.used_at:
        return Say("This request was answered with this link on %(day)s.", day=link.used_at.astimezone(ISTANBUL).date())
    if change.state is not ChangeState.WITH_SUPERVISOR:
        return Say("This request waits for no answer any more. Its status: %(state)s.", state=change.state)
    if link.expires_at < now:
        return Say("This link was good until %(day)s.", day=last_day(change))
    if (link.supervisor_id, as_address(link.email)) != (change.supervisor_id, as_address(change.supervisor.email)):
        return Say("This link was sent to an address that is no longer the supervisor's.")
    return None


def dead(found: Opened, now: datetime) -> bool:
    """Whether nobody can answer with this link, though the request may still wait: it is spent, or its codes are."""
    return spent(found, now) is not None or found.link.codes_sent >= CODES


def send_code(session: Session, found: Opened, token: str) -> Say | None:
    """Queue a letter with a new code; the sentence where no more are sent. The caller commits."""
    letter = CodeLetter(SUBJECT, TEXT, N_("To the request"), address(token))
    student = found.change.application.student_name
    return link_codes.send(session, found.link, token, found.change.supervisor, letter, student=student)


def wrong_code(session: Session, found: Opened, token: str, code: str) -> Say | None:
    """The sentence for a code that does not fit (the try is counted), or None. The caller commits."""
    return link_codes.wrong(session, found.link, token, code)

"""A supervisor's answer from a letter: one file, one purpose, once, until a day; a code shows whose mail it is.

Whoever only holds the link (forwarded, found, fetched by a mail scanner) reads what is asked and can do
nothing: an answer counts with the code that is sent to the supervisor's address at that moment.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from flask_babel import get_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AnswerLink, ChangeRequest, Letter, utcnow
from services.letter_sheet import drawn
from services.sign_in import ISTANBUL
from services.standing import Standing
from workflow.say import N_, Say
from workflow.words import ChangeState

GOOD_FOR = timedelta(days=14)
CODE_GOOD_FOR = timedelta(minutes=15)
CODES, TRIES = 5, 5
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


def issue(session: Session, change: ChangeRequest) -> str:
    """A new link with which the supervisor answers this change request; only its digest is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        AnswerLink(
            digest=digest(token),
            change_request_id=change.id,
            supervisor_id=change.supervisor_id,
            email=change.supervisor.email,
            expires_at=change.asked_at + GOOD_FOR,
        )
    )
    return address(token)


def address(token: str) -> str:
    """Where a link leads."""
    return f"{current_app.extensions['staj'].public_url}/answer/{token}"


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def last_day(change: ChangeRequest) -> date:
    """The last day on which a link of this request is good."""
    return (change.asked_at + GOOD_FOR).astimezone(ISTANBUL).date()


def opened(session: Session, token: str, *, lock: bool = False) -> Opened | None:
    """The link behind a token, read in a session of the system; None for a token nobody was given.

    `lock` lets one answer at a time count its tries.
    """
    found = select(AnswerLink).where(AnswerLink.digest == digest(token))
    link = session.scalars(found.with_for_update() if lock else found).one_or_none()
    if link is None:
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
    if link.used_at:
        return Say("This request was answered with this link on %(day)s.", day=link.used_at.astimezone(ISTANBUL).date())
    if change.state is not ChangeState.WITH_SUPERVISOR:
        return Say("This request waits for no answer any more. Its status: %(state)s.", state=change.state)
    if link.expires_at < now:
        return Say("This link was good until %(day)s.", day=last_day(change))
    if (link.supervisor_id, link.email) != (change.supervisor_id, change.supervisor.email):
        return Say("This link was sent to an address that is no longer the supervisor's.")
    return None


def send_code(session: Session, found: Opened, token: str) -> Say | None:
    """Queue a letter with a new code, the former one is void; the sentence where no more are sent. The caller commits."""
    link = found.link
    if link.codes_sent >= CODES:
        return Say("No more codes are sent for this link; sign in, or write to the commission.")
    code = f"{secrets.randbelow(10**6):06d}"
    link.code_digest, link.code_until, link.code_tries = digest(token + code), utcnow() + CODE_GOOD_FOR, 0
    link.codes_sent += 1
    language, name = str(get_locale() or "tr"), found.change.supervisor.name
    title, body = gettext(SUBJECT), gettext(TEXT, code=code, student=found.change.application.student_name)
    session.add(
        Letter(
            user_id=found.change.supervisor.user_id,
            reader="answer_code",
            to_email=link.email,
            to_name=name,
            language=language,
            subject=title,
            **drawn(language, name, title, body, address(token), gettext("To the request")),
        )
    )
    return None


def wrong_code(session: Session, found: Opened, token: str, code: str) -> Say | None:
    """The sentence for a code that does not fit (the try is counted), or None. The caller commits."""
    link = found.link
    if link.code_digest is None or link.code_until is None or link.code_until < utcnow() or link.code_tries >= TRIES:
        return Say("This code is no longer good. Have a new one sent.")
    link.code_tries += 1
    session.flush()
    if not hmac.compare_digest(link.code_digest, digest(token + code)):
        return Say("This is not the code that was sent. Look at the newest letter.")
    return None

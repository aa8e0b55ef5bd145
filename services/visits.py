"""A firm without an account at its own page: a link in a letter, a code to the address, then a visit of some hours.

An address is a person: whoever reads its mail sees what every supervisor entry with that address sees, and nothing
in any other capacity. A link is revocable, dies with its day or when nobody has its address any more, and every visit
it began ends on the server with `leave`.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import get_locale, gettext
from flask_security import hash_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AnswerLink, Letter, Supervisor, User, utcnow
from services import audit, link_codes
from services.letter_sheet import drawn
from services.link_codes import CodeLetter, digest
from services.session_limits import VISIT, limits
from services.standing import NOBODY, Standing
from workflow.say import N_, Say
from workflow.words import Action, LinkPurpose

GOOD_FOR = timedelta(days=180)  # a link; the house's own number
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 3  # links asked for by one address
TO_INTERNS = N_("To my interns")
CODE_SUBJECT = N_("Your code for the page of your interns")
CODE_TEXT = N_(
    "Type the code %(code)s on the page you have open. It is good for 15 minutes and works once. If you are not opening the page of your interns now, you need not do anything: without the code nobody sees anything."
)
LINK_SUBJECT = N_("Your link to your interns")
LINK_TEXT = N_(
    "With the link below you reach your interns at the university: what waits for your answer, attendance and evaluation. You need no account; a code is sent to this address when you open it. The links sent before stay good until their day. If you did not ask for a link, you need not do anything."
)


@dataclass(frozen=True)
class Coming:
    """A link somebody followed, and the supervisor whose interns it is about; None where nobody has its address now."""

    link: AnswerLink
    person: Supervisor | None


def invite(session: Session, person: Supervisor) -> str:
    """A new link to the page of this person's interns; only its digest is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        AnswerLink(
            digest=digest(token),
            purpose=LinkPurpose.INTERNS,
            supervisor_id=person.id,
            email=person.email,
            expires_at=utcnow() + GOOD_FOR,
        )
    )
    return address(token)


def address(token: str) -> str:
    """Where a link leads."""
    return f"{current_app.extensions['staj'].public_url}/firm/{token}"


def account_of(session: Session, email: str) -> int | None:
    """The account of whoever has this address as a supervisor, or None."""
    held = select(Supervisor.user_id).where(Supervisor.email == email, Supervisor.user_id.is_not(None))
    return session.scalar(held.order_by(Supervisor.id).limit(1))


def ask(session: Session, email: str) -> None:
    """Send a link to this address, if a supervisor has it and it has not just been sent some. The caller commits."""
    person = session.scalars(_entries(email).limit(1)).first()
    since = utcnow() + GOOD_FOR - HOUR
    sent = select(func.count()).where(AnswerLink.email == email, AnswerLink.expires_at > since)
    if person is None or (session.scalar(sent) or 0) >= MOST_AN_HOUR:
        return
    link, language = invite(session, person), str(get_locale() or "tr")
    title, body = gettext(LINK_SUBJECT), gettext(LINK_TEXT)
    session.add(
        Letter(
            user_id=person.user_id,
            reader="firm_link",
            to_email=email,
            to_name=person.name,
            language=language,
            subject=title,
            link=link,
            **drawn(language, person.name, title, body, link, gettext(TO_INTERNS)),
        )
    )


def _entries(email: str) -> Any:
    return select(Supervisor).where(Supervisor.email == email).order_by(Supervisor.id.desc())


def opened(session: Session, token: str, *, lock: bool = False) -> Coming | None:
    """The link behind a token, read in a session of the system; None for a token nobody was given."""
    found = select(AnswerLink).where(AnswerLink.digest == digest(token), AnswerLink.purpose == LinkPurpose.INTERNS)
    link = session.scalars(found.with_for_update() if lock else found).one_or_none()
    return Coming(link, session.scalars(_entries(link.email).limit(1)).first()) if link else None


def spent(coming: Coming, now: datetime) -> Say | None:
    """Why this link opens nothing any more, or None."""
    if coming.link.revoked_at:
        return Say("This link was withdrawn by its owner.")
    if coming.link.expires_at < now:
        return Say("This link is too old.")
    if coming.person is None:
        return Say("This link was sent to an address that is no longer a supervisor's.")
    return None


def send_code(session: Session, coming: Coming, token: str) -> Say | None:
    """Queue a letter with a new code; the sentence where no more are sent. The caller commits."""
    assert coming.person  # noqa: S101 -- the link is not spent
    letter = CodeLetter(CODE_SUBJECT, CODE_TEXT, TO_INTERNS, address(token))
    return link_codes.send(session, coming.link, token, coming.person, letter)


def begin(session: Session, coming: Coming, token: str, code: str) -> dict[str, int] | Say:
    """What the browser keeps of a visit that this code begins, or the sentence for a wrong one. The caller commits."""
    link = coming.link
    if said := link_codes.wrong(session, link, token, code):
        return said
    link.used_at, link.code_digest, link.codes_sent = utcnow(), None, 0
    now = utcnow()
    until = now + limits(current_app.extensions["staj"], (VISIT,)).whole
    return {"link": link.id, "turn": link.turn, "until": int(until.timestamp()), "used": int(now.timestamp())}


def used(kept: dict[str, Any]) -> None:
    """A visit is being used just now."""
    kept["used"] = int(utcnow().timestamp())


def _over(kept: Mapping[str, Any]) -> bool:
    now, idle = utcnow().timestamp(), limits(current_app.extensions["staj"], (VISIT,)).idle
    return bool(kept.get("until", 0) < now or kept.get("used", 0) + idle.total_seconds() < now)


def standing(session: Session, kept: Mapping[str, Any]) -> Standing:
    """Who a visit is, by what the browser kept; nobody, once it has ended."""
    if _over(kept):
        return NOBODY
    rows = session.execute(
        select(Supervisor.id, Supervisor.name, AnswerLink.supervisor_id)
        .join(AnswerLink, AnswerLink.email == Supervisor.email)
        .where(
            AnswerLink.id == kept["link"],
            AnswerLink.turn == kept["turn"],
            AnswerLink.purpose == LinkPurpose.INTERNS,
            AnswerLink.revoked_at.is_(None),
            AnswerLink.expires_at > utcnow(),
        )
        .order_by(Supervisor.id.desc()),
        execution_options={"on_behalf_of_the_system": True},
    ).all()
    if not rows:
        return NOBODY
    name = next((row.name for row in rows if row.id == row.supervisor_id), rows[0].name)
    return Standing(name=name, supervises_as=frozenset(row.id for row in rows), visit=kept["link"])


def leave(session: Session, visit: int) -> None:
    """End every visit that began with this link, wherever its browser is; the link stays good. The caller commits."""
    session.get_one(AnswerLink, visit).turn += 1


def revoke(session: Session, visit: int) -> None:
    """Withdraw every link sent to the address of this visit. The caller commits."""
    email = session.get_one(AnswerLink, visit).email
    for link in session.scalars(
        select(AnswerLink).where(AnswerLink.email == email, AnswerLink.purpose == LinkPurpose.INTERNS)
    ):
        link.revoked_at = link.revoked_at or utcnow()


def email_of(session: Session, visit: int, *, lock: bool = False) -> str:
    """The address a visit has shown to be its own; `lock` lets one request at a time make its account."""
    return session.get_one(AnswerLink, visit, with_for_update=lock or None).email


def known(session: Session, email: str) -> User | None:
    """The account this address has already, as a supervisor's or as any other."""
    user = account_of(session, email)
    found = select(User).where(User.id == user if user else User.email == email)
    return session.scalars(found).one_or_none()


def make_account(session: Session, by: Standing, password: str, language: str) -> User:
    """An account for the address of a visit, which becomes the account of its entries. The caller commits."""
    assert by.visit  # noqa: S101 -- only a visit has an address of its own
    email = email_of(session, by.visit)
    user = User(
        email=email,
        name=by.name,
        password=hash_password(password),
        fs_uniquifier=uuid.uuid4().hex,
        language=language,
    )
    session.add(user)
    audit.note(session, user, Action.CREATE, by)
    adopt(session, user, email)
    return user


def adopt(session: Session, user: User, email: str) -> None:
    """The entries with this address belong to this account from now on; its links are not needed any more."""
    for person in session.scalars(_entries(email).where(Supervisor.user_id.is_(None))):
        person.user_id = user.id

"""Letters that somebody asks for by an address: what was asked is written down, and the worker looks whose address it is.

So the page does the same work and takes the same time whether anybody has the address or not.
"""

import logging
from collections.abc import Callable, Mapping

from flask import current_app
from flask_babel import force_locale, get_locale
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models import AskedByMail, Letter, User, utcnow
from services import devices, visits
from services.scope import system_session
from services.sign_in_letters import RESET, UNLOCK, about_password

PASSWORD, FIRM_LINK, SIGN_IN_LINK = "password", "firm_link", "sign_in_link"
MOST_AN_HOUR = 5  # letters of one kind to one account
_log = logging.getLogger("staj.jobs")


def ask(what: str, email: str) -> None:
    """Write down that a letter was asked for. Wants no other transaction open."""
    with system_session() as writing:
        writing.add(AskedByMail(what=what, email=email, language=str(get_locale() or "tr")))


def answer() -> int:
    """Write the letters asked for; answers how many requests were looked at. One that fails is tried again."""
    with system_session(reads=True) as reading:
        keys = reading.scalars(select(AskedByMail.id).order_by(AskedByMail.id)).all()
    for key in keys:
        try:
            _answer_one(key)
        except Exception:  # noqa: BLE001 -- whatever one holds, the others are not held up
            _log.exception("A letter that was asked for could not be written: %s", key)
    return len(keys)


def _answer_one(key: int) -> None:
    gone = delete(AskedByMail).where(AskedByMail.id == key)
    with system_session() as writing:
        asked = writing.execute(gone.returning(AskedByMail.what, AskedByMail.email, AskedByMail.language)).one_or_none()
        if asked and asked.what in _WRITERS:  # no other worker has it
            with force_locale(asked.language):
                _WRITERS[asked.what](writing, asked.email)


def _password(writing: Session, email: str) -> None:
    token: Callable[[User], str] = generate_reset_password_token  # untyped
    _to_account(writing, email, RESET, lambda user: f"/reset/{token(user)}")


def _sign_in_link(writing: Session, email: str) -> None:
    _to_account(writing, email, UNLOCK, lambda user: f"/known-device/{devices.token_for(user)}")


def _to_account(writing: Session, email: str, template: str, path: Callable[[User], str]) -> None:
    user = writing.scalars(select(User).where(User.email == email, User.active)).one_or_none()
    if user and not _flooded(writing, user, template):
        link = current_app.extensions["staj"].public_url + path(user)
        writing.add(about_password(template, user, link))


def _flooded(writing: Session, user: User, template: str) -> bool:
    since = utcnow() - visits.HOUR
    sent = select(func.count()).where(
        Letter.to_email == user.email, Letter.reader == template.rpartition("/")[2], Letter.created_at > since
    )
    return (writing.scalar(sent) or 0) >= MOST_AN_HOUR


_WRITERS: Mapping[str, Callable[[Session, str], None]] = {
    PASSWORD: _password,
    FIRM_LINK: visits.ask,
    SIGN_IN_LINK: _sign_in_link,
}

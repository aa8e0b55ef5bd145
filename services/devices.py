"""Devices an account has signed in from before: a guesser who uses up an account's tries does not use up theirs.

The cookie is one random word for the browser; the row is a digest of it and of the account, so that nobody reads from
the table which accounts share a browser.
"""

import secrets
from datetime import timedelta
from typing import Any, cast

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import KnownDevice, User, db, utcnow
from services.link_codes import digest
from services.scope import system_session

KEPT_FOR = timedelta(days=180)  # since the last sign-in
LINK_GOOD_FOR = timedelta(hours=1)
NAME = "staj-device"


def cookie_name() -> str:
    """What the browser keeps the word under."""
    return f"__Host-{NAME}" if current_app.config["SESSION_COOKIE_SECURE"] else NAME


def known(email: str) -> str | None:
    """The digest of this browser and this account, where they have met before."""
    word = request.cookies.get(cookie_name(), "")
    if not word or not email:
        return None
    wanted = _digest(word, email)
    with system_session(reads=True) as reading:
        kept = select(KnownDevice.digest).where(KnownDevice.digest == wanted, KnownDevice.seen_at > utcnow() - KEPT_FOR)
        return reading.scalar(kept)


def remember(writing: Session, email: str) -> str:
    """This browser and this account have met; answers the word its cookie is to hold. The caller commits."""
    word = request.cookies.get(cookie_name(), "")
    word = word if 20 <= len(word) <= 100 else secrets.token_urlsafe(32)  # noqa: PLR2004 -- characters
    insert: Any = (sqlite if db.engine.dialect.name == "sqlite" else postgresql).insert
    fresh = insert(KnownDevice).values(digest=_digest(word, email), seen_at=utcnow())
    met = fresh.on_conflict_do_update(index_elements=[KnownDevice.digest], set_={"seen_at": fresh.excluded.seen_at})
    writing.execute(met, execution_options={"on_behalf_of_the_system": True})
    return word


def keep(response: Response, word: str) -> Response:
    """Give the browser its word."""
    response.set_cookie(
        cookie_name(), word, max_age=KEPT_FOR, secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True,
        samesite="Lax",
    )  # fmt: skip
    return response


def token_for(user: User) -> str:
    """What a letter's link carries: good for an hour, and until the account's sessions are ended."""
    return str(_signer().dumps([user.id, user.fs_uniquifier]))


def account_of(reading: Session, token: str) -> User | None:
    """The account a letter's link is for, or None where it is too old or no such link."""
    try:
        key, word = _signer().loads(token, max_age=int(LINK_GOOD_FOR.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    found = select(User).where(User.id == key, User.fs_uniquifier == word, User.active)
    return reading.scalars(found).one_or_none()


def tidy(session: Session) -> int:
    """Forget the browsers not seen for long; answers how many."""
    old = delete(KnownDevice).where(KnownDevice.seen_at < utcnow() - KEPT_FOR)
    return int(cast("Any", session.execute(old)).rowcount)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known device")


def _digest(word: str, email: str) -> str:
    return digest(f"{word} {email}")

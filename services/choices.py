"""Who wants which reminders: kept with the account or, of a firm without one, with the address.

Letters about steps (decisions, questions) are the law's: nobody switches them off.
"""

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Supervisor, User

PAGE = "/notifications/"  # of whoever has an account


def wanted(session: Session, name: str, *, user_id: int | None, email: str) -> bool:
    """Whether somebody is to be reminded of this."""
    if user_id:
        return name not in (session.scalar(select(User.unwanted).where(User.id == user_id)) or ())
    return reminded(session, email)


def reminded(session: Session, email: str) -> bool:
    """Whether reminders go to this address of a firm: no to one is no to all that stand under it."""
    refused = select(Supervisor.id).where(Supervisor.email == email, Supervisor.reminded.is_(False))
    return session.scalar(refused.limit(1)) is None


def switch(session: Session, email: str, *, on: bool) -> None:
    """Have this address of a firm reminded, or not, wherever it stands. The caller commits."""
    for row in session.scalars(select(Supervisor).where(Supervisor.email == email)):
        row.reminded = on


def address(*, user_id: int | None, email: str) -> str:
    """Where somebody switches reminders off: the account's page, or one that their letter alone opens."""
    path = PAGE if user_id else f"/reminders/{_seal().dumps(email)}"
    return f"{current_app.extensions['staj'].public_url}{path}"


def email_of(token: str) -> str | None:
    """The address a letter's link is about; None for a link nobody was sent."""
    try:
        email = _seal().loads(token)
    except BadData:
        return None
    return email if isinstance(email, str) else None


def _seal() -> URLSafeSerializer:
    """Good for this one purpose; it does not run out, because the wish may come late."""
    return URLSafeSerializer(str(current_app.secret_key), salt="reminders to a firm")

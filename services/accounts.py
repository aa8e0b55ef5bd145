"""Accounts as people name them: by a key, an e-mail address or words of the name."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models import User
from services import search
from services.listing import Conditions, Sought, key
from workflow.addresses import as_address

OFFERED = 10
_WRITTEN = re.compile(
    r".*[<(]([^<>()]+@[^<>()]+)[>)]$"
)  # name <address>, or name (address) as the type-ahead offers it


def person(session: Session, typed: str, *also: ColumnElement[bool]) -> tuple[User | None, Sequence[User]]:
    """The one account meant, or at most ten that could be; `also` narrows what a name may mean, not an address."""
    if typed.isascii() and typed.isdigit():
        return session.get(User, key(typed) or 0), ()
    written = _WRITTEN.match(typed)
    if written or "@" in typed:
        return _by_address(session, as_address(written[1] if written else typed), also)
    where = by_words(session, User.id, typed).where
    found = (
        session.scalars(select(User).where(*where, *also).order_by(User.email).limit(OFFERED)).all() if where else []
    )
    exact = [user for user in found if user.name == typed] if len(found) > 1 else found
    return (exact[0], ()) if len(exact) == 1 else (None, found)


def by_words(session: Session, key: Any, typed: str) -> Sought:
    """Accounts whose name has, for every typed word, one that begins with it; `key` is the account's, in any table."""
    return search.sought(session, search.ACCOUNTS, key, search.name_words(typed))


def _by_address(session: Session, address: str, also: Conditions) -> tuple[User | None, Sequence[User]]:
    """An address in full names its account, whoever that is; the beginning of one only what `also` lets be found."""
    if exact := session.scalars(select(User).where(User.email == address)).one_or_none():
        return exact, ()
    begun = select(User).where(search.begins(User.email, address), *also).order_by(User.email).limit(OFFERED)
    found = session.scalars(begun).all()
    return (found[0], ()) if len(found) == 1 else (None, found)

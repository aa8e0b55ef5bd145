"""How often one may try to sign in, counted once for all processes and machines: in the database.

The library's own storages are this process's memory (two workers, twice the tries) or a server more.
"""

import hashlib
from datetime import timedelta
from math import ceil
from time import time
from typing import Any

from flask_limiter import RateLimitExceeded
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from models import SignInTry, db, utcnow
from services.scope import system_session
from workflow.say import N_, Say

STORED = "sign-in-tries://"
OF_AN_ACCOUNT = N_("Too many tries: at most %(amount)s in %(minutes)s min are possible. Try again in %(wait)s min.")
OF_A_PLACE = N_(
    "Too many tries failed in your network: at most %(amount)s in %(minutes)s min are possible. Try again in %(wait)s min."
)


class SignInTries(Storage):
    """Fixed windows, one row per key. Each try is one statement, in a transaction of its own."""

    STORAGE_SCHEME = ["sign-in-tries"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more tries; a window that is over begins anew and ends in `expiry` seconds."""
        now = utcnow()
        insert: Any = (sqlite if db.engine.dialect.name == "sqlite" else postgresql).insert
        fresh = insert(SignInTry).values(key=_digest(key), tries=amount, until=now + timedelta(seconds=expiry))
        over = SignInTry.until <= now
        counted = fresh.on_conflict_do_update(
            index_elements=[SignInTry.key],
            set_={
                "tries": case((over, fresh.excluded.tries), else_=SignInTry.tries + amount),
                "until": case((over, fresh.excluded.until), else_=SignInTry.until),
            },
        ).returning(SignInTry.tries)
        with system_session() as session:
            return int(session.execute(counted).scalar_one())

    def get(self, key: str) -> int:
        row = self._window(key)
        return row.tries if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._window(key)
        return (row.until if row else utcnow()).timestamp()

    def _window(self, key: str) -> SignInTry | None:
        with system_session(reads=True) as session:
            row = session.get(SignInTry, _digest(key))
        return row if row and row.until > utcnow() else None

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with system_session() as session:
            session.execute(delete(SignInTry))
        return None

    def clear(self, key: str) -> None:
        with system_session() as session:
            session.execute(delete(SignInTry).where(SignInTry.key == _digest(key)))


def refused(error: RateLimitExceeded, opens_at: float) -> tuple[Say, int]:
    """The rule that was met, and the seconds until `opens_at` (a time stamp), when the next try is possible."""
    rule, wait = error.limit.limit, max(1, ceil(opens_at - time()))
    said = Say(
        OF_A_PLACE if error.limit.key_func is get_remote_address else OF_AN_ACCOUNT,
        amount=rule.amount,
        minutes=ceil(rule.get_expiry() / 60),
        wait=ceil(wait / 60),
    )
    return said, wait


def _digest(key: str) -> str:
    """Keys name addresses and accounts; what is kept names nobody."""
    return hashlib.sha256(key.encode()).hexdigest()

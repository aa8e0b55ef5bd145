"""Two people at one moment, made certain: the second comes while the first one's transaction is open, and is waited for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import ReachSession, db
from services.scope import enter
from services.standing import Standing
from tests.patience import PATIENCE

Act = Callable[[Session], Any]


@contextmanager
def a_unit(app: Flask, standing: Standing) -> Iterator[Session]:
    """A session of this person's own, over a connection of its own; committed at the end."""
    with app.app_context(), ReachSession(db, expire_on_commit=False) as session:
        enter(session, standing)
        yield session
        session.commit()


def comes_second(session: Session, come: Callable[[], Any]) -> threading.Thread:
    """Let somebody come while `session` has written and not committed; back once they stand at its lock."""
    second = threading.Thread(target=come)
    session.flush()
    second.start()
    locks = session.connection()
    if locks.dialect.name == "postgresql":
        waited_until = time.monotonic() + PATIENCE
        while not locks.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first():
            if not second.is_alive() or time.monotonic() > waited_until:
                break  # they did not have to wait: the test says whether that is right
            time.sleep(0.02)
    else:
        time.sleep(0.2)  # SQLite has one lock, taken before anything is read
    return second


def one_after_the_other(app: Flask, first: tuple[Standing, Act], second: tuple[Standing, Act]) -> str:
    """What became of the second: done, or the name of its refusal."""
    told = []

    def come() -> None:
        try:
            with a_unit(app, second[0]) as theirs:
                second[1](theirs)
            told.append("done")
        except Exception as refused:  # noqa: BLE001 -- whatever it is, the test reads it
            told.append(type(refused).__name__)

    with a_unit(app, first[0]) as session:
        first[1](session)
        thread = comes_second(session, come)
    thread.join()
    return told[0]

"""The outbox: letters are written with the step that causes them and posted afterwards, once, by a worker.

A mail server that is down, slow or refusing delays letters and nothing else.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from models import Letter, utcnow
from services.identity_letters import READER
from services.scope import system_session
from services.transports import Rejected, Transport, Unreachable
from workflow.words import LetterState

_log = logging.getLogger("staj.outbox")
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440))
LEASE = timedelta(minutes=15)
BATCH = 100
REMOVED = "–"
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Claim:
    """One letter that this worker, and no other, may post until the lease runs out."""

    letter: Letter
    tries: int


def post_due(transport: Transport, now: Clock = utcnow) -> int:
    """Post every letter that is due; answers how many left. Stops early when the server cannot be reached."""
    posted = 0
    with transport:
        for claim in _claims(now):
            try:
                transport.deliver(claim.letter)
            except Rejected as refusal:
                _keep(claim, now(), error=str(refusal), final=refusal.final)
            except Unreachable as trouble:
                _keep(claim, now(), error=str(trouble), final=False)
                break
            except Exception as fault:  # noqa: BLE001 -- what nobody foresaw of one letter holds no other one up
                _log.exception("Letter %s", claim.letter.id)
                _keep(claim, now(), error=repr(fault), final=False)
            else:
                _keep(claim, now(), leaves=transport.leaves)
                posted += 1
    return posted


def retry(session: Session, letter: Letter) -> bool:
    """Queue a letter again, as if never tried. The caller commits.

    False for one already sent, and for one a worker holds at this moment: it would leave twice.
    """
    session.refresh(letter, with_for_update={"of": Letter})
    waits = letter.state is LetterState.QUEUED and letter.tries > 0
    held = waits and letter.error is None and letter.next_try_at > utcnow()  # claimed (`_claim`), its lease not run out
    if held or letter.state is LetterState.SENT:
        return False
    letter.state, letter.tries, letter.error = LetterState.QUEUED, 0, None
    letter.next_try_at = utcnow()
    return True


def _claims(now: Clock) -> Iterator[Claim]:
    """The due letters, claimed one by one as they are asked for, with those that are written meanwhile.

    A claim moves its letter on, so that none comes twice before its next try.
    """
    while due := _due(now()):
        for key, tries in due:
            if claim := _claim(key, tries, now()):
                yield claim


def _due(moment: datetime) -> list[tuple[int, int]]:
    with system_session(reads=True) as session:
        rows = session.execute(
            select(Letter.id, Letter.tries)
            .where(Letter.state == LetterState.QUEUED, Letter.next_try_at <= moment)
            .order_by(Letter.next_try_at, Letter.id)
            .limit(BATCH)
        )
        return [(key, tries) for key, tries in rows]


def _claim(key: int, tries: int, moment: datetime) -> Claim | None:
    """Compare and set: whoever counts the try up owns it. A worker that dies lets the lease run out."""
    with system_session() as session:
        done = session.execute(
            update(Letter)
            .where(
                Letter.id == key,
                Letter.state == LetterState.QUEUED,
                Letter.tries == tries,
                Letter.next_try_at <= moment,
            )
            .values(tries=tries + 1, next_try_at=moment + LEASE, error=None)
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", done).rowcount != 1:
            return None
        letter = session.get(Letter, key)
        session.expunge_all()
    return Claim(letter, tries + 1) if letter else None


def _keep(
    claim: Claim, moment: datetime, *, error: str | None = None, final: bool = False, leaves: bool = True
) -> None:
    """Write down what came of a claim, unless the lease ran out and somebody else took over."""
    given_up = final or claim.tries > len(PAUSES)
    values: dict[str, Any] = {"error": error[:500] if error else None}
    if error is None:
        values |= {"state": LetterState.SENT, "sent_at": moment}
        if leaves and claim.letter.step_id is None and claim.letter.notice_id is None and claim.letter.reader != READER:
            values |= {"text": REMOVED, "html": REMOVED}  # a sign-in letter's link is a key: nobody reads it here
    elif given_up:
        values |= {"state": LetterState.FAILED}
    else:
        values |= {"next_try_at": moment + PAUSES[claim.tries - 1]}
    with system_session() as session:
        session.execute(
            update(Letter)
            .where(Letter.id == claim.letter.id, Letter.state == LetterState.QUEUED, Letter.tries == claim.tries)
            .values(values)
            .execution_options(synchronize_session=False)
        )

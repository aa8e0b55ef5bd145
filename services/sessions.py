"""Who is signed in where: one row for each browser, so that a session ends on the server and not with its cookie.

The key is in the cookie, its digest in the row, and the row is read by the statement that reads the account. A new
secret word of the account (another password, another address, closed by IT) ends them all.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any, cast

from flask import current_app, g, request, session
from flask_security.utils import check_and_update_authn_fresh, set_request_attr
from sqlalchemy import Table, delete, event, inspect, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, UOWTransaction

from models import ReachSession, SignedIn, User, db, utcnow
from services.link_codes import digest
from services.scope import system_session
from services.session_limits import Limits, limits
from services.standing import Standing, standing_of

SEEN_EVERY = timedelta(minutes=1)  # no page is answered more slowly because somebody reads fast
FRESH_FOR, GRACE = timedelta(hours=12), timedelta(hours=1)  # since the password was typed
SHOWN = 50
_SYSTEM = {"on_behalf_of_the_system": True}
_TABLE = cast("Table", SignedIn.__table__)


@dataclass(frozen=True)
class Current:
    """The session a request belongs to, and what its account stands for today."""

    id: int
    began_at: datetime
    seen_at: datetime
    remembered: bool
    standing: Standing


def load(kept: str, today: date) -> User | None:
    """The account whose session a cookie is of, or None where it has ended; `g.signed_in` says which it is."""
    word, _dot, key = kept.partition(".")
    asked = select(User, SignedIn.id, SignedIn.began_at, SignedIn.seen_at, SignedIn.remembered).where(
        SignedIn.digest == digest(key), SignedIn.user_id == User.id, User.fs_uniquifier == word, User.active
    )
    found = db.session.execute(asked, execution_options=_SYSTEM).one_or_none()
    if found is None:
        return None
    user: User = found[0]
    standing = standing_of(db.session(), user.id, user.name, today)
    current = Current(*found[1:], standing)
    if limits_of(standing).over(current.began_at, current.seen_at, utcnow(), remembered=current.remembered):
        g.session_over = current
        return None
    g.signed_in = current
    set_request_attr("fs_authn_via", "session")  # what the library asks about freshness
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return user


def limits_of(standing: Standing) -> Limits:
    """How long the sessions of such a person last."""
    return limits(current_app.extensions["staj"], standing.actors)


def note() -> None:
    """Keep that this session was used just now, at most once a minute; forget one that is over.

    Wants no transaction open. A database that is busy is not waited for twice: the next page says it again.
    """
    now, current, over = utcnow(), g.get("signed_in"), g.get("session_over")
    with suppress(OperationalError):
        if over:
            with system_session() as writing:
                writing.execute(delete(SignedIn).where(SignedIn.id == over.id))
        elif current and now - current.seen_at >= SEEN_EVERY:
            with system_session() as writing:
                writing.execute(update(SignedIn).where(SignedIn.id == current.id).values(seen_at=now))


def begin(user: User, today: date) -> bool:
    """A row for the session that is being begun for `user`; answers whether it is remembered. The caller commits."""
    allowed = limits_of(standing_of(db.session(), user.id, user.name, today)).remember
    remembered = bool(allowed) and session.get("_remember") == "set"
    if remembered:
        session["_remember_seconds"] = allowed.total_seconds()
    elif session.pop("_remember", None) or current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies:
        session["_remember"] = "clear"
    db.session.add(row(user, remembered=remembered))
    return remembered


def row(user: User, *, remembered: bool = False) -> SignedIn:
    """The row of the session whose key `user.session_id` has just made."""
    return SignedIn(
        digest=digest(user.new_key),
        user_id=user.id,
        remembered=remembered,
        device=device(request.user_agent.string) if request else "",
        place=place(request.remote_addr or "") if request else "",
    )


def end_current() -> None:
    """The session of this request ends on the server. The caller commits."""
    if current := g.get("signed_in"):
        end(db.session(), current.standing.user_id, current.id)


def end(session: Session, user_id: int | None, key: int) -> bool:
    """End one session of this account; False where it has none of that key. The caller commits."""
    one = delete(_TABLE).where(_TABLE.c.user_id == user_id, _TABLE.c.id == key)
    return bool(cast("Any", session.execute(one, execution_options=_SYSTEM)).rowcount)


def end_all(session: Session, user_id: int | None, *, but: int = 0) -> int:
    """End every session of this account except one; answers how many. The caller commits."""
    all_ = delete(_TABLE).where(_TABLE.c.user_id == user_id, _TABLE.c.id != but)
    return int(cast("Any", session.execute(all_, execution_options=_SYSTEM)).rowcount)


def of(session: Session, user_id: int | None, standing: Standing | None = None) -> Sequence[SignedIn]:
    """The sessions of an account, last used first; with its standing, only those that are not over."""
    own = select(SignedIn).where(SignedIn.user_id == user_id).order_by(SignedIn.seen_at.desc(), SignedIn.id)
    rows = session.scalars(own.limit(SHOWN), execution_options=_SYSTEM).all()
    held, now = standing and limits_of(standing), utcnow()
    return [r for r in rows if not held or not held.over(r.began_at, r.seen_at, now, remembered=r.remembered)]


def stale() -> bool:
    """Whether whoever is here came by “remember me” and has not typed the password for long."""
    current = g.get("signed_in")
    return bool(current and current.remembered) and not check_and_update_authn_fresh(FRESH_FOR, GRACE, "session")


@event.listens_for(ReachSession, "before_flush")
def _another_word(writing: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Sessions of the old secret word open nothing any more: they stand in no list either."""
    for user in writing.dirty:
        if isinstance(user, User) and inspect(user).attrs.fs_uniquifier.history.deleted:
            end_all(writing, user.id)


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox|FxiOS", "Firefox"),
             ("Chrom|CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"),
            ("Linux", "Linux"))  # fmt: skip


def device(agent: str) -> str:
    """A browser as people name it; empty where it does not say."""
    found = (next((name for sign, name in table if re.search(sign, agent)), "") for table in (_BROWSERS, _SYSTEMS))
    return " · ".join(filter(None, found))


def place(address: str) -> str:
    """The network somebody came from: enough to know one's own, not enough to name a machine."""
    with suppress(ValueError):
        whole = ip_address(address)
        return str(ip_network(f"{whole}/{24 if whole.version == 4 else 48}", strict=False))  # noqa: PLR2004 -- IP versions
    return ""


def tidy(session: Session, now: datetime) -> int:
    """Forget the sessions that are over for everybody; answers how many."""
    longest = limits(current_app.extensions["staj"], ())
    kept = max(longest.whole, longest.remember)
    return int(cast("Any", session.execute(delete(SignedIn).where(SignedIn.began_at < now - kept))).rowcount)

"""Nobody locks the house: an office that appoints all others, and itself, is not ended by whoever holds it last.

IT appoints everybody else, so only IT cannot be given back from within. The rule: no change of memberships or
accounts brings forward the first day on which nobody would be in the IT office.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.base import instance_state

from models import Membership, User
from workflow.days import LAST_DAY
from workflow.say import Say
from workflow.words import Actor

NOBODY_LEFT = Say("From %(day)s on nobody would be in the IT office. Appoint somebody there until then or later first.")
DAY = timedelta(days=1)


class LastOfficer(Exception):
    """A change after which nobody could appoint anybody; `say` is the sentence."""

    def __init__(self, say: Say) -> None:
        super().__init__(str(say))
        self.say = say


@dataclass(frozen=True)
class Term:
    """A term in the IT office: whose, and its days."""

    user_id: int
    starts_on: date
    ends_on: date | None


def guard(session: Session) -> None:
    """Raise LastOfficer where the coming flush would leave the IT office to nobody."""
    terms: dict[int, Term | None] = {}
    opened: dict[int, bool] = {}
    for n, row in enumerate((*session.new, *session.dirty, *session.deleted)):
        if isinstance(row, Membership):
            terms[row.id or -n] = None if row in session.deleted else term_of(row)
        elif isinstance(row, User) and row.id and instance_state(row).attrs.active.history.has_changes():
            opened[row.id] = row.active
    if (terms or opened) and (said := leaves_nobody(session, today_here(), terms, opened)):
        raise LastOfficer(said)


def today_here() -> date:
    """The date in Istanbul."""
    return datetime.now(ZoneInfo("Europe/Istanbul")).date()


def term_of(row: Membership) -> Term | None:
    """A membership as a term in the IT office; None for one of another duty."""
    return Term(row.user_id, row.starts_on, row.ends_on) if row.actor == Actor.IT else None


def leaves_nobody(
    session: Session,
    today: date,
    terms: Mapping[int, Term | None] | None = None,
    opened: Mapping[int, bool] | None = None,
) -> Say | None:
    """Why these changes cannot be made, or None. `terms`: memberships as they would be, by key (0 or less: a new
    one), None for one that goes; `opened`: whether an account may sign in.
    """
    held, active = _held(session, today)
    would_open = active | dict(opened or {})
    kept = {key: term for key, term in {**held, **(terms or {})}.items() if term}
    before = _first_gap((t for t in held.values() if active.get(t.user_id)), today)
    after = _first_gap((t for t in kept.values() if _opens(session, t, would_open)), today)
    return Say(NOBODY_LEFT.msgid, day=after) if after < before else None


def _held(session: Session, today: date) -> tuple[dict[int, Term], dict[int, bool]]:
    """Today's and later terms by key, and which accounts are open; held until the caller commits."""
    found = session.execute(
        select(Membership.id, Membership.user_id, Membership.starts_on, Membership.ends_on, User.active)
        .join(Membership.user)
        .where(Membership.actor == Actor.IT, or_(Membership.ends_on.is_(None), Membership.ends_on >= today))
        .order_by(Membership.id)
        .with_for_update()
    ).all()
    terms = {row.id: Term(row.user_id, row.starts_on, row.ends_on) for row in found}
    return terms, {row.user_id: row.active for row in found}


def _opens(session: Session, term: Term, known: dict[int, bool]) -> bool:
    if term.user_id not in known:
        known[term.user_id] = bool(session.scalar(select(User.active).where(User.id == term.user_id)))
    return known[term.user_id]


def _first_gap(terms: Iterable[Term], today: date) -> date:
    """The first day from today on that none of these terms covers; the day after the last for none."""
    day = today
    for term in sorted(terms, key=lambda t: t.starts_on):
        last = term.ends_on or LAST_DAY
        if term.starts_on <= day <= last:
            day = last + DAY
    return day

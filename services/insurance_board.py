"""The health office's deadline board: which declarations wait, how long they have, in words."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Session

from models import Declaration
from services import search
from services.calendar import RUNS_ON, Grace, office_days
from services.listing import NOTHING, Conditions, Sought, counts, spread
from workflow.say import N_, Say
from workflow.words import DeclarationKind, DeclarationState, Urgency

WAITING = (DeclarationState.DUE, DeclarationState.FAILED)
STATES = tuple(s for s in DeclarationState if s is not DeclarationState.NEW)
ALL = "all"
SOON = timedelta(days=7)
COUNTED = timedelta(days=30)  # working days are counted this far ahead, beyond it weeks


@dataclass(frozen=True)
class View:
    """One number of the board and the filter it leads to."""

    label: str
    args: Mapping[str, str]


VIEWS: dict[str, View] = {
    **{u.value: View(u.label, {"due": u.value}) for u in Urgency if u is not Urgency.SOON},
    "exits": View(N_("Exits due"), {"kind": DeclarationKind.EXIT.value, "due": Urgency.SOON.value}),
    "corrections": View(N_("Corrections due"), {"kind": DeclarationKind.CORRECTION.value}),
    "cancellations": View(N_("Cancellations due"), {"kind": DeclarationKind.CANCELLATION.value}),
    "sent": View(N_("Sent, reference awaited"), {"state": DeclarationState.SENT.value}),
}


def conditions(args: Mapping[str, str], today: date) -> list[ColumnElement[bool]]:
    """What the filters of the board ask for, status and words apart; values not on offer are passed over."""
    asked = [Declaration.kind == DeclarationKind(kind)] if (kind := args.get("kind")) in set(DeclarationKind) else []
    return [*asked, *_within(args.get("due", ""), today)]


def sought(session: Session, args: Mapping[str, str]) -> Sought:
    """The words that the board is searched by."""
    words = search.applications(search.everywhere())
    return search.sought(session, words, Declaration.application_id, search.typed_words(search.term(args)))


def _within(word: str, today: date) -> list[ColumnElement[bool]]:
    aim = Declaration.aim_on
    return {
        Urgency.OVERDUE.value: [aim < today],
        Urgency.TODAY.value: [aim == today],
        Urgency.WEEK.value: [aim > today, aim <= today + SOON],
        Urgency.SOON.value: [aim <= today + SOON],
        Urgency.LATER.value: [aim > today + SOON],
    }.get(word, [])


def branches(args: Mapping[str, str], words: Sought = NOTHING) -> list[Conditions]:
    """The statuses asked for, one index walk each; by default what still waits for the office."""
    state = args.get("state", "")
    states = STATES if state == ALL else [DeclarationState(state)] if state in STATES else WAITING
    if words is not NOTHING and not words.common:
        # few files have these words and very many a status: no index of the status may lead
        return [[func.coalesce(Declaration.state, "").in_(states)]]
    return [[Declaration.state == s] for s in states]


def elsewhere(session: Session, args: Mapping[str, str], words: Sought, today: date) -> dict[Any, int]:
    """How many declarations a search finds in the statuses that are not asked for; not of words that very many have."""
    asked = args.get("state", "")
    if words is NOTHING or words.common or asked == ALL:
        return {}
    shown = [DeclarationState(asked)] if asked in STATES else WAITING
    others = [s for s in STATES if s not in shown]
    where = [func.coalesce(Declaration.state, "").in_(others), *conditions(args, today), *words.where]  # see branches
    found = spread(session, Declaration.state, where)
    return {state: found[state] for state in others if state in found}


def board(session: Session, today: date) -> dict[str, int]:
    """How many declarations wait, view by view."""
    views = {name: conditions(view.args, today) for name, view in VIEWS.items()}
    return counts(session, Declaration, views, branches=branches({}), of={"sent": branches(VIEWS["sent"].args)})


@dataclass(frozen=True)
class Left:
    """How long a declaration has, as a word and its colour."""

    urgency: Urgency
    say: Say


def time_left(session: Session, rows: Iterable[Any], now: Grace) -> list[Left | None]:
    """For each row (state, kind, aim_on, due_on), in order; None where nothing waits any more."""
    rows, today = list(rows), now.today
    ahead = [r.aim_on for r in rows if r.state in WAITING and today < r.aim_on <= today + COUNTED]
    works = office_days(session, today, max(ahead)) if ahead else ()
    return [_left(r, works, now) if r.state in WAITING else None for r in rows]


def _just_passed(row: Any, today: date) -> bool:
    """The last day of an entry that was no working day runs on to the next one."""
    return row.kind is DeclarationKind.ENTRY and row.state in WAITING and today - RUNS_ON <= row.due_on < today


def _left(row: Any, works: Collection[date], now: Grace) -> Left:
    today = now.today
    if _just_passed(row, today) and not now.over(row.due_on):
        return Left(Urgency.OVERDUE, Say("Last day %(day)s", day=now.until))
    if row.due_on < today:
        days = (today - row.due_on).days
        return Left(
            Urgency.OVERDUE,
            Say("1 day past the law’s day") if days == 1 else Say("%(days)s days past the law’s day", days=days),
        )
    if row.aim_on < today:
        return Left(Urgency.OVERDUE, Say("Last day %(day)s", day=row.due_on))
    if row.aim_on == today:
        return Left(Urgency.TODAY, Say("today"))
    if row.aim_on > today + COUNTED:
        return Left(Urgency.LATER, Say("%(weeks)s weeks left", weeks=(row.aim_on - today).days // 7))
    days = sum(today < day <= row.aim_on for day in works)
    say = Say("1 working day left") if days == 1 else Say("%(days)s working days left", days=days)
    return Left(Urgency.WEEK if row.aim_on <= today + SOON else Urgency.LATER, say)

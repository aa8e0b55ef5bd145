"""The commission's queue: which files an address asks for, in which order, each order on an index."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from models import Application, Department, Institution, InternshipType, SearchWord, Term
from services.listing import Conditions, Cursor, Order, key, neighbour
from services.register import begins, by_words
from services.say import spoken
from services.scope import among
from services.sign_in import ISTANBUL
from services.standing import Standing
from workflow.days import FIRST_DAY, LAST_DAY
from workflow.turkish import search_key, search_words
from workflow.words import Actor, ApplicationState

ALL = "all"
STATES = tuple(s for s in ApplicationState if s is not ApplicationState.DRAFT)
WAITING_FIRST = Order(Application.submitted_at)
NEWEST_FIRST = Order(Application.submitted_at, descending=True)
BY_START = Order(Application.starts_on)
ORDERS = {"waiting": WAITING_FIRST, "newest": NEWEST_FIRST, "start": BY_START}
KEYS = ("type", "term", "institution", "department")
DAYS = ("submitted_from", "submitted_to", "start_from", "start_to")
KEPT = ("state", "q", "order", *KEYS, *DAYS)


@dataclass(frozen=True)
class Queue:
    """One view of the queue; what an address asks for that cannot be is in `wrong` and asks for nothing."""

    standing: Standing
    state: ApplicationState | None
    keys: Mapping[str, int]
    days: Mapping[str, date]
    words: tuple[str, ...]
    order: Order
    wrong: tuple[str, ...] = ()

    @property
    def everywhere(self) -> bool:
        """Whether the reader has every department, and none is asked for."""
        return Actor.CAREER_CENTRE in self.standing.actors and "department" not in self.keys

    @property
    def departments(self) -> frozenset[int]:
        """The departments asked for within the reader's own; empty where it is everywhere."""
        if self.everywhere:
            return frozenset()
        asked = self.keys.get("department")
        if asked is None:
            return self.standing.commissions
        return (
            frozenset({asked}) if Actor.CAREER_CENTRE in self.standing.actors else self.standing.commissions & {asked}
        )

    @property
    def branches(self) -> list[Conditions]:
        """One alternative per department, so that each is read in order from its index."""
        state = [Application.state == self.state] if self.state else []
        if self.everywhere:
            return [state]
        return [[Application.department_id == d, *state] for d in sorted(self.departments) or (0,)]

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """What every alternative has to satisfy; a reader's own file is never in their queue."""
        own = [Application.student_id != self.standing.student_id] if self.standing.student_id else []
        return [Application.submitted_at.is_not(None), *own, *self._of_keys(), *self._of_days(), *self._of_words()]

    def place(self, row: Application) -> Cursor:
        """Where a file stands in this order, whether or not it still belongs there."""
        return Cursor(getattr(row, self.order.column.key), row.id)

    def beside(self, session: Session, row: Application, *, back: bool = False) -> int | None:
        """The file after (or before) this one, or None at the end."""
        at = self.place(row)
        return neighbour(session, self.order, Cursor(at.value, at.id, back), where=self.where, branches=self.branches)

    def _of_keys(self) -> list[ColumnElement[bool]]:
        columns = {
            "type": Application.internship_type_id,
            "term": Application.term_id,
            "institution": Application.institution_id,
        }
        return [column == self.keys[name] for name, column in columns.items() if name in self.keys]

    def _of_days(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        for name, (column, begin) in _DAY_COLUMNS.items():
            if first := self.days.get(f"{name}_from"):
                found.append(column >= begin(first))
            if last := self.days.get(f"{name}_to"):
                found.append(column < begin(last + timedelta(days=1)))
        return found

    def _of_words(self) -> list[ColumnElement[bool]]:
        """The longest word is walked down in its index; the others are asked of each file found."""
        if not self.words:
            return []
        first, *others = self.words
        department = SearchWord.department_id
        of = department.in_(select(Department.id)) if self.everywhere else among(department, self.departments)
        walked = select(SearchWord.application_id).where(of, begins(SearchWord.word, first))
        found: list[ColumnElement[bool]] = [Application.id.in_(walked)]
        for word in others:
            also = aliased(SearchWord)
            found.append(
                select(also.word).where(also.application_id == Application.id, begins(also.word, word)).exists()
            )
        return found


def _midnight(day: date) -> datetime:
    """The moment a day begins in Istanbul."""
    return datetime.combine(day, time(), ISTANBUL)


_DAY_COLUMNS: dict[str, tuple[Any, Callable[[date], Any]]] = {
    "submitted": (Application.submitted_at, _midnight),
    "start": (Application.starts_on, lambda day: day),
}


def queue(session: Session, args: Mapping[str, str], standing: Standing) -> Queue:
    """The view an address asks for; by default what waits, longest waiting first."""
    wrong: list[str] = []
    keys = {n: k for n in KEYS if (typed := args.get(n, "").strip()) and (k := _key(session, n, typed, wrong))}
    days = {n: d for n in DAYS if (typed := args.get(n, "").strip()) and (d := _day(n, typed, wrong))}
    asked = args.get("state", ApplicationState.SUBMITTED)
    state = ApplicationState(asked) if asked in STATES else None
    typed = args.get("q", "").replace("\x00", "").strip()[:100]
    words = sorted(search_words(typed), key=lambda w: (-len(w), w))
    if typed and not words:
        wrong.append("q")
    return Queue(standing, state, keys, days, tuple(words), _order(args, state, days), tuple(wrong))


def _order(args: Mapping[str, str], state: ApplicationState | None, days: Mapping[str, date]) -> Order:
    """As asked; else by start where a start is asked for, what waits longest first, anything else newest first."""
    if args.get("order") in ORDERS:
        return ORDERS[args["order"]]
    if "start_from" in days or "start_to" in days:
        return BY_START
    return WAITING_FIRST if state is ApplicationState.SUBMITTED else NEWEST_FIRST


def _key(session: Session, name: str, typed: str, wrong: list[str]) -> int | None:
    """A key as chosen from a list, or an institution's name as far as it names one."""
    if found := key(typed):
        return found
    if name == "institution":
        alike = named(session, typed)
        same = [i for i in alike if i.name_key == search_key(_TOWN.sub("", typed))] or alike
        if len(same) == 1:
            return same[0].id
    wrong.append(name)
    return None


_TOWN = re.compile(r" \([^()]*\)$")  # the type-ahead offers "name (town)"


def named(session: Session, typed: str) -> Sequence[Institution]:
    """At most ten institutions that a typed name could mean, whatever their state."""
    name = _TOWN.sub("", typed.replace("\x00", ""))[:100]
    where = by_words(name)
    if not where:
        return ()
    in_full = Institution.name_key == search_key(name)  # what is typed in full is offered first
    found = select(Institution).where(*where).order_by(in_full.desc(), Institution.name_key, Institution.id)
    return session.scalars(found.limit(10)).all()


def _day(name: str, typed: str, wrong: list[str]) -> date | None:
    with suppress(ValueError):
        if FIRST_DAY <= (day := date.fromisoformat(typed)) <= LAST_DAY:
            return day
    wrong.append(name)
    return None


def options(session: Session, asked: Queue) -> dict[str, list[tuple[int, str]]]:
    """What the filters offer, in one statement: the reader's departments, their internship types, the terms."""
    departments = select(
        literal("department").label("kind"),
        Department.id.label("key"),
        spoken(Department.name).label("name"),
        Department.code.label("of"),
    )
    if Actor.CAREER_CENTRE not in asked.standing.actors:
        departments = departments.where(among(Department.id, asked.standing.commissions))
    types = (
        select(literal("type"), InternshipType.id, spoken(InternshipType.name), Department.code)
        .join(InternshipType.department)
        .where(among(InternshipType.department_id, asked.departments))
    )
    terms = select(literal("term"), Term.id, spoken(Term.name), Term.code)
    found: dict[str, list[Any]] = {"department": [], "type": [], "term": []}
    for row in session.execute(union_all(departments, types, terms)):
        found[row.kind].append(row)
    several = len(asked.departments) > 1
    return {
        "department": [(r.key, r.name) for r in sorted(found["department"], key=lambda r: search_key(r.name))],
        "type": [
            (r.key, f"{r.of}: {r.name}" if several else r.name)
            for r in sorted(found["type"], key=lambda r: (r.of, r.key))
        ],
        "term": [(r.key, r.name) for r in sorted(found["term"], key=lambda r: r.of, reverse=True)],
    }

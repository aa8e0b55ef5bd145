"""The commission's queue: which files an address asks for, in which order, each order on an index."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, select, union_all
from sqlalchemy.orm import Session

from models import Application, Department, Faculty, Institution, InternshipType, Membership, SearchWord, Term, User
from services import search
from services.commissions import in_office
from services.listing import NOTHING, Conditions, Cursor, Order, Sought, key, neighbour, spread
from services.register import lasting, named_like
from services.reviewers import off_duty
from services.say import spoken
from services.scope import among
from services.sign_in import ISTANBUL, today
from services.standing import Standing
from services.visible import impartial
from workflow import written
from workflow.turkish import collation_key, search_key
from workflow.words import Actor, ApplicationState, InstitutionState

ALL = "all"
STATES = tuple(s for s in ApplicationState if s is not ApplicationState.DRAFT)
WAITING_FIRST = Order(Application.submitted_at)
NEWEST_FIRST = Order(Application.submitted_at, descending=True)
BY_START = Order(Application.starts_on)
HANDED_IN_FIRST = Order(Application.handed_in_at)  # never null where completions are asked for
ORDERS = {"waiting": WAITING_FIRST, "newest": NEWEST_FIRST, "start": BY_START}
KEYS = ("type", "term", "institution", "department", "faculty")
TEXTS = {"city": Institution.city, "sector": Institution.sector}
DAYS = ("submitted_from", "submitted_to", "start_from", "start_to")
KEPT = ("state", "q", "order", "reviewer", "breaks", *KEYS, *TEXTS, *DAYS)
MINE, NOBODYS, OFF = "mine", "nobody", "off"  # by whose turn it is; or a member's key


@dataclass(frozen=True)
class Queue:
    """One view of the queue; what an address asks for that cannot be is in `wrong` and asks for nothing."""

    standing: Standing
    state: ApplicationState | None
    keys: Mapping[str, int]
    days: Mapping[str, date]
    order: Order
    sought: Sought = NOTHING
    reviewer: str | int | None = None
    wrong: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    breaks: bool = False  # those alone that break a rule since their days were counted anew
    of_faculty: frozenset[int] | None = None  # the departments of the faculty asked for

    @property
    def everywhere(self) -> bool:
        """Whether the reader has every department, and none is asked for."""
        asked = "department" in self.keys or self.of_faculty is not None
        return Actor.CAREER_CENTRE in self.standing.actors and not asked

    @property
    def departments(self) -> frozenset[int]:
        """The departments asked for within the reader's own; empty where it is everywhere."""
        own = None if Actor.CAREER_CENTRE in self.standing.actors else self.standing.commissions
        asked = frozenset({self.keys["department"]}) if "department" in self.keys else None
        sets = [found for found in (own, asked, self.of_faculty) if found is not None]
        return frozenset.intersection(*sets) if sets else frozenset()

    @property
    def branches(self) -> list[Conditions]:
        """One alternative per department, so that each is read in order from its index."""
        state = [Application.state == self.state] if self.state else []
        if self.everywhere:
            return [state]
        return [[Application.department_id == d, *state] for d in sorted(self.departments) or (0,)]

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """What every alternative has to satisfy: the filters, and the words it is searched by."""
        return [*self.filters, *self.sought.where]

    @property
    def filters(self) -> list[ColumnElement[bool]]:
        """What is asked but for the words; a reader's own file is never in their queue."""
        return [
            Application.submitted_at.is_not(None), *([Application.breaks.is_not(None)] if self.breaks else []), *self.not_own, *self._of_reviewer(), *self._of_keys(),
            *self._of_texts(), *self._of_days(),
        ]  # fmt: skip

    @property
    def not_own(self) -> list[ColumnElement[bool]]:
        return impartial(Application, self.standing)

    def place(self, row: Application) -> Cursor:
        """Where a file stands in this order, whether or not it still belongs there."""
        return Cursor(getattr(row, self.order.column.key), row.id)

    def elsewhere(self, session: Session) -> dict[Any, int]:
        """How many files a search finds in the statuses that are not asked for; not of words that very many have."""
        if self.sought is NOTHING or self.sought.common or self.state is None:
            return {}
        others = [s for s in STATES if s is not self.state]
        within = [] if self.everywhere else [among(Application.department_id, self.departments)]
        found = spread(session, Application.state, [Application.state.in_(others), *within, *self.where])
        return {state: found[state] for state in others if state in found}

    def beside(self, session: Session, row: Application, *, back: bool = False) -> int | None:
        """The file after (or before) this one, or None at the end."""
        at = self.place(row)
        if at.value is None:
            return None  # never handed in: it has no place among those that were
        place = Cursor(at.value, at.id, back)
        return neighbour(session, self.order, place, where=self.filters, branches=self.branches, sought=self.sought)

    def _of_reviewer(self) -> list[ColumnElement[bool]]:
        """Whose turn it is; a commission's own business, so that its index begins with the department."""
        match self.reviewer:
            case None:
                return []
            case "nobody":
                return [Application.reviewer_id.is_(None)]
            case "off":
                return off_duty(today())
            case "mine":
                return [Application.reviewer_id == self.standing.user_id]
        return [Application.reviewer_id == self.reviewer]

    def _of_keys(self) -> list[ColumnElement[bool]]:
        columns = {
            "type": Application.internship_type_id,
            "term": Application.term_id,
            "institution": Application.institution_id,
        }
        return [column == self.keys[name] for name, column in columns.items() if name in self.keys]

    @property
    def places(self) -> list[ColumnElement[bool]]:
        """What is asked of the institution itself: its city, its sector."""
        return [TEXTS[name] == text for name, text in self.texts.items()]

    def _of_texts(self) -> list[ColumnElement[bool]]:
        return [Application.institution_id.in_(select(Institution.id).where(*self.places))] if self.texts else []

    def _of_days(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        for name, (column, begin) in _DAY_COLUMNS.items():
            if first := self.days.get(f"{name}_from"):
                found.append(column >= begin(first))
            if last := self.days.get(f"{name}_to"):
                found.append(column < begin(last + timedelta(days=1)))
        return found

    @property
    def searched(self) -> search.Words:
        """The words its files are found by."""
        of = search.everywhere() if self.everywhere else among(SearchWord.department_id, self.departments)
        return search.applications(of)


def midnight(day: date) -> datetime:
    """The moment a day begins in Istanbul."""
    return datetime.combine(day, time(), ISTANBUL)


_DAY_COLUMNS: dict[str, tuple[Any, Callable[[date], Any]]] = {
    "submitted": (Application.submitted_at, midnight),
    "start": (Application.starts_on, lambda day: day),
}


def queue(session: Session, args: Mapping[str, str], standing: Standing) -> Queue:
    """The view an address asks for; by default what waits, longest waiting first."""
    wrong: list[str] = []
    keys = {n: k for n in KEYS if (typed := args.get(n, "").strip()) and (k := _key(session, n, typed, wrong))}
    days = {n: d for n in DAYS if (typed := args.get(n, "").strip()) and (d := day_of(n, typed, wrong))}
    asked = args.get("state", ApplicationState.SUBMITTED)
    state = ApplicationState(asked) if asked in STATES else None
    typed = search.term(args)
    words = search.typed_words(typed)
    if typed and not words:
        wrong.append("q")
    texts = {n: asked for n in TEXTS if (asked := args.get(n, "").replace("\x00", "").strip()[:100])}
    of = select(Department.id).where(Department.faculty_id == keys.get("faculty"))
    of_faculty = frozenset(session.scalars(of)) if "faculty" in keys else None
    reviewer = _reviewer(args.get("reviewer", "").strip(), standing, wrong)
    order = _order(args, state, days)
    view = Queue(
        standing, state, keys, days, order,
        reviewer=reviewer, wrong=tuple(wrong), texts=texts, breaks=bool(args.get("breaks")), of_faculty=of_faculty,
    )  # fmt: skip
    return replace(view, sought=search.sought(session, view.searched, Application.id, words))


def _reviewer(typed: str, standing: Standing, wrong: list[str]) -> str | int | None:
    """Whose files an address asks for; only a commission divides its files."""
    if typed and standing.commissions and (typed in {MINE, NOBODYS, OFF} or key(typed)):
        return key(typed) or typed
    wrong += ["reviewer"] if typed else []
    return None


def _order(args: Mapping[str, str], state: ApplicationState | None, days: Mapping[str, date]) -> Order:
    """As asked; else by start where a start is asked for, what waits longest first, anything else newest first."""
    waiting = HANDED_IN_FIRST if state is ApplicationState.COMPLETION else WAITING_FIRST
    if args.get("order") in ORDERS:
        return waiting if args["order"] == "waiting" else ORDERS[args["order"]]
    if "start_from" in days or "start_to" in days:
        return BY_START
    return waiting if state in {ApplicationState.SUBMITTED, ApplicationState.COMPLETION} else NEWEST_FIRST


def _key(session: Session, name: str, typed: str, wrong: list[str]) -> int | None:
    """A key as chosen from a list, or an institution's name as far as it names one."""
    if found := key(typed):
        kept = lasting(session, found) if name == "institution" else None
        return kept.id if kept else found
    if name == "institution":
        alike = named(session, typed)
        same = [i for i in alike if i.name_key == search_key(_TOWN.sub("", typed))] or alike
        if len(same) == 1:
            return same[0].id
    wrong.append(name)
    return None


_TOWN = re.compile(r" \([^()]*\)$")  # the type-ahead offers "name (town)"


def named(session: Session, typed: str) -> Sequence[Institution]:
    """At most ten institutions that a typed name could mean; one that was merged is meant by its survivor."""
    name = _TOWN.sub("", typed.replace("\x00", ""))[:100]
    where = named_like(session, name)
    if not where:
        return ()
    in_full = Institution.name_key == search_key(name)  # what is typed in full is offered first
    where = [*where, Institution.state != InstitutionState.MERGED]
    found = select(Institution).where(*where).order_by(in_full.desc(), Institution.collation_key, Institution.id)
    return session.scalars(found.limit(10)).all()


def day_of(name: str, typed: str, wrong: list[str]) -> date | None:
    """A day as an address has it; None, and its name among the `wrong`, where it is none."""
    if (found := written.day(typed)) is None:
        wrong.append(name)
    return found


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
    terms = select(literal("term"), Term.id, spoken(Term.name), cast(Term.starts_on, String))
    faculties = select(literal("faculty"), Faculty.id, spoken(Faculty.name), Faculty.code)
    if Actor.CAREER_CENTRE not in asked.standing.actors:
        own = select(Department.faculty_id).where(among(Department.id, asked.standing.commissions))
        faculties = faculties.where(Faculty.id.in_(own))
    found: dict[str, list[Any]] = {"faculty": [], "department": [], "type": [], "term": [], "reviewer": []}
    for row in session.execute(union_all(departments, faculties, types, terms, _reviewers(asked))):
        found[row.kind].append(row)
    several = len(asked.departments) > 1
    return {
        **{
            kind: [(r.key, r.name) for r in sorted(found[kind], key=lambda r: collation_key(r.name))]
            for kind in ("faculty", "department")
        },
        "type": [
            (r.key, f"{r.of}: {r.name}" if several else r.name)
            for r in sorted(found["type"], key=lambda r: (collation_key(r.of), r.key))
        ],
        "term": [(r.key, r.name) for r in sorted(found["term"], key=lambda r: r.of, reverse=True)],
        "reviewer": sorted({(r.key, r.name) for r in found["reviewer"]}, key=lambda offered: collation_key(offered[1])),
    }


def _reviewers(asked: Queue) -> Any:
    """Who else sits on the reader's commissions today."""
    return (
        select(literal("reviewer"), User.id, User.name, literal(""))
        .join(Membership.user)
        .where(
            among(Membership.department_id, asked.standing.commissions),
            User.id != (asked.standing.user_id or 0),
            *in_office(today()),
        )
    )

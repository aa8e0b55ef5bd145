"""How many applications there are, by faculty, department, term, city, sector and status, for one view of the queue.

Two statements read two covering indexes and nothing else (docs/decisions/0010); drafts are never counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlalchemy.orm import Session

from models import Application, Department, Faculty, Institution, Term
from services.queue import ALL, STATES, Queue, queue
from services.say import said, spoken
from services.scope import among
from services.standing import Standing
from workflow.say import N_
from workflow.turkish import collation_key
from workflow.words import ApplicationState

BY: Mapping[str, str] = {
    "faculty": N_("By faculty"),
    "department": N_("By department"),
    "term": N_("By term"),
    "city": N_("By city"),
    "sector": N_("By sector"),
    "state": N_("By status"),
}


@dataclass(frozen=True)
class Line:
    """One number: `value` is what a filter calls it, `label` what people do."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Figures:
    """The numbers of one view, largest first; terms newest first, statuses in their order."""

    total: int
    by: Mapping[str, Sequence[Line]]


def asked(session: Session, args: Mapping[str, str], standing: Standing) -> Queue:
    """The view of the queue that an address of the figures stands for: all statuses unless one is asked for."""
    kept = {name: args[name] for name in BY if args.get(name)}
    return queue(session, {"state": ALL, **kept}, standing)


def current_term(session: Session, today: date) -> int | None:
    """The term that began last, by which the figures are read unless another one or all of them are asked for."""
    begun = select(Term.id).where(Term.starts_on <= today).order_by(Term.starts_on.desc(), Term.id.desc()).limit(1)
    return session.scalar(begun)


def figures(session: Session, view: Queue) -> Figures:
    """Every number of the page, in four statements: the units, the places, the names of departments and of terms."""
    units, places = _of_units(session, view), _of_places(session, view)
    departments, terms = _names(session)
    counted: dict[str, Counter[Any]] = {name: Counter() for name in BY}
    for department, term, state, count in units:
        counted["department"][department] += count
        counted["faculty"][departments[department].faculty_id] += count
        counted["term"][term] += count
        counted["state"][state] += count
    for city, sector, count in places:
        counted["city"][city] += int(count)
        counted["sector"][sector] += int(count)
    faculties = {d.faculty_id: d.faculty for d in departments.values()}
    labels: dict[str, Any] = {
        "faculty": faculties.__getitem__,
        "department": lambda key: departments[key].name,
        "term": lambda key: terms[key].name,
        "state": said,
        "city": str,
        "sector": str,
    }
    lines = {
        name: [Line(str(value), labels[name](value), count) for value, count in of.items() if count]
        for name, of in counted.items()
    }
    for name, of in lines.items():
        of.sort(key=_order(name, terms))
    return Figures(sum(counted["state"].values()), lines)


def _order(name: str, terms: Mapping[int, Row[Any]]) -> Any:
    if name == "term":
        return lambda line: (-terms[int(line.value)].starts_on.toordinal(), collation_key(line.label))
    if name == "state":
        return lambda line: STATES.index(ApplicationState(line.value))
    return lambda line: (-line.count, collation_key(line.label))


def _of_units(session: Session, view: Queue) -> Sequence[Any]:
    """(department, term, state, count): read whole and narrowed here, so that no other index tempts the database."""
    of = Application
    in_places = [of.institution_id.in_(select(Institution.id).where(*view.places))] if view.places else []
    statement = select(of.department_id, of.term_id, of.state, func.count()).where(*_of_reader(view), *in_places)
    rows = session.execute(statement.group_by(of.department_id, of.term_id, of.state)).all()
    term = view.keys.get("term")
    return [r for r in rows if term in {None, r.term_id} and view.state in {None, r.state}]


def _of_places(session: Session, view: Queue) -> Sequence[Any]:
    """(city, sector, count): counted institution by institution before a name is looked up."""
    of = Application
    asked_for: list[ColumnElement[bool]] = [of.state == view.state] if view.state else []
    if "term" in view.keys:
        asked_for.append(of.term_id == view.keys["term"])
    counted = func.sum(case((and_(*asked_for), 1), else_=0)) if asked_for else func.count()
    firms = (
        select(of.institution_id, counted.label("n")).where(*_of_reader(view)).group_by(of.institution_id).subquery()
    )
    named = select(Institution.city, Institution.sector, func.sum(firms.c.n)).join(
        firms, firms.c.institution_id == Institution.id
    )
    return session.execute(named.where(*view.places).group_by(Institution.city, Institution.sector)).all()


def _of_reader(view: Queue) -> list[ColumnElement[bool]]:
    """What the reader's queue holds, within the departments asked for."""
    within = [] if view.everywhere else [among(Application.department_id, view.departments)]
    return [Application.state != ApplicationState.DRAFT, *within, *view.not_own]


def _names(session: Session) -> tuple[dict[int, Row[Any]], dict[int, Row[Any]]]:
    """Departments (with their faculty) and terms by key, in the reader's language."""
    departments = select(
        Department.id,
        spoken(Department.name).label("name"),
        Department.faculty_id,
        spoken(Faculty.name).label("faculty"),
    ).join(Department.faculty)
    terms = select(Term.id, spoken(Term.name).label("name"), Term.starts_on)
    return {d.id: d for d in session.execute(departments)}, {t.id: t for t in session.execute(terms)}

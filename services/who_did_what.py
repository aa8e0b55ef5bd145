"""Who did what: the history as IT searches it, by person, action, kind of file, number and days.

IT sees who took which step on which file when, never what the file holds: no reason, no name of a student's file, no
facts of a step. Of IT's own tables, and of what a chair sets, the changed columns are shown too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, case, func, null, select, type_coerce
from sqlalchemy.orm import Session

from models import Department, Step, User
from services import accounts
from services.listing import Conditions, Order, key
from services.queue import day_of, midnight
from workflow.say import N_
from workflow.transitions import MACHINES
from workflow.words import Action

NEWEST = Order(Step.at, descending=True)
TABLES: dict[str, str] = {
    "faculty": N_("Faculty"),
    "department": N_("Department"),
    "department_settings": N_("Settings of the department"),
    "term": N_("Term"),
    "internship_type": N_("Internship type"),
    "policy": N_("Policy"),
    "holiday_override": N_("Holiday exception"),
    "site_settings": N_("Settings of the university"),
    "user": N_("Account"),
    "membership": N_("Membership"),
    "supervisor": N_("Supervisor"),
    "answer_template": N_("Answer template"),
    "letter": N_("Letter"),
}
KINDS: dict[str, str] = {name: machine.label for name, machine in MACHINES.items()} | TABLES
# whose changed columns IT may read: they say how the system is set, nothing of a student's file
SETTINGS = (
    "faculty",
    "department",
    "department_settings",
    "term",
    "internship_type",
    "policy",
    "holiday_override",
    "site_settings",
    "user",
    "membership",
)
BY_HAND = (Action.CREATE, Action.EDIT, Action.DELETE)
ASKED = ("person", "action", "kind", "number", "from", "to")
COLUMNS: dict[str, Any] = {
    "at": Step.at,
    "by_id": Step.by_id,
    "by_name": Step.by_name,
    "actor": Step.actor,
    "action": Step.action,
    "machine": Step.machine,
    "row_id": Step.row_id,
    "from_state": Step.from_state,
    "to_state": Step.to_state,
    "department": select(Department.code).where(Department.id == Step.department_id).scalar_subquery(),
    "facts": type_coerce(case((Step.machine.in_(SETTINGS), Step.facts), else_=null()), JSON),
}


@dataclass(frozen=True)
class Search:
    """One question to the history; what an address asks for that cannot be is in `wrong` and asks for nothing."""

    person: User | None = None
    alike: Sequence[User] = ()
    action: Action | None = None
    kind: str = ""
    number: int | None = None
    first: date | None = None
    last: date | None = None
    wrong: tuple[str, ...] = ()

    @property
    def branches(self) -> list[Conditions]:
        """An action is taken on few kinds of record, a number is given once to each: every kind's own, in order."""
        if self.kind or self.person or not (self.action or self.number):
            return [()]
        return [[Step.machine == kind] for kind in (kinds_of(self.action) if self.action else KINDS)]

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """What every alternative has to satisfy. What one person did is read by who did it, whatever else is asked."""
        aside = _aside if self.person else _plain
        found: list[ColumnElement[bool]] = [Step.by_id == self.person.id] if self.person else []
        found += [aside(Step.machine) == self.kind] if self.kind else []
        found += [aside(Step.action) == self.action] if self.action else []
        found += [Step.row_id == self.number] if self.number else []
        found += [Step.at >= midnight(self.first)] if self.first else []
        found += [Step.at < midnight(self.last + timedelta(days=1))] if self.last else []
        return found


def _plain(column: Any) -> Any:
    return column


def _aside(column: Any) -> Any:
    """A column asked about beside an index, not by one: SQLite would walk every approval for one person's."""
    return func.coalesce(column, null(), type_=column.type)


def state_of(kind: str, state: str) -> Any:
    """A status by its word; as it is written where the kind has none."""
    states = MACHINES[kind].states if kind in MACHINES else ()
    return next((word for word in states if word.value == state), state)


def kinds_of(action: Action) -> list[str]:
    """The kinds of record an action is taken on, by the law; by hand every table is written."""
    of_law = [name for name, machine in MACHINES.items() if any(door.action is action for door in machine.table)]
    return of_law if of_law and action not in BY_HAND else [*KINDS]


def search(session: Session, args: Mapping[str, str]) -> Search:
    """The question an address asks."""
    typed = {name: args.get(name, "").replace("\x00", "").strip()[:100] for name in ASKED}
    wrong = [name for name in ("number", "kind", "action") if typed[name] and not _VALID[name](typed[name])]
    days = {name: day_of(name, typed[name], wrong) for name in ("from", "to") if typed[name]}
    if (first := days.get("from")) and (last := days.get("to")) and last < first:
        wrong += ["from", "to", "span"]
        days.clear()
    person, alike = accounts.person(session, typed["person"]) if typed["person"] else (None, ())
    if typed["person"] and person is None:
        wrong.append("person")
    return Search(
        person=person,
        alike=alike,
        action=Action(typed["action"]) if typed["action"] in set(Action) else None,
        kind=typed["kind"] if typed["kind"] in KINDS else "",
        number=key(typed["number"]),
        first=days.get("from"),
        last=days.get("to"),
        wrong=tuple(wrong),
    )


_VALID: dict[str, Any] = {"number": key, "kind": KINDS.get, "action": set(Action).__contains__}

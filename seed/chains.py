"""What happened to invented files: each a way through the doors of the table, chained as the real history is."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from seed.columns import STEP
from seed.naming import of
from services import audit
from workflow.transitions import APPLICATIONS, INSTITUTIONS, Machine
from workflow.words import Action, Actor, Page

# how a file goes, in percent of files, unless it is too young to have got there
_ROUTES: tuple[tuple[int, tuple[Action, ...]], ...] = (
    (3, ()),
    (72, (Action.SUBMIT, Action.APPROVE)),
    (12, (Action.SUBMIT, Action.REJECT, Action.SUBMIT, Action.APPROVE)),
    (5, (Action.SUBMIT, Action.REJECT)),
    (4, (Action.SUBMIT, Action.WITHDRAW)),
    (4, (Action.SUBMIT, Action.APPROVE, Action.CANCEL)),
)
ROUTES = tuple(route for percent, route in _ROUTES for _ in range(percent))
BOARD = frozenset({Action.APPROVE, Action.REJECT})
_REASONS = (
    ("Kabul formunda kurum kaşesi eksik.", (Page.FILES,)),
    ("Başlangıç tarihi bütünleme sınavlarıyla çakışıyor.", (Page.DATES,)),
    ("Yetkilinin unvanı ve iletişim bilgisi eksik.", (Page.SUPERVISOR,)),
    ("Kurumda ilgili alanda mühendis çalıştığı belgelenmemiş.", (Page.INSTITUTION, Page.FILES)),
    ("Staj türü dönem planınıza uymuyor.", (Page.INTERNSHIP,)),
)
_CHANGED_MINDS = ("Öğrenci başka bir kuruma geçti.", "Kurum stajyer kabulünden vazgeçti.", "Sağlık nedeniyle iptal.")
_NOT_FOUND = "Kurum adresinde bulunamadı."


Moments = list[tuple[Action, datetime]]
Step = dict[str, Any]


def moments(bits: int, begun: datetime, now: datetime) -> Moments:
    """When each action of a file's way was taken, as far as it has come by now."""
    taken, at = [], begun
    for n, action in enumerate(of(ROUTES, bits >> 16)):
        waited = (bits >> (20 + 6 * n)) % (4_000 if n == 0 else 14_000)
        at += timedelta(minutes=waited + (900 if n else 5), seconds=bits % 60)
        if at > now:
            break
        taken.append((action, at))
    return taken


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose file it is and who decides on it."""

    student_id: int
    student: str
    department_id: int
    decider_id: int
    decider: str


def of_file(key: int, taken: Moments, parties: Parties, bits: int) -> Iterator[Step]:
    """The steps of one application."""
    reason, pages = of(_REASONS, bits >> 36)
    board, student = (parties.decider_id, parties.decider), (None, parties.student)
    where = {"department_id": parties.department_id, "student_id": parties.student_id}

    def told(action: Action) -> Step:
        decides = action in BOARD
        by_id, by_name = board if decides else student
        actor = Actor.MEMBER if decides else Actor.STUDENT
        if action is Action.REJECT:
            return _told(actor, by_id, by_name, reason, {"pages": [p.value for p in pages]})
        return _told(actor, by_id, by_name, of(_CHANGED_MINDS, bits >> 40) if action is Action.CANCEL else None)

    return _chain(APPLICATIONS, key, taken, told, where)


def of_institution(key: int, taken: Moments, curator: tuple[int, str]) -> Iterator[Step]:
    """The steps of one institution, all of them the career centre's."""

    def told(action: Action) -> Step:
        return _told(Actor.CAREER_CENTRE, *curator, _NOT_FOUND if action is Action.BLOCK else None)

    return _chain(INSTITUTIONS, key, taken, told, {"department_id": None, "student_id": None})


def _told(actor: Actor, by_id: int | None, by_name: str, reason: str | None, facts: Any = None) -> Step:
    return {"actor": actor, "by_id": by_id, "by_name": by_name, "reason": reason, "facts": facts or {}}


def _chain(
    machine: Machine, key: int, taken: Moments, told: Callable[[Action], Step], where: Mapping[str, int | None]
) -> Iterator[Step]:
    """Each step through a door of the table, chained as services.audit chains them."""
    state, before = machine.start.value, audit.GENESIS
    for seq, (action, at) in enumerate(taken, 1):
        step = told(action)
        to = _through(machine.name, action, state, step["actor"])
        step |= {
            "machine": machine.name, "row_id": key, "seq": seq, "action": action.value, "actor": step["actor"].value,
            "from_state": state, "to_state": to, "at": at, "before": before, **where,
        }  # fmt: skip
        state, before = to, audit.digest(step)
        step["digest"] = before
        yield step


@lru_cache(maxsize=64)
def _through(machine: str, action: Action, state: str, by: Actor) -> str:
    """Where the door leads; the table has no other way."""
    door = next(m for m in (APPLICATIONS, INSTITUTIONS) if m.name == machine).door(action, state, {by})
    if door is None:
        raise LookupError((machine, action, state, by))
    return str(door.to.value)


def row(key: int, step: Step) -> tuple[Any, ...]:
    """A step as the database stores it (seed.columns.STEP)."""
    kept = {**step, "at": stamp(step["at"]), "facts": json.dumps(step["facts"]) if step["facts"] else "{}"}
    return (key, *(kept[name] for name in STEP[1:]))


def stamp(moment: datetime) -> str:
    """A moment as both databases store it."""
    return moment.isoformat(" ")[:19] + ".000000"

"""What many rows offer their reader: for each step, the sentence with which it would be refused, or None.

Derived from the tables: the guards of a door are asked as they are when the step is taken, so that a list, a bulk page
and a file never offer what the press would refuse. Rows come loaded with what their guards look at.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Application, Department
from services.standing import Standing
from services.transition import CLOSED, FASTER, doors, refusal
from workflow.machine import Door
from workflow.say import Say
from workflow.words import Action

Offer = Mapping[Action, Say | None]  # no step: its door is closed to this reader


def files(session: Session, keys: Collection[int]) -> dict[int, Application]:
    """Applications by their keys, with everything a guard looks at, in one statement."""
    found = select(Application).where(Application.id.in_(keys)).options(
        joinedload(Application.institution), joinedload(Application.department).joinedload(Department.settings)
    )  # fmt: skip
    return {row.id: row for row in session.scalars(found)} if keys else {}


def offers(
    session: Session, rows: Iterable[Any], actions: Collection[Action], standing: Standing, today: date
) -> dict[int, Offer]:
    """For each row by its key, which of these steps its doors open to the reader, and what speaks against each."""
    return {
        row.id: {
            door.action: refusal(session, row, door, standing, today)
            for door in doors(row, standing)
            if door.action in actions
        }
        for row in rows
    }


def against(session: Session, row: Any, door: Door, seen: int | None, standing: Standing, today: date) -> Say | None:
    """What speaks against taking a step on a row as somebody has seen it, or None."""
    if seen is not None and seen != row.version:
        return FASTER
    if door not in doors(row, standing):
        return Say(CLOSED.msgid, action=door.action, state=row.state)
    return refusal(session, row, door, standing, today)

"""The files against the database: what is new, what differs field by field, what is wrong. Nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seed.attachments import Attachment, attached
from seed.files import Bundle
from seed.reference import TABLES, Key, Table
from seed.values import Wrong
from seed.wanted import Wanted, said, wanted
from services.changes import Change, Difference, Field, Group
from workflow.say import Say

AT_ONCE = 5000  # values in one query


@dataclass(frozen=True)
class Task:
    """A row to write: new (`row` is None) or changed; `values` by attribute, references not among them."""

    wanted: Wanted
    row: Any
    values: dict[str, Any]
    attachment: Attachment | None


@dataclass
class Plan:
    """The difference as people read it, and the tasks that would make it so, in writing order."""

    difference: Difference = field(default_factory=Difference)
    tasks: list[Task] = field(default_factory=list)
    known: "dict[str, Known]" = field(default_factory=dict)


@dataclass
class Known:
    """The rows of one table by key, the keys by id, and the keys the files will add."""

    rows: dict[Key, Any] = field(default_factory=dict)
    keys: dict[int, Key] = field(default_factory=dict)
    coming: set[Key] = field(default_factory=set)


def compare(session: Session, files: Bundle) -> Plan:
    """What these files would change; reads only."""
    plan = Plan()
    rows = wanted(files, plan.difference)
    for table in TABLES:
        plan.known[table.kind] = _known(session, table, rows, plan.known)
        if rows[table.kind]:
            _compare_table(table, rows[table.kind], files, plan)
    plan.difference.in_order()
    return plan


def _known(session: Session, table: Table, rows: dict[str, list[Wanted]], before: dict[str, Known]) -> Known:
    known = Known(coming={row.key for row in rows[table.kind] if row.key})
    for row in _existing(session, table, rows):
        key = tuple(_part(table, part, row, before) for part in table.key)
        known.rows[key], known.keys[row.id] = row, key
    return known


def _existing(session: Session, table: Table, rows: dict[str, list[Wanted]]) -> Iterator[Any]:
    if table.narrow is None:
        yield from session.scalars(select(table.model))
        return
    position, column = table.key.index(table.narrow), getattr(table.model, table.narrow)
    keys = [row.key for row in rows[table.kind] if row.key] + list(_pointed_at(table, rows))
    values = sorted({key[position] for key in keys if key[position]})
    for start in range(0, len(values), AT_ONCE):
        yield from session.scalars(select(table.model).where(column.in_(values[start : start + AT_ONCE])))


def _pointed_at(table: Table, rows: dict[str, list[Wanted]]) -> Iterator[Key]:
    for other in TABLES:
        for attr in (r.attr for r in other.references if r.to == table.kind):
            yield from (key for row in rows[other.kind] if (key := row.points_to[attr]))


def _part(table: Table, part: str, row: Any, before: dict[str, Known]) -> Any:
    """One part of an existing row's key: a value, or the key of the row it points to."""
    to = next((r.to for r in table.references if r.attr == part), None)
    value = getattr(row, part)
    return before[to].keys.get(value) if to else value


def _compare_table(table: Table, rows: list[Wanted], files: Bundle, plan: Plan) -> None:
    group = Group(table.kind, table.label)
    plan.difference.groups.append(group)
    for row in rows:
        lost = [key for r in table.references if _is_lost(key := row.points_to[r.attr], plan.known[r.to])]
        for key in lost:
            say = Say("“%(key)s” is neither in these files nor in the database.", key=said(key))
            plan.difference.wrong(row.line.file, row.line.number, say)
        if lost or not row.sound:
            continue
        try:
            _compare_row(row, group, files, plan)
        except Wrong as wrong:
            for say in wrong.says:
                plan.difference.wrong(row.line.file, row.line.number, say)


def _is_lost(key: Key | None, known: Known) -> bool:
    return key is not None and key not in known.rows and key not in known.coming


def _compare_row(row: Wanted, group: Group, files: Bundle, plan: Plan) -> None:
    existing = plan.known[row.table.kind].rows.get(row.key)
    attachment = attached(row, existing, files)
    values = {c.name: row.values[c.name] for c in row.table.columns if c.kept} | (
        attachment.facts if attachment else {}
    )
    differing = tuple(_fields(row, existing, values, plan.known)) if existing else ()
    if existing and not differing:
        group.unchanged += 1
        return
    if existing and row.table.frozen:
        raise Wrong(
            Say("“%(key)s” is in use with other rules; a version never changes. Write a new version.", key=row.label)
        )
    change = Change(row.label, row.line.file, row.line.number, differing)
    (group.changed if existing else group.new).append(change)
    plan.tasks.append(Task(row, existing, values, attachment))


def _fields(row: Wanted, existing: Any, values: dict[str, Any], known: dict[str, Known]) -> Iterator[Field]:
    for name, after in values.items():
        before = getattr(existing, name)
        if before != after:
            yield Field(name, before, after)
    for reference in row.table.references:
        before, after = known[reference.to].keys.get(getattr(existing, reference.attr)), row.points_to[reference.attr]
        if before != after:
            yield Field(reference.to, said(before), said(after))

"""The history of each file: chained, append-only, verifiable."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, String, func, insert, inspect, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from models import MACHINE_OF, Application, Step, utcnow
from services.standing import Standing
from workflow.machine import Machine
from workflow.words import Action, Actor

GENESIS = "0" * 64
_SEALED = (
    "machine", "row_id", "seq", "action", "from_state", "to_state", "actor", "by_id", "by_name", "at",
    "reason", "facts", "department_id", "student_id", "before",
)  # fmt: skip


@dataclass(frozen=True)
class Break:
    """A step whose digest, order or link to the step before does not hold; `seq` 0: a row adrift from its last step."""

    machine: str
    row_id: int
    seq: int

    def __str__(self) -> str:
        if self.seq:
            return f"{self.machine} {self.row_id}: step {self.seq} is not what was written, or one before it is missing"
        return f"{self.machine} {self.row_id}: its state is not the one its last step left"


def digest(step: Any) -> str:
    """SHA-256 over the canonical JSON of a step (or a mapping of its columns) and the digest before it."""
    value = step.__getitem__ if isinstance(step, dict) else partial(getattr, step)
    facts = {name: value(name) for name in _SEALED}
    facts["at"] = facts["at"].astimezone(UTC).isoformat()
    return hashlib.sha256(_canonical([*facts.values()]).encode()).hexdigest()


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def timeline(session: Session, machine: str, row_id: int) -> list[Step]:
    """The steps of one file, oldest first, as far as the reader reaches them."""
    return list(session.scalars(select(Step).where(Step.machine == machine, Step.row_id == row_id).order_by(Step.seq)))


def append(session: Session, step: Step) -> Step:
    """Chain a step to the last one of its file; whoever comes second waits for the first to commit.

    The unique (machine, row, seq) holds whatever did not queue up here.
    """
    _queue_up(session, step)
    last = session.execute(
        select(Step.seq, Step.digest)
        .where(Step.machine == step.machine, Step.row_id == step.row_id)
        .order_by(Step.seq.desc())
        .limit(1),
        execution_options={"on_behalf_of_the_system": True},  # the chain is longer than its writer may see
    ).first()
    step.seq, step.before = (last.seq + 1, last.digest) if last else (1, GENESIS)
    step.digest = digest(step)
    session.add(step)
    return step


def append_many(session: Session, machine: str, steps: Sequence[dict[str, Any]]) -> None:
    """Chain one step to each of many files of a machine, given as columns; the caller holds their rows.

    Two statements for all of them: what changes thousands of files is written in one go.
    """
    keys = [step["row_id"] for step in steps]
    newest = select(Step.row_id, func.max(Step.seq).label("seq")).where(Step.machine == machine, Step.row_id.in_(keys))
    newest_of = newest.group_by(Step.row_id).subquery()
    last = select(Step.row_id, Step.seq, Step.digest).join(
        newest_of, (Step.row_id == newest_of.c.row_id) & (Step.seq == newest_of.c.seq)
    )
    found = session.execute(last.where(Step.machine == machine), execution_options=_SYSTEM)
    known = {row.row_id: (row.seq, row.digest) for row in found}
    rows = []
    for step in steps:
        seq, before = known.get(step["row_id"], (0, GENESIS))
        row = {"by_id": None, "reason": None, **step, "machine": machine, "seq": seq + 1, "before": before}
        rows.append(row | {"digest": digest(row)})
    session.execute(insert(Step), rows, execution_options=_SYSTEM)


_SYSTEM = {"on_behalf_of_the_system": True}


def _queue_up(session: Session, step: Step) -> None:
    """Hold the row the history is of, unless its writer holds it already; an import is of no row."""
    file = Step.metadata.tables.get(step.machine)  # by its table: whoever may write here need not reach the row
    if file is not None:
        session.execute(select(file.c.id).where(file.c.id == step.row_id).with_for_update(key_share=True))


def note(
    session: Session, row: Any, action: Action, standing: Standing, facts: Mapping[str, Any] | None = None
) -> Step:
    """Write down that somebody created, edited or deleted a row by hand: each change as [before, after]."""
    known = unhidden(row)
    changes = {
        a.key: [_plain(next(iter(a.history.deleted), None)), _plain(a.value)]
        for a in inspect(row).attrs
        if a.key in known and a.history.has_changes()
    }
    session.flush()  # a new row needs its key
    state = getattr(row, "state", "")
    return append(
        session,
        Step(
            machine=row.__tablename__,
            row_id=row.id,
            action=action,
            from_state=str(state),
            to_state=str(state),
            actor=next(a for a in _RANK if a in standing.actors),
            by_id=standing.user_id,
            by_name=standing.name,
            at=utcnow(),
            facts={"row": str(row), "changes": changes, **(facts or {})},
            department_id=getattr(row, "department_id", None),
        ),
    )


_RANK: tuple[Actor, ...] = (Actor.IT, Actor.CAREER_CENTRE, Actor.CHAIR, *Actor)
_SECRET = {"password", "fs_uniquifier", "national_id_sealed"}
_DERIVED = {"collation_key"}


def unhidden(row: Any) -> list[str]:
    """The columns of a row that may be told, by name: none that opens an account or names a citizen."""
    return [name for name in row.__mapper__.columns.keys() if name not in _SECRET | _DERIVED]  # noqa: SIM118 -- no mapping


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value if value is None or isinstance(value, int | dict | list) else str(value)


def verify(session: Session) -> Iterator[Break | int]:
    """Walk every chain, then hold each row's state against its last step.

    Yields each Break, and now and then the number of steps read so far. Reads page by page, so that
    millions of steps hold neither memory nor a lock.
    """
    file, seq, before, read = ("", 0), 0, GENESIS, 0
    while page := _page_after(session, (*file, seq)):
        for step in page:
            if (step.machine, step.row_id) != file:
                file, seq, before = (step.machine, step.row_id), 0, GENESIS
            if step.seq != seq + 1 or step.before != before or step.digest != digest(step):
                yield Break(step.machine, step.row_id, step.seq)
            seq, before = step.seq, step.digest
        read += len(page)
        yield read
    for model, machine in MACHINE_OF.items():
        yield from (Break(machine.name, key, 0) for key in session.scalars(_adrift(model, machine)))


_PAGE = 5000


def _page_after(session: Session, place: tuple[str, int, int]) -> Sequence[Row[Any]]:
    columns = [getattr(Step, name) for name in (*_SEALED, "digest")]
    order = (Step.machine, Step.row_id, Step.seq)
    return session.execute(select(*columns).where(tuple_(*order) > place).order_by(*order).limit(_PAGE)).all()


def _adrift(model: Any, machine: Machine) -> Select[Any]:
    """Rows that are not in the state their last step left them in; an application without steps is a draft."""
    last = (
        select(Step.to_state)
        .where(Step.machine == machine.name, Step.row_id == model.id)
        .order_by(Step.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    state = type_coerce(model.state, String)
    unwritten = machine.start.value if model is Application else state  # reference rows may be seeded in any state
    return select(model.id).where(state != func.coalesce(last, unwritten)).order_by(model.id)

"""The history of each file: chained, append-only, verifiable."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models import Step, utcnow
from services.standing import Standing
from workflow.words import Action, Actor

GENESIS = "0" * 64
_SEALED = (
    "machine", "row_id", "seq", "action", "from_state", "to_state", "actor", "by_id", "by_name", "at",
    "reason", "facts", "department_id", "student_id", "before",
)  # fmt: skip


@dataclass(frozen=True)
class Break:
    """A step whose digest, order or link to the step before it does not hold."""

    machine: str
    row_id: int
    seq: int


def digest(step: Any) -> str:
    """SHA-256 over the canonical JSON of a step (or a mapping of its columns) and the digest before it."""
    def value(name: str) -> Any:
        return step[name] if isinstance(step, dict) else getattr(step, name)

    at = value("at").astimezone(UTC).isoformat()
    facts = [at if name == "at" else value(name) for name in _SEALED]
    canonical = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def timeline(session: Session, machine: str, row_id: int) -> list[Step]:
    """The steps of one file, oldest first, as far as the reader reaches them."""
    return list(session.scalars(select(Step).where(Step.machine == machine, Step.row_id == row_id).order_by(Step.seq)))


def append(session: Session, step: Step) -> Step:
    """Chain a step to the last one of its file; the unique (machine, row, seq) lets one writer win."""
    last = session.execute(
        select(Step.seq, Step.digest)
        .where(Step.machine == step.machine, Step.row_id == step.row_id)
        .order_by(Step.seq.desc())
        .limit(1)
    ).first()
    step.seq, step.before = (last.seq + 1, last.digest) if last else (1, GENESIS)
    step.digest = digest(step)
    session.add(step)
    return step


def note(session: Session, row: Any, action: Action, standing: Standing) -> None:
    """Write down that somebody created, edited or deleted a row by hand: each change as [before, after]."""
    changes = {
        a.key: [_plain(next(iter(a.history.deleted), None)), _plain(a.value)]
        for a in inspect(row).attrs
        if a.key in row.__mapper__.columns and a.history.has_changes() and a.key not in _SECRET
    }
    session.flush()  # a new row needs its key
    state = getattr(row, "state", "")
    append(
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
            facts={"row": str(row), "changes": changes},
            department_id=getattr(row, "department_id", None),
        ),
    )


_RANK: tuple[Actor, ...] = (Actor.IT, Actor.CAREER_CENTRE, Actor.CHAIR, *Actor)
_SECRET = {"password", "fs_uniquifier", "national_id_sealed"}


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value if value is None or isinstance(value, int | dict | list) else str(value)


def verify(session: Session) -> Iterator[Break | int]:
    """Walk every chain: yields each Break, and the number of steps read now and then for progress."""
    rows = session.scalars(
        select(Step).order_by(Step.machine, Step.row_id, Step.seq).execution_options(yield_per=1000)
    )
    file, before, expected = None, GENESIS, 1
    for read, step in enumerate(rows, 1):
        if (step.machine, step.row_id) != file:
            file, before, expected = (step.machine, step.row_id), GENESIS, 1
        if step.seq != expected or step.before != before or step.digest != digest(step):
            yield Break(step.machine, step.row_id, step.seq)
        before, expected = step.digest, step.seq + 1
        if read % 10_000 == 0:
            yield read
            session.expunge_all()

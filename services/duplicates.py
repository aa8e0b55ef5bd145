"""Entries of the register that may be one institution: those that share a mark, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models import Institution, InstitutionMark
from services.listing import CAP
from workflow.say import N_
from workflow.words import InstitutionState

REASONS: Mapping[str, str] = {
    "tax": N_("Same tax number"),
    "name": N_("Same name"),
    "near": N_("Similar name, same city"),
}
PAGE = 20
CROWD = 10  # entries of one mark that are looked at together


@dataclass(frozen=True)
class Pair:
    """Two entries, the one that would stay first, and why they are held against each other (kinds of REASONS)."""

    stays: Institution
    other: Institution
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """One page of marks that several entries share."""

    pairs: Sequence[Pair]
    after: str | None
    before: str | None


def found(session: Session, kind: str, *, after: str = "", before: str = "") -> Found:
    """The pairs that share a mark of this kind, in its order: behind (or in front of) a mark."""
    of = InstitutionMark
    beyond = of.mark < before if before else of.mark > after
    shared = select(of.mark).where(of.kind == kind, beyond).group_by(of.mark).having(func.count() > 1)
    cut = shared.order_by(of.mark.desc() if before else of.mark).limit(PAGE + 1)
    marks = list(session.scalars(cut))
    more, marks = len(marks) > PAGE, sorted(marks[:PAGE])
    forward, backward = (True, more) if before else (more, bool(after))
    return Found(
        _pairs(session, kind, marks), marks[-1] if marks and forward else None, marks[0] if marks and backward else None
    )


def counted(session: Session) -> dict[str, int]:
    """How many marks of each kind several entries share; none is counted past CAP + 1."""
    of = InstitutionMark
    numbers = [
        select(func.count())
        .select_from(
            select(of.mark).where(of.kind == kind).group_by(of.mark).having(func.count() > 1).limit(CAP + 1).subquery()
        )
        .scalar_subquery()
        .label(kind)
        for kind in REASONS
    ]
    return dict(session.execute(select(*numbers)).one()._mapping)  # noqa: SLF001 -- a row's public name for this


def reasons(one: Institution, other: Institution) -> tuple[str, ...]:
    """What two entries share; a near name is not said beside the same one."""
    marks = {(m.kind, m.mark) for m in one.marks} & {(m.kind, m.mark) for m in other.marks}
    kinds = {kind for kind, _mark in marks}
    return tuple(k for k in REASONS if k in kinds and not (k == "near" and "name" in kinds))


def staying(one: Institution, other: Institution) -> tuple[Institution, Institution]:
    """The one to be proposed as the one that stays, and the other: what is verified, then what was there first."""
    first, second = sorted((one, other), key=lambda i: (i.state is not InstitutionState.VERIFIED, i.id))
    return first, second


def _pairs(session: Session, kind: str, marks: Sequence[str]) -> list[Pair]:
    """Of every mark, the entry to stay against each other one."""
    of = InstitutionMark
    nth = func.row_number().over(partition_by=of.mark, order_by=of.institution_id).label("nth")
    few = select(of.mark, of.institution_id, nth).where(of.kind == kind, of.mark.in_(marks)).subquery()
    shared = session.execute(select(few.c.mark, few.c.institution_id).where(few.c.nth <= CROWD)).all()
    keys = {row.institution_id for row in shared}
    whole = select(Institution).where(Institution.id.in_(keys)).options(selectinload(Institution.marks))
    rows = {i.id: i for i in session.scalars(whole)}
    pairs = []
    for mark in marks:
        entries = sorted((rows[r.institution_id] for r in shared if r.mark == mark), key=lambda i: i.id)
        first = min(entries, key=lambda i: (i.state is not InstitutionState.VERIFIED, i.id))
        pairs += [Pair(first, other, reasons(first, other)) for other in entries if other is not first]
    return pairs

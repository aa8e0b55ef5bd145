"""Entries of the register that may be one institution: those that share a mark and were not judged different."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select, union_all
from sqlalchemy.orm import Session, aliased, selectinload

from models import Institution, InstitutionMark, ToldApart
from services.apart import HIGH, LOW, STANDS
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
    cut = _shared(kind).where(beyond).order_by(of.mark.desc() if before else of.mark).limit(PAGE + 1)
    marks = list(session.scalars(cut))
    more, marks = len(marks) > PAGE, sorted(marks[:PAGE])
    forward, backward = (True, more) if before else (more, bool(after))
    return Found(
        _pairs(session, kind, marks), marks[-1] if marks and forward else None, marks[0] if marks and backward else None
    )


def counted(session: Session) -> dict[str, int]:
    """How many marks of each kind several entries share; none is counted past CAP + 1."""
    numbers = [
        select(func.count()).select_from(_shared(kind).limit(CAP + 1).subquery()).scalar_subquery().label(kind)
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
    first, second = sorted((one, other), key=_rank)
    return first, second


def _rank(entry: Institution) -> tuple[bool, int]:
    return entry.state is not InstitutionState.VERIFIED, entry.id


def _shared(kind: str) -> Any:
    """The marks of this kind that two entries share which were not judged different."""
    of, apart = InstitutionMark, _apart(kind).subquery()
    judged = select(apart.c.mark, func.count().label("pairs")).group_by(apart.c.mark).subquery()
    pairs = func.count() * (func.count() - 1) / 2
    return (
        select(of.mark)
        .outerjoin(judged, judged.c.mark == of.mark)
        .where(of.kind == kind)
        .group_by(of.mark)
        .having(pairs > func.coalesce(func.max(judged.c.pairs), 0))
    )


def _apart(kind: str, marks: Sequence[str] | None = None) -> Any:
    """(mark, low, high): the pairs judged different that share a mark of this kind."""
    low, high = aliased(InstitutionMark), aliased(InstitutionMark)
    return (
        select(low.mark, LOW.label("low"), HIGH.label("high"))
        .select_from(ToldApart)
        .join(low, and_(low.institution_id == LOW, low.kind == kind))
        .join(high, and_(high.institution_id == HIGH, high.kind == kind, high.mark == low.mark))
        .where(STANDS, *([] if marks is None else [low.mark.in_(marks)]))
        .distinct()
    )


def _pairs(session: Session, kind: str, marks: Sequence[str]) -> list[Pair]:
    """Of every mark, each entry against those it could be one with; of these no two are."""
    apart = {tuple(row) for row in session.execute(_apart(kind, marks))}
    shared = _crowd(session, kind, marks)
    whole = select(Institution).where(Institution.id.in_({row.institution_id for row in shared}))
    rows = {i.id: i for i in session.scalars(whole.options(selectinload(Institution.marks)))}
    pairs = []
    for mark in marks:
        different: list[Institution] = []
        for entry in sorted((rows[r.institution_id] for r in shared if r.mark == mark), key=_rank):
            alike = [d for d in different if (mark, *sorted((d.id, entry.id))) not in apart]
            pairs += [Pair(one, entry, reasons(one, entry)) for one in alike]
            different += [] if alike else [entry]
    return pairs


def _crowd(session: Session, kind: str, marks: Sequence[str]) -> Sequence[Any]:
    """(mark, institution_id): a few entries of every mark, those first that were compared least."""
    of, apart = InstitutionMark, _apart(kind, marks).subquery()
    both = union_all(select(apart.c.mark, apart.c.low.label("id")), select(apart.c.mark, apart.c.high)).subquery()
    compared = select(both.c.mark, both.c.id, func.count().label("times")).group_by(both.c.mark, both.c.id).subquery()
    least = (func.coalesce(compared.c.times, 0), of.institution_id)
    nth = func.row_number().over(partition_by=of.mark, order_by=least).label("nth")
    few = (
        select(of.mark, of.institution_id, nth)
        .outerjoin(compared, and_(compared.c.mark == of.mark, compared.c.id == of.institution_id))
        .where(of.kind == kind, of.mark.in_(marks))
        .subquery()
    )
    return session.execute(select(few.c.mark, few.c.institution_id).where(few.c.nth <= CROWD)).all()

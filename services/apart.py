"""Entries of the register that look alike and are not one institution: judged different, and the judgement taken back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from models import Institution, ToldApart
from services import audit
from services.listing import Cursor, Listed, Order, listed
from services.standing import Standing
from services.transition import Outrun, Refused, hold
from workflow.say import Say
from workflow.words import Action, InstitutionState

LOW = case((ToldApart.one_now_id < ToldApart.other_now_id, ToldApart.one_now_id), else_=ToldApart.other_now_id)
HIGH = case((ToldApart.one_now_id < ToldApart.other_now_id, ToldApart.other_now_id), else_=ToldApart.one_now_id)
STANDS = ToldApart.one_now_id != ToldApart.other_now_id
NEWEST = Order(ToldApart.at, descending=True)


def between(session: Session, one: Institution, other: Institution) -> Sequence[ToldApart]:
    """The judgements by which these two are different: their own, and of what was merged into them."""
    low, high = sorted((one.id, other.id))
    return session.scalars(select(ToldApart).where(_are(low, high)).order_by(ToldApart.id)).all()


def page(session: Session, at: Cursor | None) -> Listed:
    """The pairs judged different, newest first."""
    one, other = aliased(Institution), aliased(Institution)
    columns = {
        "one": one.name, "one_id": one.id, "one_city": one.city, "one_tax_no": one.tax_no,
        "other": other.name, "other_id": other.id, "other_city": other.city, "other_tax_no": other.tax_no,
        "by": ToldApart.by_name, "at": ToldApart.at,
    }  # fmt: skip
    joins = (ToldApart.one.of_type(one), ToldApart.other.of_type(other))
    return listed(session, columns, NEWEST, at=at, where=[STANDS], joins=joins)


def tell_apart(session: Session, one: Institution, other: Institution, *, standing: Standing) -> None:
    """Judge two entries different: they are held against each other no more. Raises Refused. The caller commits."""
    two = _held(session, one, other)
    if between(session, *two):
        raise Refused(Say("These two have been judged different already."))
    first, second = two
    keys = {"one_id": first.id, "other_id": second.id, "one_now_id": first.id, "other_now_id": second.id}
    session.add(ToldApart(**keys, by_id=standing.user_id, by_name=standing.name))
    _note(session, two, Action.TELL_APART, standing)


def hold_alike(session: Session, one: Institution, other: Institution, *, standing: Standing) -> None:
    """Take the judgement back: they are listed as likely duplicates again. Raises Refused. The caller commits."""
    two = _held(session, one, other)
    judgements = between(session, *two)
    if not judgements:
        raise Refused(Say("These two are not judged different."))
    for judgement in judgements:
        session.delete(judgement)
    _note(session, two, Action.HOLD_ALIKE, standing)


def _are(low: int, high: int) -> ColumnElement[bool]:
    one, other = ToldApart.one_now_id, ToldApart.other_now_id
    return or_(and_(one == low, other == high), and_(one == high, other == low))


def _held(session: Session, *two: Institution) -> tuple[Institution, Institution]:
    """Both, held in the order in which a merge holds them, while they still stand."""
    first, second = sorted(two, key=lambda i: i.id)
    for row in (first, second):
        hold(session, row)
    if InstitutionState.MERGED in {first.state, second.state}:
        raise Outrun
    return first, second


def _note(session: Session, two: tuple[Any, Any], action: Action, standing: Standing) -> None:
    for row, other in (two, two[::-1]):
        audit.note(session, row, action, standing, {"apart": [other.id, other.name]})

"""Keyset pages: a page 10,000 rows deep costs what the first one costs, and nothing is counted past a cap."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.say import spoken

SIZE = 50
CAP = 1000
REACH = 10_000  # rows of a list that one page looks along for words that very many have
INT8 = 2**63 - 1
OWN = frozenset({"key", "sort", "counted", "walked"})  # the columns a page adds to those asked for
Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Order:
    """Sort by one never-null column, then by id in the same direction."""

    column: InstrumentedAttribute[Any]
    descending: bool = False


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: beyond the row with this sort value and id, forwards or back."""

    value: Any
    id: int
    back: bool = False

    def token(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return base64.urlsafe_b64encode(json.dumps([value, self.id]).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Sought:
    """The words a list is searched by: `asks` gives the conditions on whatever row has them, whose key is `key`.

    `common`: so many have them that a page looks for them along the list, REACH rows at a time.
    """

    key: Any = None
    asks: Callable[[Any], Conditions] = lambda _key: ()
    common: bool = False

    @property
    def where(self) -> Conditions:
        """The conditions on the rows of the list, all of it looked through."""
        return self.asks(self.key)


NOTHING = Sought()


def asking(*where: ColumnElement[bool]) -> Sought:
    """A search whose conditions are on the rows of the list themselves."""
    return Sought(asks=lambda _key: where)


@dataclass(frozen=True)
class Listed:
    """One page of plain rows; `count` stops at CAP + 1. `partial`: only so many rows of the list were looked along for `sought`."""

    rows: Sequence[Row[Any]]
    count: int
    after: str | None
    before: str | None
    partial: int = 0
    sought: Sought = NOTHING

    @property
    def count_text(self) -> str:
        return f"{self.count}+" if self.partial and self.count <= CAP else capped(self.count)


def capped(count: int) -> str:
    """A count as far as anybody counts."""
    return f"{CAP}+" if count > CAP else str(count)


def cursor(args: Mapping[str, str], order: Order) -> Cursor | None:
    """The cursor in a query string; a broken or foreign one means the first page."""
    for name in ("after", "before"):
        if token := args.get(name):
            try:
                value, key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
                return Cursor(_typed(order, value), _key(key), back=name == "before")
            except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
                return None
    return None


def listed(  # noqa: PLR0913 -- what a list is made of, named
    session: Session,
    columns: Mapping[str, Any],
    order: Order,
    *,
    at: Cursor | None = None,
    where: Conditions = (),
    branches: Sequence[Conditions] = ((),),
    joins: Sequence[Any] = (),
    size: int = SIZE,
    sought: Sought = NOTHING,
) -> Listed:
    """One page in one statement: keys first, cut, then joined.

    `branches` are alternatives that each keep an index in order (one per department, say); their keys are
    merged. `columns` maps names to expressions; `joins` are relationship attributes, joined from outside.
    """
    if taken := OWN.intersection(columns):
        raise ValueError(f"a list names these itself: {', '.join(sorted(taken))}")
    if not sought.common:
        counted = {**columns, "counted": _counted(order.column.class_, [*where, *sought.where], branches)}
        found = session.execute(_page(counted, order, at, where, branches, joins, size + 1, sought)).all()
        return replace(_trimmed(found, at, size), sought=sought)
    whole = _along(sought, order, None, where, branches)
    walked_rows = select(func.count()).select_from(whole).scalar_subquery()
    counted = {**columns, "counted": _found_along(sought, whole), "walked": walked_rows}
    found = session.execute(_page(counted, order, at, where, branches, joins, size + 1, sought)).all()
    looked_along = found[0].walked if found else session.scalar(select(walked_rows)) or 0
    partial = looked_along if looked_along >= _reach(branches) else 0
    return replace(_trimmed(found, at, size), partial=partial, sought=sought)


def walked(  # noqa: PLR0913 -- see listed
    session: Session,
    columns: Mapping[str, Any],
    order: Order,
    *,
    where: Conditions = (),
    branches: Sequence[Conditions] = ((),),
    joins: Sequence[Any] = (),
    size: int = 2000,
) -> Iterator[Row[Any]]:
    """Every row a list would show, page after page, so that a long export holds no memory."""
    at = None
    while found := session.execute(_page(columns, order, at, where, branches, joins, size)).all():
        yield from found
        at = Cursor(found[-1].sort, found[-1].key)


def reaches(
    session: Session, model: Any, rows: int, *, where: Conditions = (), branches: Sequence[Conditions] = ((),)
) -> bool:
    """Whether a list has more than so many rows; counted no further than that."""
    return (session.scalar(select(_counted(model, where, branches, rows))) or 0) > rows


def spread(session: Session, column: Any, where: Conditions) -> dict[Any, int]:
    """How many rows there are under each value of a column, none looked at past CAP + 1."""
    cut = select(column.label("value")).where(*where).limit(CAP + 1).subquery()
    found: dict[Any, int] = dict(session.execute(select(cut.c.value, func.count()).group_by(cut.c.value)).all())
    return found


def counts(
    session: Session,
    model: Any,
    views: Mapping[str, Conditions],
    *,
    branches: Sequence[Conditions] = ((),),
    of: Mapping[str, Sequence[Conditions]] | None = None,
) -> dict[str, int]:
    """How many rows each of several views of a list has, in one statement; none is counted past CAP + 1.

    `of` names the branches of a view that has others than the rest.
    """
    asked = select(
        *(_counted(model, where, (of or {}).get(name, branches)).label(name) for name, where in views.items())
    )
    return dict(session.execute(asked).one()._mapping)  # noqa: SLF001 -- a row's public name for this


def neighbour(
    session: Session,
    order: Order,
    at: Cursor,
    *,
    where: Conditions = (),
    branches: Sequence[Conditions] = ((),),
    sought: Sought = NOTHING,
) -> int | None:
    """The key of the row that follows (or precedes) a place in a list; looked for as far as a page looks."""
    found = session.execute(_page({}, order, at, where, branches, (), 1, sought)).first()
    return found.key if found else None


def _page(  # noqa: PLR0913 -- see listed
    columns: Mapping[str, Any],
    order: Order,
    at: Cursor | None,
    where: Conditions,
    branches: Sequence[Conditions],
    joins: Sequence[Any],
    limit: int,
    sought: Sought = NOTHING,
) -> Select[Any]:
    model = order.column.class_
    descending = order.descending != bool(at and at.back)
    if sought.common:
        along = _along(sought, order, at, where, branches)
        ordered = _directed((along.c.sort, along.c.key), descending)
        found = select(along.c.key, along.c.sort).where(*sought.asks(along.c.of))
        keys = found.order_by(*ordered).limit(limit).subquery("keys")
    else:
        keys = _keys(model, order, descending, at, [*where, *sought.where], branches, limit)
    statement: Select[Any] = (
        select(*(_told(c, columns).label(n) for n, c in columns.items()), keys.c.key, keys.c.sort)
        .select_from(model)
        .join(keys, model.id == keys.c.key)
    )
    for target in joins:
        statement = statement.outerjoin(target)
    return statement.order_by(*_directed((keys.c.sort, keys.c.key), descending))


def _told(column: Any, columns: Mapping[str, Any]) -> Any:
    """A name in the reader's language; a list that shows both shows each as it is."""
    other = (getattr(column, "class_", None), f"{getattr(column, 'key', '')}_en")
    both = other in {(getattr(c, "class_", None), getattr(c, "key", None)) for c in columns.values()}
    return column if both else spoken(column)


def _keys(  # noqa: PLR0913 -- see listed
    model: Any,
    order: Order,
    descending: bool,
    at: Cursor | None,
    where: Conditions,
    branches: Sequence[Conditions],
    limit: int,
    also: Mapping[str, Any] | None = None,
) -> Any:
    named = [column.label(name) for name, column in (also or {}).items()]
    beyond = [_beyond(order, descending, at)] if at else []
    ordered = _directed((order.column, model.id), descending)
    parts = [
        select(model.id.label("key"), order.column.label("sort"), *named)
        .where(*branch, *where, *beyond)
        .order_by(*ordered)
        .limit(limit)
        for branch in branches
    ]
    if len(parts) == 1:
        return parts[0].subquery("keys")
    merged = union_all(*(select(part.subquery()) for part in parts)).subquery("merged")
    again = _directed((merged.c.sort, merged.c.key), descending)
    return select(*merged.c).order_by(*again).limit(limit).subquery("keys")


def _reach(branches: Sequence[Conditions]) -> int:
    """How many rows a page looks along: each alternative is walked as far as all of them together."""
    return max(SIZE, REACH // len(branches))


def _along(sought: Sought, order: Order, at: Cursor | None, where: Conditions, branches: Sequence[Conditions]) -> Any:
    """The next rows of a list in its order, as many as one page looks along, each with the key words are asked of."""
    model, descending = order.column.class_, order.descending != bool(at and at.back)
    return _keys(model, order, descending, at, where, branches, _reach(branches), {"of": sought.key})


def _found_along(sought: Sought, along: Any) -> Any:
    found = select(along.c.key).where(*sought.asks(along.c.of)).limit(CAP + 1).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _beyond(order: Order, descending: bool, at: Cursor) -> ColumnElement[bool]:
    column, key = order.column, order.column.class_.id
    if descending:
        return and_(column <= at.value, or_(column < at.value, key < at.id))
    return and_(column >= at.value, or_(column > at.value, key > at.id))


def _counted(model: Any, where: Conditions, branches: Sequence[Conditions], most: int = CAP) -> Any:
    parts = [select(model.id).where(*branch, *where).limit(most + 1) for branch in branches]
    merged = union_all(*(select(part.subquery()) for part in parts)) if len(parts) > 1 else parts[0]
    return select(func.count()).select_from(merged.subquery()).scalar_subquery()


def _directed(columns: Sequence[Any], descending: bool) -> list[Any]:
    return [c.desc() if descending else c.asc() for c in columns]


def _trimmed(found: Sequence[Row[Any]], at: Cursor | None, size: int) -> Listed:
    more, rows = len(found) > size, list(found[:size])
    if at and at.back:
        rows.reverse()
    forward = (more or bool(at)) if at and at.back else more
    backward = more if at and at.back else bool(at)
    return Listed(
        rows=rows,
        count=min(found[0].counted, CAP + 1) if found else 0,
        after=Cursor(rows[-1].sort, rows[-1].key).token() if rows and forward else None,
        before=Cursor(rows[0].sort, rows[0].key).token() if rows and backward else None,
    )


def _typed(order: Order, value: Any) -> Any:
    kind = order.column.type.python_type
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is date:
        return date.fromisoformat(value)
    if kind is int:
        return _key(value)
    if not isinstance(value, kind) or (isinstance(value, str) and ("\x00" in value or not value.isprintable())):
        raise ValueError(value)
    return value


def _key(value: Any) -> int:
    """A primary key as typed in a URL or form; raises ValueError for anything a row cannot have."""
    number = int(str(value)) if str(value).isascii() and str(value).isdigit() else 0
    if not 0 < number <= INT8:
        raise ValueError(value)
    return number


def key(value: Any) -> int | None:
    """A primary key from outside, or None where it cannot be one (text, negative, beyond eight bytes)."""
    try:
        return _key(value)
    except ValueError:
        return None

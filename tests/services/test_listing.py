"""Pages of a list: forwards and back they are the whole list, in order, whatever the values and however many ties."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from models import Letter, Term
from services.listing import CAP, INT8, Cursor, Listed, Order, cursor, key, listed, neighbour, walked
from services.scope import system_session
from tests.university import University

DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 4))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 1)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001 -- given its zone at once
TEXTS = st.text("açıiİI %_'\\😀~ ", max_size=3)
ORDERS: dict[str, tuple[Any, Any]] = {
    "day": (Term.starts_on, DAYS),
    "text": (Term.name, TEXTS),
    "key": (Term.id, DAYS),
    "moment": (Letter.created_at, MOMENTS),
}
quick = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


@pytest.fixture
def session(university: University) -> Iterator[Session]:
    """A session of the system, beside whose rows ours come and go."""
    with university.app.app_context(), system_session() as session:
        yield session


def ours(session: Session, model: Any, rows: Any) -> None:
    """Let the table hold these rows of ours, beside those that were there."""
    session.execute(delete(model).where(marked(model)))
    if rows:
        session.execute(insert(model), rows)


def marked(model: Any) -> Any:
    return Term.code.startswith("h") if model is Term else Letter.reader == "h"


def rows_of(what: str, values: list[Any]) -> list[dict[str, Any]]:
    """Rows with these sort values, otherwise alike."""
    if what == "moment":
        about = {"reader": "h", "to_name": "x", "language": "tr", "subject": "x", "text": "x", "html": "x"}
        return [about | {"created_at": v, "to_email": f"{n}@x"} for n, v in enumerate(values)]
    days = [v if isinstance(v, date) else date(2026, 1, 1) for v in values]
    names = [v if isinstance(v, str) else "x" for v in values]
    return [
        {"code": f"h{n}", "name": name, "name_en": "x", "starts_on": day, "ends_on": day, "teaching": n % 2 == 0}
        for n, (name, day) in enumerate(zip(names, days, strict=True))
    ]


def whole(session: Session, order: Order) -> list[int]:
    """Every key, as the database sorts them when nobody cuts."""
    model = order.column.class_
    directed = [c.desc() if order.descending else c.asc() for c in (order.column, model.id)]
    return list(session.scalars(select(model.id).where(marked(model)).order_by(*directed)))


def page(
    session: Session, order: Order, size: int, token: str | None = None, way: str = "after", **more: Any
) -> Listed:
    model = order.column.class_
    at = cursor({way: token} if token else {}, order)
    assert (at is None) is (token is None)
    return listed(session, {"id": model.id}, order, at=at, where=(marked(model),), size=size, **more)


def ids(found: Listed) -> list[int]:
    return [row.id for row in found.rows]


@quick
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("what", ORDERS)
@given(data=st.data(), size=st.integers(1, 4))
def test_pages_forwards_and_back_are_the_whole_list(
    session: Session, what: str, descending: bool, data: Any, size: int
) -> None:
    column, values = ORDERS[what]
    ours(session, column.class_, rows_of(what, data.draw(st.lists(values, max_size=9))))
    order = Order(column, descending)
    every = whole(session, order)
    forwards = [page(session, order, size)]
    while forwards[-1].after:
        forwards.append(page(session, order, size, forwards[-1].after))
    assert [pk for p in forwards for pk in ids(p)] == every
    assert [len(p.rows) for p in forwards[:-1]] == [size] * (len(forwards) - 1)
    assert {p.count for p in forwards} == {len(every)}
    assert [p.before is None for p in forwards] == [n == 0 for n in range(len(forwards))]
    back, at = [], forwards[-1]
    while at.before:
        at = page(session, order, size, at.before, "before")
        back.append(at)
    assert [ids(p) for p in reversed(back)] == [ids(p) for p in forwards[:-1]]
    assert back == [] or (back[-1].before, back[-1].after is not None) == (None, True)


@quick
@given(data=st.data(), size=st.integers(1, 4), descending=st.booleans())
def test_alternatives_walks_and_neighbours_keep_the_same_order(
    session: Session, data: Any, size: int, descending: bool
) -> None:
    ours(session, Term, rows_of("day", data.draw(st.lists(DAYS, max_size=9))))
    order = Order(Term.starts_on, descending)
    every = whole(session, order)
    branches = ([Term.teaching.is_(True)], [Term.teaching.is_(False)])
    parts = [page(session, order, size, branches=branches)]
    while parts[-1].after:
        parts.append(page(session, order, size, parts[-1].after, branches=branches))
    assert [pk for p in parts for pk in ids(p)] == every
    assert {p.count for p in parts} == {len(every)}
    facts = {"where": (marked(Term),), "branches": branches}
    assert [row.id for row in walked(session, {"id": Term.id}, order, size=size, **facts)] == every
    days = {row.id: row.starts_on for row in session.execute(select(Term.id, Term.starts_on))}
    onward = [neighbour(session, order, Cursor(days[pk], pk), **facts) for pk in every]
    behind = [neighbour(session, order, Cursor(days[pk], pk, back=True), **facts) for pk in every]
    assert (onward, behind) == ([*every[1:], None][: len(every)], [None, *every][: len(every)])


def test_a_row_that_went_away_loses_no_other(session: Session) -> None:
    ours(session, Term, rows_of("day", [date(2026, 1, 1)] * 7))
    order = Order(Term.starts_on)
    first, every = page(session, order, 3), whole(session, order)
    session.execute(delete(Term).where(Term.id.in_(ids(first)[-1:])))
    assert ids(page(session, order, 3, first.after)) == every[3:6]


def test_nothing_is_counted_past_the_cap(session: Session) -> None:
    ours(session, Term, rows_of("day", [date(2026, 1, 1)] * (CAP + 30)))
    found = page(session, Order(Term.starts_on), 50)
    assert session.scalar(select(func.count()).select_from(Term).where(marked(Term))) == CAP + 30
    assert (found.count, found.count_text, len(found.rows)) == (CAP + 1, f"{CAP}+", 50)


# -- what comes from outside -----------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3),
)


def token(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(typed=st.text(max_size=40) | JSON.map(token) | st.tuples(JSON, JSON).map(token))
@pytest.mark.parametrize("what", ORDERS)
def test_a_cursor_is_a_place_or_nothing(what: str, typed: str) -> None:
    column, _values = ORDERS[what]
    found = cursor({"after": typed}, Order(column))
    assert found is None or (0 < found.id <= INT8 and isinstance(found.value, column.type.python_type))
    assert found is None or cursor({"before": found.token()}, Order(column)) == Cursor(found.value, found.id, back=True)


@given(value=DAYS | MOMENTS | TEXTS | st.integers(1, INT8), pk=st.integers(1, INT8))
def test_a_place_comes_back_as_it_was_given(value: Any, pk: int) -> None:
    what = {date: "day", datetime: "moment", str: "text", int: "key"}[type(value)]
    assert cursor({"after": Cursor(value, pk).token()}, Order(ORDERS[what][0])) == Cursor(value, pk)


@given(typed=st.text(max_size=25) | st.integers().map(str))
def test_a_key_is_a_number_a_row_can_have_or_nothing(typed: str) -> None:
    plain = typed != "" and set(typed) <= set("0123456789")
    assert key(typed) == (int(typed) if plain and 0 < int(typed) <= INT8 else None)


@pytest.mark.parametrize(
    "typed", ["", "0", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "\u0661", "\uff11", "²", "1_0", "9" * 5000]
)
def test_what_only_looks_like_a_number_is_no_key(typed: str) -> None:
    assert key(typed) is None


def test_the_last_moment_of_time_is_no_fault() -> None:
    order = Order(Letter.created_at)
    edges = [
        "9999-12-31T23:59:59.999999",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30",
    ]
    assert all(isinstance(cursor({"after": token([edge, 1])}, order), Cursor | None) for edge in edges)
    assert timedelta(0) == cursor({"after": token(["2026-01-01T00:00:00+00:00", 1])}, order).value.utcoffset()  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["counted", "key", "sort", "walked"])
def test_a_column_named_as_the_page_names_its_own_is_refused(session: Session, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        listed(session, {name: Term.name}, Order(Term.starts_on))

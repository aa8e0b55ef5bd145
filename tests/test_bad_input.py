"""Addresses nobody was given: every argument of every address, and everything a list reads from its query string."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.routing import Rule

from admin_views.desk import Desk
from services.queue import KEPT
from tests.admin_views.reach import ADDRESSES, Address
from tests.admin_views.test_reach import one_of
from tests.bad_input import (
    CURSORS,
    ELSEWHERE,
    FAULT,
    HUGE,
    KEYS,
    QUERIES,
    few,
    found_faultless,
    path_of,
    people_of,
    written,
)
from tests.university import MISSING, University

ROOT = Path(__file__).resolve().parent.parent
OURS = {
    "late",
    "told",
    "email",
    "quiet",
    "id",
    "application",
    "list",
    "after",
    "before",
    "chair",
    "phase",
    "kind",
    "actor",
    "due",
    "faculty",
    "outcome",
    "when",
    "row",
    "job",
    "person",
    "action",
    "number",
    "from",
    "to",
    "other",
    "whole",
    "question",
    "why",
    "ends",
    "of",
    *KEPT,
}
LIBRARY = {"next", "page", "page_size", "sort", "desc", "search", "flt0_0", "url", "query", "limit", "offset"}
QUERY = OURS | LIBRARY
RICHEST = frozenset({"applications.index_view", "institutions.index_view", "memberships.index_view", "mailbox.index"})
LISTS = (".index_view", ".export", ".institutions", "mailbox.index", "applications.details_view")
LONG = 1_000  # what would make an address of a megabyte is sent in one argument at a time


@pytest.fixture(autouse=True)
def nothing_is_written(university: University, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    before = university.contents()
    yield from found_faultless(university, caplog)
    assert university.contents() == before


def rules(university: University) -> list[Rule]:
    return sorted(university.app.url_map.iter_rules(), key=lambda rule: rule.rule)


def rows(university: University, who: str, rule: Rule) -> dict[str, str]:
    """Arguments with which the address is somebody's: the row they meet, and whatever else it takes."""
    address = ADDRESSES[rule.endpoint]
    given = dict.fromkeys(rule.arguments, "1") | {name: str(value) for name, value in address.more.items()}
    row = one_of(university, who, address)
    if rule.endpoint.endswith(".document") and row:
        name = next(name for name, key in university.documents.items() if key == row)
        return {"pk": str(university.applications[name]), "document": str(row)}
    return given | ({address.by: str(row)} if address.by and row else {})


def asked(university: University, who: str, method: str, rule: Rule, given: dict[str, str], query: str = "") -> Any:
    """What somebody is answered; arguments that are not part of the path stand in the query string."""
    more = [f"{name}={value}" for name, value in given.items() if name not in rule.arguments]
    url = f"{path_of(rule.rule, given)}?{'&'.join([*more, query])}"
    return university.people[who].open(url, method=method, buffered=True)


def arguments(rule: Rule, address: Address) -> set[str]:
    return set(rule.arguments) | ({address.by} if address.by else set())


def methods(rule: Rule) -> list[str]:
    """With nothing in its form a POST takes no step here."""
    return [m for m in ("GET", "POST") if m in (rule.methods or ())]


def test_no_argument_of_an_address_is_a_fault(university: University) -> None:
    wrong: list[Any] = []
    for rule in rules(university):
        address = ADDRESSES[rule.endpoint]
        for name in sorted(arguments(rule, address)):
            for position, (who, method) in enumerate(product(people_of(address), methods(rule))):
                wrong += _tried(university, who, method, rule, name, few((*KEYS, *ELSEWHERE), position))
    assert wrong == []


def _tried(
    university: University, who: str, method: str, rule: Rule, name: str, values: Sequence[str]
) -> Iterator[Any]:
    """Each bad value in the place of one argument: a key that cannot be is as absent as one that never was."""
    given = rows(university, who, rule)
    never = asked(university, who, method, rule, given | {name: str(MISSING)}).status_code
    for value in values:
        with written() as tables:
            answer = asked(university, who, method, rule, given | {name: value})
        alike = answer.status_code in {never, 404, 405, 414} or value in ELSEWHERE
        if answer.status_code >= FAULT or tables or not alike:
            yield rule.endpoint, method, who, name, value[:30], answer.status_code, never, tables


ARGUMENTS = re.compile(r"""(?<!kw)args(?:\.get\(|\[)"(\w+)"|"(\w+)" (?:not )?in request\.args""")


def test_every_argument_of_a_query_string_is_walked(university: University) -> None:
    """One that is read anywhere, by name or as a filter of a list, is sent everywhere below."""
    read = {name for room in ("admin_views", "services") for path in (ROOT / room).rglob("*.py")
            for found in ARGUMENTS.findall(path.read_text()) for name in found if name}  # fmt: skip
    desks = [view for view in university.app.extensions["admin"][0]._views if isinstance(view, Desk)]
    assert read | {choice.name for desk in desks for choice in desk.choices} <= QUERY


def test_no_query_string_is_a_fault(university: University) -> None:
    wrong: list[Any] = []
    for number, rule in enumerate(rules(university)):
        address = ADDRESSES[rule.endpoint]
        for position, who in enumerate(people_of(address) if "GET" in (rule.methods or ()) else ()):
            share = 0 if rule.endpoint in RICHEST and not position else 1 + number + position
            apart = _apart(number) if rule.endpoint.endswith(LISTS) and not position else ()
            queries = [*few(_everywhere(address), share), *apart]
            wrong += _queried(university, who, rule, queries)
    assert wrong == []


def _everywhere(address: Address) -> list[str]:
    """Each bad value in every argument at once, and each argument twice."""
    names = sorted(QUERY - {address.by})
    return ["&".join(f"{n}={v}&{n}=1" for n in names) for v in QUERIES if len(v) < LONG] + [
        f"after={c}&before={c}" for c in CURSORS
    ]


def _apart(number: int) -> list[str]:
    """At a list the first who comes sends each argument by itself too: a value refused must not hide the next one."""
    values = (quote(HUGE), "%00", "%FF", str(2**64), "\xb2", "abc")
    return [f"{name}={values[(number + n) % len(values)]}" for n, name in enumerate(sorted(QUERY))]


def _queried(university: University, who: str, rule: Rule, queries: Sequence[str]) -> Iterator[Any]:
    given = rows(university, who, rule)
    for query in queries:
        with written() as tables:
            answer = asked(university, who, "GET", rule, given, query)
        if answer.status_code >= FAULT or tables:
            yield rule.endpoint, who, query[:60], answer.status_code, tables

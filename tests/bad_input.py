"""What no form of ours ever sends, by where it may stand; tests/test_bad_*.py send it everywhere."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, event

from tests.admin_views.reach import Address
from tests.university import COUNTERS, University

FAULT = 500
HUGE = "Ş" * 5_000  # 10 kB
BIDI = "gro.\u202ekotsat\u202c"

# no key at all; written as an address is, so that half of a character can be said too
KEYS = tuple(
    quote(value, safe="%")
    for value in (
        *("0", "-1", "1.5", "1e3", "1;2", "abc", "NaN", "None", "\uff11\uff12", "\xb2", "+1", "1_0", " ", str(2**63), str(2**64)),
        *("9" * 5_000, "\x00", "1\x00", BIDI, "İı", HUGE, "' OR 1=1 --", "%FF", "%ED%A0%80", "%2500", "[object Object]"),
    )
)  # fmt: skip
ELSEWHERE = ("", ".", "..", "../", "%2e%2e%2f", "../../etc/passwd", "..%5c..%5cwin.ini", "/", "//evil.example", "%2f")


def _token(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


# tokens of a page of a list that no list gave
CURSORS = (
    *(_token(value) for value in (
        *(None, [], {}, 1, [1], [1, 2, 3], [None, 1], [True, True], [{"a": 1}, 1], [[1], 1], ["x", 1], [float("nan"), 1]),
        *([1e999, 1], [2**70, 1], [-1, 1], ["2026-01-01", 2**63], ["0001-01-01T00:00:00+14:00", 1], ["a\x00", 1]),
        *(["9999-12-31T23:59:59-14:00", 1], ["\ud800", 1], [HUGE, 1], ["\u202ea", 1], ["2026-02-30", 1], [1, -1]),
    )),
    *(base64.urlsafe_b64encode(b"[" * 9_000).decode(), "A", "====", "-_-_", base64.b64encode(b"\xff\xfe").decode()),
)  # fmt: skip
DATES = (
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-02-30",
    "2026-13-45",
    "-1",
    "20260601",
    "\uff12\uff10\uff12\uff16-\uff10\uff16-\uff10\uff11",
)
QUERIES = (*KEYS, *(quote(value, safe="") for value in DATES))


ROLES = ("ayse", "deniz", "chair of civil", "boss", "health office", "career centre", "it", "stranger", "nobody")


def people_of(address: Address) -> list[str]:
    """One person for every role that an address is open to."""
    return [who for who in ROLES if who in address.to]


def few(values: Sequence[Any], position: int) -> Sequence[Any]:
    """All of them for the first who comes, some for each other one: another share every time."""
    return values[position % 8 :: 8] if position else values


def path_of(rule: str, given: dict[str, str]) -> str:
    """A rule with these arguments, whatever its converters think of them."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: given[found[1]], rule)


def found_faultless(university: University, caplog: Any) -> Iterator[None]:
    """A fault answers its page, as it does in production, and is noted: nothing may note one."""
    university.app.config["PROPAGATE_EXCEPTIONS"] = False
    for limiter in university.app.extensions["limiter"]:
        limiter.enabled = False
    yield
    for limiter in university.app.extensions["limiter"]:
        limiter.enabled = True
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that somebody wrote to and committed in this block."""
    kept: set[str] = set()

    def listen(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if (found := _WRITES.match(statement)) and found[1] not in COUNTERS:
            connection.info.setdefault("written", set()).add(found[1])

    def commit(connection: Any) -> None:
        kept.update(connection.info.pop("written", ()))

    def rollback(connection: Any) -> None:
        connection.info.pop("written", None)

    heard = (("before_cursor_execute", listen), ("commit", commit), ("rollback", rollback))
    for name, what in heard:
        event.listen(Engine, name, what)
    try:
        yield kept
    finally:
        for name, what in heard:
            event.remove(Engine, name, what)

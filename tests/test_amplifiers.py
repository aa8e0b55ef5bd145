"""A small request that would cost much is refused before it is taken apart, whoever sends it and wherever."""

import tracemalloc
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import User
from services import request_limits as of
from tests.people import a_town, sign_in

MEGABYTE = 1024 * 1024


def a_part(n: int, text: bytes, more: bytes = b"") -> bytes:
    return b'--B\r\nContent-Disposition: form-data; name="a%d"%s\r\n\r\n%s\r\n' % (n, more, text)


def fields(count: int) -> bytes:
    return b"&".join(b"a%d=1" % n for n in range(count))


MULTIPART = f"{of.MULTIPART}; boundary=B"
BODIES = {
    "many fields": (of.URLENCODED, fields(200_000)),
    "fields of one name": (of.URLENCODED, b"a=1&" * 400_000),
    "one long field": (of.URLENCODED, b"a=" + b"x" * 3 * MEGABYTE),
    "one field in percent signs": (of.URLENCODED, b"a=" + b"%41" * MEGABYTE),
    "many parts": (MULTIPART, b"".join(a_part(n, b"x") for n in range(20_000)) + b"--B--\r\n"),
    "many files": (MULTIPART, b"".join(a_part(n, b"x", b'; filename="f"') for n in range(20_000)) + b"--B--\r\n"),
    "one long part": (MULTIPART, a_part(1, b"x" * 3 * MEGABYTE) + b"--B--\r\n"),
    "long parts": (MULTIPART, b"".join(a_part(n, b"x" * of.MOST_FIELD_BYTES) for n in range(12)) + b"--B--\r\n"),
    "many headers of a part": (MULTIPART, b"--B\r\n" + b"X: y\r\n" * 300_000 + a_part(1, b"x") + b"--B--\r\n"),
    "nested json": ("application/json", b"[" * 3 * MEGABYTE),
}
REFUSED = {name: 415 if "json" in name else 413 for name in BODIES}


@pytest.fixture(params=["nobody", "student"])
def client(app: Flask, request: pytest.FixtureRequest) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = True
    if request.param == "nobody":
        return app.test_client()
    with app.app_context(), a_town() as t:
        return sign_in(app, t.session.get_one(User, t.student(t.department()).user_id))


@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile")  # the library leaves parts it gave up to the collector
@pytest.mark.parametrize("name", BODIES)
def test_a_form_larger_than_any_of_ours_is_refused_cheaply(client: FlaskClient, name: str) -> None:
    kind, body = BODIES[name]
    client.get("/login")  # templates are read once
    tracemalloc.start()
    answer = client.post("/login", data=body, content_type=kind)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, 'id="content"' in answer.text) == (REFUSED[name], True)
    assert peak < 3 * len(body) + MEGABYTE


def test_the_largest_form_of_ours_is_taken(client: FlaskClient) -> None:
    answer = client.post("/login", data=fields(of.MOST_FIELDS - 1), content_type=of.URLENCODED)
    assert answer.status_code == 400  # read: it lacks its token


@pytest.mark.parametrize("query", ["a=&" * 2_700, fields(of.MOST_ARGUMENTS + 1).decode(), "q=" + "%C4%B0" * 2_000])
@pytest.mark.parametrize("path", ["/login", "/applications/", "/firm", "/institutions/"])
def test_an_address_longer_than_any_of_ours_is_refused(client: FlaskClient, path: str, query: str) -> None:
    answer: Any = client.get(f"{path}?{query}")
    assert (answer.status_code, "Bu adres çok uzun" in answer.text) == (414, True)

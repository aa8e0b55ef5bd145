"""Whoever guesses learns from no answer whether an address is known, and keeps its owner out for no time."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import utils
from sqlalchemy import Engine, event, select

from models import AskedByMail, KnownDevice, Letter, User, utcnow
from services import asked, devices, security_events
from tests.people import PASSWORD, a_town, letters_asked_for, looking, sign_in
from workflow.words import Actor

KNOWN, UNKNOWN, CLOSED, FIRM = "ali@demo.edu.tr", "yok@demo.edu.tr", "eski@demo.edu.tr", "kaya@firma.example.com"
WRONG = "yanlis-parola-99"


@pytest.fixture
def town(app: Flask) -> Flask:
    with app.app_context(), a_town() as t:
        t.user(KNOWN, "Ali")
        t.user(CLOSED, "Eski").active = False
        t.supervisor(t.institution()).email = FIRM
    return app


def enter(client: FlaskClient, password: str = PASSWORD, email: str = KNOWN, at: str = "10.0.0.1") -> int:
    typed = {"email": email, "password": password}
    return client.post("/login", data=typed, environ_base={"REMOTE_ADDR": at}).status_code


def letters(app: Flask, reader: str) -> list[str]:
    letters_asked_for(app)
    with looking(app) as s:
        return [x.text for x in s.scalars(select(Letter).where(Letter.reader == reader).order_by(Letter.id))]


# -- the same work -----------------------------------------------------------------------------------------------------


@contextmanager
def work() -> Iterator[list[str]]:
    """Every statement, and every time a password is hashed or compared with a hash, in order."""
    done: list[str] = []
    context = utils._security.pwd_context

    def listen(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        done.append(statement)

    def counted(real: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            done.append("a hash")
            return real(*given, **named)

        return call

    event.listen(Engine, "before_cursor_execute", listen)
    kept = context.hash, context.verify
    context.hash, context.verify = map(counted, kept)
    try:
        yield done
    finally:
        context.hash, context.verify = kept
        event.remove(Engine, "before_cursor_execute", listen)


ASKED = {
    "/login": ({"password": WRONG}, (KNOWN, UNKNOWN, CLOSED)),
    "/reset": ({}, (KNOWN, UNKNOWN, CLOSED)),
    "/sign-in-link": ({}, (KNOWN, UNKNOWN, CLOSED)),
    "/firm": ({}, (FIRM, UNKNOWN, KNOWN)),
}


@pytest.mark.parametrize("path", ASKED)
def test_what_is_done_and_answered_is_the_same_whether_an_address_is_known_or_not(town: Flask, path: str) -> None:
    typed, addresses = ASKED[path]
    town.test_client().post(path, data={**typed, "email": "once@demo.edu.tr"})  # what is done once in a process
    done, told = [], set()
    for email in addresses:
        with town.app_context(), work() as seen:
            answer = town.test_client().post(path, data={**typed, "email": email})
        done.append([re.sub(r"_\d+\b", "_n", line) for line in seen])
        told.add((answer.status_code, answer.location, re.sub(r'nonce="[^"]*"|value="[^"]*"', "", answer.text)))
    assert (done[1:], len(told)) == ([done[0]] * (len(addresses) - 1), 1)
    assert (done[0].count("a hash"), len(done[0]) > 2) == (int(path == "/login"), True)


def test_every_page_for_nobody_that_takes_an_address_is_among_them(app: Flask) -> None:
    """One that is new is measured too, or says here why not."""
    takes = set()
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.arguments:
            page = app.test_client().get(rule.rule)
            if page.status_code == 200 and 'name="email"' in page.text:
                takes.add(rule.rule)
    assert takes == set(ASKED)


def test_the_worker_writes_each_letter_asked_for_once_and_to_nobody_else(town: Flask) -> None:
    for path, (typed, addresses) in ASKED.items():
        for email in addresses * (path != "/login"):
            town.test_client().post(path, data={**typed, "email": email.upper()})
    letters_asked_for(town)
    letters_asked_for(town)
    with looking(town) as s:
        sent = sorted((x.reader, x.to_email) for x in s.scalars(select(Letter)))
        left = s.scalars(select(AskedByMail)).all()
    assert (sent, left) == ([("firm_link", FIRM), ("known_device", KNOWN), ("reset_instructions", KNOWN)], [])


def test_one_account_is_sent_only_so_many_letters_an_hour(town: Flask) -> None:
    with town.app_context():
        for _n in range(asked.MOST_AN_HOUR + 3):
            asked.ask(asked.PASSWORD, KNOWN)
    assert len(letters(town, "reset_instructions")) == asked.MOST_AN_HOUR


def test_a_letter_that_cannot_be_written_holds_no_other_up(town: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    real = asked.about_password
    with town.app_context():
        asked.ask(asked.PASSWORD, KNOWN)
        asked.ask(asked.FIRM_LINK, FIRM)
    monkeypatch.setattr(asked, "about_password", lambda *_given: 1 // 0)
    assert letters(town, "firm_link")
    monkeypatch.setattr(asked, "about_password", real)
    assert len(letters(town, "reset_instructions")) == 1


# -- kept out by somebody's guesses ------------------------------------------------------------------------------------


def guess(app: Flask, times: int = 12, path: str = "/login") -> list[int]:
    """From as many places, by somebody who knows the address."""
    return [
        app.test_client().post(
            path, data={"email": KNOWN, "password": WRONG}, environ_base={"REMOTE_ADDR": f"10.9.{n}.1"}
        ).status_code
        for n in range(times)
    ]  # fmt: skip


def test_a_device_that_has_signed_in_before_is_kept_out_by_nobodys_guesses(town: Flask) -> None:
    own, new = town.test_client(), town.test_client()
    assert enter(own) == 302
    own.post("/logout")
    assert guess(town)[-2:] == [429, 429]
    assert (enter(new), enter(own)) == (429, 302)


def test_a_known_device_has_tries_of_its_own_and_no_more_than_others(town: Flask) -> None:
    own = town.test_client()
    enter(own)
    own.post("/logout")
    assert [enter(own, WRONG, at=f"10.8.{n}.1") for n in range(12)] == [200] * 10 + [429] * 2
    assert enter(town.test_client(), at="10.7.0.1") == 302  # elsewhere the account is open


@pytest.mark.parametrize("how", ["of another account", "made up", "too old"])
def test_no_other_device_passes(town: Flask, how: str) -> None:
    with town.app_context(), a_town() as t:
        other = t.user("veli@demo.edu.tr").email
    client = town.test_client()
    enter(client, email=other if how == "of another account" else KNOWN)
    client.post("/logout")
    if how == "made up":
        client.set_cookie(devices.NAME, "x" * 43)
    if how == "too old":
        with looking(town) as s:
            for row in s.scalars(select(KnownDevice)):
                row.seen_at = utcnow() - devices.KEPT_FOR - timedelta(days=1)
    guess(town)
    assert enter(client) == 429


def test_the_link_of_a_letter_lets_a_browser_try_that_was_never_there(town: Flask) -> None:
    guess(town)
    client = town.test_client()
    page = client.post("/login", data={"email": KNOWN, "password": PASSWORD})
    assert (page.status_code, 'action="/sign-in-link"' in page.text) == (429, True)
    client.post("/sign-in-link", data={"email": KNOWN})
    link = re.search(r"http://\S+?(/known-device/\S+)", letters(town, "known_device")[0])
    assert link
    assert (client.get(link[1]).status_code, enter(client)) == (200, 429)  # a scanner that opens links changes nothing
    assert client.post(link[1]).status_code == 302
    assert enter(client) == 302


def test_a_link_is_good_for_an_hour_and_for_one_secret_word(town: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with looking(town) as s:
        user = s.scalars(select(User).where(User.email == KNOWN)).one()
        token = devices.token_for(user)
        assert devices.account_of(s, token) is user
        assert [devices.account_of(s, wrong) for wrong in ("", "x", token + "x", token[:-1])] == [None] * 4
        monkeypatch.setattr(devices, "LINK_GOOD_FOR", timedelta(seconds=-1))
        assert devices.account_of(s, token) is None
        monkeypatch.undo()
        user.fs_uniquifier = "baska"
        s.flush()
        assert devices.account_of(s, token) is None


@pytest.mark.parametrize("path", ["/verify", "/change"])
def test_whoever_is_in_is_kept_out_of_no_page_by_guesses_from_outside(town: Flask, path: str) -> None:
    with looking(town) as s:
        owner = sign_in(town, s.scalars(select(User).where(User.email == KNOWN)).one())
    guess(town, path=path)
    assert owner.post(path, data={"password": WRONG}).status_code == 200


# -- what is noted of it -----------------------------------------------------------------------------------------------


@pytest.fixture
def noted() -> Iterator[list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(record.getMessage()))

    handler = Kept()
    security_events.log.addHandler(handler)
    yield lines
    security_events.log.removeHandler(handler)


def test_sign_ins_failures_too_many_tries_and_denied_pages_are_noted_naming_nobody(
    town: Flask, noted: list[dict[str, Any]]
) -> None:
    with town.app_context(), a_town() as t:
        member = t.member(t.department(), Actor.MEMBER)
    client, at = town.test_client(), {"REMOTE_ADDR": "193.140.168.77"}
    given = {"X-Request-Id": "istek-0123456789"}
    number = client.post("/login", data={"email": KNOWN, "password": WRONG}, environ_base=at, headers=given).headers
    enter(client, email=member.email)
    client.get("/applications/details/?id=999")
    client.get("/jobs/")
    client.post("/logout")
    guess(town, 10)
    found = [(line["event"], line["account"], "address" in line) for line in noted]
    assert found[:5] == [
        ("refused", None, True), ("signed_in", member.id, False), ("denied", member.id, False),
        ("denied", member.id, False), ("signed_out", member.id, False),
    ]  # fmt: skip
    assert found[-1] == ("throttled", None, True)
    assert (noted[0]["network"], noted[0]["request"], number["X-Request-Id"]) == (
        "193.140.168.0/24",
        *[given["X-Request-Id"]] * 2,
    )
    assert noted[0]["address"] == noted[-1]["address"]  # tries for the same one can be counted
    assert not re.search(r"@|Ali|Kişi|168\.77|yanlis", json.dumps(noted, ensure_ascii=False))


@pytest.mark.parametrize("forged", ["a", "x" * 65, 'a" , "event": "signed_in', "satır\nbaşı", "a b c d e f"])
def test_a_request_number_that_is_none_is_not_taken_over(town: Flask, forged: str) -> None:
    number = town.test_client().get("/login", environ_base={"HTTP_X_REQUEST_ID": forged}).headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{16}", number)

"""Signing in and out: how often one may try, what is given away, and what every answer tells the browser."""

import re
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app import create_app
from models import Letter, User, db
from services.settings import Settings
from services.sign_in import VISIT
from services.throttle import SignInTries
from tests.databases import PUBLIC, SETTINGS
from tests.people import PASSWORD, a_town, letters_asked_for, looking, sign_in
from tests.university import University
from workflow.words import Actor

NEW_PASSWORD = "yepyeni-bir-parola-42"


@pytest.fixture
def ali(app: Flask) -> str:
    """Somebody with an account, by e-mail."""
    with app.app_context(), a_town() as t:
        t.user("ali.aliyev@demo.edu.tr", "Ali Aliyev")
        t.user("veli@demo.edu.tr", "Veli")
        t.user("eski@demo.edu.tr", "Eski").active = False
    return "ali.aliyev@demo.edu.tr"


def try_to(client: FlaskClient, email: str, password: str = PASSWORD, at: str = "10.0.0.1", **more: Any) -> Any:
    typed = {"email": email, "password": password, **more}
    return client.post("/login", data=typed, environ_base={"REMOTE_ADDR": at})


def is_in(client: FlaskClient) -> bool:
    return client.get("/").status_code == 200


# -- in --------------------------------------------------------------------------------------------------------------


def test_an_address_may_be_typed_in_capitals_of_either_alphabet(app: Flask, ali: str) -> None:
    for typed in (ali, " ALI.Aliyev@demo.edu.tr ", "ALİ.ALİYEV@DEMO.EDU.TR"):
        client = app.test_client()
        assert (typed, try_to(client, typed).status_code, is_in(client)) == (typed, 302, True)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: Flask, ali: str) -> None:
    people = (ali, "kimse@demo.edu.tr", "eski@demo.edu.tr")
    answers = [try_to(app.test_client(), email, "yanlis-parola-99") for email in people]
    assert {a.status_code for a in answers} == {200}
    assert len({_said(a.text, *people) for a in answers}) == 1
    assert not is_in(app.test_client())


def _said(page: str, *typed: str) -> str:
    """A page without what was typed and what is new on each page."""
    page = re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", page)
    for text in typed:
        page = page.replace(text, "")
    return page


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(app: Flask, ali: str) -> None:
    people = (ali, "kimse@demo.edu.tr", "eski@demo.edu.tr")
    answers = [app.test_client().post("/reset", data={"email": email}, follow_redirects=True) for email in people]
    assert len({(a.status_code, _said(a.text, *people)) for a in answers}) == 1
    letters_asked_for(app)
    with looking(app) as s:
        assert s.scalars(select(Letter.to_email)).all() == [ali]


def test_a_closed_account_does_not_sign_in_and_is_out_at_once(app: Flask, ali: str) -> None:
    client = app.test_client()
    try_to(client, ali)
    assert is_in(client)
    with looking(app) as s:
        s.scalars(select(User).where(User.email == ali)).one().active = False
    assert not is_in(client)
    assert try_to(app.test_client(), ali).status_code == 200


def test_a_capacity_begins_and_ends_on_its_days(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of, user = t.department(), t.member(t.department())
        row = user.memberships[0]
        row.starts_on, row.ends_on = date(2026, 6, 1), date(2026, 6, 30)
        held = {d: bool(t.standing(user, date(2026, *d)).member_of) for d in ((5, 31), (6, 1), (6, 30), (7, 1))}
        row.ends_on = None
        assert (held, bool(t.standing(user, date(2099, 1, 1)).member_of)) == (
            {(5, 31): False, (6, 1): True, (6, 30): True, (7, 1): False},
            True,
        )
        assert t.standing(t.student(of).user).actors == {Actor.STUDENT}  # type: ignore[arg-type]


# -- how often -------------------------------------------------------------------------------------------------------


def test_one_account_is_tried_ten_times_from_wherever(app: Flask, ali: str) -> None:
    answers = [try_to(app.test_client(), ali, "yanlis", at=f"10.0.1.{n}").status_code for n in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert try_to(app.test_client(), ali, at="10.0.9.9").status_code == 429  # the right password, too
    assert try_to(app.test_client(), "veli@demo.edu.tr", at="10.0.9.8").status_code == 302


def test_another_spelling_of_the_address_gives_no_further_tries(app: Flask, ali: str) -> None:
    spellings = [ali, ali.upper(), ali.replace("i", "İ"), ali.replace("ali.", "alİ."), f" {ali} "]
    answers = [
        try_to(app.test_client(), spelling, "yanlis", at=f"10.1.{n}.1").status_code
        for n, spelling in enumerate(spellings * 3)
    ]
    assert answers == [200] * 10 + [429] * 5


@pytest.fixture
def narrow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["staj"], "sign_in_limit_place", "10 per 5 minutes")


@pytest.mark.usefixtures("narrow")
def test_one_place_fails_only_so_often_whichever_account(app: Flask, ali: str) -> None:
    answers = [try_to(app.test_client(), f"kisi{n}@demo.edu.tr", "yanlis").status_code for n in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert app.test_client().get("/login", environ_base={"REMOTE_ADDR": "10.0.0.1"}).status_code == 200


@pytest.mark.usefixtures("narrow")
def test_a_campus_behind_one_address_signs_in_as_often_as_it_likes(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        everybody = [t.user().email for _ in range(12)]
    assert [try_to(app.test_client(), email).status_code for email in everybody] == [302] * 12


@pytest.mark.usefixtures("narrow")
def test_a_place_that_is_blocked_locks_no_account(app: Flask, ali: str) -> None:
    for n in range(10):
        try_to(app.test_client(), f"kisi{n}@demo.edu.tr", "yanlis")
    assert {try_to(app.test_client(), ali, "yanlis").status_code for _ in range(12)} == {429}
    assert try_to(app.test_client(), ali, at="10.0.9.9").status_code == 302


@pytest.mark.usefixtures("narrow")
def test_a_browser_that_keeps_a_visit_which_has_ended_is_counted_like_any_other(app: Flask, ali: str) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session[VISIT] = {"until": 0}
    answers = [try_to(client, f"kisi{n}@demo.edu.tr", "yanlis").status_code for n in range(12)]
    assert answers == [200] * 10 + [429] * 2


def test_whoever_is_in_guesses_their_own_password_no_more_often(app: Flask, ali: str) -> None:
    client = app.test_client()
    try_to(client, ali)
    guesses = [
        client.post("/change", data={"email": f"a{n}@demo.edu.tr", "password": f"yanlis-{n}"}).status_code
        for n in range(12)
    ]
    assert guesses == [200] * 10 + [429] * 2


def test_whoever_tried_too_often_is_told_the_rule_and_how_long_to_wait(app: Flask, ali: str) -> None:
    last = [try_to(app.test_client(), ali, "yanlis", at=f"10.0.1.{n}") for n in range(11)][-1]
    assert "5 dakikada en çok 10 deneme yapılabilir. 5 dakika sonra yeniden deneyin." in last.text
    assert 240 < int(last.headers["Retry-After"]) <= 300


@pytest.mark.usefixtures("narrow")
def test_a_campus_that_failed_too_often_is_told_that_it_was_its_network(app: Flask, ali: str) -> None:
    last = [try_to(app.test_client(), f"kisi{n}@demo.edu.tr", "yanlis") for n in range(11)][-1]
    assert "Ağınızdan" in last.text
    assert "5 dakikada en çok 10" in last.text


def test_a_database_that_is_busy_while_a_failed_try_is_counted_is_said_to_be_busy(
    app: Flask, ali: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, real = [], SignInTries.incr

    def busy_after_the_first(tries: SignInTries, *args: Any, **more: Any) -> int:
        counted.append(args)
        if len(counted) > 1:
            raise OperationalError("", {}, Exception("database is locked"))
        return int(real(tries, *args, **more))

    monkeypatch.setattr(SignInTries, "incr", busy_after_the_first)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = try_to(app.test_client(), ali, "yanlis")
    assert (answer.status_code, "Sistem şu anda yoğun" in answer.text) == (503, True)


@pytest.mark.parametrize("path", ["/reset", "/reset/x"])
@pytest.mark.usefixtures("narrow")
def test_letters_and_keys_are_asked_for_no_more_often(app: Flask, ali: str, path: str) -> None:
    answers = [app.test_client().post(path, data={"email": f"a{n}@demo.edu.tr"}).status_code for n in range(11)]
    assert (answers[9] == 429, answers[10]) == (False, 429)


# -- out -------------------------------------------------------------------------------------------------------------


def cookie(client: FlaskClient, name: str = "staj") -> Any:
    return client.get_cookie(name)


def with_cookie(app: Flask, kept: Any) -> FlaskClient:
    """A browser that kept an old cookie."""
    client = app.test_client()
    client.set_cookie(kept.key, kept.value)
    return client


def test_signing_out_ends_the_session_on_the_server(app: Flask, ali: str) -> None:
    client, elsewhere = app.test_client(), app.test_client()
    try_to(client, ali, remember="y")
    try_to(elsewhere, ali)
    kept, remembered = cookie(client), cookie(client, "remember_token")
    assert is_in(with_cookie(app, kept))
    assert is_in(with_cookie(app, remembered))
    assert client.get("/logout").status_code == 405  # no link signs anybody out
    assert client.post("/logout").status_code == 302
    assert [is_in(c) for c in (client, with_cookie(app, kept), with_cookie(app, remembered))] == [False] * 3
    assert is_in(elsewhere)  # another browser's is its own


def test_a_new_password_ends_every_other_session_and_the_old_one_opens_nothing(app: Flask, ali: str) -> None:
    client, elsewhere = app.test_client(), app.test_client()
    try_to(client, ali)
    try_to(elsewhere, ali)
    typed = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    assert client.post("/change", data=typed).status_code == 302
    assert not is_in(elsewhere)
    assert try_to(app.test_client(), ali).status_code == 200
    assert try_to(app.test_client(), ali, NEW_PASSWORD).status_code == 302


def test_the_link_of_a_letter_sets_one_password_once(app: Flask, ali: str) -> None:
    app.test_client().post("/reset", data={"email": ali})
    letters_asked_for(app)
    with looking(app) as s:
        link = re.search(r"http://\S+/reset/(\S+)", s.scalars(select(Letter.text)).one())
    assert link
    typed = {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    assert app.test_client().post(f"/reset/{link[1]}", data=typed).status_code == 302
    again = dict.fromkeys(typed, "baska-bir-parola-77")
    app.test_client().post(f"/reset/{link[1]}", data=again)
    assert try_to(app.test_client(), ali, NEW_PASSWORD).status_code == 302
    assert try_to(app.test_client(), ali, again["password"]).status_code == 200


def test_a_weak_password_is_refused_in_a_sentence(app: Flask, ali: str) -> None:
    client = app.test_client()
    try_to(client, ali)
    for weak in ("kisa", "parolaparola", "123456789012", "ç" * 73, "p" * 10_000, "p" * 100):
        typed = {"password": PASSWORD, "new_password": weak, "new_password_confirm": weak}
        answer = client.post("/change", data=typed)
        assert (weak, answer.status_code, "error-summary" in answer.text) == (weak, 200, True)
        assert weak not in answer.text


def test_a_long_good_password_is_taken(app: Flask, ali: str) -> None:
    client, long = (
        app.test_client(),
        "dört kelimelik uzun bir parola cümlesi, noktalarıyla ve virgülleriyle birlikte, tam.",
    )
    try_to(client, ali)
    typed = {"password": PASSWORD, "new_password": long, "new_password_confirm": long}
    assert (len(long) > 72, client.post("/change", data=typed).status_code) == (True, 302)
    assert try_to(app.test_client(), ali, long).status_code == 302


# -- away ------------------------------------------------------------------------------------------------------------

ELSEWHERE = [
    "https://kotu.example", "//kotu.example", "/\\kotu.example", "\\/kotu.example", "https:kotu.example", "///kotu.example",
    "javascript:alert(1)", "http:///kotu.example", " //kotu.example", "/%09/kotu.example", "/\t/kotu.example", "https://127.0.0.1@kotu.example",
]  # fmt: skip


def test_nobody_is_led_to_another_site(app: Flask, ali: str) -> None:
    led = []
    for n, target in enumerate(ELSEWHERE):
        client, there = app.test_client(), {"next": target}
        typed = {"email": (ali, "veli@demo.edu.tr")[n % 2], "password": PASSWORD}
        answers = [
            client.post("/settings", data={"theme": "dark", "back": target}),
            client.post("/login", query_string=there, data=typed, environ_base={"REMOTE_ADDR": f"10.2.0.{n}"}),
            client.get("/login", query_string=there),
            client.post("/settings", data={"theme": "dark", "back": target}),
            client.post("/logout", query_string=there),
        ]
        assert {a.status_code for a in answers} <= {200, 302}  # told so, or led to a page of ours
        led += [(target, a.location) for a in answers if a.location and not _is_here(a.location)]
    assert led == []


def _is_here(location: str) -> bool:
    """On this site, as every browser reads it."""
    there = urlsplit(urljoin("http://localhost/login", location.replace("\\", "/")))
    return (there.scheme, there.netloc) == ("http", "localhost") and location.isprintable()


def test_after_signing_in_a_person_is_where_they_wanted_to_go(app: Flask, ali: str) -> None:
    client = app.test_client()
    for wanted in ("/mailbox/", "/applications/?state=all&q=a", "/go/application/7"):
        led = client.get(wanted).location
        assert led.startswith("/login?next=")
        page = client.get(led).text
        action = re.search(r'<form method="post" action="([^"]*/login[^"]*)"', page)
        assert action
        there = client.post(action[1].replace("&amp;", "&"), data={"email": ali, "password": PASSWORD})
        assert there.location == wanted
        client.post("/logout")


def test_a_host_that_is_not_ours_is_refused(app: Flask, ali: str) -> None:
    for host in (
        "kotu.example",
        "127.0.0.1.kotu.example",
        "localhost:8000@kotu.example",
        "",
        "a b",
        "localhost,kotu.example",
    ):
        answer = app.test_client().post("/reset", data={"email": ali}, headers={"Host": host})
        assert (host, answer.status_code) == (host, 400)
    letters_asked_for(app)
    with looking(app) as s:
        assert s.scalars(select(Letter.id)).all() == []


# -- the form's own token --------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(university: University) -> Iterator[University]:
    """As it is outside the tests: no form without its token."""
    university.app.config["WTF_CSRF_ENABLED"] = True
    yield university
    university.app.config["WTF_CSRF_ENABLED"] = False


def test_no_address_writes_without_the_forms_token(guarded: University) -> None:
    before, taken = guarded.contents(), []
    for rule in guarded.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        url = guarded.app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, "1"))
        for who in ("nobody", "ayse", "chair of civil", "it"):
            answer = guarded.people[who].post(url, data={"id": "1"})
            if answer.status_code != 400:
                taken.append((rule.endpoint, who, answer.status_code))
    assert taken == []
    assert guarded.contents() == before


def test_what_was_typed_comes_back_but_no_password(guarded: University) -> None:
    typed = {"reason": "Kaşe eksik.", "password": "gizli-1", "new_password": "gizli-2", "csrf_token": "eski"}
    page = guarded.people["ayse"].post("/change", data=typed)
    assert (page.status_code, 'name="reason" value="Kaşe eksik."' in page.text) == (400, True)
    assert ("gizli" in page.text, "eski" in page.text) == (False, False)


def test_the_token_of_a_page_is_taken_and_another_persons_is_not(guarded: University) -> None:
    tokens = {
        who: re.search(r'name="csrf_token" value="([^"]+)"', guarded.people[who].get("/").text)
        for who in ("ayse", "zeynep")
    }
    statuses = [
        guarded.people["ayse"].post("/settings", data={"theme": "dark", "csrf_token": token[1]}).status_code
        for token in tokens.values()
        if token
    ]
    assert statuses == [302, 400]


# -- what every answer tells the browser -----------------------------------------------------------------------------

ANSWERS = {
    "the start page": ("ayse", "GET", "/", 200),
    "signing in": ("nobody", "GET", "/login", 200),
    "a new password": ("nobody", "GET", "/reset", 200),
    "another password": ("ayse", "GET", "/change", 200),
    "being led away": ("nobody", "GET", "/", 302),
    "a list": ("chair of civil", "GET", "/applications/", 200),
    "a download": ("chair of civil", "GET", "/applications/export/csv", 200),
    "an answer for scripts": ("ayse", "GET", "/apply/institutions?q=kaya", 200),
    "what is not there": ("ayse", "GET", "/yok", 404),
    "what answers otherwise": ("ayse", "GET", "/logout", 405),
    "too much": ("it", "POST", "/seed/", 413),
    "a fault": ("ayse", "GET", "/icons.svg", 500),
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("what", ANSWERS)
def test_every_answer_carries_the_headers(university: University, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    who, method, path, status = ANSWERS[what]
    monkeypatch.setitem(university.app.view_functions, "icons", lambda: 1 // 0)
    monkeypatch.setitem(university.app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(university.app.config, "MAX_CONTENT_LENGTH", 1000)
    body = {"data": {"x": "y" * 5000}} if method == "POST" else {}
    answer = university.people[who].open(path, method=method, **body)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'",) * 3
    assert re.fullmatch(r"'nonce-[\w-]{20,}'", policy["script-src"])
    assert "unsafe" not in str(policy)
    if answer.mimetype == "text/html":
        scripts = re.findall(r"<script[^>]*>", answer.text)
        assert all(f'nonce="{policy["script-src"][7:-1]}"' in script for script in scripts)
        assert answer.headers["Cache-Control"] == "no-store"
        assert (len(scripts) > 0) is (status != 302)


def test_the_word_of_a_page_is_used_once(university: University) -> None:
    client = university.people["ayse"]
    assert len({client.get("/").headers["Content-Security-Policy"] for _ in range(3)}) == 3


def test_a_fault_says_nothing_of_its_cause(university: University, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(university.app.view_functions, "icons", lambda: {}["gizli-neden"])  # type: ignore[index]
    monkeypatch.setitem(university.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = university.people["ayse"].get("/icons.svg")
    assert (answer.status_code, "gizli" in answer.text, "Traceback" in answer.text) == (500, False, False)


def test_what_is_served_as_it_lies_is_never_guessed_at(university: University) -> None:
    for path in ("/static/staj.css", "/static/staj.js", "/static/icon.svg", "/bootstrap/static/css/bootstrap.min.css"):
        answer = university.app.test_client().get(path, buffered=True)
        assert (path, answer.status_code, answer.headers.get("X-Content-Type-Options")) == (path, 200, "nosniff")


# -- cookies in production -------------------------------------------------------------------------------------------


def test_in_production_the_cookies_are_for_this_site_and_for_https_alone(database_url: str) -> None:
    keys = {name: sha256(name.encode()).hexdigest() for name in ("secret_key", "password_salt", "national_id_key")}
    app = create_app(Settings(database_url=database_url, production=True, **SETTINGS | keys | PUBLIC))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), a_town() as t:
        email = t.user().email
    client = app.test_client()
    answer = client.post(
        "/login", base_url="https://localhost", data={"email": email, "password": PASSWORD, "remember": "y"}
    )
    cookies = {
        c.split("=", 1)[0]: {p.strip().lower() for p in c.split(";")[1:]} for c in answer.headers.getlist("Set-Cookie")
    }
    flags = {"secure", "httponly", "samesite=lax", "path=/"}
    assert {name: flags - given for name, given in cookies.items()} == {
        "__Host-staj-device": set(),
        "__Host-staj": set(),
        "__Host-staj-remember": set(),
    }
    assert "strict-transport-security" in {name.lower() for name, _value in answer.headers}
    assert not any(part.startswith("domain=") for given in cookies.values() for part in given)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_signed_in_by_a_test_is_signed_in_as_by_a_person(app: Flask, ali: str) -> None:
    with looking(app) as s:
        user = s.scalars(select(User).where(User.email == ali)).one()
        s.expunge(user)
    assert is_in(sign_in(app, user))

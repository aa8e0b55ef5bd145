"""Sessions end: left alone, too old, ended by their owner or by IT; a remembered browser proves itself before it decides."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import AnswerLink, Application, Membership, SignedIn, Step, User, utcnow
from services import session_limits, sessions
from services.link_codes import digest
from services.session_limits import limits
from services.settings import Settings
from services.sign_in import VISIT, today
from tests.forms import form_at
from tests.people import PASSWORD, a_town, looking, sign_in
from tests.statements import heard
from workflow.words import Actor, ApplicationState, LinkPurpose

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# what somebody acts as -> how long a session may be left alone, lasts in all, and a browser is remembered
RULES = {
    "nobody yet": (12 * HOUR, 30 * DAY, 30 * DAY),
    "member": (12 * HOUR, 30 * DAY, 30 * DAY),
    "career_centre": (12 * HOUR, 30 * DAY, timedelta()),
    "chair": (30 * MINUTE, 12 * HOUR, timedelta()),
    "health_office": (30 * MINUTE, 12 * HOUR, timedelta()),
    "it": (30 * MINUTE, 12 * HOUR, timedelta()),
}


def somebody(app: Flask, who: str) -> User:
    with app.app_context(), a_town() as t:
        if who == "nobody yet":
            return t.user()
        if who in {"member", "chair"}:
            return t.member(t.department(), Actor(who))
        return t.office(Actor(who))


def is_in(client: FlaskClient) -> bool:
    return client.get("/my-sessions/").status_code == 200


def rows(app: Flask, user: User) -> list[SignedIn]:
    with looking(app) as s:
        found = list(s.scalars(select(SignedIn).where(SignedIn.user_id == user.id).order_by(SignedIn.id)))
        s.expunge_all()
    return found


def enter(app: Flask, user: User, **more: Any) -> FlaskClient:
    client = app.test_client()
    assert client.post("/login", data={"email": user.email, "password": PASSWORD, **more}).status_code == 302
    return client


def age(app: Flask, user: User, by: timedelta, *names: str) -> None:
    """Let so much time pass for what is kept of the person's sessions."""
    with looking(app) as s:
        for row in s.scalars(select(SignedIn).where(SignedIn.user_id == user.id)):
            for name in names or ("began_at", "seen_at"):
                setattr(row, name, getattr(row, name) - by)


# -- by themselves -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", RULES)
def test_a_session_that_is_left_alone_or_too_old_ends_by_what_somebody_acts_as(app: Flask, who: str) -> None:
    user, now, (idle, whole, _remember) = somebody(app, who), utcnow(), RULES[who]
    cases = {
        "just used": (now, now, True),
        "left almost too long": (now, now - idle + MINUTE, True),
        "left alone": (now, now - idle - MINUTE, False),
        "almost too old": (now - whole + MINUTE, now, True),
        "too old": (now - whole - MINUTE, now, False),
    }
    kept = {
        name: is_in(sign_in(app, user, began_at=min(began, seen), seen_at=seen))
        for name, (began, seen, _still) in cases.items()
    }
    assert kept == {name: still for name, (_began, _seen, still) in cases.items()}


def test_what_has_ended_is_forgotten_and_whoever_comes_back_is_told(app: Flask) -> None:
    user = somebody(app, "it")
    client = sign_in(app, user, seen_at=utcnow() - HOUR)
    answer = client.get("/jobs/?outcome=failed")
    assert (answer.location, rows(app, user)) == ("/login?next=/jobs/?outcome%3Dfailed", [])
    assert "Oturumunuz sona erdi" in client.get(answer.location).text


def test_a_capacity_gained_later_shortens_a_session_that_is_open(app: Flask) -> None:
    user = somebody(app, "member")
    client = enter(app, user, remember="y")
    age(app, user, HOUR)
    assert is_in(client)
    with app.app_context(), a_town() as t:
        t.add(Membership(user_id=user.id, actor=Actor.IT, starts_on=date(2020, 1, 1)))
    age(app, user, HOUR)
    assert not is_in(client)


def test_a_deployment_says_how_long_and_the_shortest_of_several_capacities_holds() -> None:
    given = Settings(session_idle_minutes={"member": 45}, session_hours={"others": 48}, remember_days={"student": 7})
    found = limits(given, {Actor.MEMBER, Actor.STUDENT, Actor.CAREER_CENTRE})
    assert found == session_limits.Limits(45 * MINUTE, 48 * HOUR, timedelta())
    assert limits(given, {Actor.STUDENT}).remember == 7 * DAY


@pytest.mark.parametrize(
    "wrong",
    [
        {"remember_days": {"student": 31}}, {"remember_days": {"student": -1}}, {"session_idle_minutes": {"it": 0}},
        {"session_hours": {"others": 0}}, {"session_hours": {"dekan": 3}},
    ],
)  # fmt: skip
def test_limits_that_cannot_be_meant_are_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"give|possible"):
        Settings(**wrong)


def test_that_a_session_is_used_is_kept_once_a_minute(app: Flask) -> None:
    user = somebody(app, "member")
    client = sign_in(app, user, seen_at=utcnow() - 5 * MINUTE)
    before = rows(app, user)[0].seen_at
    client.get("/my-sessions/")
    after = rows(app, user)[0].seen_at
    client.get("/my-sessions/")
    assert (after - before > 4 * MINUTE, rows(app, user)[0].seen_at) == (True, after)


def test_who_it_is_costs_two_statements_as_before_there_were_sessions(app: Flask) -> None:
    client = sign_in(app, somebody(app, "member"))
    client.get("/notifications/")
    with heard() as said:
        client.get("/notifications/")
    assert [("signed_in" in text, "membership" in text) for text, _ in said] == [(True, False), (False, True)]


def test_the_key_itself_is_kept_nowhere(app: Flask) -> None:
    user = somebody(app, "member")
    client = enter(app, user)
    with client.session_transaction() as kept:
        key = kept["_user_id"].partition(".")[2]
    assert [(row.digest, row.digest == key) for row in rows(app, user)] == [(digest(key), False)]


@pytest.mark.parametrize("forged", ["{word}", "{word}.", "{word}.x", ".{key}", "x.{key}", "{key}"])
def test_half_a_key_opens_nothing(app: Flask, forged: str) -> None:
    user = somebody(app, "member")
    client = enter(app, user)
    with client.session_transaction() as kept:
        word, _dot, key = kept["_user_id"].partition(".")
        kept["_user_id"] = forged.format(word=word, key=key)
    assert not is_in(client)


def test_no_token_of_the_library_opens_a_page(app: Flask) -> None:
    user = somebody(app, "member")
    with app.test_request_context():
        user.fs_token_uniquifier = user.fs_uniquifier
        token = user.get_auth_token()
    opened = [
        app.test_client().get("/my-sessions/", headers={"Authentication-Token": token}).status_code,
        app.test_client().get(f"/my-sessions/?auth_token={token}").status_code,
        app.test_client().get("/change", headers={"Authentication-Token": token}).status_code,
    ]
    assert opened == [302] * 3


# -- remembered --------------------------------------------------------------------------------------------------------


def remembered_only(client: FlaskClient) -> FlaskClient:
    """The browser was closed and opened again: what was kept for longer is all it has."""
    client.delete_cookie("staj")
    return client


@pytest.mark.parametrize("who", RULES)
def test_a_browser_is_remembered_for_at_most_so_long_and_never_for_an_office(app: Flask, who: str) -> None:
    user, longest = somebody(app, who), RULES[who][2]
    client = enter(app, user, remember="y")
    assert (client.get_cookie("remember_token") is not None, rows(app, user)[0].remembered) == (bool(longest),) * 2
    remembered_only(client)
    age(app, user, max(longest - HOUR, timedelta()))
    assert is_in(client) == bool(longest)
    age(app, user, 2 * HOUR)
    assert not is_in(remembered_only(client))


def test_a_browser_that_is_not_to_be_remembered_any_more_is_forgotten(app: Flask) -> None:
    user = somebody(app, "member")
    client = enter(app, user, remember="y")
    client.delete_cookie("staj")
    with looking(app) as s:
        for row in s.scalars(select(SignedIn)):
            s.delete(row)
    assert client.post("/login", data={"email": user.email, "password": PASSWORD}).status_code == 302
    assert client.get_cookie("remember_token") is None


@pytest.fixture
def waiting(app: Flask) -> tuple[User, int]:
    """A member, and a file that waits for them."""
    with app.app_context(), a_town() as t:
        of = t.department()
        return t.member(of), t.application(t.student(of), of, starts_on=today() + timedelta(days=40)).id


def test_whoever_came_by_being_remembered_types_the_password_once_before_deciding(
    app: Flask, waiting: tuple[User, int]
) -> None:
    member, pk = waiting
    client = remembered_only(enter(app, member, remember="y"))
    there = f"/applications/step/{pk}/reject?state=all"
    typed = {"version": "0", "reason": "Kaşe eksik, tarihler uymuyor.", "pages": ["files", "dates"]}
    asked = client.post(there, data=typed)
    assert (asked.status_code, state(app, pk), 'name="password"' in asked.text) == (
        401,
        ApplicationState.SUBMITTED,
        True,
    )
    assert "Kaşe eksik, tarihler uymuyor." in asked.text
    action, sent = form_of(asked.text)
    wrong = client.post(action, data={**sent, "password": "yanlis-parola-99"})
    assert (wrong.status_code, state(app, pk)) == (200, ApplicationState.SUBMITTED)
    action, sent = form_of(wrong.text)
    led = client.post(action, data={**sent, "password": PASSWORD})
    assert (led.status_code, led.location) == (307, there)
    client.post(led.location, data={**sent, "password": PASSWORD})
    with looking(app) as s:
        row = s.get_one(Application, pk)
        assert (row.state, row.reason) == (ApplicationState.REJECTED, typed["reason"])
        assert "parola" not in str(s.scalars(select(Step.facts)).all())
    assert (
        client.post("/answer_templates/new/", data={"title": "Belge", "text": "Metin"}).status_code == 302
    )  # not again


def form_of(page: str) -> tuple[str, dict[str, list[str]]]:
    """Where the form with the password leads, and what it holds."""
    found = re.search(r'<form method="post" action="([^"]*/verify[^"]*)".*?</form>', page, re.DOTALL)
    assert found
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]):
        sent.setdefault(name, []).append(value)
    return found[1].replace("&amp;", "&"), sent


def state(app: Flask, pk: int) -> ApplicationState:
    with looking(app) as s:
        return s.get_one(Application, pk).state


def test_whoever_signed_in_just_now_or_reads_only_is_not_asked(app: Flask, waiting: tuple[User, int]) -> None:
    member, pk = waiting
    fresh, remembered = enter(app, member, remember="y"), remembered_only(enter(app, member, remember="y"))
    assert remembered.get(f"/applications/details/?id={pk}").status_code == 200
    assert remembered.post("/settings", data={"theme": "dark"}).status_code == 302
    assert fresh.post(f"/applications/step/{pk}/approve", data={"version": "0"}).status_code == 302
    assert state(app, pk) == ApplicationState.APPROVED


def test_a_student_goes_on_with_their_own_matters_without_being_asked(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        student = t.student(t.department())
        user = t.session.get_one(User, student.user_id)
    client = remembered_only(enter(app, user, remember="y"))
    assert client.post("/my-requests/new/", data={"subject": "Sigorta", "text": "Ne zaman?"}).status_code != 401


# -- ended by somebody -------------------------------------------------------------------------------------------------


def test_everybody_sees_their_own_sessions_and_ends_one_or_all_others(app: Flask) -> None:
    user, other = somebody(app, "member"), somebody(app, "it")
    foreign = sign_in(app, other)
    phone = app.test_client()
    phone.post(
        "/login",
        data={"email": user.email, "password": PASSWORD, "remember": "y"},
        headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"},
        environ_base={"REMOTE_ADDR": "193.140.168.77"},
    )
    here, there = enter(app, user), enter(app, user)
    page = here.get("/my-sessions/").text
    assert (page.count("Chrome · Android"), page.count("193.140.168.0/24"), "193.140.168.77" in page) == (2, 1, False)
    assert page.count("Bu oturum") == 1
    keys = [row.id for row in rows(app, user)]
    assert foreign.post("/my-sessions/end", data={"session": keys[0]}).status_code == 404
    assert [here.post("/my-sessions/end", data={"session": keys[0]}).status_code for _ in "ab"] == [302, 404]
    assert [is_in(c) for c in (here, there, phone, remembered_only(phone))] == [True, True, False, False]
    assert here.post("/my-sessions/end-others").status_code == 302
    assert [is_in(c) for c in (here, there, foreign)] == [True, False, True]


def test_it_ends_every_session_of_a_person(app: Flask) -> None:
    user, officer = somebody(app, "member"), sign_in(app, somebody(app, "it"))
    browsers = [enter(app, user), enter(app, user, remember="y")]
    assert "Tüm oturumları sonlandır" in officer.get(f"/accounts/edit/?id={user.id}").text
    assert browsers[0].post(f"/accounts/{user.id}/end-sessions").status_code == 404
    assert officer.post(f"/accounts/{user.id}/end-sessions").status_code == 302
    assert [is_in(c) for c in browsers] == [False, False]
    assert (is_in(officer), rows(app, user)) == (True, [])
    with looking(app) as s:
        assert [step.facts["sessions_ended"] for step in s.scalars(select(Step))] == [2]


@pytest.mark.parametrize("how", ["another password", "another address", "closed"])
def test_what_changes_an_account_ends_its_other_sessions_and_lists_none_of_them(app: Flask, how: str) -> None:
    user, officer = somebody(app, "member"), sign_in(app, somebody(app, "it"))
    here, there = enter(app, user), enter(app, user, remember="y")
    new = "yepyeni-bir-parola-42"
    account = f"/accounts/edit/?id={user.id}"
    facts = form_at(officer, account) | {"active": "y"}
    if how == "another password":
        here.post("/change", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    elif how == "another address":
        officer.post(account, data=facts | {"email": "yeni@demo.edu.tr"})
    else:
        officer.post(account, data={n: v for n, v in facts.items() if n != "active"})
    stays = how == "another password"
    assert ([is_in(here), is_in(there)], len(rows(app, user))) == ([stays, False], int(stays))


# -- a firm's visit ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "used", "present"),
    [(HOUR, -MINUTE, True), (-MINUTE, -MINUTE, False), (HOUR, -3 * HOUR, False), (HOUR, None, False)],
)
def test_a_visit_by_a_letters_link_ends_left_alone_or_too_old(
    app: Flask, until: timedelta, used: timedelta | None, present: bool
) -> None:
    with app.app_context(), a_town() as t:
        person, key = t.supervisor(t.institution()), "k" * 43
        link = t.add(
            _link(person.id, person.email, key),
        )
        kept = {"link": link.id, "turn": 0, "until": (utcnow() + until).timestamp()}
    client = app.test_client()
    with client.session_transaction() as session:
        session[VISIT] = kept | ({} if used is None else {"used": (utcnow() + used).timestamp()})
    assert client.get("/interns/").status_code == (200 if present else 302)
    with client.session_transaction() as session:
        later = session.get(VISIT, {}).get("used", 0)
    assert (utcnow().timestamp() - later < 5) == present


def _link(supervisor: int, email: str, key: str) -> Any:
    return AnswerLink(
        digest=digest(key),
        purpose=LinkPurpose.INTERNS,
        supervisor_id=supervisor,
        email=email,
        expires_at=utcnow() + DAY,
    )


# -- while a form was filled in ----------------------------------------------------------------------------------------


def test_whoever_was_signed_out_while_typing_signs_in_there_and_sends_it_again(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        student = t.student(t.department())
        user = t.session.get_one(User, student.user_id)
    client = sign_in(app, user, seen_at=utcnow() - 2 * DAY)
    typed = {"subject": "Sigorta", "text": "Uzun uzun yazdım; “kayboldu” demeyin.", "email": "baska@demo.edu.tr"}
    page = client.post("/my-requests/new/", data=typed).text
    packed = re.search(r'name="_typed" value="([^"]+)"', page)
    assert packed
    sent = {"email": user.email, "_typed": unescape(packed[1])}
    wrong = client.post("/login?next=/my-requests/new/", data=sent | {"password": "yanlis-parola-99"})
    assert unescape(wrong.text).count(sent["_typed"]) == 1
    back = client.post("/login?next=/my-requests/new/", data=sent | {"password": PASSWORD})
    shown = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', back.text))
    assert {name: unescape(shown[name]) for name in typed} == typed
    assert re.search(r'<form method="post" class="sheet" action="/my-requests/new/"', back.text)


@pytest.mark.parametrize("packed", ["x", "[1]", "{}", "[[1,2,3]]", "[" * 5000, '{"a": {"b": 1}}', "null"])
def test_what_is_no_packed_form_leads_on_as_if_nothing_had_been_typed(app: Flask, packed: str) -> None:
    user = somebody(app, "member")
    answer = app.test_client().post("/login", data={"email": user.email, "password": PASSWORD, "_typed": packed})
    assert answer.status_code in {200, 302}


# -- device and place --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("curl/8", ""), ("", ""), ("x" * 5000, ""),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_people_name_it(agent: str, said: str) -> None:
    assert sessions.device(agent) == said


@pytest.mark.parametrize(
    ("address", "network"),
    [("193.140.168.77", "193.140.168.0/24"), ("2a02:e0:1:2::9", "2a02:e0:1::/48"), ("", ""), ("unix:", "")],
)
def test_a_place_is_a_network_and_no_machine(address: str, network: str) -> None:
    assert sessions.place(address) == network

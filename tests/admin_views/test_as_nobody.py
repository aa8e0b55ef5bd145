"""Nobody signs in as somebody else: no address does it, no line of ours could, and no power is lent that way."""

import ast
from typing import Any

import pytest
from werkzeug.routing import Rule

from models import User
from tests.admin_views.reach import ADDRESSES
from tests.bad_input import path_of
from tests.people import looking
from tests.test_house import ROOMS, nodes
from tests.university import University

WHO = ("it", "chair of civil", "career centre", "stranger")
SIGNS_IN = {"login_user", "logout_user", "us_signin", "impersonate", "_user_id", "fs_uniquifier", "identity_changed"}
# a supervisor who came by a letter is signed in to the account they made this very moment
MADE_JUST_NOW = {("admin_views/firm.py", "login_user")}
# who may end the sessions of an account, and nothing else, by giving it another secret word
ENDS_SESSIONS = {
    "admin_views/accounts.py", "models/people.py", "seed/demo_people.py", "services/audit.py", "services/refresh.py", "services/visits.py",
    "services/sessions.py", "services/devices.py", "services/writable.py", "services/identity.py", "services/identity_letters.py", "seed/invented.py", "seed/many.py", "seed/bulk.py",
}  # fmt: skip


def key_of(university: University, who: str) -> str | None:
    """Whose session this client's cookie is, by the word only its account has."""
    with university.people[who].session_transaction() as session:
        found: str = session.get("_user_id", "")
    return found.partition(".")[0] or None


def secrets(university: University) -> dict[str, int]:
    with looking(university.app) as session:
        return {user.fs_uniquifier: user.id for user in session.query(User)}


@pytest.mark.parametrize("who", WHO)
def test_whatever_address_is_asked_whoever_asks_stays_who_they_are(university: University, who: str) -> None:
    """Every address of the house, with the key of everybody else's account where a key can stand, asked and sent."""
    client, mine = university.people[who], key_of(university, who)
    own = secrets(university)[mine or ""]
    others = [pk for pk in secrets(university).values() if pk != own][:2]
    became: list[Any] = []
    for rule in university.app.url_map.iter_rules():
        for other in others:
            for method, url, data in _asked(rule, other):
                client.open(url, method=method, data=data, buffered=True)
                found = key_of(university, who)
                if found != mine and secrets(university).get(found or "", own) != own:
                    became.append((method, url))
    assert became == []


def _asked(rule: Rule, other: int) -> list[tuple[str, str, dict[str, str] | None]]:
    if rule.endpoint.startswith(("security.logout", "security.change")):
        return []  # these end one's own session
    given = {name: str(other) for name in rule.arguments} | {"filename": "none"}
    url = path_of(rule.rule, given)
    named = {name: str(other) for name in ("user", "user_id", "as", "account", "person", "id", "identity", "switch")}
    query = "&".join(f"{name}={value}" for name, value in named.items())
    asked: list[tuple[str, str, dict[str, str] | None]] = [("GET", f"{url}?{query}", None)]
    if "POST" in (rule.methods or ()) and ADDRESSES[rule.endpoint].to and not _ends(rule):
        asked.append(("POST", url, named))
    return asked


def _ends(rule: Rule) -> bool:
    return rule.endpoint.endswith(("delete_view", "wizard.discard"))


def test_no_line_of_ours_signs_anybody_in() -> None:
    """The library's own page does; ours neither call it nor write what a session is known by."""
    written = {
        (name, word)
        for name, node in nodes(*ROOMS)
        for word in _words(node)
        if word in SIGNS_IN and word != "fs_uniquifier"
    }
    assert written == MADE_JUST_NOW
    assert {name for name, node in nodes(*ROOMS) for word in _words(node) if word == "fs_uniquifier"} <= ENDS_SESSIONS


def _words(node: Any) -> list[str]:
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word) | ast.alias(name=word) | ast.keyword(arg=str(word)):
            return [word]
        case ast.Constant(value=str(word)):
            return [word]
    return []


def test_no_power_lets_anybody_stand_for_somebody_else(university: University) -> None:
    """What an account stands for is read off its own memberships, student row and supervisor row, and off nothing else."""
    for who in WHO:
        page = university.people[who].get("/").text
        assert ("Kişi" in page or who == "stranger", "olarak görüntülüyorsunuz" in page) == (True, False)

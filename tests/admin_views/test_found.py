"""Words typed at a list: every row that has them is found, however many have; what was not looked through is said."""

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import Application
from services import listing, search
from services.queue import queue
from services.search import index
from services.sign_in import today
from tests.people import Town, a_town, sign_in
from tests.university import University
from workflow.words import Actor

NAMES = [("Kaan", "Kaya"), ("Kader", "Ak"), ("Can", "Kale"), ("Ece", "Akar"), ("Kamil", "Akın"), ("Ali", "Er")]
ROW = r"data-open[^>]*>([^<]+)<"
TYPED = ("ka", "a", "kaya", "ka ak", "ak ka kaya", "er ka", "kaan kaya", "zz")


@pytest.fixture(params=["rare", "common"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """As if the words were rare, and as if very many rows had each of them."""
    monkeypatch.setattr(search, "COMMON", 1_000 if request.param == "rare" else -1)
    monkeypatch.setitem(listing.listed.__kwdefaults__, "size", 2)
    return str(request.param)


def peopled(t: Town, states: Sequence[str] = ("submitted",)) -> Any:
    """A department whose students of NAMES each handed in one file, by turns in these states."""
    of = t.department()
    for number, (name, surname) in enumerate(NAMES):
        state = states[number % len(states)]
        row = t.application(
            t.student(of, name, surname), of, state=state, starts_on=today() + timedelta(days=60 + number)
        )
        index(t.session, row, "Demir Maden")
    return of


def meant(typed: str) -> list[str]:
    """Who is found, in the order in which they handed in."""
    held = {f"{n} {s}": search.words_of(n, s, "") for n, s in NAMES}
    wanted = search.typed_words(typed)
    return [who for who, words in held.items() if all(any(w.startswith(x) for w in words) for x in wanted)]


def pages(client: FlaskClient, url: str, typed: str) -> list[list[str]]:
    """The names on each page of a list, walked forwards by its own links and all the way back again."""
    found, text = [], client.get(url, query_string={"q": typed, "state": "all"}).text
    while True:
        found.append(re.findall(ROW, text))
        onward = re.search(r'rel="next" href="([^"]+)"', text)
        if not onward:
            break
        text = client.get(urljoin(url, onward[1].replace("&amp;", "&"))).text
    back = []
    while onward := re.search(r'rel="prev" href="([^"]+)"', text):
        text = client.get(urljoin(url, onward[1].replace("&amp;", "&"))).text
        back.append(re.findall(ROW, text))
    assert back[::-1] == found[:-1]
    return found


@pytest.mark.parametrize("who", [Actor.MEMBER, Actor.CAREER_CENTRE])
def test_common_words_find_what_rare_words_find(app: Flask, many: str, who: Actor) -> None:
    with app.app_context(), a_town() as t:
        of = peopled(t, ("submitted", "approved", "rejected"))
        user = t.member(of) if who is Actor.MEMBER else t.office(who)
        t.session.flush()
        t.session.expunge(user)
    client = sign_in(app, user)
    for typed in TYPED:
        found = pages(client, "/applications/", typed)
        assert sorted(name for page in found for name in page) == sorted(meant(typed)), (many, typed)
        assert all(len(page) == 2 for page, _next in pairwise(found))
        rows = client.get("/applications/export/csv", query_string={"q": typed, "state": "all"}).text.splitlines()[1:]
        assert len(rows) == len(meant(typed))


LISTS = {
    "/applications/?state=all": ("career centre", "yılmaz"),
    "/declarations/?state=all": ("health office", "yılmaz"),
    "/declarations/?kind=entry": ("health office", "a"),
    "/institutions/": ("career centre", "kaya"),
    "/supervisors/": ("career centre", "ali"),
    "/accounts/": ("it", "a"),
    "/memberships/": ("it", "kişi"),
}


@pytest.mark.parametrize("url", LISTS)
def test_every_list_finds_as_much_however_many_have_the_word(
    university: University, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    who, word = LISTS[url]
    found = []
    for common in (1_000, -1):
        monkeypatch.setattr(search, "COMMON", common)
        text = university.people[who].get(f"{url}{'&' if '?' in url else '?'}q={word}").text
        found.append(re.findall(r'<tr[^>]* id="r(\d+)"', text))
    assert found[0]
    assert found[0] == found[1]


def test_the_next_file_is_looked_for_no_further_than_a_page_looks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context(), a_town() as t:
        of = peopled(t)
        standing = t.standing(t.member(of))
        first = t.session.scalars(select(Application).where(Application.student_name == "Kaan Kaya")).one()
        last = t.session.scalars(select(Application).where(Application.student_name == "Ali Er")).one().id
        found = []
        for common, reach in ((1_000, 10), (-1, 10), (-1, 2)):
            monkeypatch.setattr(search, "COMMON", common)
            monkeypatch.setattr(listing, "REACH", reach)
            monkeypatch.setattr(listing, "SIZE", 2)
            found.append(queue(t.session, {"q": "er"}, standing).beside(t.session, first))
    assert found == [last, last, None]


def test_what_was_not_looked_through_is_said_and_counted_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COMMON", -1)
    with app.app_context(), a_town() as t:
        member = t.member(peopled(t))
        t.session.flush()
        t.session.expunge(member)
    client = sign_in(app, member)
    whole = client.get("/applications/?q=ak&state=all").text
    assert "ilk 10.000 kaydına" not in whole
    assert "3 kayıt" in whole
    monkeypatch.setattr(listing, "REACH", 2)
    monkeypatch.setattr(listing, "SIZE", 2)
    cut, none = (client.get(f"/applications/?q={typed}&state=all").text for typed in ("ak", "kaan"))
    assert re.search(r"\b1\+ kayıt", cut)
    for text in (cut, none):
        assert "listenin yalnızca ilk 2 kaydına bakıldı" in text
    assert "kayıt</span>" not in none
    assert len(client.get("/applications/export/csv?q=kaan&state=all").text.splitlines()) == 2


def test_a_search_says_in_which_other_status_it_is_also_found(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        member = t.member(peopled(t, ("submitted", "approved", "rejected")))
        t.session.flush()
        t.session.expunge(member)
    client = sign_in(app, member)
    text = client.get("/applications/?q=ka").text
    told = re.search(r'<p class="elsewhere".*?</p>', text, re.DOTALL)
    assert told
    led = [urljoin("/applications/", url.replace("&amp;", "&")) for url in re.findall(r'<a href="([^"]+)"', told[0])]
    assert re.findall(r"\((\d+)\)", told[0]) == ["2", "1"]  # approved: Kader, Kamil; rejected: Can Kale
    assert [("Kader Ak" in t, "Kamil" in t, "Can Kale" in t, "Kaan" in t) for t in (client.get(u).text for u in led)] == [
        (True, True, False, False), (False, False, True, False), (True, True, True, True),
    ]  # fmt: skip
    assert 'class="elsewhere"' not in client.get("/applications/?q=zz").text
    assert 'class="elsewhere"' not in client.get("/applications/").text

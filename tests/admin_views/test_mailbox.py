"""Whose letters are read: everybody their own; IT everybody's only where nothing leaves the house."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models import Letter
from tests.people import looking
from tests.university import University

MINE = "Yalnız sana"


@pytest.fixture
def posting(university: University) -> Iterator[University]:
    """An installation that sends e-mail; what the law's steps wrote waits in its outbox."""
    settings = university.app.extensions["staj"]
    with looking(university.app) as session:
        for name, key in university.letters.items():
            session.get_one(Letter, key).text = f"{MINE}, {name}: gerekçe"
    university.app.extensions["staj"] = settings.model_copy(update={"mail_url": "smtp://posta.example.edu.tr"})
    yield university
    university.app.extensions["staj"] = settings


def test_everybody_reads_their_own_letters_and_nobody_elses(posting: University) -> None:
    readers = set(posting.people) - {"nobody", "stranger"}  # whoever holds no duty has no mailbox
    read = {
        who: {name for name, key in posting.letters.items() if MINE in posting.people[who].get(f"/mailbox/{key}").text}
        for who in readers
    }
    listed = {
        who: set(re.findall(r'data-letter="(\d+)"', posting.people[who].get("/mailbox/").text)) for who in readers
    }
    assert read == {who: {who} for who in readers}
    assert listed == {who: {str(posting.letters[who])} for who in readers}


def test_the_outbox_names_every_letter_and_opens_none(posting: University) -> None:
    page = posting.people["it"].get("/outbox/").text
    assert set(re.findall(r'data-letter="(\d+)"', page)) == {str(key) for key in posting.letters.values()}
    assert (MINE in page, "/mailbox/1" in page) == (False, False)


def test_where_nothing_leaves_it_reads_every_letter(university: University) -> None:
    met = {
        name
        for name, key in university.letters.items()
        if university.people["it"].get(f"/mailbox/{key}").status_code == 200
    }
    assert met == set(university.letters)


def test_links_lead_on_in_ones_own_letters_and_in_those_of_who_has_no_account(university: University) -> None:
    """Somebody else's lead to desks that the reader does not have."""
    of = {"it": university.letters["it"], "member": university.letters["member of civil"]}
    with looking(university.app) as session:
        for key in of.values():
            session.get_one(Letter, key).text = "Açın: http://127.0.0.1:8000/requests/"
        firm = session.get_one(Letter, university.letters["boss"])
        account, firm.user_id, firm.text = firm.user_id, None, "Açın: http://127.0.0.1:8000/firm/x"
    it = university.people["it"]
    linked = {name: 'href="http://127.0.0.1:8000' in it.get(f"/mailbox/{key}").text for name, key in of.items()}
    assert linked == {"it": True, "member": False}
    assert 'href="http://127.0.0.1:8000/firm/x"' in it.get(f"/mailbox/{university.letters['boss']}").text
    with looking(university.app) as session:
        session.get_one(Letter, university.letters["boss"]).user_id = account


def test_letters_and_the_outbox_are_newest_first_by_the_moment_they_were_written(university: University) -> None:
    written = {"Üçüncü": 3, "Birinci": 1, "İkinci": 2}  # as a letter of an earlier step may come in late
    with looking(university.app) as s:
        user = s.scalars(select(Letter.user_id).where(Letter.to_name == "it")).one()
        for subject, day in written.items():
            about = {"reader": "it", "to_email": "it@demo.edu.tr", "to_name": "it", "language": "tr", "tries": 1}
            at = datetime(2099, 1, day, tzinfo=UTC)
            s.add(Letter(user_id=user, subject=subject, text="t", html="h", created_at=at, **about))
    for page in ("/mailbox/", "/outbox/"):
        text = university.people["it"].get(page).text
        found = re.findall("|".join(written), text)
        assert list(dict.fromkeys(found)) == ["Üçüncü", "İkinci", "Birinci"]

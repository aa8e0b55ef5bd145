"""Nobody locks the house: the IT office is not ended by whoever holds it last, by whatever way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Membership, User
from services.duties import LastOfficer, Term, _first_gap
from services.sign_in import today
from tests.forms import form_at
from tests.people import a_town, looking, sign_in
from workflow.words import Actor

DAY = timedelta(days=1)


@dataclass
class Office:
    """One officer, without an end; a person who holds nothing."""

    app: Flask
    it: User
    other: User
    term: int

    def post(self, path: str, **typed: Any) -> Any:
        client = sign_in(self.app, self.it)
        return client.post(path, data=form_at(client, path) | typed, follow_redirects=True)

    def close(self) -> Any:
        """Untick “may sign in” of the officer's own account."""
        client, path = sign_in(self.app, self.it), f"/accounts/edit/?id={self.it.id}"
        kept = {name: typed for name, typed in form_at(client, path).items() if name != "active"}
        return client.post(path, data=kept, follow_redirects=True)

    def stands(self) -> list[tuple[str, date, date | None, bool]]:
        with looking(self.app) as session:
            held = session.scalars(select(Membership).where(Membership.user_id == self.it.id))
            return [(m.actor.value, m.starts_on, m.ends_on, m.user.active) for m in held]


@pytest.fixture
def office(app: Flask) -> Office:
    with app.app_context(), a_town() as t:
        it = t.office(Actor.IT)
        term = t.session.scalars(select(Membership)).one()
        made = Office(app, it, t.user(), term.id)
        t.department("BIL")
        t.session.flush()
        t.session.expunge_all()
    return made


def _tomorrow() -> str:
    return (today() + DAY).isoformat()


WAYS: dict[str, Callable[[Office], Any]] = {
    "its last day": lambda o: o.post(f"/memberships/edit/?id={o.term}", ends_on=today().isoformat()),
    "a last day to come": lambda o: o.post(f"/memberships/edit/?id={o.term}", ends_on=(today() + 400 * DAY).isoformat()),
    "a first day to come": lambda o: o.post(f"/memberships/edit/?id={o.term}", starts_on=_tomorrow()),
    "another duty": lambda o: o.post(f"/memberships/edit/?id={o.term}", actor="health_office"),
    "deleting": lambda o: sign_in(o.app, o.it).post("/memberships/delete/", data={"id": o.term}, follow_redirects=True),
    "the account": lambda o: o.close(),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_the_last_officer_cannot_end_the_office(office: Office, way: str) -> None:
    before = office.stands()
    answer = WAYS[way](office)
    assert (answer.status_code, office.stands()) == (200, before)
    assert "bilgi işlemde görevli kimse kalmazdı" in answer.text


@pytest.mark.parametrize("way", ["its last day", "deleting", "the account"])
@pytest.mark.parametrize("second", ["closed", "until today", "from next week", "open"])
def test_a_second_officer_frees_the_first_only_where_they_stay(office: Office, way: str, second: str) -> None:
    starts, ends = {"until today": (today(), today()), "from next week": (today() + 7 * DAY, None)}.get(
        second, (today(), None)
    )
    with office.app.app_context(), a_town() as t:
        t.add(Membership(user_id=office.other.id, actor=Actor.IT, starts_on=starts, ends_on=ends))
        t.session.get_one(User, office.other.id).active = second != "closed"
    before = office.stands()
    WAYS[way](office)
    assert (office.stands() != before) == (second == "open")


@pytest.mark.parametrize("what", ["membership", "account"])
def test_the_guard_refuses_what_no_form_asked(office: Office, what: str) -> None:
    with office.app.app_context(), pytest.raises(LastOfficer), a_town() as t:
        if what == "membership":
            t.session.get_one(Membership, office.term).ends_on = today()
        else:
            t.session.get_one(User, office.it.id).active = False
        t.session.flush()


def test_the_first_day_without_anybody() -> None:
    on = date(2026, 6, 1)
    until = [Term(1, on - 9 * DAY, on + 2 * DAY), Term(2, on + 3 * DAY, on + 5 * DAY), Term(3, on + 9 * DAY, None)]
    assert [_first_gap(until[:n], on) for n in range(4)] == [on, on + 3 * DAY, on + 6 * DAY, on + 6 * DAY]

"""What a student gives as a reason can be of their health: firm, health office and career centre read its kind alone."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from models import Letter
from services import change_requests
from services.sign_in import today
from tests.people import a_town, looking, sign_in
from workflow.kinds import ReasonKind
from workflow.words import Actor, ApplicationState, ChangeKind

WORDS = "Ameliyatımdan-sonra-iyileşemedim"
OTHERS = ("boss", "health", "career")
KIND = ReasonKind.PERSONAL
NOT_OF_FILES = re.compile(r"static|^/(help|sign|go)|logout|lang=|document|/export")
MOST = 150  # pages of one reader


@pytest.fixture
def told(app: Flask) -> dict[str, Any]:
    """Every step in which a student says why: three kinds of change asked, agreed and approved, and a cancellation."""
    with app.app_context(), a_town() as t:
        of, boss = t.department(), t.user()
        person, term = t.supervisor(t.institution(), boss), t.term()
        users = {
            "boss": boss,
            "member": t.member(of),
            "health": t.office(Actor.HEALTH_OFFICE),
            "career": t.office(Actor.CAREER_CENTRE),
        }
        keys: dict[str, Any] = {}
        for name, starts, (first, last) in (
            ("postpone", 40, (7, 7)),
            ("extend", -7, (0, 7)),
            ("stop", -7, (0, -10)),
            ("cancel", 40, (0, 0)),
        ):
            student = t.student(of, surname=name.title())
            row = t.application(
                student,
                of,
                state=ApplicationState.APPROVED,
                supervisor=person,
                starts_on=today() + timedelta(days=starts),
                term=term,
            )
            t.declaration(row, state="done")  # nobody is extended without an entry
            assert row.starts_on and row.ends_on and student.user  # noqa: PT018
            keys[name], users[name] = {"row": row.id, "version": row.version}, student.user
            if name != "cancel":
                change = change_requests.ask(
                    t.session, row, ChangeKind(name), starts_on=row.starts_on + timedelta(days=first),
                    ends_on=row.ends_on + timedelta(days=last), why=WORDS, reason_kind=KIND,
                    standing=t.standing(student.user, today()), today=today(),
                )  # fmt: skip
                keys[name]["change"] = change.id
        t.session.flush()
        [t.session.expunge(u) for u in users.values()]
    who = {name: sign_in(app, user) for name, user in users.items()}
    for n, name in enumerate(("postpone", "extend", "stop")):
        _post(who["boss"], f"/intern-changes/step/{keys[name]['change']}/agree", version=1)
        if n:  # one waits with the commission
            _post(who["member"], f"/changes/step/{keys[name]['change']}/approve", version=2)
    _post(
        who["cancel"],
        f"/my-applications/step/{keys['cancel']['row']}/cancel",
        version=keys["cancel"]["version"],
        reason=WORDS,
    )
    return {"who": who, **keys}


def _post(client: FlaskClient, address: str, **typed: Any) -> None:
    answer = client.post(address, data=typed)
    assert answer.status_code in {302, 303}, (
        address,
        answer.status_code,
        re.findall(r"alert[^>]*>(.*?)<", answer.text),
    )


def pages(client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Every page that leads from one to the next, as far as this reader comes by links."""
    waiting = ["/", "/applications/?state=all"]
    seen = set(waiting)
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        answer = client.get(address, buffered=True)
        yield address, answer.text if answer.mimetype.startswith("text/") else ""
        if answer.location:
            waiting.append(answer.location)
        found = re.findall(r'href="(/[^"#]*)', answer.text if answer.mimetype == "text/html" else "")
        for link in map(unescape, found):
            if link not in seen and not NOT_OF_FILES.search(link):
                seen.add(link)
                waiting.append(link)


@pytest.mark.parametrize("reader", OTHERS)
def test_no_page_that_others_come_to_shows_the_words_of_a_reason(told: dict[str, Any], reader: str) -> None:
    read = dict(pages(told["who"][reader]))
    assert [address for address, text in read.items() if WORDS in text] == []
    assert any("Kişisel gerekçe" in text for text in read.values())
    assert len(read) > 10


def test_student_and_commission_read_the_words(told: dict[str, Any]) -> None:
    change = told["stop"]["change"]
    assert WORDS in told["who"]["stop"].get(f"/my-changes/details/?id={change}").text
    assert WORDS in told["who"]["member"].get(f"/changes/details/?id={change}").text
    assert WORDS in told["who"]["member"].get(f"/applications/details/?id={told['cancel']['row']}").text


def test_no_letter_to_others_holds_the_words(app: Flask, told: dict[str, Any]) -> None:
    with looking(app) as s:
        letters = s.scalars(select(Letter)).all()
        reading = {x.reader for x in letters if WORDS in x.text + x.html + x.subject}
        assert {x.reader for x in letters} >= {"employer", "health_office", "member", "student"}
        assert reading <= {"student", "member", "chair"}
        assert [x.reader for x in letters if "Kişisel gerekçe" in x.text]


def test_the_lists_the_career_centre_takes_away_hold_kinds_alone(told: dict[str, Any]) -> None:
    def cells(who: str) -> set[str]:
        sheet = told["who"][who].get("/applications/export/xlsx?state=all").data
        rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
        return {str(cell) for row in rows for cell in row}

    assert (WORDS in cells("career"), WORDS in cells("member")) == (False, True)
    assert "Kişisel gerekçe" in cells("career")


def test_a_link_in_a_letter_shows_the_firm_the_kind_alone(app: Flask, told: dict[str, Any]) -> None:
    with looking(app) as s:
        links = [link for link in s.scalars(select(Letter.link).where(Letter.reader == "employer")) if link]
    asked = [link for link in links if "/answer/" in link]
    texts = [app.test_client().get("/answer/" + link.rpartition("/")[2]).text for link in asked]
    assert texts
    assert [text for text in texts if WORDS in text] == []


def test_a_student_chooses_a_kind_and_is_told_who_reads_what(told: dict[str, Any]) -> None:
    text = told["who"]["extend"].get(f"/my-changes/ask/{told['extend']['row']}/stop").text
    assert "Gerekçe türü" in text
    assert "Bunu yalnız bölümünüzün komisyonu okur." in text

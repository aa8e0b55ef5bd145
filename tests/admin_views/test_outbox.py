"""The outbox page: what waits, since which try, until when and why."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from models import User
from services import outbox
from services.transports import transport_for
from tests.people import a_town, sign_in
from tests.services.test_outbox import HELLO, NOW, SENDER, Broken, write
from workflow.words import Actor


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("tr", "Deneme: 1 · sonraki deneme 1 Haz 2026 12:01"),
        ("en", "Tries: 1 · next try 1 Jun 2026 12:01"),
    ],
)
def test_it_reads_how_often_a_letter_was_tried_when_it_is_next_and_what_the_server_said(
    app: Flask, language: str, says: str
) -> None:
    with app.app_context(), Broken(**HELLO, rcpt="450 mailbox busy") as server:
        with a_town() as t:
            it = t.office(Actor.IT)
            t.session.scalars(select(User).where(User.id == it.id)).one().language = language
        write("ayse@demo.edu.tr", "banu@demo.edu.tr")
        outbox.post_due(transport_for(server.url, SENDER), lambda: NOW)
        write("can@demo.edu.tr")
    client = sign_in(app, it)
    told = notes(client.get("/outbox/?state=queued").text)
    assert told == [[], ["450 mailbox busy", says], ["450 mailbox busy", says]]
    assert notes(client.get("/outbox/?state=failed").text) == []


def notes(page: str) -> list[list[str]]:
    """What stands below the status of each letter."""
    return [
        [" ".join(note.split()) for note in re.findall(r'outbox-note">(.*?)</span>', row, re.DOTALL)]
        for row in page.split(" data-letter=")[1:]
    ]


def test_an_empty_list_names_what_was_asked_and_leads_back(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        it = t.office(Actor.IT)
    client = sign_in(app, it)
    assert asked(client.get("/outbox/?state=failed").text) == (["Durum: Gönderilemedi"], "/outbox/")
    assert asked(client.get("/accounts/?q=<yok>").text) == (["“&lt;yok&gt;”"], "/accounts/")
    assert asked(client.get("/outbox/?state=böyle+bir+durum+yok").text) == ([], "/outbox/")
    assert asked(client.get("/outbox/").text) == ([], None)  # nothing was asked: nothing to clear


def asked(page: str) -> tuple[list[str], str | None]:
    """What an empty list says it looked for, and where its filters are cleared."""
    why = page.split('<p class="empty">')[1].split("</p>", maxsplit=1)[0]
    cleared = re.search(r'href="([^"]+)"', why)
    return re.findall(r'badge-wide">([^<]*)<', why), cleared and cleared[1]

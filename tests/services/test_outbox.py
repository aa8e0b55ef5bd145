"""The outbox: every letter leaves once, late at worst."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from models import Letter
from services import jobs, outbox
from services.scope import system_session
from services.transports import Mailbox, Rejected, Unreachable, transport_for
from tests.people import a_town, sign_in
from workflow.words import Actor, LetterState

SENDER = "Staj <staj@demo.edu.tr>"
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


class Sink:
    """A mail server that keeps what it is given and answers as told."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address.startswith("yok@"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.kept.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return self.answer


@contextmanager
def a_server() -> Iterator[tuple[Sink, str]]:
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield sink, f"smtp://127.0.0.1:{port}?tls=none"
    finally:
        server.stop()


class Deaf(Mailbox):
    """A transport that fails as told."""

    def __init__(self, trouble: Exception) -> None:
        self.trouble, self.asked = trouble, 0

    def deliver(self, _letter: Letter) -> None:
        self.asked += 1
        raise self.trouble


def write(*addresses: str, subject: str = "Staj başvurunuz onaylandı", **facts: Any) -> list[int]:
    given = {
        "reader": "student",
        "to_name": "Ayşe Yılmaz",
        "language": "tr",
        "text": "Sayın Ayşe",
        "html": "<p>Sayın Ayşe</p>",
    }
    with system_session() as session:
        letters = [
            Letter(to_email=a, subject=subject, created_at=NOW, next_try_at=NOW, **given | facts) for a in addresses
        ]
        session.add_all(letters)
        session.flush()
        return [letter.id for letter in letters]


def letters() -> list[Letter]:
    with system_session() as session:
        return list(session.scalars(select(Letter).order_by(Letter.id)))


def test_a_letter_reaches_its_reader_in_plain_text_and_html(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        (key,) = write("ayse@demo.edu.tr")
        assert outbox.post_due(transport_for(url, SENDER)) == 1
        [(to, mail)] = sink.kept
        assert to == ["ayse@demo.edu.tr"]
        assert mail["Subject"] == "Staj başvurunuz onaylandı"
        assert mail["To"].addresses[0].display_name == "Ayşe Yılmaz"
        assert mail["Message-ID"] == f"<letter-{key}@demo.edu.tr>"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        assert [(x.state, x.tries, x.error) for x in letters()] == [(LetterState.SENT, 1, None)]


def test_a_letter_posted_is_not_posted_again(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        write("ayse@demo.edu.tr")
        assert [outbox.post_due(transport_for(url, SENDER)) for _ in range(2)] == [1, 0]
        assert len(sink.kept) == 1


def test_four_workers_at_once_post_each_letter_once(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        write(*(f"kisi{n}@demo.edu.tr" for n in range(20)))

        def work() -> None:
            with app.app_context():
                outbox.post_due(transport_for(url, SENDER))

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sorted(to[0] for to, _ in sink.kept) == sorted(f"kisi{n}@demo.edu.tr" for n in range(20))
        assert {x.state for x in letters()} == {LetterState.SENT}


def test_a_server_that_is_down_delays_letters_and_one_try_is_enough_to_know(app: Flask) -> None:
    with app.app_context():
        write("ayse@demo.edu.tr", "banu@demo.edu.tr")
        assert outbox.post_due(transport_for("smtp://127.0.0.1:1?tls=none", SENDER), lambda: NOW) == 0
        first, second = letters()
        assert (first.state, first.tries, first.next_try_at) == (LetterState.QUEUED, 1, NOW + timedelta(minutes=1))
        assert "refused" in first.error.lower()
        assert (second.tries, second.next_try_at) == (0, NOW)


def test_the_pauses_grow_and_then_the_letter_is_given_up(app: Flask) -> None:
    with app.app_context():
        write("ayse@demo.edu.tr")
        moment, waited = NOW, []
        while (letter := letters()[0]).state is LetterState.QUEUED:
            waited.append((letter.next_try_at - moment) // timedelta(minutes=1))
            moment = letter.next_try_at
            outbox.post_due(Deaf(Unreachable("down")), lambda at=moment: at)  # type: ignore[misc]
        assert waited == [0, 1, 5, 30, 120, 360, 720, 1440]
        assert (letter.state, letter.tries, letter.error) == (LetterState.FAILED, 8, "down")


def test_a_letter_is_not_tried_before_its_time(app: Flask) -> None:
    with app.app_context():
        write("ayse@demo.edu.tr")
        deaf = Deaf(Rejected("452 later", final=False))
        for minutes in (0, 0.5, 0.9):
            outbox.post_due(deaf, lambda m=minutes: NOW + timedelta(minutes=m))  # type: ignore[misc]
        assert deaf.asked == 1


def test_an_unknown_address_is_given_up_at_once_and_the_next_letter_still_leaves(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        write("yok@demo.edu.tr", "ayse@demo.edu.tr")
        assert outbox.post_due(transport_for(url, SENDER)) == 1
        assert [to for to, _ in sink.kept] == [["ayse@demo.edu.tr"]]
        refused, sent = letters()
        assert (refused.state, refused.error) == (LetterState.FAILED, "550 no such person")
        assert sent.state is LetterState.SENT


def test_a_server_that_takes_nothing_today_is_asked_again_tomorrow(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        sink.answer = "451 try again"
        write("ayse@demo.edu.tr")
        assert outbox.post_due(transport_for(url, SENDER)) == 0
        assert [(x.state, x.error) for x in letters()] == [(LetterState.QUEUED, "451 try again")]


@pytest.mark.parametrize("address", ["a@b@c", "iki satır\n@demo.edu.tr", "", "<>", '"@demo.edu.tr'])
def test_an_address_that_is_none_harms_no_other_letter(app: Flask, address: str) -> None:
    with app.app_context(), a_server() as (sink, url):
        write(address, "ayse@demo.edu.tr", subject="Satır\r\nBcc: herkes@demo.edu.tr")
        assert outbox.post_due(transport_for(url, SENDER)) == 1
        assert [x.state for x in letters()] == [LetterState.FAILED, LetterState.SENT]
        [(to, mail)] = sink.kept
        assert (to, mail["Bcc"], mail["Subject"]) == (["ayse@demo.edu.tr"], None, "Satır Bcc: herkes@demo.edu.tr")


def test_a_worker_that_died_with_a_letter_in_hand_lets_another_take_it_later(app: Flask) -> None:
    with app.app_context():
        write("ayse@demo.edu.tr")
        with pytest.raises(KeyboardInterrupt):
            outbox.post_due(Deaf(KeyboardInterrupt()), lambda: NOW)  # type: ignore[arg-type]
        assert outbox.post_due(Mailbox(), lambda: NOW + timedelta(minutes=14)) == 0
        assert outbox.post_due(Mailbox(), lambda: NOW + timedelta(minutes=15)) == 1


def test_a_sign_in_letter_leaves_no_key_behind_once_it_left(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        write("ayse@demo.edu.tr", text="http://127.0.0.1/reset/gizli", html="", reader="reset_instructions")
        outbox.post_due(transport_for(url, SENDER))
        assert "gizli" in sink.kept[0][1].get_content()
        assert letters()[0].text == outbox.REMOVED


def test_a_commit_that_wrote_letters_wakes_the_worker(app: Flask) -> None:
    with app.app_context():
        write("ayse@demo.edu.tr")
        queue = jobs.jobs(app).queue
        queue.execute(queue.dequeue())
        assert [x.state for x in letters()] == [LetterState.SENT]


def test_a_rolled_back_letter_wakes_nobody(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError, match="too late"):
            _write_and_fail()
        with system_session() as session:
            session.scalars(select(Letter)).all()
        assert jobs.jobs(app).queue.dequeue() is None


def _write_and_fail() -> None:
    with system_session() as session:
        session.add(
            Letter(reader="student", to_email="a@b.tr", to_name="A", language="tr", subject="s", text="t", html="h")
        )
        session.flush()
        raise RuntimeError("too late")


def test_a_queue_that_cannot_be_opened_stops_no_decision(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_app: Flask) -> jobs.Jobs:
        raise OSError

    monkeypatch.setattr(jobs, "_opened", broken)
    with app.app_context():
        write("ayse@demo.edu.tr")
        assert [x.state for x in letters()] == [LetterState.QUEUED]


@pytest.mark.parametrize("url", ["", "smpt://host", "smtp://", "smtp://host?tls=maybe", "http://host"])
def test_a_mistyped_mail_address_is_said_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="MAIL_URL"):
        transport_for(url, SENDER)


def test_mail_is_encrypted_unless_the_deployment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Server(smtplib.SMTP):
        def __init__(self, *_: Any, **__: Any) -> None:
            asked.append("opened")

        def starttls(self, *, context: Any = None) -> Any:
            asked.append(f"starttls, certificates checked: {context.check_hostname}")
            raise OSError

    monkeypatch.setattr(smtplib, "SMTP", Server)
    with pytest.raises(Unreachable):
        transport_for("smtp://host", SENDER).deliver(
            Letter(id=1, to_name="A", to_email="a@b.tr", subject="s", text="t", html="", created_at=NOW, language="tr")
        )
    assert asked == ["opened", "starttls, certificates checked: True"]


def states(app: Flask) -> list[tuple[str, int]]:
    with app.app_context():
        return [(x.state.value, x.tries) for x in letters()]


def test_it_sends_failed_letters_again_and_nobody_else_may(app: Flask) -> None:
    with app.app_context():
        with a_town() as town:
            it, mediko = town.office(Actor.IT), town.office(Actor.HEALTH_OFFICE)
        first, _ = write("yok@demo.edu.tr", "yok2@demo.edu.tr", state=LetterState.FAILED, tries=8, error="550")
        (sent,) = write("ayse@demo.edu.tr", state=LetterState.SENT, tries=1)
    assert sign_in(app, mediko).post(f"/outbox/retry/{first}").status_code == 404
    assert sign_in(app, it).post(f"/outbox/retry/{first}").status_code == 302
    assert states(app) == [("queued", 0), ("failed", 8), ("sent", 1)]
    assert sign_in(app, it).post(f"/outbox/retry/{sent}").status_code == 302
    assert sign_in(app, it).post("/outbox/retry").status_code == 302
    assert states(app) == [("queued", 0), ("queued", 0), ("sent", 1)]
    assert sign_in(app, it).get("/outbox/?state=queued").text.count("data-letter=") == 2


def test_where_mail_leaves_nobody_reads_another_persons_letters(app: Flask) -> None:
    with app.app_context():
        with a_town() as town:
            it = town.office(Actor.IT)
        (key,) = write("ayse@demo.edu.tr", text="http://127.0.0.1/reset/gizli")
    client = sign_in(app, it)
    assert "gizli" in client.get(f"/mailbox/{key}").text
    assert f'data-letter="{key}"' in client.get("/mailbox/").text
    object.__setattr__(app.extensions["staj"], "mail_url", "smtp://host")
    assert "gizli" not in client.get(f"/mailbox/{key}").text
    assert f'data-letter="{key}"' not in client.get("/mailbox/").text

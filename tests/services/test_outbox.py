"""The outbox: every letter leaves once, late at worst."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from models import Letter, utcnow
from services import jobs, outbox, transports
from services.scope import system_session
from services.sign_in import today
from services.transports import Mailbox, Rejected, Unreachable, transport_for
from tests.patience import PATIENCE, until
from tests.people import a_town, sign_in
from workflow.words import Actor, LetterState

SENDER = "Staj <staj@demo.edu.tr>"
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


class Sink:
    """A mail server that keeps what it is given and answers as told, or while `slow` not at all."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.answer = "250 OK"
        self.slow = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address.startswith("yok@"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        while self.slow:  # noqa: ASYNC110 -- another thread says when it is over
            await asyncio.sleep(0.05)
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


class Broken(threading.Thread):
    """A bare server that answers each line as `says` has it; None hangs up, "" says nothing at all."""

    def __init__(self, **says: str | None) -> None:
        super().__init__(daemon=True)
        self.says, self.done = says, threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.socket.getsockname()[1]}?tls=none"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.join()

    def run(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                with connection, connection.makefile("rwb") as lines:
                    self._talk(lines)

    def _talk(self, lines: Any) -> None:
        word, letter = "greeting", False
        while True:
            if not letter or word == ".":
                said = self.says.get("end" if word == "." else word.lower(), "250 OK")
                if said is None:
                    return
                if said == "":
                    self.done.wait()
                    return
                lines.write(f"{said}\r\n".encode())
                lines.flush()
                letter = word.lower() == "data" and said.startswith("354")
            line = lines.readline().decode()
            if not line:
                return
            word = line.strip() if letter else line.split()[0]


HELLO = {"greeting": "220 here", "data": "354 go on"}


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


def test_what_is_written_while_letters_leave_leaves_with_them(app: Flask) -> None:
    class Busy(Mailbox):
        def deliver(self, letter: Letter) -> None:
            if letter.to_email.startswith("ayse@"):
                write("banu@demo.edu.tr")

    with app.app_context():
        write("ayse@demo.edu.tr")
        assert outbox.post_due(Busy(), lambda: NOW) == 2
        assert [(x.state, x.tries) for x in letters()] == [(LetterState.SENT, 1)] * 2


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


def test_a_server_that_says_nothing_holds_up_letters_and_nothing_else(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "TIMEOUT", PATIENCE)
    with app.app_context():
        with a_town() as t:
            of = t.department()
            row = t.application(t.student(of), of, starts_on=today() + timedelta(days=30)).id
            member = t.member(of)
        write("ayse@demo.edu.tr")
    client = sign_in(app, member)
    with Broken(greeting="") as server:

        def work() -> None:
            with app.app_context():
                outbox.post_due(transport_for(server.url, SENDER), lambda: NOW)

        worker = threading.Thread(target=work)
        worker.start()
        with app.app_context():
            until(lambda: letters()[0].tries == 1)
        decided = client.post(f"/applications/step/{row}/approve", data={"version": 0})
        assert (decided.status_code, worker.is_alive()) == (302, True)
    worker.join()
    with app.app_context():
        held, *written = letters()
        assert (held.state, held.next_try_at) == (LetterState.QUEUED, NOW + timedelta(minutes=1))
        assert "closed" in held.error
        assert {letter.reader for letter in written} == {"student", "employer"}


def test_a_server_that_says_nothing_is_given_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "TIMEOUT", 0.3)
    with app.app_context():
        write("ayse@demo.edu.tr")
        with Broken(greeting="") as server:
            outbox.post_due(transport_for(server.url, SENDER), lambda: NOW)
        assert "timed out" in letters()[0].error


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ({"greeting": "421 too busy"}, "(421, b'too busy')"),
        ({**HELLO, "mail": "451 later"}, "451 later"),
        ({**HELLO, "rcpt": "450 mailbox busy"}, "450 mailbox busy"),
        ({**HELLO, "data": "451 later"}, "451 later"),
        ({**HELLO, "end": "452 disk full"}, "452 disk full"),
        ({**HELLO, "rcpt": None}, "Connection unexpectedly closed"),
        ({**HELLO, "end": None}, "Connection unexpectedly closed"),
    ],
)
def test_a_server_that_refuses_for_now_or_dies_midway_is_tried_again_later(
    app: Flask, says: dict[str, str | None], error: str
) -> None:
    with app.app_context(), Broken(**says) as server:
        write("ayse@demo.edu.tr")
        assert outbox.post_due(transport_for(server.url, SENDER), lambda: NOW) == 0
        (letter,) = letters()
        assert (letter.state, letter.error, letter.next_try_at) == (
            LetterState.QUEUED,
            error,
            NOW + timedelta(minutes=1),
        )


def test_a_letter_whose_server_died_before_it_said_yes_comes_again_under_the_same_id(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        (key,) = write("ayse@demo.edu.tr")
        with Broken(**HELLO, end=None) as dying:
            assert outbox.post_due(transport_for(dying.url, SENDER), lambda: NOW) == 0
        later = NOW + timedelta(minutes=1)
        assert [outbox.post_due(transport_for(url, SENDER), lambda: later) for _ in range(3)] == [1, 0, 0]
        assert [mail["Message-ID"] for _to, mail in sink.kept] == [f"<letter-{key}@demo.edu.tr>"]


def test_what_left_before_the_server_died_does_not_leave_again(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        write(*(f"kisi{n}@demo.edu.tr" for n in range(4)))
        with transport_for(url, SENDER) as server:

            class Dying(Mailbox):
                def deliver(self, letter: Letter) -> None:
                    if len(sink.kept) == 2:
                        raise Unreachable("died")
                    server.deliver(letter)

            assert outbox.post_due(Dying(), lambda: NOW) == 2
        assert outbox.post_due(transport_for(url, SENDER), lambda: NOW + timedelta(minutes=1)) == 2
        assert sorted(to[0] for to, _ in sink.kept) == [f"kisi{n}@demo.edu.tr" for n in range(4)]


@pytest.mark.parametrize("trouble", [Unreachable("hung up at this letter"), RuntimeError("nobody foresaw this")])
def test_one_poisonous_letter_holds_no_other_up_and_is_given_up_for_it_to_see(app: Flask, trouble: Exception) -> None:
    class Picky(Mailbox):
        def deliver(self, letter: Letter) -> None:
            if letter.to_email.startswith("zehir@"):
                raise trouble

    with app.app_context():
        write("zehir@demo.edu.tr", "ayse@demo.edu.tr", "banu@demo.edu.tr")
        moment = NOW
        for _sweep in range(2):  # a minute apart, as the worker's
            outbox.post_due(Picky(), lambda at=moment: at)  # type: ignore[misc]
            moment += timedelta(seconds=30)
        assert [x.state.value for x in letters()] == ["queued", "sent", "sent"]
        while letters()[0].state is LetterState.QUEUED:
            moment = letters()[0].next_try_at
            outbox.post_due(Picky(), lambda at=moment: at)  # type: ignore[misc]
        poison = letters()[0]
        assert (poison.state, poison.tries, str(trouble) in poison.error) == (LetterState.FAILED, 8, True)


def test_it_reads_why_an_address_was_refused_and_sends_again_once_it_is_mended(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url):
        with a_town() as town:
            it = town.office(Actor.IT)
        (key,) = write("yok@demo.edu.tr")
        outbox.post_due(transport_for(url, SENDER))
    with app.app_context():
        with system_session() as session:
            session.get_one(Letter, key).to_email = "ayse@demo.edu.tr"
    client = sign_in(app, it)
    assert "550 no such person" in client.get("/outbox/?state=failed").text
    client.post(f"/outbox/retry/{key}")
    with app.app_context(), a_server() as (sink, url):
        assert [outbox.post_due(transport_for(url, SENDER)) for _ in range(2)] == [1, 0]
        assert [to for to, _ in sink.kept] == [["ayse@demo.edu.tr"]]


def test_a_letter_in_a_worker_s_hand_is_not_queued_again(app: Flask) -> None:
    """Otherwise a second worker would post it too; one that waits for its next try may be hurried."""
    with app.app_context():
        write("ayse@demo.edu.tr", "yok@demo.edu.tr")
        (held, waits) = [claim.letter.id for claim in outbox._claims(utcnow)]
        with system_session() as session:
            session.get_one(Letter, waits).error = "451 later"
        with system_session() as session:
            again = [outbox.retry(session, session.get_one(Letter, key)) for key in (held, waits)]
        assert again == [False, True]
        assert [(x.state, x.tries) for x in letters()] == [(LetterState.QUEUED, 1), (LetterState.QUEUED, 0)]


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


def test_sending_again_wakes_the_worker(app: Flask) -> None:
    with app.app_context():
        with a_town() as town:
            it = town.office(Actor.IT)
        (failed,) = write("yok@demo.edu.tr", state=LetterState.FAILED, tries=8, error="550")
        queue = jobs.jobs(app).queue
        queue.flush()
    sign_in(app, it).post(f"/outbox/retry/{failed}")
    with app.app_context():
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

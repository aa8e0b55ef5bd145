"""A worker looks into a few archives at once; whoever waits too long is told, and nothing is lost."""

import io
import threading

import pytest
from flask import Flask

from services.archives import Busy, Turns
from tests.people import a_town, sign_in
from tests.services.test_archives import ZIP


def test_no_more_than_agreed_look_at_once() -> None:
    turns, inside, most, gate = Turns(2, wait=5), [], [], threading.Barrier(6)

    def look() -> None:
        gate.wait()
        with turns.turn():
            inside.append(1)
            most.append(len(inside))
            threading.Event().wait(0.02)
            inside.pop()

    threads = [threading.Thread(target=look) for _ in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert (len(most), max(most) <= 2) == (6, True)


def test_a_turn_is_given_back_after_a_refusal() -> None:
    turns = Turns(1, wait=0)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"), turns.turn():
            raise ValueError("broken")
    with turns.turn(), pytest.raises(Busy), turns.turn():
        pass


def test_an_upload_without_a_turn_is_told_when_to_come_back_and_taken_then(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        student = t.student(of)
        row, user = t.draft(student, of).id, student.user
        t.session.flush()
        t.session.expunge(user)
    client, turns = sign_in(app, user), Turns(1, wait=0)  # type: ignore[arg-type]
    app.extensions["turns"] = turns
    with turns.turn():
        told = client.post(f"/apply/{row}/files", data={"archive": (io.BytesIO(ZIP), "a.zip")})
    assert (told.status_code, told.headers["Retry-After"], "Hiçbir şey kaybolmadı" in told.text) == (503, "20", True)
    taken = client.post(f"/apply/{row}/files", data={"archive": (io.BytesIO(ZIP), "a.zip")})
    assert (taken.status_code, "a.zip" in client.get(f"/apply/{row}/files").text) == (303, True)

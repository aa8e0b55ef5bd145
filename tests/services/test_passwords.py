"""Which passwords are taken, wherever one is set."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import select

from models import Letter, User
from seed.demo_people import password
from services.passwords import is_listed, refused
from tests.people import PASSWORD, a_town, looking, sign_in
from workflow.words import Actor

WEAK = [
    "kisa", "parolaparola", "123456789012", "password1234", "passwordpassword", "P@ssw0rd1234", "letmein-2026", "dragon2026!!!",
    "galatasaray1905", "Fenerbahçe1907", "istanbul2026!!", "Trabzon.Staj.61", "ŞifreŞifre2026", "sifremisifre1", "seniseviyorum1",
    "mustafakemal1881", "Ahmet1923Ahmet", "ocak2026subat", "qwertyuıopğü", "asdfghjklşi123", "fgğıodrnhpqw", "zxcvbnmöç1234",
    "1qaz2wsx3edc4rfv", "poiuytrewq12", "aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "ç" * 73, "p" * 5000,
]  # fmt: skip
OWN = [
    "Elif.Yıldırımer1",
    "elifyildirimer2026",
    "YILDIRIMER-ELİF",
    "e.yildirimer99!",
    "e.yildirimer@demo.edu.tr",
    "StajDemo2026!",
]
GOOD = ["mavi vapur kalkar", "tren gecikti dedi bakkal", "yepyeni-bir-parola-42", "correct horse battery staple",
        "dört kelimelik uzun bir parola cümlesi, noktalarıyla ve virgülleriyle birlikte", "xK7#pQ2vLm9z", "8f3a-91c7-20e4"]  # fmt: skip


@pytest.fixture
def elif_(app: Flask) -> User:
    with app.app_context(), a_town() as t:
        return t.user("e.yildirimer@demo.edu.tr", "Elif Yıldırımer")


@pytest.mark.parametrize("weak", WEAK + OWN)
def test_what_a_guesser_tries_first_is_refused(app: Flask, weak: str) -> None:
    with app.test_request_context():
        assert refused(weak, ("Elif Yıldırımer", "e.yildirimer@demo.edu.tr"))


@pytest.mark.parametrize("good", GOOD)
def test_what_takes_a_guesser_years_is_taken(app: Flask, good: str) -> None:
    with app.test_request_context():
        assert refused(good, ("Elif Yıldırımer", "e.yildirimer@demo.edu.tr")) is None


def _by_change(app: Flask, user: User, word: str) -> None:
    typed = {"password": PASSWORD, "new_password": word, "new_password_confirm": word}
    sign_in(app, user).post("/change", data=typed)


def _by_letter(app: Flask, user: User, word: str) -> None:
    client = app.test_client()
    with looking(app) as s:
        officer = s.scalars(select(User).where(User.email == "it@demo.edu.tr")).one()
    sign_in(app, officer).post(f"/accounts/{user.id}/letter")
    with looking(app) as s:
        link = re.search(
            r"http://\S+?(/reset/\S+)", s.scalars(select(Letter.text).order_by(Letter.id.desc())).first() or ""
        )
    assert link
    client.post(link[1], data={"password": word, "password_confirm": word})


def _by_command(app: Flask, user: User, word: str) -> None:
    app.test_cli_runner().invoke(args=["users", "change_password", user.email, "--password", word])


PLACES: dict[str, Callable[[Flask, User, str], None]] = {
    "its owner": _by_change,
    "a letter's link": _by_letter,
    "a command": _by_command,
}


@pytest.mark.parametrize("place", PLACES)
def test_the_same_is_refused_wherever_a_password_is_set(app: Flask, elif_: User, place: str) -> None:
    with app.app_context(), a_town() as t:
        t.office(Actor.IT).email = "it@demo.edu.tr"
    before = _hash(app, elif_)
    PLACES[place](app, elif_, OWN[1])
    weak = _hash(app, elif_)
    PLACES[place](app, elif_, GOOD[0])
    assert (weak == before, _hash(app, elif_) == before) == (True, False)


def _hash(app: Flask, user: User) -> str | None:
    with looking(app) as s:
        return s.get_one(User, user.id).password


def test_a_demo_is_given_no_password_that_everybody_would_try(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["staj"], "staj_demo_password", "demo-demo-2026")
    with app.app_context(), pytest.raises(click.ClickException, match="STAJ_DEMO_PASSWORD"):
        password(app.extensions["staj"])


# -- a list of stolen passwords ----------------------------------------------------------------------------------------


def a_list(folder: Path, words: list[str]) -> Path:
    lines = sorted(
        f"{hashlib.sha1(w.encode(), usedforsecurity=False).hexdigest().upper()}:{n}" for n, w in enumerate(words, 1)
    )
    path = folder / "listed.txt"
    path.write_text("".join(f"{line}\r\n" for line in lines))
    return path


@pytest.mark.parametrize("size", [1, 2, 3, 17, 1000])
def test_every_password_of_a_sorted_list_is_found_in_it_and_no_other(tmp_path: Path, size: int) -> None:
    words = [f"kelime {n}" for n in range(size)]
    path = a_list(tmp_path, words)
    assert [w for w in words if not is_listed(path, w)] == []
    assert [n for n in range(300) if is_listed(path, f"başka {n}")] == []


def test_nothing_stands_in_an_empty_list(tmp_path: Path) -> None:
    assert not is_listed(a_list(tmp_path, []), "kelime")


def test_a_good_password_that_was_stolen_is_refused_with_the_reason(
    app: Flask, elif_: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["staj"], "breached_passwords", a_list(tmp_path, GOOD[:2]))
    typed = {"password": PASSWORD, "new_password": GOOD[0], "new_password_confirm": GOOD[0]}
    answer = sign_in(app, elif_).post("/change", data=typed)
    assert (answer.status_code, "çalınmış parolaların listesinde" in answer.text) == (200, True)

"""Which passwords are taken: long enough, not easy to guess for whoever knows the person, and in no list of stolen ones."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext
from flask_security import PasswordUtil, password_length_validator
from flask_security.utils import get_message
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from workflow.say import N_
from workflow.turkish import ascii_raised, folded

ESTIMATED = 72  # characters; zxcvbn raises beyond
LONGEST = 4096  # characters; the hash raises beyond
LEAST = 3  # of zxcvbn's 0 to 4: a hundred million guesses
FEWEST, MOST = 3, 24  # letters of a word that is looked for
TWO, LETTERS_LEFT = 2, 5  # words, and letters of one's own beside them, below which a password is patched together
STOLEN = N_("This password stands in lists of stolen passwords: choose another one.")
_COMMON = Path(__file__).with_name("guessed_words.txt")
_ROWS = (
    "1234567890", "qwertyuiopgu", "asdfghjklsi", "zxcvbnmoc",  # the Turkish Q keyboard, folded
    "fggiodrnhpqw", "uieautkmlysx", "jovcczsb", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",  # the F keyboard; columns
)  # fmt: skip


class Passwords(PasswordUtil):
    """Asked wherever a password is set: by a letter, by its owner, by a firm, by a command."""

    def normalize(self, password: str) -> str:
        """As the library has it, but no longer than the hash takes: what is longer is nobody's password."""
        return str(super().normalize(password[:LONGEST]))[:LONGEST]

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """`kwargs` hold the account as `user`, or what is known of whoever is to have one."""
        whole = self.normalize(password)
        user = kwargs.get("user")
        known = (user.name, user.email) if user else [str(value) for value in kwargs.values() if value]
        return refused(whole, known), whole


def refused(password: str, known: Iterable[str] = ()) -> list[str] | None:
    """The sentences for a password that is not taken, or None; `known` is what a guesser knows of the person."""
    if len(password) >= LONGEST:
        return [gettext("Choose a password shorter than %(length)s characters.", length=LONGEST)]
    if too_short := password_length_validator(password):
        return [str(said) for said in too_short]
    if guessable(password, known):
        return [get_message("PASSWORD_TOO_SIMPLE")[0]]  # the estimator itself speaks English only
    listed = current_app.extensions["staj"].breached_passwords
    return [gettext(STOLEN)] if listed and is_listed(listed, password) else None


def guessable(password: str, known: Iterable[str] = ()) -> bool:
    """Whether few guesses find it, with the words and walks a guesser in this country begins with."""
    own, plain = [*_parts(known), *_parts(_university())], folded(password)[:ESTIMATED]
    words, tried = [*dict.fromkeys((*own, *common()))], {password[:ESTIMATED], plain}
    return _patched(plain, {*own}) or min(zxcvbn(each, user_inputs=words)["score"] for each in tried) < LEAST


def _patched(plain: str, own: set[str]) -> bool:
    """Whether it is the person's own words, or one or two well-known ones, with a year, digits or signs about them."""
    known, met, rest, at = {*own, *common(), *_stolen()}, set(), 0, 0
    while at < len(plain):
        ends = range(min(len(plain), at + MOST), at + FEWEST - 1, -1)
        if word := next((plain[at:end] for end in ends if plain[at:end] in known), None):
            met.add(word)
            at += len(word)
        else:
            rest += plain[at].isalpha()
            at += 1
    return bool(met) and len(met - own) <= TWO and rest < LETTERS_LEFT


@lru_cache(maxsize=1)
def _stolen() -> frozenset[str]:
    """The words among the passwords most often stolen, as the estimator has them."""
    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if word.isalpha() and len(word) > FEWEST)


def _university() -> tuple[str, str]:
    settings = current_app.extensions["staj"]
    return settings.public_url.partition("//")[2], settings.mail_from


def _parts(texts: Iterable[str]) -> Iterator[str]:
    """The words of these texts, and each text written in one."""
    for text in texts:
        words = [word for word in re.split(r"[\W_]+", folded(text)) if len(word) >= FEWEST]
        yield from (*words, "".join(words))


@lru_cache(maxsize=1)
def common() -> tuple[str, ...]:
    """The words people here choose, folded, and every walk of four keys or more over the keyboards."""
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    walks = (row[n : n + size] for row in rows for size in range(4, len(row) + 1) for n in range(len(row) - size + 1))
    return (*map(folded, _COMMON.read_text(encoding="utf-8").split()), *walks)


def is_listed(path: Path, password: str) -> bool:
    """Whether a file of sorted lines, SHA-1:count, holds this password; a few dozen looks into it."""
    wanted = _listed(hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest())
    with path.open("rb") as lines:
        low, high = 0, lines.seek(0, 2)  # `low` is where a line begins; all before it are smaller
        while low < high:
            middle = (low + high) // 2
            lines.seek(max(middle - 1, 0))
            if middle:
                lines.readline()  # the rest of the line before: the next begins at `middle` or later
            line = lines.readline()
            if line and _listed(line[:40].decode("latin-1")) < wanted:
                low = lines.tell()
            else:
                high = middle
        lines.seek(low)
        return _listed(lines.readline()[:40].decode("latin-1")) == wanted


def _listed(digest: str) -> str:
    """A digest as the lists have it."""
    return ascii_raised(digest)

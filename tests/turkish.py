"""Nobody is answered in English by accident: what the check of the sources cannot see is seen here.

A sentence that reaches the catalogue through a variable is found in no source; the suite asks for it.
"""

from collections.abc import Iterator
from gettext import NullTranslations
from typing import Any

import pytest
from flask_babel import Domain, get_locale
from wtforms.i18n import DummyTranslations

DISCARDED = {  # the library's subjects; services.sign_in_letters writes its own
    "Password reset instructions",
    "Your password has been changed",
    "Your password has been reset",
}


class Noting(NullTranslations):
    """Stands behind the catalogue and notes what it was asked in vain."""

    def __init__(self, asked: set[str]) -> None:
        super().__init__()
        self.asked = asked

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture(autouse=True)
def every_sentence_has_its_turkish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test that makes the application ask for a sentence the Turkish catalogue does not hold."""
    asked: set[str] = set()
    plain = Domain.get_translations

    def watched(domain: Domain) -> Any:
        found = plain(domain)
        if domain.domain == ["messages"] and str(get_locale()) == "tr":
            found._fallback = Noting(asked)
        return found

    monkeypatch.setattr(Domain, "get_translations", watched)
    monkeypatch.setattr(DummyTranslations, "gettext", lambda _self, said: _noted(asked, said))
    yield
    assert sorted(asked - DISCARDED) == []


def _noted(asked: set[str], said: str) -> str:
    """A form that knows no language may still ask for the name of a field, never for a sentence."""
    if said.endswith("."):
        asked.add(said)
    return said

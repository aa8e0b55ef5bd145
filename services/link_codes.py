"""The code that makes a letter's link count: sent to the supervisor's address, good for a quarter of an hour.

Whoever only holds the link (forwarded, found, fetched by a mail scanner) can do nothing with it.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import get_locale, gettext
from sqlalchemy.orm import Session

from models import AnswerLink, Letter, Supervisor, utcnow
from services.letter_sheet import drawn
from workflow.say import Say

CODE_GOOD_FOR = timedelta(minutes=15)
CODES, TRIES = 5, 5
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # secrets.token_urlsafe(32)
UNKNOWN = Say("This link is not known here. Perhaps it was cut off when it was copied: open it from the letter itself.")


@dataclass(frozen=True)
class CodeLetter:
    """What the letter with a code says: msgids, and where its link leads."""

    subject: str
    text: str
    go: str
    address: str


def cleaned(token: str) -> str:
    """The token as it was mailed, without the full stop, bracket or blank that a mail program took for a part of it."""
    found = _TOKEN.match(token.strip(" <\u200b\u00a0"))
    return found[0] if found else token


def hidden(email: str) -> str:
    """An address as its owner knows it: m•••@kaya.com."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def send(
    session: Session, link: AnswerLink, token: str, to: Supervisor, letter: CodeLetter, **facts: str
) -> Say | None:
    """Queue a letter with a new code, the former one is void; the sentence where no more are sent. The caller commits."""
    if link.codes_sent >= CODES:
        return Say("No more codes are sent for this link; sign in, or write to the commission.")
    code = f"{secrets.randbelow(10**6):06d}"
    link.code_digest, link.code_until, link.code_tries = digest(token + code), utcnow() + CODE_GOOD_FOR, 0
    link.codes_sent += 1
    language = str(get_locale() or "tr")
    title, body = gettext(letter.subject), gettext(letter.text, code=code, **facts)
    session.add(
        Letter(
            user_id=to.user_id,
            reader="answer_code",
            to_email=link.email,
            to_name=to.name,
            language=language,
            subject=title,
            **drawn(language, to.name, title, body, letter.address, gettext(letter.go)),
        )
    )
    return None


def wrong(session: Session, link: AnswerLink, token: str, code: str) -> Say | None:
    """The sentence for a code that does not fit (the try is counted), or None. The caller commits."""
    if link.code_digest is None or link.code_until is None or link.code_until < utcnow() or link.code_tries >= TRIES:
        return Say("This code is no longer good. Have a new one sent.")
    link.code_tries += 1
    session.flush()
    if not hmac.compare_digest(link.code_digest, digest(token + code)):
        return Say("This is not the code that was sent. Look at the newest letter.")
    return None

"""Ways a letter can go: nowhere (the demo's mailbox page) or to a mail server by SMTP."""

import smtplib
import ssl
from collections.abc import Callable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol, Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from models import Letter
from workflow.addresses import wired

TIMEOUT = 20
PERMANENT = 500


class Unreachable(Exception):
    """The server cannot be talked to at all; every letter waits."""


class Rejected(Exception):
    """One letter was not taken; `final` when trying again cannot help."""

    def __init__(self, why: object, *, final: bool) -> None:
        super().__init__(str(why))
        self.final = final


class Transport(Protocol):
    """Opened for a run of letters. `leaves`: whether a delivered letter leaves this house."""

    leaves: bool

    def deliver(self, letter: Letter) -> None:
        """Hand one letter over; raises Unreachable or Rejected."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def transport_for(mail_url: str, sender: str) -> Transport:
    """`mailbox:` keeps letters here; `smtp://user:password@host:port?tls=starttls|ssl|none` sends them.

    Raises ValueError for any other address, so that a typing mistake stops the worker at its start.
    """
    url = urlsplit(mail_url)
    if url.scheme == "mailbox":
        return Mailbox()
    tls = parse_qs(url.query).get("tls", ["starttls"])[0]
    if url.scheme != "smtp" or not url.hostname or tls not in _OPENINGS:
        message = (
            f"MAIL_URL is neither mailbox: nor smtp://host:port?tls=starttls|ssl|none: {url.scheme}://{url.hostname}"
        )
        raise ValueError(message)
    return Smtp(url, sender, _OPENINGS[tls])


class Mailbox:
    """Nothing leaves: a letter counts as sent and is read on the mailbox page."""

    leaves = False

    def deliver(self, letter: Letter) -> None:
        """Already where it is read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


Opening = Callable[[str, int], smtplib.SMTP]


class Smtp:
    """One connection for a run of letters, opened for the first one and again after a letter that broke it."""

    leaves = True

    def __init__(self, url: SplitResult, sender: str, opening: Opening) -> None:
        self._url, self._sender, self._opening = url, sender, opening
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def deliver(self, letter: Letter) -> None:
        message = _message(letter, self._sender)
        try:
            self._connected().send_message(message, parseaddr(self._sender)[1], [wired(letter.to_email)])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, said = next(iter(refusal.recipients.values()))
            raise Rejected(_plain(code, said), final=code >= PERMANENT) from refusal
        except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as refusal:
            self._hang_up()
            raise Rejected(
                _plain(refusal.smtp_code, refusal.smtp_error), final=refusal.smtp_code >= PERMANENT
            ) from refusal
        except smtplib.SMTPNotSupportedError as refusal:
            raise Rejected(refusal, final=True) from refusal
        except (OSError, smtplib.SMTPException) as trouble:
            self._hang_up()
            raise Unreachable(trouble) from trouble

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            try:
                server = self._opening(str(self._url.hostname), self._url.port or 587)
                if self._url.username:
                    server.login(unquote(self._url.username), unquote(self._url.password or ""))
            except (OSError, smtplib.SMTPException) as trouble:
                raise Unreachable(trouble) from trouble
            self._server = server
        return self._server

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()


def _starttls(host: str, port: int) -> smtplib.SMTP:
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    server.starttls(context=ssl.create_default_context())
    return server


def _ssl(host: str, port: int) -> smtplib.SMTP:
    return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())


def _open(host: str, port: int) -> smtplib.SMTP:
    return smtplib.SMTP(host, port, timeout=TIMEOUT)


_OPENINGS: dict[str, Opening] = {"starttls": _starttls, "ssl": _ssl, "none": _open}


def _message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as mail; the same letter always carries the same id, so a second copy can be recognised."""
    message = EmailMessage()
    try:
        _, address = parseaddr(sender)
        message["From"] = sender
        message["To"] = Address(_line(letter.to_name), addr_spec=wired(letter.to_email))
        message["Subject"] = _line(letter.subject)
        message["Date"] = format_datetime(letter.created_at)
        message["Message-ID"] = f"<letter-{letter.id}@{address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = letter.language
        message.set_content(letter.text)
        if letter.html:
            message.add_alternative(letter.html, subtype="html")
    except (MessageError, ValueError, IndexError, AttributeError) as wrong:  # what the parser of addresses raises
        raise Rejected(f"{letter.to_email}: {wrong}", final=True) from wrong
    return message


def _line(text: str) -> str:
    """One header line: no breaks, no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _plain(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"

"""What a production installation must not be started with: each setting with a sentence of what to do, all at once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from limits import parse_many
from zxcvbn import zxcvbn

from workflow.turkish import ascii_lowered, ascii_raised

KEYS = ("secret_key", "password_salt", "national_id_key")
SHORTEST_KEY = 32
ESTIMATED = 72  # characters; zxcvbn raises beyond
WHOLE, HALF = 24.0, 10.0  # decimal digits of guesses; 32 random characters have 29 and 12 at least
PLACEHOLDERS = ("change", "secret", "default", "example", "password", "parola", "degistir", "sifre")
MAKE_ONE = "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
DEMO_DOMAIN = "demo.edu.tr"


def demand(settings: Any) -> None:
    """Raise ValueError with everything that stands in the way of starting in production."""
    if found := [line for check in CHECKS for line in check(settings)]:
        raise ValueError("refusing to start in production:\n" + "\n".join(f"- {line}" for line in found))


def _keys(settings: Any) -> Iterator[str]:
    for name in KEYS:
        if regular(getattr(settings, name)):
            yield f"{ascii_raised(name)} is missing, shorter than {SHORTEST_KEY} characters or too regular: {MAKE_ONE}"
    if len({getattr(settings, name) for name in KEYS}) < len(KEYS):
        yield f"{ascii_raised(', '.join(KEYS))} must differ: make one for each"


def regular(key: str) -> bool:
    """Whether a key is short, a placeholder, or written by a rule: repeated, counted up, a walk, two such interleaved."""
    if len(key) < SHORTEST_KEY or any(word in ascii_lowered(key) for word in PLACEHOLDERS):
        return True
    parts = ((key, WHOLE), (key[::2], HALF), (key[1::2], HALF))
    return any(zxcvbn(part[:ESTIMATED])["guesses_log10"] < least for part, least in parts)


def _addresses(settings: Any) -> Iterator[str]:
    public = urlsplit(settings.public_url)
    if public.scheme != "https" or not public.hostname:
        yield "PUBLIC_URL must be the https:// address people reach the site by"
    if public.path.strip("/") or public.query or public.fragment or public.username:
        yield "PUBLIC_URL ends with the host (and a port): leave out what follows it"
    hosts = settings.trusted_hosts
    if not hosts or "*" in hosts:
        yield 'TRUSTED_HOSTS names the hosts people reach the site by, as a list: ["staj.university.edu.tr"]'
    elif public.hostname and not any(_covers(host, public.hostname) for host in hosts):
        yield f"TRUSTED_HOSTS lacks {public.hostname}, the host of PUBLIC_URL: add it"


def _covers(host: str, name: str) -> bool:
    """As the library reads the list: a leading dot stands for all below."""
    plain = ascii_lowered(host).partition(":")[0]
    return name in {plain, plain[1:]} or name.endswith(plain) if plain.startswith(".") else name == plain


def _letters(settings: Any) -> Iterator[str]:
    if settings.mail_url.startswith("mailbox:"):
        yield "MAIL_URL keeps letters inside: in production they must leave, by smtp://…"
    if settings.mail_from.endswith(f"@{DEMO_DOMAIN}") or "@" not in settings.mail_from:
        yield "MAIL_FROM is the demo's sender: give the address letters come from"


def _stores(settings: Any) -> Iterator[str]:
    if settings.storage_url.startswith("memory:"):
        yield "STORAGE_URL forgets every file with the process: give file:///… or s3://…"
    if ":memory:" in settings.database_url or settings.database_url in {"sqlite://", "sqlite:///"}:
        yield "DATABASE_URL forgets everything with the process: give a database that stays"


def _demo(settings: Any) -> Iterator[str]:
    if settings.staj_demo_password:
        yield "STAJ_DEMO_PASSWORD is of the demo: leave it out"


CHECKS: tuple[Callable[[Any], Iterator[str]], ...] = (_keys, _addresses, _letters, _stores, _demo)


def plain_faults(settings: Any) -> Iterator[str]:
    """What no installation starts with, in production or not."""
    for name in ("sign_in_limit", "sign_in_limit_place"):
        if not _is_limit(getattr(settings, name)):
            yield f"{ascii_raised(name)} reads like “10 per 5 minutes”"
    listed: Path | None = settings.breached_passwords
    if listed and not listed.is_file():
        yield "BREACHED_PASSWORDS names no file: give sorted lines of SHA-1:count, or leave it out"


def _is_limit(text: str) -> bool:
    try:
        return bool(parse_many(text))
    except ValueError:
        return False

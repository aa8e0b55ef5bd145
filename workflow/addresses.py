"""E-mail addresses: one rule for every way one comes in, be it a form, a file, the student database or a search."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from workflow.plain import bare
from workflow.say import Say
from workflow.turkish import folded, lowered

LONGEST = 255
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LOCAL_LENGTH = 64
NO_ADDRESS = Say("Write an e-mail address, for example ad.soyad@ornek.edu.tr.")
NOT_SMALL = Say("Write what follows the @ in small letters.")


def as_address(typed: str) -> str:
    """An address as it is stored and compared: small letters, no blanks, its domain readable (çiçek.com.tr).

    What cannot be an address is folded as far as it goes; `address_fault` says why it is none.
    """
    text = "".join(bare(typed).split())
    local, at, domain = text.removeprefix("mailto:").rpartition("@")
    return lowered(local).replace("i\u0307", "i") + at + _readable(domain)


def address_fault(address: str) -> Say | None:
    """Why nothing can be sent to this address, as `as_address` gives it; None where it can."""
    local, _at, domain = address.rpartition("@")
    if not domain or not local or len(wired(address)) > LONGEST:
        return NO_ADDRESS
    if lowered(domain) != domain:
        return NOT_SMALL
    if not _is_domain(domain):
        return NO_ADDRESS
    if local.isascii():
        return None if _LOCAL.fullmatch(local) and len(local) <= _LOCAL_LENGTH else NO_ADDRESS
    plain = folded(local)
    if not _LOCAL.fullmatch(plain):
        return NO_ADDRESS
    return Say(
        "An e-mail address has only English letters before the @. Is it %(address)s?", address=f"{plain}@{domain}"
    )


def wired(address: str) -> str:
    """The address as mail servers know it: a domain beyond ASCII in its xn-- form."""
    local, at, domain = address.rpartition("@")
    try:
        return local + at + (domain if domain.isascii() else domain.encode("idna").decode())
    except UnicodeError:
        return address


def _readable(domain: str) -> str:
    """The domain in small letters. An I beside letters beyond ASCII stays: nobody can tell an i from an ı there."""
    text = domain.replace("i\u0307", "i").replace("İ", "i")
    if text.isascii() or "I" not in text:
        text = lowered(text)
    return _decoded(text) if "xn--" in text else text


@lru_cache(maxsize=1024)
def _decoded(domain: str) -> str:
    try:
        return domain.encode().decode("idna")
    except UnicodeError:
        return domain


@lru_cache(maxsize=4096)
def _is_domain(domain: str) -> bool:
    try:
        validate_email(f"a@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return False
    return True

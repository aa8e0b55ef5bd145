"""What a security officer looks for afterwards, one line of JSON each, naming nobody.

An account is its number; an address typed that is nobody's account is a keyed digest, so that tries for the same one
can be counted; a network address is cut to its network. `request` is the number the answer carries as X-Request-Id.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
import sys
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request

from models import utcnow
from services.sessions import place

log = logging.getLogger("staj.security")
_NUMBER = re.compile(r"[\w.-]{8,64}")


def install(app: Flask) -> None:
    """Number every request, and let the events out at the standard error output."""
    if not log.handlers:
        log.addHandler(_Out())
        log.setLevel(logging.INFO)
        log.propagate = False  # a line is read by a machine: no prefix, and not twice
    app.after_request(_numbered)


class _Out(logging.StreamHandler[Any]):
    """Writes to what the standard error output is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def say(event: str, *, account: int | None = None, address: str = "", **facts: Any) -> None:
    """Log one event. `address` is what was typed; only its keyed digest is kept."""
    told: dict[str, Any] = {"event": event, "at": utcnow().isoformat(timespec="seconds"), "account": account}
    if address:
        told["address"] = keyed(address)
    if has_request_context():
        told |= {"network": place(request.remote_addr or ""), "request": request_number(), "endpoint": request.endpoint}
    log.info(json.dumps(told | facts))


def keyed(text: str) -> str:
    """A short digest that only this installation can make again."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, b"security event " + text.encode(), hashlib.sha256).hexdigest()[:16]


def request_number() -> str:
    """The number a proxy gave this request, or a new one."""
    if "request_number" not in g:
        given = request.headers.get("X-Request-Id", "")
        g.request_number = given if _NUMBER.fullmatch(given) else secrets.token_hex(8)
    return str(g.request_number)


def _numbered(response: Response) -> Response:
    response.headers.setdefault("X-Request-Id", request_number())
    return response
